#!/usr/bin/env bats
# Pictures of runs: the same bytes each time, valid in every format, bounded however long the run is.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    export LC_ALL=C
    golden=$top/tests/golden
    cd "$BATS_TEST_TMPDIR" || return
}

pairs=("timeline svg" "timeline text" "timeline mermaid" "timeline trace-event" "graph svg" "graph text"
    "graph mermaid" "graph dot" "tree svg" "tree text" "tree mermaid" "tree dot" "sequence svg"
    "sequence text" "sequence mermaid")

# draw_all TRACE: every picture in every format, as KIND.FORMAT.
draw_all() {
    local pair
    for pair in "${pairs[@]}"; do
        "$PROCENARIO" draw --as "${pair% *}" --format "${pair#* }" -o "${pair/ /.}" "$1" || return
    done
}

# fails STATUS ARGS…: draw ends with the status; its words are in $output.
fails() {
    local wanted=$1
    shift
    run "$PROCENARIO" draw "$@"
    [ "$status" -eq "$wanted" ] || { echo "status $status: $output" && return 1; }
}

# hostile SEED: a trace of processes and outputs whose names and texts mean something to some format.
hostile() {
    /usr/bin/python3 - "$1" <<'PYTHON'
import json, random, sys

random.seed(int(sys.argv[1]))
PIECES = ['"', "<b>", "&amp;", ";", "#35;", "%%", "{", "}", "[", "]", "|", "`", "\\", "\\n", "\n", ":",
          "end", "style", "subgraph", "'", "$", "(", ")", "-->", "::", "@", "\u202e", "进程", "\u0301",
          "\ufffe", "\x1b[31m", "🙂", "classDef x:#f;", "style a:#b;", ",", "=", "~", "*", "_", " ", "א"]


def text(most):
    return "".join(random.choice(PIECES) for _ in range(random.randint(1, most)))


def quote(value):
    if isinstance(value, list):
        return "[" + ", ".join(map(quote, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    out = ""
    for c in value:
        code = ord(c)
        if c in '"\\':
            out += "\\" + c
        elif c == "\n":
            out += "\\n"
        elif code < 32 or 0x7F <= code < 0xA0 or code in (0x2028, 0x2029, 0xFFFE, 0xFFFF):
            out += f"\\u{code:04x}"
        else:
            out += c
    return f'"{out}"'


names = []
while len(names) < 8:
    name = text(5)
    if name.strip() and name not in names:
        names.append(name)
events = [{"process": names[0], "event": "start"}]
for i, name in enumerate(names[1:], 1):
    others = names[:i + 1]
    events += [
        {"process": random.choice(names[:i]), "event": "fork", "child": name},
        {"process": name, "event": "output", "stream": "stdout", "text": text(20)},
        {"process": random.choice(others), "event": "exec", "argv": [text(5), text(5)]},
        {"process": random.choice(others), "event": "kill", "to": random.choice(others), "signal": "SIGUSR1"},
    ]
events += [
    {"process": "timeline", "event": "kill", "to": names[-1], "signal": "SIGKILL"},
    {"process": names[-1], "event": "exit", "signal": "SIGKILL"},
]
print(f'{{"procenario": 1, "scenario": {quote(text(10))}, "clock": "virtual", "schedule": "round-robin", '
      '"notes": [], "events": [')
print(",\n".join("{" + ", ".join(f'"{k}": {quote(v)}' for k, v in
                                  {"n": n, "t_us": n // 3 * 1000, **event}.items()) + "}"
                for n, event in enumerate(events, 1)) + "],")
print('"end": "completed", "duration_us": 99000, "deterministic": true, "reasons": [], "verdict": []}')
PYTHON
}

# crowd CHILDREN PRINTS: a trace of a parent with so many alike children, which then prints so often,
# a second apart.
crowd() {
    /usr/bin/python3 - "$1" "$2" <<'PYTHON'
import sys

children, prints = map(int, sys.argv[1:])
lines = []


def event(rest, t=0):
    lines.append(f'{{"n": {len(lines) + 1}, "t_us": {t}, {rest}}}')


event('"process": "parent", "event": "start"')
for i in range(children):
    event(f'"process": "parent", "event": "fork", "child": "child.{i}"')
    event(f'"process": "child.{i}", "event": "output", "stream": "stdout", "text": "{i}\\n"')
    event(f'"process": "child.{i}", "event": "exit", "status": 3')
for i in range(children):
    event('"process": "parent", "event": "block", "on": "wait"')
    event(f'"process": "parent", "event": "reap", "child": "child.{i}", "status": 3')
for i in range(prints):
    event('"process": "parent", "event": "output", "stream": "stdout", "text": "tick\\n"', i * 10**6)
    event(f'"process": "parent", "event": "block", "on": "sleep", "until_us": {(i + 1) * 10**6}', i * 10**6)
    event('"process": "parent", "event": "wake"', (i + 1) * 10**6)
event('"process": "parent", "event": "exit", "status": 0', prints * 10**6)
print('{"procenario": 1, "scenario": "crowd", "clock": "virtual", "schedule": "round-robin", "notes": [], "events": [')
print(",\n".join(lines) + "],")
print(f'"end": "completed", "duration_us": {prints * 10**6}, "deterministic": true, "reasons": [], "verdict": []}}')
PYTHON
}

# ---- what is drawn ----

@test "the pictures are those of tests/golden/pictures" {
    count=0
    while read -r name; do
        if [ -n "${SUITE_NOTES-}" ]; then
            echo "pictures/$name" >>"$SUITE_NOTES/goldens"
        fi
        IFS=. read -r trace kind language format <<<"$name"
        "$PROCENARIO" draw --as "$kind" --lang "$language" --format "$format" "$golden/$trace.json" >picture
        cmp picture "$golden/pictures/$name" || {
            diff -u "$golden/pictures/$name" picture | head -30
            echo "read what changed; then: make golden"
            return 1
        }
        count=$((count + 1))
    done < <(cd "$golden/pictures" && find . -type f | sed 's|^\./||' | sort)
    [ "$count" -gt 30 ]
}

# svg_of_all KIND: of every stored run, the SVG is valid XML, tells in words what it shows, and needs
# nothing from elsewhere.
svg_of_all() {
    for trace in "$golden"/{tutorial,classics,features}/*.json; do
        "$PROCENARIO" draw --as "$1" -o "$(basename "$trace" .json).svg" "$trace"
    done
    xmllint --nonet --noout ./*.svg
    /usr/bin/python3 - <<'PYTHON'
import glob, re

for path in glob.glob("*.svg"):
    with open(path, encoding="utf-8") as file:
        picture = file.read()
    assert 'role="img"' in picture, path
    assert re.search('<title id="[^"]*">[^<]+</title>', picture), path
    assert re.search('<desc id="[^"]*">0s: [^<]+</desc>', picture), path
    assert not re.search(r"<script|@import|url\([^#]", picture), path
    # The only address is the name of the language.
    assert set(re.findall("https?://[^\"]*", picture)) == {"http://www.w3.org/2000/svg"}, path
PYTHON
}

@test "the timeline of every stored run is valid as SVG, and says in words what it shows" {
    svg_of_all timeline
}

@test "the graph of every stored run is valid as SVG, and says in words what it shows" {
    svg_of_all graph
}

@test "the tree of every stored run is valid as SVG, and says in words what it shows" {
    svg_of_all tree
}

@test "the sequence of every stored run is valid as SVG, and says in words what it shows" {
    svg_of_all sequence
}

@test "a scenario is performed and drawn, and a trace from standard input" {
    run "$PROCENARIO" draw --as tree --format text "$top/scenarios/tutorial/zombie.yaml"
    [ "$status" -eq 0 ]
    [ "$output" = $'parent  exit 0\n└── child  SIGKILL' ]
    [ "$("$PROCENARIO" draw --as tree -f text - <"$golden/tutorial/zombie.json")" = "$output" ]
}

@test "states differ by more than colour: stopped and zombie carry their letters and patterns" {
    "$PROCENARIO" draw --as timeline -o picture "$golden/classics/stop-continue.json"
    grep -q 'class="stop" fill="url(#procenario-timeline-hatch)"' picture
    grep -q 'class="dead" fill="url(#procenario-timeline-dots)"' picture
    grep -q '>T</text>' picture
    grep -q '>Z</text>' picture
    grep -q '>SIGSTOP</text>' picture
}

@test "a signal that is ignored does not look like one that is caught" {
    local trace=$golden/classics/supervisor.json format
    "$PROCENARIO" draw --as timeline -f text "$trace" >told
    grep -q '^good .*◆' told
    grep '^stubborn .*◇' told | grep -qv ◆
    grep -q '◆ signal caught' told
    grep -q '◇ signal ignored' told
    for format in text mermaid svg; do
        "$PROCENARIO" draw --as sequence -f $format "$trace" >told
        grep -q 'SIGTERM ignored' told
    done
    # One is a lozenge, the other a square.
    [ "$(grep 'SIGTERM ignored</text>' told | grep -c 'class="mark" d="M[0-9]* [0-9]*h4v4h-4z"')" -eq 1 ]
    "$PROCENARIO" draw --as timeline -f text --lang zh "$trace" | grep -q '◇ 忽略信号'
}

@test "the legend names only what occurs" {
    "$PROCENARIO" draw --as timeline -o picture "$golden/tutorial/zombie.json"
    grep -q '>zombie</text>' picture
    run ! grep -q '>stopped</text>' picture
    run ! grep -q '>adoption by init</text>' picture
}

@test "the graph orders by what must come before what" {
    run "$PROCENARIO" draw --as graph --format text "$golden/tutorial/double-fork.json"
    [ "$status" -eq 0 ]
    [ "${lines[0]% *}" != "" ]
    grep -qF 'fork                wait    "free to go on"  exit 0' <<<"$output"
}

@test "texts stay within a page, in both languages" {
    for trace in "$golden"/classics/*.json "$golden"/tutorial/*-python.json; do
        for kind in timeline graph tree sequence; do
            for language in en zh; do
                "$PROCENARIO" draw --as $kind --lang $language -f text "$trace"
            done
        done
    done | /usr/bin/python3 -c '
import sys, unicodedata
for line in sys.stdin.buffer.read().decode("utf-8").split("\n"):
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
    assert width <= 125 and line == line.rstrip(), line'
}

# ---- other people's formats ----

@test "no label lies on an arrow" {
    local trace
    for trace in "$golden"/{classics,tutorial}/*.json; do
        "$PROCENARIO" draw --as timeline -o "$(basename "$trace" .json).svg" "$trace"
    done
    python3 "$top/tests/crossings.py" ./*.svg "$top"/docs/tutorial/pictures/*.svg
    # Arrows are recognised at all: some are put wherever a label can be.
    sed "s|</svg>|<path marker-end='x' d='$(seq -f 'M0 %gH2000' 5 5 300 | tr -d '\n')'/></svg>|" zombie.svg >crossed.svg
    run ! python3 "$top/tests/crossings.py" crossed.svg
}

@test "trace events have what Perfetto asks for, in order, and slices that do not overlap" {
    for trace in tutorial/zombie tutorial/create-ten classics/stop-continue classics/pipeline-shell; do
        "$PROCENARIO" draw --as timeline -f trace-event "$golden/$trace.json" >events
        /usr/bin/python3 - <<'PYTHON'
import collections, json
from decimal import Decimal

with open("events", encoding="utf-8") as file:
    events = json.load(file, parse_float=Decimal)["traceEvents"]
named, states, flows = set(), collections.defaultdict(list), collections.defaultdict(list)
slices = collections.defaultdict(list)
for event in events:
    assert {"name", "ph", "ts", "pid", "tid"} <= event.keys(), event
    assert event["ts"] >= 0
    if event["ph"] == "M":
        if event["name"] == "process_name":
            named.add(event["pid"])
        assert event["args"].keys() <= {"name", "sort_index"}
    elif event["ph"] == "X":
        assert event["dur"] >= 0 and event["pid"] in named
        slices[event["pid"]].append(event)
        if event["cat"] == "state":
            states[event["pid"]].append(event)
    elif event["ph"] == "i":
        assert event["s"] == "t" and event["args"]["what"]
    else:
        assert event["ph"] in "sf", event
        flows[event["id"]].append(event)
for track in states.values():
    for one, next_one in zip(track, track[1:]):
        assert one["ts"] + one["dur"] == next_one["ts"], (one, next_one)
for pair in flows.values():
    assert [event["ph"] for event in pair] == ["s", "f"] and pair[1]["bp"] == "e"
    assert pair[0]["ts"] <= pair[1]["ts"]
    for event in pair: # an arrow needs a slice to be fastened to
        assert any(s["ts"] <= event["ts"] <= s["ts"] + s["dur"] for s in slices[event["pid"]]), event
assert {"fork", "reap"} <= {pair[0]["name"] for pair in flows.values()}
PYTHON
    done
}

@test "names and texts that mean something to a format stay text" {
    for seed in 1 2 3 4 5 6; do
        hostile $seed >trace
        draw_all trace
        xmllint --nonet --noout ./*.svg
        /usr/bin/python3 -m json.tool timeline.trace-event >/dev/null
        # Beyond quoted text and labels nothing of them is left.
        grep -v '^    axisFormat ' ./*.mermaid >rest
        run ! grep -nE '[&`{}|%]' rest
        if command -v dot >/dev/null; then
            for file in ./*.dot; do
                dot -Tsvg "$file" >/dev/null
            done
        fi
    done
}

@test "DOT is understood by graphviz" {
    command -v dot >/dev/null || skip "no graphviz here"
    for trace in "$golden"/{classics,tutorial}/*.json; do
        for kind in graph tree; do
            "$PROCENARIO" draw --as $kind -f dot "$trace" | dot -Tsvg >/dev/null
        done
    done
}

@test "Mermaid is understood by Mermaid" {
    [ -e "$BUILD/browser/complete" ] || skip "needs Chromium, Node.js and npm's packages"
    for trace in "$golden"/{classics,tutorial}/*.json; do
        for kind in timeline graph tree sequence; do
            "$PROCENARIO" draw --as $kind -f mermaid -o "$(basename "$trace" .json).$kind.mermaid" "$trace"
        done
    done
    hostile 1 >trace
    draw_all trace
    NODE_PATH=$BUILD/browser/node_modules HOME=$BATS_TEST_TMPDIR \
        node "$top/tests/browser/mermaid.cjs" "$BUILD"/browser/mermaid-*.js ./*.mermaid
    echo 'graph nonsense' >bad.mermaid
    NODE_PATH=$BUILD/browser/node_modules HOME=$BATS_TEST_TMPDIR \
        run ! node "$top/tests/browser/mermaid.cjs" "$BUILD"/browser/mermaid-*.js bad.mermaid
}

# ---- big runs ----

@test "five thousand alike children are folded and counted" {
    crowd 5000 1 >trace
    draw_all trace
    for file in timeline.svg graph.svg tree.svg sequence.svg; do
        grep -q '>5,000 alike</text>' $file
        grep -q 'child.0 … 4999' $file
        [ "$(wc -c <$file)" -lt 40000 ]
    done
    for file in timeline.text graph.text tree.text sequence.text; do
        grep -q '5,000 alike' $file
    done
    "$PROCENARIO" draw --as timeline --lang zh trace | grep -q '>5,000 个，情形相同</text>'
    xmllint --nonet --noout ./*.svg
}

@test "outputs in a row do not push the rest of a timeline together" {
    cat >loud.yaml <<'YAML'
title: much is said at once
processes:
  main:
    - fork: kid
    - wait: kid
    - repeat: 600
      do: [print: again]
  kid: [sleep: 1s]
YAML
    "$PROCENARIO" draw --as timeline -o loud.svg loud.yaml
    grep -q '<title>1s: main writes [^<]* ×600</title>' loud.svg
    grep -q '>×600</text>' loud.svg
    [ "$(sed -nE '1s/.* width="([0-9]+)".*/\1/p' loud.svg)" -lt 600 ]
    "$PROCENARIO" draw --as timeline -f text loud.yaml >loud.text
    [ "$(grep -o ● loud.text | wc -l)" -eq 2 ] # and one in the legend
    # Where there is room, each output is there.
    sed -i s/600/20/ loud.yaml
    "$PROCENARIO" draw --as timeline loud.yaml | grep -c '<title>1s: main writes' | grep -qx 20
}

@test "a hundred thousand events stay a picture, and take the time of reading them" {
    crowd 2 33300 >trace
    [ "$(grep -c '"n"' trace)" -gt 99000 ]
    draw_all trace
    for file in timeline.svg graph.svg tree.svg sequence.svg; do
        [ "$(wc -c <$file)" -lt 150000 ]
        width=$(sed -nE '1s/.* width="([0-9]+)".*/\1/p' $file)
        [ "$width" -le 1800 ]
    done
    for file in timeline.mermaid graph.mermaid sequence.mermaid; do
        [ "$(wc -c <$file)" -lt 50000 ] # what Mermaid draws at most
    done
}

@test "unlike processes beyond what can be shown are counted" {
    /usr/bin/python3 - >trace <<'PYTHON'
lines = ['"process": "p0", "event": "start"']
for i in range(1, 300):
    lines.append(f'"process": "p{i - 1}", "event": "fork", "child": "p{i}"')
print('{"procenario": 1, "scenario": "chain", "clock": "virtual", "schedule": "round-robin", "notes": [], "events": [')
print(",\n".join(f'{{"n": {n}, "t_us": 0, {line}}}' for n, line in enumerate(lines, 1)) + "],")
print('"end": "limit", "duration_us": 0, "deterministic": true, "reasons": [], "verdict": []}')
PYTHON
    draw_all trace
    grep -q '273 more processes' timeline.svg
    grep -q '241 more processes' tree.text
    xmllint --nonet --noout ./*.svg
}

# ---- mistakes ----

@test "a picture that does not exist is answered with those that do" {
    fails 2 "$golden/tutorial/zombie.json"
    [[ $output == *"say which picture: --as timeline, graph, tree or sequence"* ]]
    fails 2 --as timelin "$golden/tutorial/zombie.json"
    [[ $output == *timeline* ]]
    fails 2 --as sequence --format dot "$golden/tutorial/zombie.json"
    [[ $output == *"a sequence cannot be drawn as dot, but as svg, text and mermaid"* ]]
    fails 2 --as tree --format trace-event "$golden/tutorial/zombie.json"
    [[ $output == *"svg, text, mermaid and dot"* ]]
    fails 2 --as tree
    [[ $output == *"no file is given"* ]]
    fails 2 --as tree "$golden/tutorial/zombie.json" "$golden/tutorial/create.json"
    [[ $output == *"draw takes one file, but 2 are given"* ]]
}

@test "a trace that is cut off, newer or missing is refused, and nothing is written" {
    echo before >picture
    head -n 12 "$golden/tutorial/zombie.json" >partial
    fails 2 --as timeline -o picture partial
    sed '1s/"procenario": 1/"procenario": 9/' "$golden/tutorial/zombie.json" >newer
    fails 2 --as timeline -o picture newer
    fails 2 --as timeline -o picture missing.json
    [ "$(cat picture)" = before ]
    [ "$(ls)" = $'newer\npartial\npicture' ]
}

@test "what is drawn is not overwritten, and what cannot be written is told" {
    cp "$golden/tutorial/zombie.json" trace
    fails 2 --as timeline -o trace trace
    [[ $output == *"would overwrite what is drawn"* ]]
    cmp trace "$golden/tutorial/zombie.json"
    fails 3 --as timeline -o no/such/place trace
    fails 3 --as timeline -o . trace
    fails 3 --as timeline -o /dev/full trace
}

@test "a run that was cut off is drawn, and the picture says so" {
    "$PROCENARIO" draw --as timeline -f text "$golden/features/limit-time.json" |
        grep -q '║ cut off by a limit'
    "$PROCENARIO" draw --as timeline -f text "$golden/classics/deadlock.json" | grep -q '║ deadlock'
}
