#!/usr/bin/env bats
# Terminals and job control: what shells do with them, and what terminals do to programs. The small programs
# are tests/programs/terminal.c.

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}" "${PROGRAMS:=$BUILD/programs}"
    export LC_ALL=C
    cd "$BATS_TEST_TMPDIR" || return
}

# perform NAME [TIMELINE]: the lines on standard input must be the output of the program.
perform() {
    cat >expected
    printf 'processes: {main: [{exec: [%s, %s]}]}\n%s\n' "$PROGRAMS/terminal" "$1" "${2:-}" >it.yaml
    "$PROCENARIO" run --quiet --trace trace.json it.yaml >report 2>&1 || { cat report && return 1; }
    python3 "$top/tests/output_of.py" trace.json >actual
    diff -u expected actual
    grep -q '"end": "completed".*"deterministic": true' trace.json || { tail -n 1 trace.json && return 1; }
}

@test "a background process that nobody could continue cannot read the terminal" {
    perform orphan-reads <<<'the orphan: Input/output error'
}

@test "^Z's signal does nothing to a process that nobody could continue" {
    perform orphan-stops <<<'SIGTSTP stops nobody whom nobody can continue'
    grep -q '"event": "signal", "signal": "SIGTSTP", "action": "ignored"' trace.json
}

@test "a group in the foreground has the terminal when its leader is gone" {
    perform leaderless-foreground 'timeline: [{at: 5s, type: ^C}]' <<'END'
a reader in the background stopped by TTIN
the rest of the foreground killed by INT
END
    perform leaderless-foreground 'timeline: [{at: 5s, signal: SIGTERM, to: foreground}]' <<'END'
a reader in the background stopped by TTIN
the rest of the foreground killed by TERM
END
    grep -q '"process": "timeline", "event": "kill", "targets": \["main.1"\], "signal": "SIGTERM"' trace.json
}

@test "a terminal that closes tells the root, and once that has ended the foreground" {
    cat >hang-up.yaml <<YAML
processes: {main: [{exec: [sh, -c, 'exec "\$0" hung-up 3>notes', $PROGRAMS/terminal]}]}
names: {main.0: job}
timeline: [{at: 1s, close: terminal}]
expect:
  - exit: {main: 0, job: 0}
  - before: {first: {event: exit, process: main}, then: {event: signal, process: job, signal: SIGHUP}}
  - duration: 1s
YAML
    "$PROCENARIO" run hang-up.yaml
    diff - notes <<'END'
the job lives
read 0
write -1 Input/output error
a terminal: 0
END
    "$PROCENARIO" run --quiet --twice hang-up.yaml
}

@test "only a terminal can be closed as one" {
    printf 'stdio: pipe\nprocesses: {main: [exit]}\ntimeline: [{at: 1s, close: terminal}]\n' >pipe.yaml
    run -2 "$PROCENARIO" check pipe.yaml
    [[ $output == *"there is no terminal to close"*"'stdio' says something else"* ]]
}

@test "terminals and pipes are waited for alike where the host gives no copies of descriptors" {
    for name in features/trigger-when-awaits features/step-pipe classics/pipeline; do
        "$PROGRAMS/refuse" pidfd_getfd "$PROCENARIO" run --quiet --trace it.json "$top/scenarios/$name.yaml"
        diff <(sed 1d "$top/tests/golden/$name.json") <(sed 1d it.json) # notes stand in the first line
    done
}

# ---- shells --------------------------------------------------------------------------------------

# The same session at the terminal of each: no prompt is known, no time is guessed.
session() {
    cat >session.yaml <<'YAML'
params: {shell: sh -i}
processes:
  main: [{exec: [sh, -c, "exec ${shell}"]}]
names: {main: shell, shell.0: sleeper, shell.1: reader, shell.2: quitter, shell.3: loser, shell.4: last}
timeline:
  - {when: {process: shell, awaits: input}, type: sleep 100}
  - {after: 1s, type: ^Z}
  - {when: {process: shell, awaits: input}, type: bg}
  - {when: {process: shell, awaits: input}, type: fg}
  - {after: 1s, type: ^C}
  - {when: {process: shell, awaits: input}, type: cat &}
  - {when: {process: reader, state: stopped}, snapshot: true}
  - {when: {process: shell, awaits: input}, type: fg}
  - {when: {process: reader, awaits: input}, type: to the reader}
  - {when: {process: reader, awaits: input}, type: ^D}
  - {when: {process: shell, awaits: input}, type: sleep 200}
  - {after: 1s, type: '^\'}
  - {when: {process: shell, awaits: input}, type: sleep 300}
  - {after: 1s, signal: SIGTERM, to: foreground}
  - {when: {process: shell, awaits: input}, type: sleep 400 &}
  - {when: {process: shell, awaits: input}, type: echo "this" is typed}
  - {when: {process: shell, awaits: input}, close: terminal}
expect:
  - exit: {sleeper: SIGINT, reader: 0, quitter: SIGQUIT, loser: SIGTERM}
  - exit: {shell: SIGHUP}
  - signals: {of: sleeper, delivered: [SIGTSTP, SIGCONT, SIGINT]}
  - before:
      first: {event: signal, process: reader, signal: SIGTTIN}
      then: {event: output, process: reader, text: to the reader}
  - output: {of: shell, contains: "this is typed"}
  - reaped: {sleeper: shell, reader: shell, quitter: shell, loser: shell}
YAML
    "$PROCENARIO" run --set "shell=$1" --trace 1.json session.yaml
    "$PROCENARIO" run --quiet --set "shell=$1" --trace 2.json session.yaml
    cmp 1.json 2.json
}

@test "a session with bash that edits its lines" { session "bash --norc --noprofile -i"; }
@test "a session with bash that does not edit" { session "bash --norc --noprofile --noediting -i"; }
@test "a session with dash" { session "dash -i"; }
@test "a session with busybox sh" { session "busybox sh -i"; }

@test "every fact of the program is held here" {
    run --separate-stderr "$PROGRAMS/terminal"
    # shellcheck disable=SC2154 # set by `run --separate-stderr`
    mapfile -t names < <(sed -n 's/^  //p' <<<"$stderr")
    [ "${#names[@]}" -gt 3 ]
    for name in "${names[@]}"; do
        grep -qE "(perform|0\") $name( |\$)" "$BATS_TEST_FILENAME" || { echo "$name is held by no test" && return 1; }
    done
}
