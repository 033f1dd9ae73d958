#!/usr/bin/env bats
# System V's semaphores and message queues: who waits in the kernel for somebody else of the run.
# tests/programs/sysv.c has one small program a fact.

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    : "${PROGRAMS:=$BUILD/programs}"
    cd "$BATS_TEST_TMPDIR" || return
}

# performs NAME [OPTION…]: `sysv NAME` prints the lines on standard input, twice with one trace, and
# is called reproducible.
performs() {
    cat >expected
    "$PROCENARIO" run --twice --quiet --trace trace.json "${@:2}" -- "$PROGRAMS/sysv" "$1" >report 2>&1 || {
        cat report
        return 1
    }
    python3 "$top/tests/output_of.py" trace.json >actual
    diff -u expected actual
    grep -q '"end": "completed".*"deterministic": true' trace.json
}

@test "a consumer waits for its producer, whoever has the first turn" {
    for schedule in round-robin run-to-block random:3 random:4; do
        performs producer-and-consumer --schedule $schedule <<'END'
took 1 at 1000
took 2 at 2000
took 3 at 3000
END
    done
}

@test "all who wait for one semaphore go on in the order in which they came" {
    performs barrier <<'END'
passed 4 at 5000
passed 3 at 5000
passed 2 at 5000
passed 1 at 5000
passed 0 at 5000
END
}

@test "a semaphore goes to who has waited longest, and the kernel counts them" {
    performs queue-of-waiters <<'END'
4 wait at 1000
got it: 3 at 1000
got it: 2 at 2000
got it: 1 at 3000
got it: 0 at 4000
END
    grep -q '"event": "block", "on": "semop"' trace.json
}

@test "semtimedop waits on the scenario clock" {
    performs times <<'END'
Resource temporarily unavailable at 1500
Resource temporarily unavailable at 1500
Invalid argument at 1500
Resource temporarily unavailable at 1500
done at 2500
done at 7500
END
    grep -q '"event": "block", "on": "semop", "until_us": 1500000' trace.json
}

@test "signals interrupt who waits for semaphores and messages, and a stop does not" {
    performs interrupted <<'END'
semop: Interrupted system call at 2000
semtimedop: Interrupted system call at 4000
msgrcv: Interrupted system call at 6000
received 5 at 9000
END
}

@test "what a waiter ignores does not interrupt it" {
    performs not-interrupted <<'END'
semop: done at 2000
SIGCHLD is as it was
receiver 0 at 4000
receiver 1 at 5000
END
}

@test "a timeout of nothing is over at once, and equal ones in their order" {
    performs no-time <<'END'
200 of 200 in vain
0 is over
1 is over
2 is over
3 is over
got it
END
    "$PROCENARIO" run --quiet --clock real --trace trace.json -- "$PROGRAMS/sysv" no-time
    grep -q 'got it' trace.json
}

@test "what is removed is not waited for any more" {
    performs removed <<'END'
semop: Identifier removed at 1000
msgrcv: Identifier removed at 1000
END
}

@test "SEM_UNDO of who is killed wakes the next" {
    performs undone <<'END'
taken at 0
got it at 2000
0 at 2000
END
}

@test "a sender waits for room, and a receiver for messages of its type" {
    performs messages <<'END'
type 9: No message of desired type at 2000
sent all at 2000
of type 9: 1 at 2000
received all at 2000
END
}

@test "who asks in vain again and again pays with time" {
    for schedule in round-robin run-to-block random:3; do
        performs polling --schedule $schedule <<'END'
taken, soon after
seen
END
    done
}

@test "who waits for each other's semaphores is told at once" {
    "$PROCENARIO" doctor | grep -q '^ok *namespaces' || skip "somebody outside could wake them"
    run -1 timeout 20 "$PROCENARIO" run --twice --quiet --trace trace.json -- "$PROGRAMS/sysv" circle
    [[ $output == *"deadlock: main waits for semaphores of set 0; main.0 waits for semaphores of set 1"* ]]
    grep -q '"end": "deadlock".*"deterministic": true' trace.json
}

@test "with the machine's clock semtimedop waits for it" {
    "$PROCENARIO" run --quiet --clock real --trace trace.json -- "$PROGRAMS/sysv" times
    python3 "$top/tests/output_of.py" trace.json | sed 's, at [0-9]*,,' >actual
    diff -u - actual <<'END'
Resource temporarily unavailable
Resource temporarily unavailable
Invalid argument
Resource temporarily unavailable
done
done
END
}
