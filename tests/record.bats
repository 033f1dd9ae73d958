#!/usr/bin/env bats
# What `procenario record` writes must hold when it is run: for any program that does the same each time, and for
# what came from outside while it ran.
# shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`
# shellcheck disable=SC2016 # dollars are for other shells

bats_require_minimum_version 1.8.0

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${PROCENARIO:=${BUILD:-$top/build}/procenario}"

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
}

# Records the command, with nothing to read, and runs what was written.
recorded() {
    run --separate-stderr "$PROCENARIO" record -q -o r.yaml -- "$@" </dev/null
    [ "$status" -eq 0 ] || {
        printf 'record %s: status %s\n%s\n' "$*" "$status" "$stderr"
        return 1
    }
    run "$PROCENARIO" run -q r.yaml </dev/null
    [ "$status" -eq 0 ] || {
        printf 'run: status %s\n%s\n' "$status" "$output"
        cat r.yaml
        return 1
    }
}

has() { # LINE…: r.yaml has it, whatever its indentation
    local line
    for line; do
        sed 's/^ *//' r.yaml | grep -qxF -- "$line" || {
            printf 'no line "%s" in:\n' "$line"
            cat r.yaml
            return 1
        }
    done
}

# The scenario stands elsewhere than the program ran: it must find it all the same.
@test "every program of the tutorial" {
    for program in "$top"/scenarios/tutorial/*.py; do
        # Nobody is here to send what these wait for.
        ! grep -q '^timeline:' "${program%.py}.yaml" 2>/dev/null || continue
        mkdir -p elsewhere
        cd "${program%/*}" || return 1
        "$PROCENARIO" record -q -o "$BATS_TEST_TMPDIR/elsewhere/r.yaml" -- python3 "${program##*/}" </dev/null
        cd "$BATS_TEST_TMPDIR" || return 1
        "$PROCENARIO" run -q elsewhere/r.yaml
        ! grep -q '^ *# - ' elsewhere/r.yaml || return 1
    done
}

@test "a zombie: names, states, reaping, output and duration" {
    cp "$top/scenarios/tutorial/zombie.py" .
    recorded python3 zombie.py
    has 'main.0: child' 'main.1: ps' '- tree: {main: [child, ps]}' 'child: SIGKILL' 'child: main' \
        '- at: 7s' 'state: {child: zombie}' '- "in parent process"' '- duration: 10s' \
        '- exec: [python3, zombie.py]'
}

@test "pipelines, and programs of the same name" {
    recorded bash -c 'seq 9 | sort -r | head -2 | cat; sleep 1 & sleep 2; wait'
    has 'main.0: seq' 'main.1: sort' 'main.2: head' 'main.4: sleep.0' 'main.5: sleep.1' \
        '- duration: 2s'
}

@test "job control: stopped, continued and killed" {
    recorded bash -c 'set -m; sleep 10 & sleep 20 & kill -STOP %1; sleep 1; kill -CONT %1; kill %2; wait'
    has 'state: {sleep.0: stopped}' 'sleep.1: SIGTERM' \
        '- signals: {of: sleep.0, delivered: [SIGSTOP, SIGCONT]}'
}

@test "orphans and daemons" {
    cat >daemon.py <<'PY'
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3)
        print("still here")
        os._exit(0)
    os._exit(0)
os.wait()
PY
    recorded python3 daemon.py
    has 'main.0: child' 'child.0: grandchild' '- orphans: [grandchild]' 'grandchild: init'
}

@test "children that nobody waits for" {
    recorded bash -c 'trap "" CHLD; sleep 1 & sleep 2; exit 3'
    recorded sh -c 'sleep 1 & exit 7'
    has 'main: 7' '- orphans: [sleep]'
}

@test "scripts give their children their names" {
    mkdir scripts
    printf 'import sys\nsys.exit(4)\n' >scripts/worker.py
    printf '#!/bin/sh\nsleep 1\n' >"scripts/odd name!.sh"
    chmod +x scripts/*.sh
    cp "$(command -v sleep)" all
    recorded sh -c 'python3 scripts/worker.py; "scripts/odd name!.sh"; ./all 1; python3 -c pass; true'
    has 'main.0: worker' 'worker: 4' 'main.1: oddname' 'main.3: python3' 'main.2: child'
}

@test "standard error is kept apart" {
    recorded python3 -c 'import sys
print("out"); print("err", file=sys.stderr); print("more"); sys.exit(3)'
    has 'stream: stdout' 'stream: stderr' '- out' '- err' '- exit: {main: 3}'
}

@test "odd output: no newline, controls, bytes that are not text, and very much" {
    recorded printf 'no newline'
    has 'text: "no newline"'
    recorded printf '\033[31mred\033[0m\r\n\ta\a\v\n'
    recorded printf '\377\376\000\n'
    recorded printf '\377\376\nafter\n'
    has '- after'
    recorded seq 1000
    has 'contains:' '- "1"' '- "1000"'
    recorded sh -c 'head -c 300000 /dev/zero | tr "\0" x'
    recorded true
    has 'text: ""'
    recorded printf '%s\n' '${name} $${x} $x'
}

@test "odd arguments" {
    recorded printf '%s|' "it's" 'a "b"' $'new\nline' 'üñí 进程' '${name}' '$${x}' '' '-' '--' '~' null \
        yes '*a' '&b' '!c' '#d' '%e' '@f' '`g`' '{h}' '[i]' 'a: b' 'a #b' 1:30 010 ' x ' $'\e[1m' 'a,b'
    recorded printf '%s|' $'\xff\xfe' "a b" "it's" ''
    recorded sh -c 'exit $#' -- '${index}' '$'
}

@test "ends by signals, and programs that cannot be executed" {
    recorded sh -c 'kill -SEGV $$'
    has '- exit: {main: SIGSEGV}'
    recorded sh -c 'kill -KILL $$'
    run ! grep '^timeline' r.yaml # it was the program itself
    recorded sh -c 'sleep 1; sleep 9 & kill -KILL 0'
    run ! grep '^timeline' r.yaml
    recorded no-such-program
    has '- exit: {main: 127}'
    mkdir other
    "$PROCENARIO" record -q -o other/r.yaml -- no-such-program </dev/null
    "$PROCENARIO" run -q other/r.yaml
}

@test "handlers, ignored signals and alarms" {
    recorded sh -c 'trap "echo caught" USR1; kill -USR1 $$; trap "" TERM; kill $$; echo alive'
    has '- signals: {of: main, caught: [SIGUSR1], ignored: [SIGTERM]}'
    recorded timeout 5 sleep 100
    has 'main: 124' '- duration: 5s'
}

@test "many processes, and deep ones" {
    recorded python3 -c 'import os
for i in range(60):
    if os.fork() == 0: os._exit(i % 3)
for i in range(60): os.wait()'
    has '- forks: 60'
    recorded python3 -c 'import os
def f(n):
    if n and os.fork() == 0:
        f(n - 1); os._exit(n)
    if n: os.wait()
f(30)'
}

@test "forks that fail" {
    recorded python3 -c 'import os, resource
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
try:
    if os.fork() == 0: os._exit(0)
    os.wait()
except BlockingIOError as error:
    print(error)'
}

@test "what standard input holds is typed when the program waits for it" {
    printf 'one\ntwo words\nlast' >input
    "$PROCENARIO" record -q -o r.yaml -- \
        bash -c 'sleep 1; read x; echo "got $x"; read -t 5 x; echo "got $x"; cat' <input
    has '- when: {process: main, state: sleeping, times: 2}' 'type: one' 'type: "two words"' \
        'type: last' 'close: stdin' '- "got two words"' '- last' '- duration: 1s'
    "$PROCENARIO" run -q r.yaml </dev/null
}

@test "a run that is not reproducible is said to be so, and only what is safe is expected" {
    run --separate-stderr "$PROCENARIO" record -q -o r.yaml -- python3 -c 'import threading
t = threading.Thread(target=print, args=("x",)); t.start(); t.join()' </dev/null
    [ "$status" -eq 0 ]
    [[ $stderr == *"not reproducible: main has threads"* ]]
    has '# - main has threads' '- exit: {main: 0}' '# - output:'
    "$PROCENARIO" run -q r.yaml
}

@test "a deadlock is recorded as one" {
    run --separate-stderr "$PROCENARIO" record -q -o r.yaml -- \
        python3 -c 'import signal; print("hi", flush=True); signal.pause()' </dev/null
    [ "$status" -eq 1 ]
    [[ $stderr == *"everybody waits"* ]]
    has '# The run ended in a deadlock, and '"'procenario run'"' will say the same of' '- hi'
    run "$PROCENARIO" run -q r.yaml
    [ "$status" -eq 1 ]
    [[ $output != *"✗"* && $output != *"FAIL"* ]]
}

@test "without -o the scenario goes to standard output, and what the program writes to standard error" {
    run --separate-stderr "$PROCENARIO" record --title 'a "title"' -- echo hello </dev/null
    [ "$status" -eq 0 ]
    [ "$stderr" = hello ]
    printf '%s\n' "$output" >r.yaml
    has 'title: "a \"title\""' '- exec: [echo, hello]'
    "$PROCENARIO" check -q r.yaml
    run --separate-stderr "$PROCENARIO" record -o r.yaml -- echo hello </dev/null
    [ "$output" = hello ]
}

@test "a scenario names the way to the folder where the program ran" {
    mkdir -p a/b c
    printf 'echo here\n' >c/x.sh
    cd c || return 1
    "$PROCENARIO" record -q -o ../a/b/r.yaml -- sh x.sh </dev/null
    "$PROCENARIO" record -q -- sh x.sh >../a/s.yaml </dev/null
    cd / || return 1
    "$PROCENARIO" run -q "$BATS_TEST_TMPDIR/a/b/r.yaml" "$BATS_TEST_TMPDIR/a/s.yaml"
    cd "$BATS_TEST_TMPDIR" || return 1
    grep -q 'exec: \[env, -C, "\?../../c"\?, sh, x.sh\]' a/b/r.yaml
}

@test "usage, and a file that cannot be written" {
    run "$PROCENARIO" record
    [ "$status" -eq 2 ]
    run "$PROCENARIO" record echo
    [ "$status" -eq 2 ]
    run "$PROCENARIO" record --schedule nonsense -- true
    [ "$status" -eq 2 ]
    run "$PROCENARIO" record -q -o no/such/folder/r.yaml -- true
    [ "$status" -eq 3 ]
}

# ---- somebody takes part: session.py gives record a terminal, types, presses keys and sends signals ----

session() { # STEPS ARGUMENT…
    /usr/bin/python3 "$top/tests/session.py" "$PROCENARIO" "$@" 3>&-
}

@test "lines that a person types" {
    session 'type hello; type world; end' record -q -o r.yaml -- bash -c 'read x; echo $x; cat'
    has 'type: hello' 'type: world' 'close: stdin' '- hello' '- world'
    "$PROCENARIO" run -q r.yaml
}

@test "the first ^C is the program's" {
    session 'await ready; key' record -o r.yaml -- \
        bash -c 'trap "echo bye; exit 3" INT; echo ready; read x'
    has 'type: "^C"' '- bye' '- exit: {main: 3}'
    "$PROCENARIO" run -q r.yaml
}

@test "the second ^C ends the recording: the rest is killed, and that is recorded" {
    session 'await ready; key; await int; key' record -o r.yaml -- \
        bash -c 'trap "echo int" INT; echo ready; while :; do read x; done'
    has 'type: "^C"' 'signal: SIGKILL' '- int' '- exit: {main: SIGKILL}'
    "$PROCENARIO" run -q r.yaml
}

@test "^Z and ^\\ are the program's, too" {
    session 'await ready; key Z; await asked to stop; key \; await asked to quit' record -o r.yaml -- \
        python3 -c 'import signal, sys
keys = {signal.SIGTSTP, signal.SIGQUIT}
signal.pthread_sigmask(signal.SIG_BLOCK, keys)
print("ready", flush=True)
if signal.sigwait(keys) == signal.SIGTSTP: print("asked to stop", flush=True)
if signal.sigwait(keys) == signal.SIGQUIT: print("asked to quit", flush=True)
sys.exit(3)'
    has 'type: "^Z"' 'type: "^\\"' '- "asked to stop"' '- exit: {main: 3}'
    "$PROCENARIO" run -q r.yaml
}

@test "a program that ^Z stops goes on when somebody sends it SIGCONT" {
    session 'await ready; key Z; send CONT; key' record -o r.yaml -- sh -c 'echo ready; exec cat'
    has 'type: "^Z"' 'signal: SIGCONT' 'type: "^C"' '- exit: {main: SIGINT}'
    "$PROCENARIO" run -q r.yaml
}

@test "^C to a program whose time flies" {
    session 'await ready; key' record -o r.yaml -- \
        python3 -c 'import time
print("ready", flush=True)
while True: time.sleep(.001)'
    has 'type: "^C"' '- exit: {main: SIGINT}'
    "$PROCENARIO" run -q r.yaml
}

@test "signals from outside the run" {
    session 'await ready; send USR1; await usr1; type x; await got; send KILL' record -o r.yaml -- \
        bash -c 'trap "echo usr1" USR1; echo ready; while read x; do echo "got $x"; done'
    has 'signal: SIGUSR1' 'type: x' 'signal: SIGKILL' '- usr1' '- exit: {main: SIGKILL}'
    "$PROCENARIO" run -q r.yaml
}

@test "signals on the real clock" {
    session 'await ready; send STOP; send CONT; send TERM' record --clock real -o r.yaml -- \
        bash -c 'echo ready; exec sleep 1000'
    has 'clock: real' 'signal: SIGSTOP' 'signal: SIGCONT' 'signal: SIGTERM' '- exit: {main: SIGTERM}'
}
