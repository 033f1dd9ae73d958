#!/usr/bin/env bats
# Reading clocks: without a system call where the processor's vDSO is ours, and the same as with one.
# tests/programs/clocks.c has one small program a fact.

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    : "${PROGRAMS:=$BUILD/programs}"
    cd "$BATS_TEST_TMPDIR" || return
}

# shows ARGUMENT…: `clocks ARGUMENT…` prints the lines on standard input, twice with one trace.
# DETERMINISTIC=false: it is not called reproducible.
shows() {
    cat >expected
    "$PROCENARIO" run --twice --quiet --trace trace.json -- "$PROGRAMS/clocks" "$@" >report 2>&1 || {
        cat report
        return 1
    }
    python3 "$top/tests/output_of.py" trace.json >actual
    diff -u expected actual
    grep -q "\"end\": \"completed\".*\"deterministic\": ${DETERMINISTIC:-true}" trace.json
}

own_vdso() {
    [ "$(uname -m)" = x86_64 ] || skip "clocks are read by system calls on this processor"
}

@test "readings and system calls agree: after sleeping, in children, in a child in the same memory, in a new image" {
    shows everywhere <<'END'
at first: 0 ms, all agree
after sleeping: 1500 ms, all agree
in a child: 1500 ms, all agree
in a child that slept: 1750 ms, all agree
after its end: 1750 ms, all agree
a child in our memory: right
after its end: 2750 ms, all agree
in a new image: 0 ms, all agree
END
}

@test "a handler reads the time at which its signal came" {
    shows signals <<'END'
in a handler: 700 ms
in a handler while reading: 1400 ms
END
}

@test "threads, and processes in one memory, read the same time" {
    DETERMINISTIC=false shows shared <<'END'
beside one in our memory: 300 ms, all agree
the other: 1000 ms
after its end: 1000 ms, all agree
in a thread: 1000 ms, all agree
beside a thread: 1500 ms, all agree
in a thread that slept: 2000 ms, all agree
after its end: 2000 ms, all agree
END
}

@test "processes that shared a memory for a while leave no wrong time in it" {
    shows left-behind <<'END'
one who was left in our memory: 1000 ms, all agree
its grandparent: 5000 ms, all agree
END
    DETERMINISTIC=false shows granted-by-child <<'END'
in a thread: 1000 ms, all agree
beside a thread: 1500 ms, all agree
in a thread that slept: 2000 ms, all agree
END
}

@test "whoever unwinds the stack gets past the reading of a clock" {
    shows unwinding <<<'down to main'
}

@test "where the memory of a running process is closed, every reading is a call" {
    for name in asleep everywhere; do
        "$PROGRAMS/refuse" process_vm_readv "$PROCENARIO" run --quiet --trace trace.json -- "$PROGRAMS/clocks" $name
        run ! grep -q 'they differ' trace.json
        grep -q 'all agree' trace.json
        grep -q '"deterministic": true' trace.json
    done
    "$PROGRAMS/refuse" process_vm_readv "$PROCENARIO" run --quiet --trace trace.json -- "$PROGRAMS/clocks" work \
        "$("$PROGRAMS/clocks" rounds)"
    grep -q '"deterministic": true' trace.json
}

@test "where /proc is of other processes, none of theirs is written to" {
    own_vdso
    [ "$(id -u)" -eq 0 ] || skip "only root makes a pid namespace by itself"
    unshare --pid --fork "$PROCENARIO" run --quiet --trace trace.json -- "$PROGRAMS/clocks" mapped
    grep -q '"text": "a vDSO: no\\n"' trace.json
}

@test "who slept in the kernel reads the time at which it wakes" {
    shows asleep <<'END'
woken at 5000 ms
then: 5000 ms, all agree
END
}

@test "who waits for a time in a loop has waited in the end, after as many readings each time" {
    for schedule in round-robin run-to-block random:7; do
        "$PROCENARIO" run --twice --quiet --schedule $schedule --trace trace.json -- "$PROGRAMS/clocks" spin
        python3 "$top/tests/output_of.py" trace.json | grep -v '^after ' >actual
        diff -u - actual <<'END'
some thousands in a row were enough
then all is free again: all agree
END
        "$PROCENARIO" run --twice --quiet --schedule $schedule --trace trace.json -- "$PROGRAMS/clocks" spin-both
        grep -q '"text": "done\\n"' trace.json
    done
}

@test "who reads a clock now and then does not compute at a stretch" {
    shows work "$("$PROGRAMS/clocks" rounds)" <<<'0 ms'
}

@test "a program finds a vDSO, which reads clocks without a call" {
    own_vdso
    shows mapped <<<'a vDSO: yes'
    shows no-calls <<<'100 of 100 readings without a call'
}

@test "under schedule: free every reading is a call" {
    own_vdso
    "$PROCENARIO" run --quiet --schedule free --trace trace.json -- "$PROGRAMS/clocks" mapped
    grep -q '"text": "a vDSO: no\\n"' trace.json
    "$PROCENARIO" run --quiet --schedule free --trace trace.json -- "$PROGRAMS/clocks" everywhere
    [ "$(grep -c 'all agree' trace.json)" -eq 7 ]
}

@test "with the machine's clock the machine's vDSO stays" {
    own_vdso
    "$PROCENARIO" run --quiet --clock real --trace trace.json -- "$PROGRAMS/clocks" mapped
    grep -q '"text": "a vDSO: yes\\n"' trace.json
}

@test "a program with very many arguments reads clocks, too" {
    shows arguments 100000 <<<'in a new image: 0 ms, all agree'
}
