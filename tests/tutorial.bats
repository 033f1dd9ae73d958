#!/usr/bin/env bats
# The tutorial: it shows what happens, says the same in both languages, and names only what is there.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    tutorial=$top/docs/tutorial
}

# What a chapter is made of besides words: its blocks, pictures, commands and sections, in order. The
# names of pictures differ in their language, and headings in their words.
skeleton() {
    grep -nE '^(```[a-z]+ |<!-- procenario scenario|!\[|    |#+ )' "$1" |
        sed -E 's/^[0-9]+://; s/^!\[.*\]\(/picture (/; s/-(en|zh)\.svg/.svg/; s/^(#+) .*/\1/'
}

# The skeleton without what `docs --write` has put into the blocks.
without_contents() {
    awk '/^```/ { print; inside = !inside; next } !inside' "$1"
}

@test "the transcripts and pictures of the tutorial are what happens" {
    "$PROCENARIO" run --quiet --trace "$BATS_TEST_TMPDIR/t.json" -- true
    if head -1 "$BATS_TEST_TMPDIR/t.json" | grep -q 'process ids vary'; then
        skip "this host gives a run no process ids of its own"
    fi
    "$PROCENARIO" docs --check "$tutorial"/*/*.md
}

@test "a block of the tutorial that is not true is found" {
    cp -r "$top/docs" "$top/scenarios" "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    sed -i 's/^my child is done$/my child is gone/' docs/tutorial/en/01-creating-a-child.md
    run ! "$PROCENARIO" docs --check docs/tutorial/en/01-creating-a-child.md
    grep -q '^+my child is done' <<<"$output"
}

@test "each chapter exists in both languages, with the same blocks, pictures and exercises" {
    diff <(cd "$tutorial/en" && ls) <(cd "$tutorial/zh" && ls)
    for chapter in "$tutorial"/en/*.md; do
        zh=$tutorial/zh/${chapter##*/}
        without_contents "$chapter" >"$BATS_TEST_TMPDIR/en"
        without_contents "$zh" >"$BATS_TEST_TMPDIR/zh"
        diff <(skeleton "$BATS_TEST_TMPDIR/en") <(skeleton "$BATS_TEST_TMPDIR/zh")
        [ "$(head -1 "$zh")" = '<!-- procenario lang=zh -->' ]
        grep -q "^!\[.*-en\.svg)" "$chapter"
        grep -q "^!\[.*-zh\.svg)" "$zh"
    done
}

@test "what the tutorial links to, lists, draws and names is there" {
    python3 - "$top" <<'PYTHON'
import pathlib, re, sys

top = pathlib.Path(sys.argv[1])
tutorial = top / "docs/tutorial"
readers_own = {"mine.py", "guess.py"}
programs = {path.name for path in (top / "scenarios").rglob("*")}
wrong, pictures = [], set()
for page in sorted(tutorial.rglob("*.md")):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        path = (page.parent / target).resolve()
        if path.suffix == ".svg":
            pictures.add(path)
        if not path.is_file():
            wrong.append((page.name, target))
    for target in re.findall(r"^(?:```|<!-- procenario ).*?(?:file|scenario)=(\S+)", text, re.M):
        if not (page.parent / target).is_file():
            wrong.append((page.name, target))
    for target in re.findall(r"(?<![./\w])scenarios/\S+?\.(?:yaml|py)", text):
        if not (top / target).is_file():
            wrong.append((page.name, target))
    for target in re.findall(r"`([\w-]+\.(?:py|yaml|c))`", text):
        if target not in programs | readers_own:
            wrong.append((page.name, target))
for picture in (tutorial / "pictures").iterdir():
    if picture.resolve() not in pictures:
        wrong.append(("no chapter shows", picture.name))
sys.exit("\n".join(map(str, wrong)) or 0)
PYTHON
}

@test "each exercise is set in the chapter that it names, in both languages" {
    for exercise in "$top"/scenarios/exercises/*.yaml; do
        chapter=$(sed -nE 's/^# Chapter ([1-8])\. .*/\1/p' "$exercise")
        for language in en zh; do
            grep -qF "scenarios/exercises/${exercise##*/}" "$tutorial/$language/0$chapter"-*.md ||
                { echo "$exercise: not in chapter $chapter ($language)" && false; }
        done
    done
}

@test "an exercise judges the program that it is given" {
    cat >"$BATS_TEST_TMPDIR/mine.py" <<'PYTHON'
import os
for number in range(5):
    if os.fork() == 0:
        print("child", number)
print("all done")
PYTHON
    run "$PROCENARIO" run --set submission="$BATS_TEST_TMPDIR/mine.py" \
        "$top/scenarios/exercises/fan.yaml"
    [ "$status" -eq 1 ]
    grep -q 'hint .*each child must leave the loop' <<<"$output"
}

@test "the C programs of the tutorial compile without a warning, and do what is said of them" {
    cd "$BATS_TEST_TMPDIR"
    for program in "$top"/scenarios/tutorial/*.c; do
        "${CC:-cc}" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror \
            -o "$(basename "$program" .c)" "$program"
    done
    cat >asked.yaml <<'YAML'
processes:
  main: [{exec: [./asked]}]
timeline:
  - {at: 3s, signal: SIGTERM, to: main}
expect:
  - output: {lines: ["asked to end, tidying up"]}
  - exit: {main: 0}
  - duration: 3s
---
processes:
  main: [{exec: [./fork-checked]}]
faults:
  - {call: wait, error: EINTR}
expect:
  - output: {lines: [in child process, my child ended with status 7]}
  - reaped: {main.0: main}
---
processes:
  main: [{exec: [./fork-checked]}]
faults:
  - {call: fork, error: EAGAIN}
expect:
  - output: {stream: stderr, lines: ["cannot fork: Resource temporarily unavailable"]}
  - exit: {main: 1}
YAML
    "$PROCENARIO" run --quiet asked.yaml
}
