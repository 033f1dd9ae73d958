#!/usr/bin/env bats
# What must be true of real programs under the director, one small program a fact: tests/programs/engine.c;
# waits.c, which holds the many ways to wait; atonce.c, about what must not wait; and signals.c, about signals that
# nobody sends by kill.

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    : "${PROGRAMS:=$BUILD/programs}"
    cd "$BATS_TEST_TMPDIR" || return
}

# perform [PROGRAM/]NAME [true|false]: runs `engine NAME`, or another of the programs; the lines on
# standard input must be the output of the run, and the trace must call it deterministic, or not.
perform() {
    local program=engine
    [[ $1 != */* ]] || program=${1%/*}
    cat >expected
    "$PROCENARIO" run --quiet --trace trace.json -- "$PROGRAMS/$program" "${1#*/}" >report 2>&1 || {
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

@test "a message queue is waited for, by who sends and who receives" {
    perform waits/message-queue <<'END'
receive -1 Connection timed out at 2000
send -1 Interrupted system call at 3000
sent the third at 4000
told of a message at 5000
END
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

@test "pwritev2 without an offset is output, and preadv2 waits" {
    perform waits/vectors-at-offset <<'END'
here and now
5 read at 1000
END
}

@test "output through a copy of the descriptor is output" {
    perform duplicate-output <<'END'
through a copy
after the first is closed
back
END
}

@test "bytes are copied to the output of the run by write alone" {
    cat >copies.yaml <<END
stdio: pipe
processes:
  main: [{exec: [sh, -c, '"$PROGRAMS/engine" copies-to-output']}]
expect:
  - output: {stream: stderr, lines: [tee -1 Invalid argument, splice -1 Invalid argument]}
  - output: {stream: stdout, text: ""}
END
    "$PROCENARIO" run --quiet copies.yaml
}

@test "what is written to the file at a place is output, and ranges are copied to it by write alone" {
    cat >file.yaml <<END
stdio: file
processes:
  main:
    - exec: [sh, -c, '"$PROGRAMS/engine" output-at-offset; "$PROGRAMS/engine" range-to-output; cat /proc/uptime']
expect:
  - output: {stream: stdout, lines: [one two three four, 1000.00 1000.00]}
  - output: {stream: stderr, lines: [copy_file_range -1 Invalid argument]}
END
    "$PROCENARIO" run --quiet file.yaml
}

# The processor's own counter of time is held where the kernel can make reading it a fault.
holds_counter() {
    "$PROCENARIO" doctor | grep -q '^ok *counter of time' || skip "the counter of time cannot be held here"
}

@test "the processor's counter of time is the scenario clock's" {
    holds_counter
    perform counter <<'END'
slept 2000 ms
a millisecond is over after some reads: yes
reading is allowed
now it is refused
a read is Segmentation fault
caught Segmentation fault
END
    "$PROCENARIO" run --twice --quiet -- "$PROGRAMS/engine" counter
}

@test "the counter is answered with prefixes, and beyond 32 bits" {
    holds_counter
    perform counter-prefixes <<<'slept 10000 ms on processor 0'
}

@test "memory that is read-only is not written to" {
    perform read-only <<<'-1 -1 -1 -1: Bad address, 0'
}

@test "who spins on the counter of time gives way in the end" {
    holds_counter
    perform counter-spin false <<<'done'
}

@test "System V's objects are numbered anew in each run, and none is left behind" {
    "$PROCENARIO" doctor | grep -q '^ok *namespaces' || skip "no namespaces here"
    ipcs -m >before
    perform system-v <<'END'
memory 0 of 2000000000, attached 0
queue 0 of 2000000000, sent 0
semaphore 0 of 2000000000, used 0
END
    ipcs -m | diff before -
}

@test "the kernel's clock discipline tells the scenario's time" {
    perform discipline <<<'2000000003 0, 2000000003 0: 0 0'
}

@test "who sleeps beside somebody who spins wakes in time, under each schedule" {
    holds_counter
    for schedule in round-robin run-to-block random:1; do
        "$PROCENARIO" run --quiet --schedule "$schedule" --trace trace.json -- "$PROGRAMS/engine" spin-beside
        python3 "$top/tests/output_of.py" trace.json | grep -Eqx 'woke at 20[0-9][0-9]'
    done
}

@test "the scenario's time ends who spins on the clock" {
    cat >spin.yaml <<END
limits: {time: 10s}
processes: {main: [{exec: [sh, -c, '"$PROGRAMS/engine" spin-for-ever']}]}
END
    run -1 "$PROCENARIO" run --quiet --trace trace.json spin.yaml
    grep -q '"event": "limit", "on": "time"' trace.json
    grep -q '"duration_us": 10000000' trace.json
}

@test "which processor it is that all share is not told" {
    perform processor <<<'0 of node 0, 0'
}

@test "what a child writes to its parent's pipe is no output of the run" {
    perform captured-output <<'END'
captured 7 bytes
exit 3
END
    run ! grep -q '"text": "secret' trace.json
}

@test "who asks in vain in a loop gives way, under each schedule" {
    for schedule in round-robin run-to-block random:1; do
        "$PROCENARIO" run --quiet --schedule $schedule --trace trace.json -- python3 -c '
import os, time
if os.fork() == 0:
    time.sleep(2)
    os._exit(3)
while os.waitpid(-1, os.WNOHANG) == (0, 0):
    pass
print("reaped")'
        grep -q '"text": "reaped\\n"' trace.json
        grep -Eq '"duration_us": 20[0-9]{5},' trace.json
    done
}

@test "who asks in vain, and does something in between, sees it in the end" {
    for schedule in round-robin run-to-block random:1; do
        "$PROCENARIO" run --quiet --schedule $schedule --trace trace.json -- python3 -c '
import os, time
if os.fork() == 0:
    time.sleep(1)
    os._exit(3)
while os.waitpid(-1, os.WNOHANG) == (0, 0):
    os.write(1, b".")
print("reaped")'
        grep -q '"text": "reaped\\n"' trace.json
    done
}

@test "every read takes a turn, also when it is like the one before" {
    "$PROCENARIO" run --quiet --trace trace.json -- python3 -c '
import os
r, w = os.pipe()
os.write(w, b"abcdefgh")
os.close(w)
child = os.fork()
got = b""
while byte := os.read(r, 1):
    got += byte
if child:
    os.wait()
print("parent" if child else "child", got.decode())'
    python3 "$top/tests/output_of.py" trace.json >actual
    diff -u - actual <<'END'
child bdfh
parent aceg
END
    for schedule in round-robin run-to-block random:1; do
        timeout 60 "$PROCENARIO" run --quiet --schedule $schedule -- python3 -c '
import os
r, w = os.pipe()
os.set_blocking(r, False)
if os.fork() == 0:
    os.write(w, b"x")
    os._exit(0)
while True:
    try:
        os.read(r, 1)
        break
    except BlockingIOError:
        pass'
    done
}

# ---- ways to wait ------------------------------------------------------------------------------------

@test "poll, select and epoll end by time" {
    perform waits/timeouts <<'END'
poll 0 at 1000
ppoll 0 at 2000
select 0 at 3500
pselect 0 at 4500
epoll 0 at 6000
poll without time 0 at 6000
epoll without time 0 at 6000
END
}

@test "poll, select and epoll see a descriptor become ready, and say what time is left" {
    perform waits/readiness <<'END'
poll 1 at 1000
select 1 at 2000, 8 s left
epoll 1 at 3000
END
}

@test "the last writer's death is the end of the file" {
    perform waits/end-of-file <<<'read 0 at 1000'
}

@test "who writes to a pipe whose reader leaves is killed" {
    perform waits/broken-pipe <<<'killed by SIGPIPE 1 at 1000'
}

@test "what must not wait says so" {
    perform waits/no-waiting <<'END'
read -1 Resource temporarily unavailable
part of it 1, write -1 Resource temporarily unavailable
waitid -1 Resource temporarily unavailable
sleep Invalid argument at 1000
END
}

# at_once atonce/NAME: none of these calls waits, and each is answered as it is without the director.
at_once() {
    "$PROGRAMS/atonce" "${1#*/}" | perform "$1"
    grep -q '"duration_us": 0,' trace.json
}

@test "a wait that the kernel refuses is refused at once" { at_once atonce/waits; }

@test "to read or write nothing, or what cannot be, takes no time" { at_once atonce/descriptors; }

@test "what is no socket, or takes no connections, says so at once" { at_once atonce/sockets; }

@test "wrong times and clocks are told, and not waited for" { at_once atonce/times; }

@test "accept and connect of a local socket meet" {
    perform waits/unix-socket <<'END'
accepted at 1000
answered 5 at 2000
END
}

@test "an event descriptor wakes its reader" {
    perform waits/eventfd <<<'7 at 1000'
}

@test "a process descriptor is ready when its process ends" {
    perform waits/pidfd <<'END'
poll 1 at 1000
status 2
END
}

@test "SA_NOCLDWAIT leaves no zombie, but a SIGCHLD" {
    perform waits/no-zombies <<<'-1 No child processes at 1000, SIGCHLD 1'
}

@test "SA_NOCLDSTOP keeps stops untold" {
    perform waits/stops-untold <<'END'
after the stop 0
after the end 1 at 1000
END
}

@test "a process group is killed, and waited for, and nobody else" {
    perform waits/groups <<'END'
2 of the group at 1000, then No child processes
the other: exit 0 at 5000
END
}

@test "a stop leaves the end of a sleep where it was" {
    perform waits/stopped-sleep <<'END'
slept 0 until 5000
woken at 8500
END
}

@test "a child that only computes is killed by its sibling's alarm" {
    perform waits/spinner-alarmed <<<'killed by SIGTERM 1 at 2000'
}

@test "vfork holds the parent until the exec, and no longer" {
    perform waits/vfork-holds <<'END'
goes on at 0
exit 0 at 2000
END
}

@test "CLONE_PARENT gives a child to its grandparent" {
    perform waits/sibling-by-clone <<'END'
child 0
its sibling is mine 1, status 9 at 1000
END
}

@test "a subreaper adopts" {
    perform waits/subreaper <<<'adopted 1, status 4 at 1000'
}

@test "an ignored signal wakes nobody" {
    perform waits/ignored-in-sleep <<<'slept 0 until 3000'
}

@test "a blocked signal is pending, once, and sigwait takes it" {
    perform waits/pending <<'END'
pending 1, caught 0
caught 1
pending 0
sigwait 1 at 2000
END
}

@test "ppoll lets signals in while it waits" {
    perform waits/masked-poll <<'END'
before 0
-1 Interrupted system call at 1000, caught 1
-1 Interrupted system call at 2000, caught 1
END
}

@test "who waits dies of SIGKILL at once" {
    perform waits/killed-waiting <<'END'
killed by 9
killed by 9
killed by 9
-1 No such process at 1000
END
}

@test "a condition in shared memory is waited for, and in vain" {
    perform waits/condition <<'END'
locked at 2000, ready 1
Connection timed out at 5000
END
}

@test "a thread that executes a program takes its leader's place" {
    perform waits/thread-exec false <<<'executed by a thread'
}

@test "a leader that ends before its threads is not the end" {
    perform waits/leader-first false <<'END'
the thread is alone at 2000
exit 5 at 2000
END
}

@test "a thread's child is the process's child" {
    perform waits/thread-fork false <<<'exit 3 at 1000'
}

@test "a socket's own time ends reading, writing and accepting" {
    perform waits/socket-times <<'END'
Resource temporarily unavailable -1 at 2500
read 1 at 3500
Resource temporarily unavailable -1 at 6000
Resource temporarily unavailable -1 at 8500
END
}

@test "who would wait for a record lock in a circle is told" {
    perform waits/lock-circle <<'END'
Resource deadlock avoided -1 at 1000
the child's 0 at 1000
END
}

@test "what is written to /dev/tty is output, however much it is" {
    seq 20000 >expected
    timeout 20 "$PROCENARIO" run --quiet --trace trace.json -- sh -c 'seq 20000 >/dev/tty'
    python3 "$top/tests/output_of.py" trace.json | cmp - expected
    grep -q '"deterministic": true' trace.json
}

@test "waits end at a time of day, of the scenario or of the machine" {
    perform waits/absolute-times <<'END'
sleep 0 at 200
timer 8 at 400
sleep 0 at 600
timer 8 at 800
Connection timed out -1 at 1000
END
    timeout 60 "$PROCENARIO" run --quiet --clock real --trace trace.json -- "$PROGRAMS/waits" absolute-times
    python3 "$top/tests/output_of.py" trace.json | sed 's/ at .*//' >actual
    printf '%s\n' 'sleep 0' 'timer 8' 'sleep 0' 'timer 8' 'Connection timed out -1' | diff - actual
    # It took as long as that, and nobody waited for a time of another clock.
    duration=$(sed -n 's/.*"duration_us": \([0-9]*\).*/\1/p' trace.json)
    ((duration >= 1000000 && duration < 20000000))
}

# ---- signals that nobody sends by kill ---------------------------------------------------------------

@test "a signal descriptor is read when its signal comes, and says who sent it" {
    perform signals/signal-descriptor <<'END'
Child exited: exited 1 with 3 at 1000
Alarm clock: of the kernel 1 at 2000
User defined signal 1: queued 1 with 42 at 3000
END
}

@test "poll and epoll see a signal descriptor become ready, and nothing else" {
    perform signals/signal-descriptor-watched <<'END'
poll 1 at 2000
read 1
epoll 1 at 4000
read 1
the pipe 1: 1
nothing 0 at 5000
END
}

@test "a parent's end signals the child that asked for it" {
    perform signals/parent-death <<'END'
User defined signal 1 at 1000
heard of 1, then 0 at 2000
END
}

@test "an orphaned process group that is stopped is hung up and continued" {
    perform signals/orphaned-group <<'END'
continued by the kernel 1
hung up by the kernel 1
over at 2000
continued by the kernel 1
hung up by the kernel 1
over at 4000
END
}

@test "SIGIO wakes who waits for it" {
    perform signals/announced-input <<<'I/O possible at 1000'
}

@test "a program's own terminal interrupts, and hangs up" {
    perform signals/own-terminal <<'END'
Interrupt at 1000
Hangup at 2000
END
}

@test "a handler for one delivery is gone with it, in the trace too" {
    perform signals/caught-once <<'END'
caught 1
User defined signal 1
END
    grep '"event": "signal", "signal": "SIGUSR1"' trace.json >signals
    grep -q '"action": "caught"' <(head -n 1 signals)
    grep -q '"action": "terminated"' <(tail -n 1 signals)
}

@test "an executed program does not inherit what was made of SIGCHLD" {
    perform signals/exec-forgets <<'END'
exit 4
status 0
END
    grep -q '"event": "reap", "child": "main.0.0", "status": 4}' trace.json
}

@test "a timer counts how often its signal was held back" {
    perform signals/timer-overrun <<'END'
overruns 8 8 at 950
overruns 0 0 at 1000
caught 1, overruns 2
END
}

# ---- processor time ----------------------------------------------------------------------------------

@test "a program that computes until it has used so much processor time comes to an end" {
    perform signals/processor-clocks <<'END'
clock
getrusage
times
2 seconds of it
END
}

@test "a child's processor time is its parent's to know" {
    perform signals/processor-of-child <<'END'
1 and 1
none of it its own: 0
END
}

@test "timers on processor time do not depend on how fast the machine is" {
    perform signals/processor-timers <<'END'
Virtual timer expired 3, code 1
left of the next: 1, interval 200000
Profiling timer expired 3, code 1
left of the next: 1, interval 200000
User defined signal 1, code 1
END
    mv trace.json first.json
    perform signals/processor-timers <actual
    cmp first.json trace.json
}

@test "a timer on processor time ends a loop that makes no call, and the trace says so" {
    perform signals/processor-timer-of-loop false <<<'Profiling timer expired'
    grep -q 'main computed until its timer on processor time was due' trace.json
}

@test "the limit of processor time holds for what is used little by little, too" {
    for loop in 'printf .' '(:)'; do
        cat >scenario.yaml <<END
title: little by little
limits: {cpu: 500ms, wall: 30s}
processes:
  main: [{exec: [bash, -c, 'while $loop; do i=0; while [ \$i -lt 2000 ]; do i=\$((i+1)); done; done']}]
END
        run -1 "$PROCENARIO" run --quiet --trace trace.json scenario.yaml
        [[ $output == *"limit 'cpu'"* ]]
        grep -q '"end": "limit".*"deterministic": false' trace.json
    done
}

@test "a run that is cut off by the machine's time is not called reproducible" {
    cat >scenario.yaml <<'END'
title: for ever
limits: {wall: 300ms}
processes:
  main: [{exec: [bash, -c, 'while :; do (:); done']}]
END
    run -1 "$PROCENARIO" run --quiet --trace trace.json scenario.yaml
    [[ $output == *"limit 'wall'"* ]]
    grep -q '"end": "limit".*"deterministic": false' trace.json
}

@test "a limit on processor time is the kernel's to keep, and the trace says so" {
    "$PROCENARIO" run --quiet --trace trace.json -- bash -c '(ulimit -t 1; while :; do :; done); echo $?'
    grep -q '"event": "exit", "signal": "SIGKILL"' trace.json
    grep -q 'main.0 set a limit on processor time' trace.json
}

@test "what bash and dash say of processor time is the same in every run" {
    for shell in bash dash; do
        "$PROCENARIO" run --quiet --twice --trace trace.json -- \
            "$shell" -c 'for i in 1 2 3 4 5 6 7 8 9; do /bin/true; done; sleep 1; times'
        grep -q '"deterministic": true' trace.json
        [ "$(python3 "$top/tests/output_of.py" trace.json | wc -l)" -eq 2 ]
    done
}

# ---- every program -----------------------------------------------------------------------------------

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

@test "what is the machine's is told" {
    for file in /dev/urandom /proc/vmstat; do
        "$PROCENARIO" run --quiet --trace trace.json -- head -c 3 "$file" >report
        grep -qF "\"deterministic\": false, \"reasons\": [\"main reads $file\"]" trace.json
    done
    "$PROCENARIO" run --quiet --trace trace.json -- head -c 3 /dev/zero >report
    grep -qF '"deterministic": true' trace.json
}

@test "the programs tell their names to who asks wrongly" {
    run -2 "$PROGRAMS/engine" nothing
    [[ $output == *"usage: engine NAME"*"nested-forks"* ]]
    run -2 "$PROGRAMS/waits" nothing
    [[ $output == *"usage: waits NAME"*"timeouts"* ]]
    run -2 "$PROGRAMS/atonce" nothing
    [[ $output == *"usage: atonce NAME"*"sockets"* ]]
    run -2 "$PROGRAMS/signals" nothing
    [[ $output == *"usage: signals NAME"*"processor-clocks"* ]]
}

@test "every fact of the programs is held here" {
    # shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`
    for program in engine waits atonce signals; do
        run --separate-stderr "$PROGRAMS/$program"
        mapfile -t names < <(sed -n 's/^  //p' <<<"$stderr")
        [ "${#names[@]}" -gt 3 ]
        for name in "${names[@]}"; do
            [ "$program" = engine ] || name=$program/$name
            grep -qE "(perform|engine\"|at_once) $name( |;|'|\$)" "$BATS_TEST_FILENAME" || {
                echo "$name is held by no test"
                return 1
            }
        done
    done
}
