#!/usr/bin/env bats
# What must be true of real programs under the director, one small program a fact (tests/programs/engine.c).

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    : "${PROGRAMS:=$BUILD/programs}"
    cd "$BATS_TEST_TMPDIR" || return
}

# perform NAME [true|false]: runs `engine NAME`; the lines on standard input must be the output of the
# run, and the trace must call it deterministic, or not.
perform() {
    cat >expected
    "$PROCENARIO" run --quiet --trace trace.json -- "$PROGRAMS/engine" "$1" >report 2>&1 || {
        cat report
        return 1
    }
    python3 "$top/tests/output_of.py" trace.json >actual
    diff -u expected actual
    grep -q "\"end\": \"completed\".*\"deterministic\": ${2:-true}" trace.json || {
        tail -n 1 trace.json
        return 1
    }
}

@test "forks inside forks that end at once lose nothing" {
    perform nested-forks <<<'exited 1 with 1'
}

@test "waitid sees without taking, then takes" {
    perform waitid <<'END'
seen 1 status 3
taken status 3
again -1 No child processes
END
}

@test "posix_spawn and vfork are births like any other" {
    perform spawn <<'END'
spawned 1
missing: No such file or directory
vforked 4
END
}

@test "CLONE_UNTRACED does not lead out of the run" {
    perform clone-untraced <<'END'
the child slept until 2000
reaped at 2000
END
    grep -q '"event": "fork", "child": "main.0"' trace.json
}

@test "an orphan gets another parent, and lives on" {
    perform orphan <<'END'
mine: 1
still mine: 0, at 1000
no child left: -1 No child processes
END
}

@test "with SIGCHLD ignored, wait waits for the end and finds no child" {
    perform sigchld-ignored <<<'-1 No child processes at 1000'
}

@test "a child that only computes hangs nothing, and is killed in time" {
    perform spinner <<<'killed by 9 at 1000'
}

@test "a parent sees its child stopped, continued and ended" {
    perform stop-continue <<'END'
stopped by 19
continued 1
exit 7
stopped 1
killed by 15 at 5000
END
}

@test "an interrupted nanosleep says what is left, exactly" {
    perform nanosleep-rem <<<'-1 Interrupted system call, 3.000000000 left at 2000'
}

@test "setitimer ticks" {
    perform setitimer <<'END'
tick at 1000
tick at 1500
tick at 2000
END
}

@test "timer_create sends its signal in time" {
    perform timer-create <<<'SIGUSR1 1 at 1000'
}

@test "a timer descriptor counts, and poll sees it" {
    perform timerfd <<'END'
1 at 1000
1 at 2000
3 at 5000
ready 1 at 6000
END
}

@test "all clocks go together" {
    perform four-clocks <<<'7000 7000 7000 7000 7 1'
}

@test "a program that asks for the time until it is late comes to an end" {
    perform clock-poll <<<'looped 1 until 5'
}

@test "a program that asks for its child until it ended comes to an end" {
    perform wnohang-poll <<<'polled 1, exit 5, late 0'
}

@test "sigtimedwait ends by time, and by a signal with its sender" {
    perform sigtimedwait <<'END'
-1 Resource temporarily unavailable at 1000
SIGUSR2 1 from the child 1 at 2000
END
}

@test "sigsuspend lets a pending signal in" {
    perform sigsuspend <<'END'
blocked: caught 0
caught 1, -1 Interrupted system call
END
}

@test "sigqueue, tgkill and pidfd_send_signal arrive" {
    perform queue <<'END'
queued 5
tgkill 1
by descriptor 1
END
}

@test "SA_RESTART lets a read go on" {
    perform restart <<<'read 1 at 2000, caught 1'
}

@test "a handler without SA_RESTART ends read, wait and pause" {
    perform eintr <<'END'
read -1 Interrupted system call at 1000
wait -1 Interrupted system call at 2000
pause -1 Interrupted system call at 3000
END
}

@test "a semaphore in shared memory is waited for, and in vain" {
    perform semaphore <<'END'
posted at 1000
-1 Connection timed out at 3000
END
}

@test "flock waits for its holder" {
    perform flock <<<'the child has the lock at 1000'
}

@test "a record lock waits for its holder" {
    perform fcntl-lock <<<'the child has the lock at 1000'
}

@test "a pipe takes more than it holds" {
    perform big-pipe <<<'read 1048576, exit 0'
}

@test "a pair of sockets carries bytes" {
    perform socketpair <<<'received 5 at 1000'
}

@test "the two ends of a FIFO wait for each other" {
    perform fifo <<'END'
opened at 2000
read 1 at 3000
END
}

@test "threads sleep side by side, and the trace promises nothing" {
    perform threads false <<'END'
thread at 1000
thread at 2000
thread at 3000
joined at 3000
END
    grep -q 'main has threads' trace.json
}

@test "writev is output, and an empty write is none" {
    perform writev <<<'one, two, three'
    [ "$(grep -c '"event": "output"' trace.json)" -eq 1 ]
}

@test "output through a copy of the descriptor is output" {
    perform duplicate-output <<'END'
through a copy
after the first is closed
back
END
}

@test "what a child writes to its parent's pipe is no output of the run" {
    perform captured-output <<'END'
captured 7 bytes
exit 3
END
    run ! grep -q '"text": "secret' trace.json
}

@test "a writer that outruns its terminal is never taken for one that waits" {
    seq 100000 >expected
    for _ in 1 2 3 4 5 6 7 8; do
        timeout 20 "$PROCENARIO" run --quiet --trace trace.json -- seq 100000
        python3 "$top/tests/output_of.py" trace.json | cmp - expected
        grep -q '"deterministic": true' trace.json
    done
}

@test "process ids, addresses and the time are the same in every run" {
    for i in 1 2 3; do
        "$PROCENARIO" run --quiet --trace "$i.json" -- "$PROGRAMS/engine" identity
    done
    if grep -q '"notes": \[".*process ids' 1.json; then
        skip "this host gives no process ids of its own"
    fi
    [ "$(python3 "$top/tests/output_of.py" 1.json | wc -l)" -eq 3 ]
    cmp 1.json 2.json
    cmp 1.json 3.json
}

@test "two performances of a single-threaded program are one" {
    for name in spinner stop-continue big-pipe spawn orphan captured-output wnohang-poll; do
        "$PROCENARIO" run --quiet --twice -- "$PROGRAMS/engine" "$name" || {
            echo "$name differs"
            return 1
        }
    done
}

@test "the programs tell their names to who asks wrongly" {
    run -2 "$PROGRAMS/engine" nothing
    [[ $output == *"usage: engine NAME"*"nested-forks"* ]]
}
