#!/usr/bin/env bats
# Pages: `report` writes a run as HTML. Where there is a browser, they are clicked through.
# shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    export LC_ALL=C
    zombie=$top/tests/golden/tutorial/zombie.json
    cd "$BATS_TEST_TMPDIR" || return
}

report() {
    "$PROCENARIO" report "$@"
}

# Checks the page and compares its body with the golden; to renew goldens: RENEW=1.
outline() {
    PYTHONIOENCODING=utf-8 python3 "$top/tests/page/outline.py" "$1" >body
    [ "${RENEW:-}" != 1 ] || cp body "$top/tests/page/$2"
    diff -u "$top/tests/page/$2" body
}

# browse CHECK PAGE: what tests/browser/page.cjs knows to do with a page.
browse() {
    [ -e "$BUILD/browser/complete" ] || skip "needs Chromium, Node.js and npm's packages"
    export NODE_PATH=$BUILD/browser/node_modules
    HOME=$BATS_TEST_TMPDIR node "$top/tests/browser/page.cjs" "$@"
}

# ---- what is written --------------------------------------------------------------------------

@test "a page is well built, closed to the world, and tells of the run" {
    report "$zombie" -o page.html
    outline page.html zombie.en.txt
    grep -q '<html lang="en">' page.html
    grep -qF '<title>A killed child stays a zombie until its parent reaps it</title>' page.html
}

@test "a page in Chinese" {
    report "$zombie" --lang zh -o page.html
    outline page.html zombie.zh.txt
    grep -q '<html lang="zh">' page.html
}

@test "hostile titles, names and output stay text" {
    report "$top/tests/page/odd.json" -o page.html
    outline page.html odd.en.txt
}

@test "of a hidden expectation only the points are told" {
    report "$top/tests/page/odd.json" -o page.html
    grep -q 'A hidden expectation' page.html
    run ! grep -qi secret page.html
}

@test "a scenario and its trace give the same page, to the byte" {
    report "$top/scenarios/tutorial/zombie.yaml" -o performed.html
    "$PROCENARIO" run -q --trace trace.json "$top/scenarios/tutorial/zombie.yaml"
    report trace.json -o read.html
    cmp performed.html read.html
    report - -o - <trace.json >piped.html
    cmp performed.html piped.html
}

@test "every stored run makes a well-built page" {
    for trace in "$top"/tests/golden/*/*.json; do
        report "$trace" -o page.html
        PYTHONIOENCODING=utf-8 python3 "$top/tests/page/outline.py" page.html >/dev/null ||
            { echo "$trace" && false; }
    done
}

@test "runs that fail or are cut off are shown, with status 0" {
    report "$top/tests/golden/classics/deadlock.json" -o page.html
    grep -q 'deadlock, nobody could ever go on' page.html
    grep -qE '<p class="ending"><a href="#event-[0-9]+">' page.html
    report "$top/tests/golden/features/limit-output.json" --lang zh -o page.html
    grep -q '运行超出限制' page.html
}

@test "any bytes may be printed, and any number of lines" {
    cat >bytes.py <<'PYTHON'
import os

for byte in range(256):
    os.write(1, bytes([byte, byte]))
os.write(1, b"\x1bc" + b"line\n" * 100000)
os.write(1, b"x" * 100000)
os.write(1, b"\x1b[?1049h\x1b[38;2;1;2;3mfull")
PYTHON
    echo 'processes: {main: [exec: [python3, bytes.py]]}' >bytes.yaml
    report bytes.yaml -o page.html
    PYTHONIOENCODING=utf-8 python3 "$top/tests/page/outline.py" page.html >body
    # Only what can be scrolled back to is kept.
    [ "$(stat -c %s page.html)" -lt 200000 ]
    grep -qF '<span class="f-000">full</span>' body
    grep -qF '.f-000{color:#000}' page.html
}

@test "a screen of a program's own leaves nothing behind, and the terminal has the scenario's size" {
    cat >full.yaml <<'YAML'
terminal: {rows: 5, columns: 30}
processes:
  main:
    - print: one
    - print: two
    - print: {text: "\x1b[?1049h\x1b[2J\x1b[Hfull screen\r\nsecond line", newline: false}
    - sleep: 1s
    - print: {text: "\x1b[?1049l", newline: false}
    - print: three
    - print: {text: "\x1b[2J\x1b[H", newline: false}
    - print: a line that is longer than the terminal is wide
YAML
    cat >screen.py <<'PYTHON'
import json, re, sys

page = open(sys.argv[1], encoding="utf-8").read()
terminal = json.loads(re.search('<script[^>]*application/json[^>]*>(.*?)</script>', page, re.S)[1])["terminal"]

def at(series, event):
    value = 0
    for since, what in zip(series[::2], series[1::2]):
        if since <= event:
            value = what
    return value

def shown(event):
    lines = [terminal["looks"][at(terminal["lines"].get(str(i), [0, 0]), event)] for i in range(terminal["count"])]
    top = at(terminal["top"], event)
    return [line for line in lines[:top] if line], [line for line in lines[top:] if line]

full = next(i for i in range(100) if "second line" in shown(i)[1])
back = next(i for i in range(full, 100) if "three" in shown(i)[1])
assert shown(full) == ([], ["full screen", "second line"]), shown(full)
assert shown(back) == ([], ["one", "two", "three"]), shown(back)
assert shown(100) == (["one", "two", "three"], ["a line that is longer than the", " terminal is wide"]), shown(100)
assert terminal["screen"] == 5
PYTHON
    report full.yaml -o page.html
    python3 screen.py page.html
}

@test "a run of no events has a page, too" {
    cat >none.json <<'JSON'
{"procenario": 1, "scenario": "", "clock": "virtual", "schedule": "round-robin", "notes": [], "events": [],
"end": "failed", "duration_us": 0, "deterministic": true, "reasons": [], "verdict": []}
JSON
    report none.json -o page.html
    PYTHONIOENCODING=utf-8 python3 "$top/tests/page/outline.py" page.html >/dev/null
    grep -q 'the host refused' page.html
}

# ---- mistakes ---------------------------------------------------------------------------------

@test "without a place to write to, or with a wrong one, nothing is written" {
    run --separate-stderr "$PROCENARIO" report "$zombie"
    [ "$status" -eq 2 ] && [[ $stderr == *"-o FILE"* ]]
    run --separate-stderr "$PROCENARIO" report -o page.html
    [ "$status" -eq 2 ]
    run --separate-stderr "$PROCENARIO" report "$zombie" "$zombie" -o page.html
    [ "$status" -eq 2 ]
    run --separate-stderr "$PROCENARIO" report "$zombie" -o page.html --lang fr
    [ "$status" -eq 2 ]
    run --separate-stderr "$PROCENARIO" report "$zombie" -o nowhere/page.html
    [ "$status" -eq 3 ]
    run --separate-stderr "$PROCENARIO" report "$zombie" -o /dev/full
    [ "$status" -eq 3 ]
    cp "$zombie" trace.json
    run --separate-stderr "$PROCENARIO" report trace.json -o ./trace.json
    [ "$status" -eq 2 ] && cmp "$zombie" trace.json
    head -20 "$zombie" >half.json
    run --separate-stderr "$PROCENARIO" report half.json -o page.html
    [ "$status" -eq 2 ]
    for left in *; do # bats keeps what was said
        [[ $left == half.json || $left == trace.json || $left == separate-stderr-* ]]
    done
}

@test "docs/commands.md has the options of report" {
    report --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort >help-options
    sed -n '/^## report$/,/^## /p' "$top/docs/commands.md" | grep -E '^\| `-' |
        grep -oE -- '--[a-z-]+`?' | grep -oE -- '--[a-z-]+' | sort -u >doc-options
    diff -u help-options doc-options
}

# ---- in a browser -----------------------------------------------------------------------------

@test "a validator finds no mistake" {
    [ -e "$BUILD/browser/complete" ] || skip "needs Node.js and npm's packages"
    report "$zombie" -o zombie.html
    report "$top/tests/page/odd.json" --lang zh -o odd.html
    report "$top/tests/golden/classics/deadlock.json" -o deadlock.html
    "$BUILD/browser/node_modules/.bin/html-validate" \
        --config "$top/tests/browser/htmlvalidate.json" zombie.html odd.html deadlock.html
}

@test "the keyboard is enough" {
    report "$zombie" -o page.html
    browse keys page.html
}

@test "buttons, the list, the picture, evidence and search choose events" {
    report "$zombie" -o page.html
    browse clicks page.html
}

@test "what is shown is what was there, forwards and backwards" {
    report "$zombie" -o page.html
    browse shows page.html
}

@test "a run plays, and says so to screen readers" {
    report "$zombie" -o page.html
    browse plays page.html
}

@test "the terminal is one: colours, carriage returns, wide characters, paper" {
    report "$top/tests/page/odd.json" -o page.html
    browse odd page.html
}

@test "axe finds nothing to complain of, in light and dark, English and Chinese" {
    report "$zombie" -o page.html
    browse accessible page.html
    report "$top/tests/page/odd.json" --lang zh -o page.html
    browse accessible page.html
}

@test "narrow windows and large type lose nothing" {
    report "$top/tests/page/odd.json" -o page.html
    browse narrow page.html
}

@test "without scripts a page is a report" {
    report "$zombie" -o page.html
    browse plain page.html
}

@test "five thousand events: few elements, and each can be reached" {
    cat >many.yaml <<'YAML'
limits: {wall: 20m, memory: 64GiB} # valgrind takes more
processes:
  parent: [fork: {process: worker, count: 60}, wait: all]
  worker:
    - repeat: 27
      do: [print: "worker ${index} works", sleep: 100ms]
YAML
    report many.yaml -o page.html
    browse light page.html
}

@test "hundreds of processes are shown a page at a time" {
    cat >crowd.yaml <<'YAML'
limits: {wall: 20m, memory: 64GiB}
processes:
  parent: [fork: {process: child, count: 250}, wait: all]
  child: [print: "${index}"]
YAML
    report crowd.yaml -o page.html
    browse crowd page.html
}
