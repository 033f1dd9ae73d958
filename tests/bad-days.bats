#!/usr/bin/env bats
# Hosts that refuse, disks that are full, programs that misbehave, runners that are killed: what is said,
# with which exit status, and that nothing is left behind.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    : "${PROGRAMS:=$BUILD/programs}"
    cd "$BATS_TEST_TMPDIR" || return
    mkdir scratch
    export TMPDIR=$BATS_TEST_TMPDIR/scratch
    # An argument that no other process of this machine has.
    mark=3$$.$BATS_TEST_NUMBER
}

teardown() {
    # Neither a process nor a file stays, whatever the day was like.
    run pgrep -f "sleep $mark"
    [ -z "$output" ]
    [ -z "$(ls -A scratch)" ]
}

# procenario STATUS ARGUMENT…: checks the exit status; stdout in $output, stderr in $stderr.
procenario() {
    local expected=$1
    shift
    performed "$expected" "$PROCENARIO" "$@"
}

# performed STATUS COMMAND…: the same for any command.
performed() {
    local expected=$1
    shift
    run --separate-stderr "$@"
    # shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`
    if [ "$status" -ne "$expected" ]; then
        printf '%s: status %s instead of %s\n' "$*" "$status" "$expected"
        printf 'stdout: %s\nstderr: %s\n' "$output" "$stderr"
        return 1
    fi
}

# holds TEXT PART: the part occurs in the text.
holds() {
    [[ $1 == *"$2"* ]] || {
        printf 'no "%s" in:\n%s\n' "$2" "$1"
        return 1
    }
}

# Starts the runner with two sleepers in real time, and returns when everybody is there.
begin_run() {
    mkfifo ready
    # A shell ignores SIGINT for what it starts in the background; a person's would not.
    env --default-signal=INT "$PROCENARIO" run --clock real --quiet --trace trace.json -- \
        sh -c "sleep $mark & sleep $mark & echo >ready; wait" >report 2>&1 3>&- &
    runner=$!
    read -r _ <ready
}

@test "where tracing is forbidden, it is said with a remedy" {
    export ASAN_OPTIONS=detect_leaks=0 # a build that looks for leaks does so with what is refused
    performed 3 "$PROGRAMS/refuse" ptrace "$PROCENARIO" run --quiet -- sleep "$mark"
    holds "$stderr" "cannot trace the root process: Operation not permitted"
    holds "$stderr" "remedy: "
}

@test "without namespaces a run is performed, and the trace notes it" {
    performed 0 "$PROGRAMS/refuse" namespaces "$PROCENARIO" run --quiet --trace trace.json -- echo hi
    [ "$(python3 "$top/tests/output_of.py" trace.json)" = hi ]
    holds "$(head -n 1 trace.json)" "process ids vary: no pid namespace is allowed here"
}

@test "without /proc a run is performed" {
    [ "${VARIANT:-plain}" != valgrind ] || skip "valgrind itself needs /proc"
    [ "${VARIANT:-plain}" != sanitize ] || skip "the sanitizers themselves need /proc"
    unshare --mount true 2>/dev/null || skip "needs root"
    for hide in "umount -l /proc" "mount -t tmpfs none /proc"; do
        performed 0 unshare --mount sh -c "$hide && exec \"\$@\"" sh \
            "$PROCENARIO" run --quiet --trace trace.json -- sh -c 'sleep 5 & wait; echo hi'
        [ "$(python3 "$top/tests/output_of.py" trace.json)" = hi ]
        holds "$(tail -n 1 trace.json)" '"duration_us": 5000000'
        performed 0 unshare --mount sh -c "$hide && exec \"\$@\"" sh \
            timeout 60 "$PROCENARIO" run --quiet --trace trace.json -- python3 -c '
import threading, time
threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()'
        holds "$(tail -n 1 trace.json)" '"end": "completed"'
    done
}

@test "where /proc is of other processes, a run is performed, and the trace notes it" {
    [ "${VARIANT:-plain}" != valgrind ] || skip "valgrind itself needs /proc"
    unshare --pid --fork true 2>/dev/null || skip "needs root"
    performed 0 unshare --pid --fork "$PROCENARIO" run --quiet --trace trace.json -- sh -c 'sleep 5 & wait; echo hi'
    [ "$(python3 "$top/tests/output_of.py" trace.json)" = hi ]
    holds "$(head -n 1 trace.json)" "/proc is not that of the runner's pid namespace"
    holds "$(tail -n 1 trace.json)" '"duration_us": 5000000'
    unshare --pid --fork "$PROCENARIO" doctor >found || true
    grep -q '^degraded */proc *\/proc is that of another pid namespace' found
    unshare --pid --fork --mount-proc "$PROCENARIO" run --quiet --trace trace.json -- true
    holds "$(head -n 1 trace.json)" '"notes": []'
}

@test "a program that may be executed but not read is performed, and the trace says what that costs" {
    # Nobody sees its memory then, or its descriptors (execve(2)); but whoever made the user namespace in
    # which its owner lives does, so that is refused.
    cp /usr/bin/python3 closed && chmod 0111 closed
    [ ! -r closed ] || skip "root reads everything"
    for stdio in terminal pipe file; do
        cat >closed.yaml <<YAML
stdio: $stdio
processes:
  main:
    - exec:
        - ./closed
        - -c
        - |
          import os, subprocess, sys, time
          begin = time.monotonic()
          print("out", flush=True)
          time.sleep(0.1)
          print("err", file=sys.stderr, flush=True)
          print(subprocess.run(["sh", "-c", "exit 3"]).returncode)
          print("long" * 20000)
          print(time.monotonic() - begin >= 0.1)
expect:
  - output: {of: main, stream: stderr, text: "err\n"}
YAML
        performed 0 "$PROGRAMS/refuse" namespaces "$PROCENARIO" run --quiet --trace trace.json closed.yaml
        python3 "$top/tests/output_of.py" trace.json >written
        { printf 'out\nerr\n3\n'; python3 -c 'print("long" * 20000)'; echo True; } | cmp - written
        grep -q '"deterministic": false.*main runs a program that may not be read' trace.json
        grep -q '"event": "exec", .*"python3"\|"event": "exec", .*"./closed"' trace.json
    done
    # And what such a one executes is seen again.
    performed 0 "$PROGRAMS/refuse" namespaces "$PROCENARIO" run --quiet --trace trace.json -- \
        ./closed -c 'import os; os.execvp("sh", ["sh", "-c", "sleep 5; date +%s"])'
    [ "$(python3 "$top/tests/output_of.py" trace.json)" = 2000000005 ]
}

@test "a program that hides its memory is seen all the same" {
    for refused in namespaces ""; do
        performed 0 ${refused:+"$PROGRAMS/refuse" "$refused"} "$PROCENARIO" run --quiet --trace trace.json -- \
            python3 -c '
import ctypes, time
prctl = ctypes.CDLL(None).prctl
print(prctl(3), prctl(4, 2), prctl(4, 0), prctl(3), flush=True)
begin = time.monotonic()
time.sleep(5)
print(time.monotonic() - begin >= 5, prctl(4, 1), prctl(3))'
        [ "$(python3 "$top/tests/output_of.py" trace.json)" = "1 -1 0 0
True 0 1" ]
        holds "$(tail -n 1 trace.json)" '"deterministic": true'
        holds "$(tail -n 1 trace.json)" '"duration_us": 500'
    done
}

@test "a host without a process left is said with a remedy" {
    export ASAN_OPTIONS=detect_leaks=0 # a build that looks for leaks does so with what is refused
    performed 3 "$PROGRAMS/refuse" fork "$PROCENARIO" run --quiet -- echo hi
    holds "$stderr" "cannot fork the root process: Resource temporarily unavailable"
    holds "$stderr" "remedy: "
}

@test "a full disk for the trace is said, and the run is over" {
    procenario 3 run --quiet --trace /dev/full -- sh -c "echo hi; sleep $mark"
    holds "$stderr" "cannot write the trace to '/dev/full': No space left on device"
    holds "$stderr" "free some space"
}

@test "a trace that may not grow is said, and programs meet the limit as they do alone" {
    # The runner's own ignoring is not inherited: the program is killed by SIGXFSZ (status 128 + 25).
    # shellcheck disable=SC2317 # by run
    limited() { (ulimit -f 8; exec "$PROCENARIO" "$@"); }
    run -0 --separate-stderr limited run --quiet --trace - -- sh -c 'head -c 20000 /dev/zero >file; echo "$?"'
    holds "$output" '"text": "153\n"'
    run -3 --separate-stderr limited run --quiet --trace big.json -- seq 20000
    holds "$stderr" "cannot write the trace to 'big.json': File too large"
}

@test "too few open files: the limit to raise is told" {
    [ "${VARIANT:-plain}" != valgrind ] || skip "valgrind needs files of its own"
    # shellcheck disable=SC2317 # by run
    limited() { (exec 3>&-; ulimit -n "$limit"; exec "$PROCENARIO" "$@"); }
    local limit refused=0
    for limit in 6 7 8 9 10 12 14 16 64; do
        run --separate-stderr limited run --quiet -- true
        [ "$status" -ne 0 ] || continue
        [ "$status" -eq 3 ]
        holds "$stderr" "Too many open files"
        holds "$stderr" "remedy: more open files must be allowed here: see ulimit -n"
        refused=$((refused + 1))
    done
    [ "$refused" -gt 0 ]
    [ "$status" -eq 0 ]
}

@test "a reader of the trace that leaves early ends the run" {
    "$PROCENARIO" run --quiet --trace - -- seq 100000 2>errors | head -n 1 >first
    [ "${PIPESTATUS[0]}" -eq 3 ]
    holds "$(cat errors)" "cannot write the trace to '-': Broken pipe"
    holds "$(cat first)" '{"procenario": 1, "scenario": "seq 100000"'
}

@test "a slow reader of the report loses nothing" {
    # shellcheck disable=SC2016 # the shell's that is performed
    program='i=0; while [ $i -lt 3000 ]; do echo line number $i of many words that fill a pipe; i=$((i + 1)); done'
    { "$PROCENARIO" run -- sh -c "$program" 2>complaint; echo $? >ended; } | (sleep 1; cat) >received
    [ "$(cat ended)" -eq 0 ]
    run ! grep 'cannot write' complaint
    [ "$(grep -ac 'line number' received)" -ge 3000 ]
}

@test "a program that is missing, or not one, is told with the shell's statuses" {
    procenario 0 run -- /nowhere/at/all
    holds "$output" "/nowhere/at/all: ENOENT"
    holds "$output" "exits with status 127"
    procenario 0 run -- /etc/passwd
    holds "$output" "/etc/passwd: EACCES"
    holds "$output" "exits with status 126"
}

@test "a program that closes its terminal is performed to its end" {
    procenario 0 run --quiet --trace trace.json -- sh -c 'echo hi; exec <&- >&- 2>&-; sleep 5; exit 4'
    holds "$(cat trace.json)" '"process": "main", "event": "exit", "status": 4'
    holds "$(tail -n 1 trace.json)" '"end": "completed", "duration_us": 5000000, "deterministic": true'
    [ "$(python3 "$top/tests/output_of.py" trace.json)" = hi ]
}

@test "kill -9 of the runner takes everybody along" {
    begin_run
    pgrep -f "sleep $mark" >pids # the runner, the shell and what it forked
    [ "$(wc -l <pids)" -ge 4 ]
    kill -KILL "$runner"
    # A descriptor of a process is readable once that has ended.
    cat >gone.py <<'PYTHON'
import os, select, sys
for pid in map(int, open("pids")):
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        continue
    if not select.select([descriptor], [], [], 20)[0]:
        sys.exit(f"{pid} lives on")
PYTHON
    python3 gone.py
}

@test "SIGINT, SIGTERM and SIGHUP end a run cleanly, and its trace" {
    for signal in INT:130 TERM:143 HUP:129; do
        begin_run
        kill -s "${signal%:*}" "$runner"
        status=0
        wait "$runner" || status=$?
        [ "$status" -eq "${signal#*:}" ]
        holds "$(cat report)" "interrupted by SIG${signal%:*}"
        holds "$(tail -n 1 trace.json)" '"end": "interrupted"'
        python3 "$top/tests/output_of.py" trace.json
        run pgrep -f "sleep $mark"
        [ -z "$output" ]
        rm ready
    done
}

@test "a program that stops itself is told at once" {
    procenario 1 run --quiet -- sh -c 'kill -STOP $$'
    holds "$output" "deadlock: main is stopped, and nobody will continue it"
}

@test "processes that wait for each other: who waits for what" {
    cat >circle.yaml <<'YAML'
processes:
  a: [{fork: b}, {wait: b}]
  b: [{fork: c}, {wait: c}]
  c: [pause]
YAML
    procenario 1 run --quiet circle.yaml
    holds "$output" "deadlock: a waits for b; b waits for b.c; b.c waits for a signal (pause)"
}

@test "a gigabyte of output is cut, and costs no memory" {
    cat >flood.yaml <<'YAML'
processes: {main: [{exec: [head, -c, 1GB, /dev/zero]}]}
YAML
    cat >memory.py <<'PYTHON'
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "MiB")
PYTHON
    run python3 memory.py "$PROCENARIO" run --quiet --trace trace.json flood.yaml
    holds "$output" "limit 'output': the output was cut after 16MiB"
    [ "${lines[-1]%% *}" -eq 1 ]
    if [ "${VARIANT:-plain}" = plain ]; then
        read -r _ size _ <<<"${lines[-1]}"
        [ "$size" -lt 64 ]
    fi
    [ "$(python3 "$top/tests/output_of.py" trace.json | wc -c)" -eq $((16 * 1024 * 1024)) ]
    holds "$(tail -n 1 trace.json)" '"end": "limit"'
}

@test "bytes that are no text come out of the trace as they went in" {
    python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 40 + b"\xc3\x28 \xf0\x9f\x98")' >bytes
    procenario 0 run --quiet --trace trace.json -- cat bytes
    python3 "$top/tests/output_of.py" trace.json | cmp - bytes
}
