#!/usr/bin/env bats
# Transcripts: what a person at the terminal would have seen of a run, in every form.
#
# The golden transcripts are made from stored traces: those of the scenarios, and tests/traces/, made by hand,
# for output that is odd or hostile. `make golden` renews them; tests/transcript-of says what their names mean.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    export LC_ALL=C PROCENARIO
    traces=$top/tests/traces
    goldens=$top/tests/golden
    cd "$BATS_TEST_TMPDIR" || return
}

# transcript STATUS ARG…: runs, with the output in the file `shown`.
transcript() {
    local wanted=$1 status=0
    shift
    "$PROCENARIO" transcript "$@" >shown 2>err || status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "status $status instead of $wanted"
        head -50 shown err
        return 1
    fi
}

shows_as_recorded() {
    local name=$1
    if [ -n "${SUITE_NOTES:-}" ]; then
        mkdir -p "$SUITE_NOTES"
        echo "transcripts/$name" >>"$SUITE_NOTES/goldens"
    fi
    if [ ! -f "$goldens/transcripts/$name" ]; then
        echo "no golden: make an empty one, then 'make golden', and read it"
        return 1
    fi
    "$top/tests/transcript-of" "$name" >shown
    if ! diff -au "$goldens/transcripts/$name" shown; then
        echo "if that is right, renew it: make golden"
        return 1
    fi
}

@test "classics/deadlock.text" { shows_as_recorded classics/deadlock.text; }
@test "classics/stop-continue.annotated.text" { shows_as_recorded classics/stop-continue.annotated.text; }
@test "classics/stop-continue.annotated.zh.text" { shows_as_recorded classics/stop-continue.annotated.zh.text; }
@test "colours.ansi" { shows_as_recorded colours.ansi; }
@test "colours.html" { shows_as_recorded colours.html; }
@test "colours.svg" { shows_as_recorded colours.svg; }
@test "colours.text" { shows_as_recorded colours.text; }
@test "cut-output.text" { shows_as_recorded cut-output.text; }
@test "cut-output.zh.text" { shows_as_recorded cut-output.zh.text; }
@test "deaths.annotated.asciicast" { shows_as_recorded deaths.annotated.asciicast; }
@test "deaths.annotated.text" { shows_as_recorded deaths.annotated.text; }
@test "deaths.annotated.zh.text" { shows_as_recorded deaths.annotated.zh.text; }
@test "failed.text" { shows_as_recorded failed.text; }
@test "features/action-type.annotated.text" { shows_as_recorded features/action-type.annotated.text; }
@test "features/action-type.asciicast" { shows_as_recorded features/action-type.asciicast; }
@test "features/limit-cpu.zh.text" { shows_as_recorded features/limit-cpu.zh.text; }
@test "features/step-say.asciicast" { shows_as_recorded features/step-say.asciicast; }
@test "features/step-say.markdown" { shows_as_recorded features/step-say.markdown; }
@test "hostile.ansi" { shows_as_recorded hostile.ansi; }
@test "hostile.asciicast" { shows_as_recorded hostile.asciicast; }
@test "hostile.html" { shows_as_recorded hostile.html; }
@test "hostile.markdown" { shows_as_recorded hostile.markdown; }
@test "hostile.svg" { shows_as_recorded hostile.svg; }
@test "hostile.text" { shows_as_recorded hostile.text; }
@test "interrupted.annotated.text" { shows_as_recorded interrupted.annotated.text; }
@test "marks.annotated.markdown" { shows_as_recorded marks.annotated.markdown; }
@test "marks.annotated.zh.html" { shows_as_recorded marks.annotated.zh.html; }
@test "marks.ansi" { shows_as_recorded marks.ansi; }
@test "marks.asciicast" { shows_as_recorded marks.asciicast; }
@test "marks.text" { shows_as_recorded marks.text; }
@test "marks.zh.svg" { shows_as_recorded marks.zh.svg; }
@test "marks.zh.text" { shows_as_recorded marks.zh.text; }
@test "screen.asciicast" { shows_as_recorded screen.asciicast; }
@test "screen.text" { shows_as_recorded screen.text; }
@test "small.asciicast" { shows_as_recorded small.asciicast; }
@test "small.svg" { shows_as_recorded small.svg; }
@test "small.text" { shows_as_recorded small.text; }
@test "tutorial/double-fork.annotated.text" { shows_as_recorded tutorial/double-fork.annotated.text; }
@test "tutorial/double-fork.annotated.zh.markdown" { shows_as_recorded tutorial/double-fork.annotated.zh.markdown; }
@test "tutorial/double-fork.annotated.zh.text" { shows_as_recorded tutorial/double-fork.annotated.zh.text; }
@test "tutorial/kill-python.text" { shows_as_recorded tutorial/kill-python.text; }
@test "tutorial/kill.annotated.text" { shows_as_recorded tutorial/kill.annotated.text; }
@test "tutorial/reap-sigchld.annotated.text" { shows_as_recorded tutorial/reap-sigchld.annotated.text; }
@test "tutorial/zombie.annotated.text" { shows_as_recorded tutorial/zombie.annotated.text; }
@test "tutorial/zombie.annotated.zh.text" { shows_as_recorded tutorial/zombie.annotated.zh.text; }
@test "tutorial/zombie.text" { shows_as_recorded tutorial/zombie.text; }

@test "every golden transcript has its test" {
    diff -u <(cd "$goldens/transcripts" && find . -type f | sed 's|^\./||' | LC_ALL=C sort) \
        <(sed -nE 's/^@test "([^"]+)" \{ shows_as_recorded \1; \}$/\1/p' "$BATS_TEST_FILENAME")
}

# ---- what every reader must be able to rely on ----------------------------------------------------

@test "a scenario performed now and its stored trace give the same transcript" {
    for name in tutorial/kill tutorial/reap-sigchld classics/stop-continue; do
        for options in "" "--annotate --lang zh --format svg"; do
            # shellcheck disable=SC2086 # words
            transcript 0 $options "$top/scenarios/$name.yaml"
            mv shown performed
            # shellcheck disable=SC2086
            transcript 0 $options "$goldens/$name.json"
            cmp performed shown
        done
    done
}

@test "standard input may be a trace or a scenario, and of several scenarios one is chosen" {
    transcript 0 - <"$goldens/tutorial/kill.json"
    grep -q "my child is dead" shown
    printf 'processes: {main: [print: "${who}"]}\nparams: {who: you}\n---\nprocesses: {main: [print: two]}\n' >two.yaml
    transcript 0 --scenario 1 --set who=me - <two.yaml
    [ "$(cat shown)" = me ]
    transcript 2 two.yaml
    grep -q "choose one with --scenario" err
    transcript 2 --set who=me "$goldens/tutorial/kill.json"
}

@test "text contains no control sequences, ANSI only colours, markup no control characters" {
    cat >check.py <<'PY'
import re, sys
for name in sys.argv[2:]:
    text = open(name, encoding="utf-8").read()
    if sys.argv[1] == "ansi":
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    odd = re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)
    assert not odd, (name, odd)
PY
    for format in text ansi markdown svg html; do
        for trace in "$traces"/*.json; do
            transcript 0 --annotate --format "$format" "$trace"
            python3 check.py "$format" shown
        done
    done
}

@test "Markdown: every line of the terminal stands in a block, and no other" {
    cat >blocks.py <<'PY'
# A CommonMark reader's view of fences.
import re, sys
inside, lines = None, []
for line in open(sys.argv[1], encoding="utf-8"):
    line = line.rstrip("\n")
    fence = re.match(r" {0,3}(`{3,}|~{3,})(.*)$", line)
    if inside is None and fence:
        assert fence[2] == "console", line
        inside = fence[1]
    elif inside and fence and fence[1].startswith(inside) and not fence[2].strip():
        inside = None
    elif inside:
        lines.append(line)
    else:
        assert "<" not in re.sub(r"`+[^`]*`+|\\<", "", line), line
assert inside is None
print("\n".join(lines))
PY
    for trace in "$traces"/*.json "$goldens"/features/step-say.json; do
        transcript 0 --format markdown "$trace"
        python3 blocks.py shown >blocks
        transcript 0 "$trace"
        python3 - "$trace" >said <<'PY'
import json, sys
for event in json.load(open(sys.argv[1]))["events"]:
    if event["event"] == "say":
        print("\n".join(("# " + line).rstrip() for line in event["text"].rstrip("\n").split("\n")))
PY
        sed -i 's/ *$//' shown
        diff <(grep -vxFf said shown) <(grep -vxFf said blocks)
    done
}

@test "Markdown: a block too long to be kept back still cannot be ended by what is printed" {
    cat >long.yaml <<'YAML'
limits: {output: 10MB}
processes:
  main:
    - exec: [python3, -c, "print('a line\\n' * 20000, '```', '````', '`' * 300, 'after', sep='\\n')"]
YAML
    transcript 0 --format markdown long.yaml
    python3 - <<'PY'
import re
inside, seen = None, 0
for line in open("shown"):
    fence = re.match(r"(`{3,})(.*)$", line)
    if inside is None:
        if fence and fence[2] == "console":
            inside = fence[1]
    elif fence and fence[1].startswith(inside) and not fence[2]:
        inside = None
    else:
        seen += line in ("a line\n", "```\n", "````\n", "`" * 300 + "\n", "after\n")
assert inside is None and seen == 20004, seen
PY
}

@test "asciicast: every line is an event of version 2, in order, and the output is what was written" {
    cat >cast.py <<'PY'
import json, sys
trace = json.load(open(sys.argv[2]))
lines = open(sys.argv[1], encoding="utf-8", newline="\n").read().split("\n")
assert lines.pop() == ""
header = json.loads(lines[0])
size = trace.get("terminal", {"rows": 24, "columns": 80})
assert header == {"version": 2, "width": size["columns"], "height": size["rows"],
                  "title": trace["scenario"]}, header
last, output, typed, said = 0, "", "", []
for line in lines[1:]:
    time, code, data = json.loads(line)
    assert isinstance(time, float) and time >= last and code in "oim", line
    last = time
    if code == "o":
        output += data
    elif code == "i":
        typed += data
    else:
        said.append(data)
assert last <= trace["duration_us"] / 1e6
if any(event["t_us"] < trace["duration_us"] for event in trace["events"]):
    assert abs(last - trace["duration_us"] / 1e6) < 1e-6, (last, trace["duration_us"])
import base64
def written(kind):
    return b"".join(base64.b64decode(e["base64"]) if "base64" in e else e["text"].encode()
                    for e in trace["events"] if e["event"] == kind)
assert typed == written("type").decode().replace("\n", "\r")
assert len(said) == sum(e["event"] == "say" for e in trace["events"])
if not typed and trace["end"] == "completed" and "argv" not in json.dumps(trace):
    text = output.replace("\r\n", "\n")
    assert text.replace("\ufffd", "") == written("output").decode(errors="replace").replace(
        "\r\n", "\n").replace("\ufffd", ""), (text, written("output"))
PY
    for trace in "$traces"/*.json "$goldens"/tutorial/kill.json "$goldens"/features/action-type.json; do
        transcript 0 --format asciicast "$trace"
        python3 cast.py shown "$trace"
    done
}

@test "asciicast: plays in asciinema" {
    command -v asciinema >/dev/null || skip "no asciinema here"
    transcript 0 --format asciicast "$goldens/tutorial/kill.json"
    # It wants a terminal of its own, even to print.
    env -u LC_ALL LANG=C.UTF-8 script -qec 'asciinema cat shown' /dev/null </dev/null | tr -d '\r' >played
    [ "$(tail -1 played)" = "my child is dead" ]
}

@test "SVG is well-formed, HTML is balanced, and both are self-contained" {
    cat >markup.py <<'PY'
import re, sys, xml.etree.ElementTree
from html.parser import HTMLParser
svg, html = (open(name, encoding="utf-8").read() for name in sys.argv[1:])
root = xml.etree.ElementTree.fromstring(svg)
ns = "{http://www.w3.org/2000/svg}"
assert root.tag == ns + "svg" and root[0].tag == ns + "title" and root[1].tag == ns + "desc"
used = [float(text.get("y")) for text in root.iter(ns + "text")]
assert max(used) < float(root.get("height")) == float(root.get("viewBox").split()[3])
class Check(HTMLParser):
    open, names = [], set()
    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        if tag != "meta":
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
check = Check()
check.feed(html)
assert not check.open and html.startswith("<!DOCTYPE html>\n<html lang=")
assert check.names <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "pre", "span", "kbd"}
assert {element.tag[len(ns):] for element in root.iter()} <= {
    "svg", "title", "desc", "style", "rect", "path", "text", "g", "tspan"}
for text in (svg.replace("http://www.w3.org/2000/svg", ""), html):
    assert not re.search(r"<[^>]*(http|url\(|@import)", text)
    assert "prefers-color-scheme: dark" in text
PY
    for trace in "$traces"/*.json "$goldens"/tutorial/create.json; do
        for format in svg html; do
            transcript 0 --annotate --format "$format" "$trace"
            mv shown "shown.$format"
        done
        python3 markup.py shown.svg shown.html
        if command -v xmllint >/dev/null; then
            xmllint --noout shown.svg
        fi
    done
}

@test "HTML and SVG show the text that the plain transcript shows" {
    for trace in colours screen marks; do
        transcript 0 --format html "$traces/$trace.json"
        python3 - >page <<'PY'
import html, re
page = open("shown", encoding="utf-8").read()
print(html.unescape(re.sub("<[^>]*>", "", page[page.index('<pre class="terminal">\n') + 23:page.index("</pre>")])), end="")
PY
        transcript 0 --format svg "$traces/$trace.json"
        python3 - >picture <<'PY'
import xml.etree.ElementTree
rows = xml.etree.ElementTree.parse("shown").getroot()[-1]
print("".join("".join(row.itertext()) for row in rows if row.tag.endswith("text")), end="")
PY
        transcript 0 "$traces/$trace.json"
        diff <(sed 's/ *$//' page) shown
        # A picture breaks lines at the window's edge, so compare without breaks and blanks.
        cmp <(tr -d ' \n' <picture) <(tr -d ' \n' <shown)
    done
}

# ---- bad days -------------------------------------------------------------------------------------

@test "a trace that is cut off is status 2, and leaves no file" {
    head -20 "$goldens/tutorial/zombie.json" >cut.json
    for format in text svg asciicast; do
        transcript 2 --format "$format" -o out cut.json
        grep -q "cut.json:.*the trace is cut off" err
        [ -z "$(find . -name 'out*')" ]
    done
}

@test "a trace of a newer version is status 2, and leaves what was there before" {
    sed '1s/"procenario": 1/"procenario": 2/' "$goldens/tutorial/zombie.json" >newer.json
    echo before >out
    transcript 2 -o out newer.json
    grep -q "version 2" err
    [ "$(cat out)" = before ]
}

@test "no file, no operand, two operands, unknown words: status 2 and a hint" {
    transcript 2 nowhere.json
    grep -q "nowhere.json" err
    transcript 2
    grep -q "no scenario or trace is given" err
    transcript 2 "$traces/marks.json" "$traces/screen.json"
    transcript 2 --format asci "$traces/marks.json"
    grep -q asciicast err
    transcript 2 --lang fr "$traces/marks.json"
    transcript 2 "$traces"
}

@test "what cannot be written is status 3: a directory, a full disk, a closed pipe" {
    mkdir there
    transcript 3 -o there "$traces/marks.json"
    grep -q "Is a directory" err
    transcript 3 -o nowhere/out "$traces/marks.json"
    for format in text ansi markdown asciicast svg html; do
        transcript 3 -f "$format" -o /dev/full "$traces/marks.json"
        grep -q "No space left on device" err
    done
    run -3 bash -c '"$0" transcript "$1" >/dev/full' "$PROCENARIO" "$traces/marks.json"
    run -3 python3 - "$PROCENARIO" "$traces/marks.json" <<'PY'
import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.run([sys.argv[1], "transcript", sys.argv[2]], stdout=writer).returncode)
PY
    [[ $output == *"Broken pipe"* ]]
}

@test "a reader that goes away ends the run, as nobody is left to see it" {
    cat >endless.yaml <<'YAML'
limits: {output: 1GB, time: 100h}
processes:
  main: [{forever: [{print: "a line that is printed for ever and ever"}, {sleep: 1s}]}]
YAML
    run bash -c '{ "$0" transcript endless.yaml 2>err; echo $? >status; } | head -1' "$PROCENARIO"
    [ "$output" = "a line that is printed for ever and ever" ]
    [ "$(cat status)" = 3 ]
    grep -q "Broken pipe" err
}

@test "-o never writes over what is read" {
    cp "$traces/marks.json" trace.json
    ln -s trace.json link
    transcript 2 -o link trace.json
    grep -q "would overwrite what is read" err
    cmp trace.json "$traces/marks.json"
}

@test "a run that fails its expectations or is cut off is shown, with status 0" {
    printf 'processes: {main: [print: hello]}\nexpect: [output: bye]\n' >fails.yaml
    transcript 0 fails.yaml
    [ "$(cat shown)" = hello ]
    transcript 0 "$top/scenarios/features/limit-output.yaml"
    [ "$(tail -1 shown)" = "# cut off: limit 'output': the output was cut after 100B" ]
}

@test "memory does not grow with the trace, and lines without an end need none" {
    [ "${VARIANT:-plain}" = plain ] || skip "what checks our memory has its own"
    cat >grow.py <<'PY'
import resource, subprocess, sys
def trace(count):
    with open("big.json", "w") as out:
        out.write('{"procenario": 1, "scenario": "big", "clock": "virtual", "schedule": "round-robin", '
                  '"notes": [], "events": [\n{"n": 1, "t_us": 0, "process": "main", "event": "start"}')
        for n in range(2, count + 2):
            text = "x" * 60 if n % 2 else "line %d\\n" % n if count < 10000 or n > count / 2 else "y" * 30
            out.write(',\n{"n": %d, "t_us": %d, "process": "main", "event": "output", "stream": "stdout", '
                      '"text": "%s"}' % (n, n // 3 * 1000000, text))
        out.write('],\n"end": "completed", "duration_us": %d, "deterministic": true, "reasons": [], "verdict": []}\n'
                  % ((count + 1) // 3 * 1000000))
def peak(arguments):
    pid = subprocess.Popen([sys.argv[1], "transcript", "-o", "/dev/null", *arguments, "big.json"])
    import os
    _, status, usage = os.wait4(pid.pid, 0)
    assert status == 0
    return usage.ru_maxrss
forms = [["-f", "text"], ["-f", "ansi"], ["-f", "markdown"], ["-f", "asciicast"], ["-f", "html"], ["-a"]]
trace(1000)
small = [peak(form) for form in forms]
trace(40000)
for form, before in zip(forms, small):
    after = peak(form)
    assert after < before + 1500, (form, before, after)
PY
    python3 grow.py "$PROCENARIO"
}
