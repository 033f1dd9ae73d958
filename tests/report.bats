#!/usr/bin/env bats
# Reports: the forms in which people and programs are told what happened.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    export LC_ALL=C
    unset CLICOLOR_FORCE
    cd "$BATS_TEST_TMPDIR" || return
    cat >mixed.yaml <<'YAML'
title: 'Signals #1 \ <two> & "three"'
processes:
  parent:
    - fork: child
    - print: "caf\u00e9 \e[31m\uffff]]>"
    - error: on stderr
    - sleep: 1s
    - kill: child
    - wait: child
  child:
    - pause
expect:
  - forks: 1
    points: 1
  - exit: {child: 0}
    points: 2.5
    hint: handle SIGTERM
  - at: 500ms
    state: {child: stopped}
YAML
    cat >good.yaml <<'YAML'
title: Nothing to complain about
processes: {parent: [print: hello]}
expect: [output: {lines: [hello]}]
YAML
}

# report STATUS ARG...: runs, and has the report in the file `report`.
report() {
    local wanted=$1
    shift
    run --separate-stderr "$PROCENARIO" run "$@"
    # shellcheck disable=SC2154 # bats sets it
    printf '%s\n' "$output" "$stderr"
    printf '%s\n' "$output" >report
    [ "$status" -eq "$wanted" ]
}

@test "of several outcomes, none of which came, each is told with what was seen instead" {
    cat >any.yaml <<'YAML'
processes:
  parent: [{fork: child}, {wait: child}, {exit: 3}]
  child: [{print: hi}, {sleep: 2s}]
expect:
  - any: [{exit: {parent: 3}}, {output: ""}]
  - any:
      - output: {of: child, lines: [ho]}
      - exit: {child: 4}
        at: 1s
    name: one of two
  - any: [{forks: 2}]
YAML
    report 1 any.yaml
    sed -n '/^  ok any/,$p' report | sed '/^note: .*procenario doctor/d' | diff - <(cat <<'TEXT'
  ok any: [{exit: {parent: 3}}, {output: ""}]
  FAIL one of two
      expected  one of (1) child writes the line "ho"; (2) child ends with
                status 4 by 1s
      seen      (1) line 1 is "hi" instead of "ho"; (2) child had not ended: it
                was sleeping from 0s on
      event 4   0.000 s  child writes "hi\n"
      event 5   0.000 s  child sleeps for 2s
  FAIL any: [{forks: 2}]
      expected  2 forks by all processes together
      seen      1 fork by all processes together
      event 2   0.000 s  parent forks child
ended after 2s; 1 of 3 expectations holds
TEXT
    )
    # Cut off before one of them could be judged: that is said once, behind all.
    echo 'limits: {time: 500ms}' >>any.yaml
    report 1 any.yaml
    grep -qF '? one of two' report
    sed -n '/one of two/,/event/p' report | tr -s ' \n' ' ' |
        grep -qF 'sleeping from 0s on; the run was cut off by a limit event'
}

@test "JSON says what kind of point each expectation is" {
    cat >kinds.yaml <<'YAML'
processes: {main: [{print: hello}]}
expect:
  - output: {lines: [hello]}
  - exit: {main: 0}
  - output: {contains: hello}
    about: behaviour
  - any: [{output: ""}, {output: {contains: hello}}]
  - any: [{output: ""}, {exit: {main: 0}}]
  - exit: {main: 0}
    about: wording
YAML
    report 0 --format json kinds.yaml
    python3 - report <<'PY'
import json, sys
kinds = [e["about"] for e in json.load(open(sys.argv[1]))["scenarios"][0]["expectations"]]
assert kinds == "wording behaviour behaviour wording behaviour wording".split(), kinds
PY
}

@test "text tells each event in words and what does not hold" {
    report 1 mixed.yaml
    sed -i '/^note: .*procenario doctor/d' report # there only where the host allows less
    diff - report <<'TEXT'
Signals #1 \ <two> & "three"
  0.000 s  parent  starts
  0.000 s  parent  forks child
  0.000 s  child   waits for a signal
  0.000 s  parent  | café \x1b[31m￿]]>
  0.000 s  parent  | (stderr) on stderr
  0.000 s  parent  sleeps for 1s
  1.000 s  parent  sends SIGTERM to child
  1.000 s  parent  waits for child
  1.000 s  child   is hit by SIGTERM (from parent)
  1.000 s  child   is killed by SIGTERM
  1.000 s  parent  reaps child (SIGTERM)
  1.000 s  parent  exits with status 0

  ok forks: 1 (1 point)
  FAIL exit: {child: 0} (2.5 points)
      expected  child ends with status 0
      seen      child was killed by SIGTERM
      event 11  1.000 s  child is killed by SIGTERM
      hint      handle SIGTERM
  FAIL at 500ms: state: {child: stopped}
      expected  child is stopped at 500ms
      seen      child was sleeping from 0s on
      event 3   0.000 s  child waits for a signal
ended after 1s; 1 of 3 expectations holds, 1 of 3.5 points
TEXT
}

@test "text marks with signs where the locale is UTF-8" {
    LC_ALL=C.UTF-8 report 1 mixed.yaml
    grep -q '^  ✓ forks: 1' report
    grep -q '^  ✗ exit: ' report
    grep -q '│ (stderr) on stderr' report
}

@test "text is coloured on request only, and each process has its own colour" {
    report 1 mixed.yaml
    run ! grep -q $'\033' report
    CLICOLOR_FORCE=1 report 1 mixed.yaml
    grep -q $'\033\\[36mparent\033\\[0m' report
    grep -q $'\033\\[33mchild\033\\[0m' report
    # What a program writes never reaches the terminal as a control sequence.
    grep -qF 'café \x1b[31m' report
}

@test "quiet text says only what does not hold" {
    report 0 --quiet good.yaml
    [ -z "$output" ]
    report 1 --quiet mixed.yaml good.yaml
    run ! grep -q 'forks\|sleeps\|Nothing' report
    grep -q 'FAIL exit' report
}

@test "text sums several scenarios up" {
    report 1 mixed.yaml good.yaml
    [ "${lines[-1]}" = "1 of 2 scenarios as expected" ]
}

@test "text tells of a deadlock, and that nothing could be judged after a limit" {
    cat >deadlock.yaml <<'YAML'
processes: {parent: [pause]}
expect: [exit: {parent: 0}]
YAML
    report 1 deadlock.yaml
    grep -q '^deadlock: .*; 0 of 1 expectation holds' report
    cat >limit.yaml <<'YAML'
processes: {parent: [forever: [sleep: 1s]]}
limits: {time: 5s}
expect: [never: {event: exit}]
YAML
    report 1 limit.yaml
    grep -q "^limit 'time': " report
    grep -q '^  ? never: ' report
    grep -q 'the run was cut off by a limit before this could be judged' report
}

@test "json holds the outcome and the verdicts" {
    report 1 --format json mixed.yaml good.yaml
    python3 - report <<'PYTHON'
import json, sys

report = json.load(open(sys.argv[1], encoding="utf-8"))
assert report["procenario"] == 1 and report["holds"] is False
mixed, good = report["scenarios"]
assert mixed["title"] == 'Signals #1 \\ <two> & "three"' and mixed["file"] == "mixed.yaml"
assert mixed["end"] == "completed" and mixed["duration_us"] == 1000000 and mixed["events"] > 9
assert mixed["deterministic"] is True and mixed["reasons"] == []
assert [e["holds"] for e in mixed["expectations"]] == [True, False, False]
assert mixed["expectations"][1]["points"] == 2.5
assert mixed["expectations"][1]["hint"] == "handle SIGTERM"
assert mixed["expectations"][1]["seen"] == "child was killed by SIGTERM"
assert good["holds"] is True and good["expectations"][0]["evidence"] == []
PYTHON
}

@test "tap has a point an expectation and one for the end of the run" {
    report 1 --format tap mixed.yaml good.yaml
    [ "${lines[0]}" = "TAP version 14" ]
    [ "${lines[-1]}" = "1..6" ]
    grep -qF 'ok 2 - Signals \#1 \\ <two> & "three": forks: 1' report
    grep -q '^not ok 3 - .*: exit: {child: 0}$' report
    [ "$(grep -c '^ok ' report)" -eq 4 ]
    [ "$(grep -c '^not ok ' report)" -eq 2 ]
    # What stands between --- and ... is YAML.
    python3 - report <<'PYTHON'
import sys, yaml

blocks = open(sys.argv[1], encoding="utf-8").read().split("  ---\n")[1:]
first = yaml.safe_load(blocks[0].split("  ...\n")[0])
assert first["found"] == "child was killed by SIGTERM", first
assert first["at"] == {"file": "mixed.yaml", "line": 15}, first
assert first["events"] == [11] and first["hint"] == "handle SIGTERM", first
assert len(blocks) == 2
PYTHON
}

@test "junit is XML whatever was written" {
    report 1 --format junit mixed.yaml good.yaml
    python3 - report <<'PYTHON'
import sys
import xml.etree.ElementTree as ElementTree

suites = ElementTree.parse(sys.argv[1]).getroot()
assert suites.attrib["tests"] == "6" and suites.attrib["failures"] == "2", suites.attrib
assert suites.attrib["errors"] == "0" and suites.attrib["time"] == "1.000000", suites.attrib
mixed = suites[0]
assert mixed.attrib["name"] == 'Signals #1 \\ <two> & "three"'
cases = mixed.findall("testcase")
assert [len(case.findall("failure")) for case in cases] == [0, 0, 1, 1]
assert cases[2].attrib["line"] == "15"
assert "hint: handle SIGTERM" in cases[2].find("failure").text
assert mixed.find("system-out").text == "caf\u00e9 [31m]]>\non stderr\n", mixed.find("system-out").text
PYTHON
}

@test "an author's text steers no terminal and breaks no document" {
    cat >controls.yaml <<'YAML'
title: "\x1b[31m \x90 \x7f \uFFFE"
processes: {parent: [print: x]}
expect:
  - output: {matches: "\x9b\x7f"}
    name: "\x9b31m\nname"
    hint: "\x90 \uFFFF\x7f"
YAML
    for format in text tap json; do
        report 1 --format "$format" controls.yaml
        run ! grep -aqP '\x1b|\xc2[\x80-\x9f]|\x7f' report
    done
    report 1 --format json controls.yaml
    python3 -c 'import json; assert json.load(open("report"))["scenarios"][0]["expectations"][0]["hint"] == "\x90 \uffff\x7f"'
    report 1 --format junit controls.yaml
    python3 -c 'import xml.etree.ElementTree as tree; tree.parse("report")'
    report 1 --format tap controls.yaml
    [ "$(grep -c '^not ok ' report)" -eq 1 ]
    python3 - report <<'PYTHON'
import sys, yaml

text = open(sys.argv[1], encoding="utf-8").read()
block = yaml.safe_load(text.split("  ---\n")[1].split("  ...\n")[0])
assert block["hint"] == "\x90 \uffff\x7f", block
PYTHON
}

@test "the number of a late event stands apart from its words" {
    cat >late.yaml <<'YAML'
processes: {parent: [{repeat: 6000, do: [{print: x}]}]}
expect: [exit: {parent: 1}]
YAML
    report 1 late.yaml
    grep -qx '      event 6002  0.000 s  parent exits with status 0' report
    sed -i 's/6000/12000/' late.yaml
    report 1 late.yaml
    grep -qx '      event 12002  0.000 s  parent exits with status 0' report
}

@test "a verdict quotes long output in part" {
    {
        echo "processes: {parent: [print: $(printf 'é%.0s' {1..500})]}"
        echo 'expect: [never: {event: output}, output: {contains: e}, output: {lines: []}]'
    } >long.yaml
    report 1 --format json long.yaml
    python3 - report <<'PYTHON'
import json, sys

found = json.load(open(sys.argv[1], encoding="utf-8"))["scenarios"][0]["expectations"]
assert len(found) == 3
for verdict in found:
    assert "é" * 70 in verdict["seen"] and "…" in verdict["seen"], verdict
    assert len(verdict["seen"]) < 150 and "\\x" not in verdict["seen"], verdict
PYTHON
}

@test "a report that cannot be written is told" {
    for format in text json tap junit; do
        run bash -c '"$0" run --format "$1" mixed.yaml >/dev/full' "$PROCENARIO" "$format"
        echo "$format: $status $output"
        [ "$status" -eq 3 ]
        [[ $output == *"cannot write the report"* ]]
    done
}
