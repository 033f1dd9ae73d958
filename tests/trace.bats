#!/usr/bin/env bats
# Traces: what the writer writes is what the schema and the documentation say.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}" "${UNIT:=$BUILD/unit}"
    export LC_ALL=C
    cat >"$BATS_TEST_TMPDIR/killed.yaml" <<'YAML'
title: A killed child
processes:
  parent:
    - fork: child
    - sleep: 5s
    - kill: {process: child, signal: SIGKILL}
    - ps
    - wait: child
  child:
    - forever:
        - print: at work
        - sleep: 1s
expect:
  - forks: 1
  - exit: {child: SIGKILL}
  - output: {of: child, contains: at rest}
    hint: look again
YAML
}

# valid FILE...: each is a trace as the schema has it.
valid() {
    /usr/bin/python3 - "$top/schema/trace.schema.json" "$@" <<'PYTHON'
import json, sys
import jsonschema

with open(sys.argv[1]) as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
wrong = False
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        trace = json.load(file)
    numbers = [event["n"] for event in trace["events"]]
    if numbers != list(range(1, len(numbers) + 1)):
        print(f"{path}: the events are not numbered from 1 without gaps")
        wrong = True
    for error in validator.iter_errors(trace):
        print(f"{path}: {list(error.path)}: {error.message}")
        wrong = True
sys.exit(wrong)
PYTHON
}

@test "the trace of a run is valid" {
    run "$PROCENARIO" run --trace "$BATS_TEST_TMPDIR/trace" "$BATS_TEST_TMPDIR/killed.yaml"
    [ "$status" -eq 1 ]
    valid "$BATS_TEST_TMPDIR/trace"
}

@test "a trace with every kind of event is valid" {
    "$UNIT/trace" "$BATS_TEST_TMPDIR/trace"
    [ "$(grep -c '^{"n"' "$BATS_TEST_TMPDIR/trace")" -ge 30 ]
    valid "$BATS_TEST_TMPDIR/trace"
}

@test "every golden trace is valid" {
    set -- "$top"/tests/golden/*/*.json
    [ $# -ge 80 ]
    valid "$@"
}

@test "a run that is cut off leaves a valid trace" {
    sed -i 's/^title:.*/&\nlimits: {time: 2s}/' "$BATS_TEST_TMPDIR/killed.yaml"
    run "$PROCENARIO" run --trace "$BATS_TEST_TMPDIR/trace" "$BATS_TEST_TMPDIR/killed.yaml"
    [ "$status" -eq 1 ]
    valid "$BATS_TEST_TMPDIR/trace"
    grep -q '^"end": "limit"' "$BATS_TEST_TMPDIR/trace"
    grep -q '"judged": false' "$BATS_TEST_TMPDIR/trace"
}

@test "the states in a snapshot follow from the events, as the documentation says" {
    cat >"$BATS_TEST_TMPDIR/states.yaml" <<'YAML'
processes:
  parent:
    - fork: sleeper
    - fork: catcher
    - fork: careless
    - fork: brief
    - sleep: 6s
    - ps
    - wait: all
  sleeper: [{sleep: 7s}]
  catcher:
    - on: SIGUSR1
      do: [{sleep: 1s}]
    - pause
    - pause
  careless: [{ignore: SIGTERM}, pause]
  brief: [{sleep: 1s}]
timeline:
  - {at: 500ms, snapshot: true}
  - {at: 2s, signal: SIGSTOP, to: sleeper}
  - {at: 2s, signal: SIGUSR1, to: catcher}
  - {at: 2s, signal: SIGTERM, to: careless}
  - {at: 2500ms, snapshot: true}
  - {at: 3500ms, signal: SIGSTOP, to: catcher}
  - {at: 4s, snapshot: true}
  - {at: 4500ms, signal: SIGCONT, to: sleeper}
  - {at: 5s, snapshot: true}
  - {at: 6500ms, signal: SIGKILL, to: catcher}
  - {at: 6500ms, signal: SIGKILL, to: careless}
  - {at: 6800ms, snapshot: true}
YAML
    "$PROCENARIO" run --quiet --trace "$BATS_TEST_TMPDIR/states" "$BATS_TEST_TMPDIR/states.yaml"
    python3 - "$BATS_TEST_TMPDIR/states" "$top"/tests/golden/*/*.json <<'PYTHON'
import json, sys

asleep_still = {"snapshot", "note", "limit", "deadlock"}  # told of a process, not done by it
wrong, seen = 0, set()
for path in sys.argv[1:]:
    state, before = {}, {}
    for event in json.load(open(path, encoding="utf-8"))["events"]:
        process, kind = event["process"], event["event"]
        if kind == "snapshot":
            told = {row["process"]: row["state"] for row in event["table"]}
            seen.update(told.values())
            if told != state:
                print(f"{path}: event {event['n']}: {told} instead of {state}")
                wrong += 1
        if process in state:
            if kind in ("block", "exit"):
                state[process] = "sleeping" if kind == "block" else "zombie"
            elif kind == "stop":
                before[process], state[process] = state[process], "stopped"
            elif kind == "continue":
                state[process] = before[process]
            elif kind == "signal":
                if event["action"] == "caught":
                    state[process] = "running"
            elif kind not in asleep_still and not event.get("auto"):
                state[process] = "running"
        if kind in ("start", "fork") and "error" not in event:
            state[event.get("child", process)] = "running"
        if kind == "reap":
            state.pop(event["child"], None)
assert seen == {"running", "sleeping", "stopped", "zombie"}, seen
sys.exit(wrong > 0)
PYTHON
}

@test "an argument that is not UTF-8 is told to its end" {
    trace=$BATS_TEST_TMPDIR/trace
    "$PROCENARIO" run --trace "$trace" -- printf $'b\xffe\n' one >"$BATS_TEST_TMPDIR/told"
    valid "$trace"
    grep -F '"argv": ["printf", "b\\xffe\\n", "one"]' "$trace"
    grep -F 'executes printf b\xffe\n one' "$BATS_TEST_TMPDIR/told"
}

@test "an argument that is cut is cut between characters" {
    trace=$BATS_TEST_TMPDIR/trace
    "$PROCENARIO" run --trace "$trace" -- true "$(printf 'x%.0s' {1..4094})äx" >/dev/null
    grep -F "xx\"]}" "$trace"
    run ! grep -F '\xc3' "$trace"
}

@test "signals without a name are told by number, and such a trace replays" {
    trace=$BATS_TEST_TMPDIR/trace
    program='import ctypes, os
for number in (100, -1, 33):
    ctypes.CDLL(None).kill(os.getpid(), number)'
    "$PROCENARIO" run --trace "$trace" -- python3 -c "$program" >/dev/null
    valid "$trace"
    grep -F '"signal": "SIG100", "error": "EINVAL"' "$trace"
    grep -F '"signal": "SIG-1", "error": "EINVAL"' "$trace"
    grep -F '"event": "exit", "signal": "SIG33"' "$trace"
    "$PROCENARIO" run --schedule "replay:$trace" --trace "$trace.again" -- python3 -c "$program" >/dev/null
    diff <(tail -n +2 "$trace") <(tail -n +2 "$trace.again")
}

@test "the schema refuses what is no trace" {
    "$PROCENARIO" run --trace "$BATS_TEST_TMPDIR/trace" "$BATS_TEST_TMPDIR/killed.yaml" || true
    for change in 's/"event": "start"/"event": "dance"/' 's/"child": "child", //' \
        's/"signal": "SIGKILL"/"signal": 9/' 's/"clock": "virtual"/"clock": "slow"/'; do
        sed "$change" "$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/wrong"
        run ! valid "$BATS_TEST_TMPDIR/wrong"
    done
}

@test "two runs give the same trace" {
    for i in 1 2; do
        "$PROCENARIO" run --trace "$BATS_TEST_TMPDIR/$i" "$BATS_TEST_TMPDIR/killed.yaml" || true
    done
    cmp "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
}

@test "header, schema and documentation know the same kinds of events" {
    sed -n 's/^    X(EVENT_[A-Z]*, "\([a-z]*\)").*/\1/p' "$top/src/trace/trace.h" | sort >"$BATS_TEST_TMPDIR/code"
    [ -s "$BATS_TEST_TMPDIR/code" ]
    grep -o '#/definitions/event_[a-z]*' "$top/schema/trace.schema.json" | sed 's/.*_//' | sort >"$BATS_TEST_TMPDIR/schema"
    sed -n '/^| kind |/,/^$/s/^| `\([a-z]*\)` .*/\1/p' "$top/docs/trace.md" | sort >"$BATS_TEST_TMPDIR/docs"
    diff "$BATS_TEST_TMPDIR/code" "$BATS_TEST_TMPDIR/schema"
    diff "$BATS_TEST_TMPDIR/code" "$BATS_TEST_TMPDIR/docs"
}
