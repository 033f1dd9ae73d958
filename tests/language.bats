#!/usr/bin/env bats
# The language: loader and schema held against one corpus of good and bad scenarios, against hostile
# input, and against the examples of its documentation.
#
# A case is a file in tests/corpus/good, or a folder in tests/corpus/bad with scenario.yaml and what
# `check` says about it; no code is needed to add one. tests/corpus/renew writes what `check` says now:
# read every line of the difference before you keep it.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    case $PROCENARIO in /*) ;; *) PROCENARIO=$top/$PROCENARIO ;; esac
    corpus=$top/tests/corpus
    cd "$BATS_TEST_TMPDIR" || return
    unset CLICOLOR_FORCE
}

# check FILE: standard error goes to the file `said`, the exit status to $status. The time is a bound
# against hanging, and counts as failure.
check() {
    status=0
    timeout 60 "$PROCENARIO" check "$1" >/dev/null 2>"$BATS_TEST_TMPDIR/said" </dev/null || status=$?
}

# refuses FILE TEXT: check gives up with status 2 and says so.
refuses() {
    check "$1"
    if [ "$status" -ne 2 ] || ! grep -qF -- "$2" said; then
        printf 'check %s: status %s instead of 2, or no "%s" in:\n' "$1" "$status" "$2"
        head -c 2000 said
        return 1
    fi
}

schema() {
    /usr/bin/python3 "$top/tests/schema_check.py" "$@"
}

@test "the corpus has at least 60 good and 120 bad scenarios" {
    good=("$corpus"/good/*.yaml)
    bad=("$corpus"/bad/*/)
    [ "${#good[@]}" -ge 60 ]
    [ "${#bad[@]}" -ge 120 ]
    for folder in "${bad[@]}"; do
        [ -f "$folder/scenario.yaml" ]
        [ -s "$folder/expected" ] || { echo "$folder has no text in 'expected'" && return 1; }
    done
}

@test "check accepts every good scenario, and warns where it should" {
    wrong=0
    cd "$corpus/good"
    for file in *.yaml; do
        check "$file"
        warnings=${file%.yaml}.warnings
        [ -f "$warnings" ] || warnings=/dev/null
        if [ "$status" -ne 0 ] || ! diff -u "$warnings" "$BATS_TEST_TMPDIR/said"; then
            echo "good/$file: status $status"
            wrong=1
        fi
    done 3>&- >"$BATS_TEST_TMPDIR/report"
    cat "$BATS_TEST_TMPDIR/report"
    [ "$wrong" -eq 0 ]
}

# says_what_is_wrong FOLDER…: check says of each what its `expected` has. diff is called for what
# differs only: there are hundreds.
says_what_is_wrong() {
    local wrong=0 folder
    [ "$#" -ge 100 ]
    for folder; do
        cd "$folder" || return
        check scenario.yaml
        if [ "$status" -ne 2 ] || [ "$(<expected)" != "$(<"$BATS_TEST_TMPDIR/said")" ]; then
            diff -u expected "$BATS_TEST_TMPDIR/said" || true
            echo "${folder#"$top/"}: status $status"
            wrong=1
        fi
    done
    [ "$wrong" -eq 0 ]
}

@test "check says of every bad scenario what is wrong with it, and where: a to n" {
    says_what_is_wrong "$corpus"/bad/[a-n]*/
}

@test "check says of every bad scenario what is wrong with it, and where: o to z" {
    says_what_is_wrong "$corpus"/bad/[!a-n]*/
}

@test "the schema accepts every good scenario" {
    schema "$corpus"/good/*.yaml >outcome
    [ "$(wc -l <outcome)" -ge 60 ]
    run ! grep -v '^valid ' outcome
}

@test "the schema refuses every bad scenario but those that are marked, and no marked one" {
    schema "$corpus"/bad/*/scenario.yaml >outcome
    [ "$(wc -l <outcome)" -ge 120 ]
    wrong=0
    while read -r word file why; do
        folder=${file%/*}
        marked=unmarked
        [ ! -e "${folder}/schema-cannot-say" ] || marked=marked
        case $word-$marked in
        refused-unmarked | valid-marked | unreadable-marked) ;;
        *)
            echo "$word by the schema, $marked: ${folder#"$top/"} $why"
            wrong=1
            ;;
        esac
    done <outcome
    [ "$wrong" -eq 0 ]
}

@test "every mark says why the schema cannot" {
    for mark in "$corpus"/bad/*/schema-cannot-say; do
        [ "$(wc -l <"$mark")" -eq 1 ] || { echo "$mark" && return 1; }
        [ -n "$(cat "$mark")" ]
    done
}

@test "every key of the schema has a description" {
    /usr/bin/python3 - "$top/schema/scenario.schema.json" <<'PYTHON'
import json, sys

schema = json.load(open(sys.argv[1], encoding="utf-8"))
bare, seen = [], 0

def described(value):
    if "description" in value:
        return True
    reference = value.get("$ref", "")
    return reference.startswith("#/definitions/") and described(schema["definitions"][reference[14:]])

def visit(value, path):
    global seen
    if isinstance(value, list):
        for index, item in enumerate(value):
            visit(item, f"{path}/{index}")
    elif isinstance(value, dict):
        # Below `dependencies` and `not` keys are only spoken of, not defined.
        for key, item in value.get("properties", {}).items() if "/dependencies" not in path else ():
            seen += 1
            if not described(item):
                bare.append(f"{path}/{key}")
        if "properties" in value and "/dependencies" not in path and value.get("additionalProperties") is not False:
            bare.append(f"{path} accepts unknown keys")
        for key, item in value.items():
            visit(item, f"{path}/{key}")

visit(schema, "")
print("\n".join(bare))
sys.exit(1 if bare or seen < 100 else 0)
PYTHON
}

@test "every step, state, event and expectation of the sources is in the schema and the documentation" {
    for list in scenario/scenario.h:STEP_KINDS scenario/scenario.h:EXPECT_KINDS trace/trace.h:PROCESS_STATES \
        trace/trace.h:EVENT_KINDS; do
        words=$(sed -n "/define ${list#*:}(X)/,/[^\\\\]\$/p" "$top/src/${list%:*}" | sed -n 's/.*X([A-Z_]*, "\([a-z_]*\)").*/\1/p')
        [ "$(wc -w <<<"$words")" -ge 5 ]
        for word in $words; do
            grep -q "\"$word\"" "$top/schema/scenario.schema.json" || { echo "schema: no $word" && return 1; }
            grep -q "\`$word" "$top/docs/language.md" || { echo "docs/language.md: no $word" && return 1; }
        done
    done
}

@test "every YAML example of the documentation loads and passes the schema" {
    for page in "$top"/docs/*.md "$top"/README.md; do
        [ -f "$page" ] || continue
        awk -v name="$(basename "$page" .md)" '
            /^```yaml$/ { file = sprintf("%s-%04d.yaml", name, NR); next }
            /^```/ { file = "" }
            file { print > file }' "$page"
    done
    examples=(*.yaml)
    [ "${#examples[@]}" -ge 30 ]
    wrong=0
    for file in "${examples[@]}"; do
        check "$file"
        if [ "$status" -ne 0 ] || [ -s said ]; then
            cat said
            wrong=1
        fi
    done
    schema "${examples[@]}" >outcome
    grep -v '^valid ' outcome && wrong=1
    [ "$wrong" -eq 0 ]
}

@test "a scenario of 10,000 steps is read" {
    {
        echo 'processes:'
        echo '  parent:'
        for ((i = 0; i < 10000; i++)); do echo "    - print: line $i"; done
    } >long.yaml
    check long.yaml
    [ "$status" -eq 0 ]
    [ ! -s said ]
}

@test "a mistake in step 10,000 is found at its line" {
    {
        echo 'processes:'
        echo '  parent:'
        for ((i = 3; i < 10000; i++)); do echo "    - print: line $i"; done
        echo '    - slep: 1s'
    } >long.yaml
    refuses long.yaml "long.yaml:10000:7: error: unknown step 'slep'"
}

@test "every mistake of a file is told; of very many the first thousand, and how many there are" {
    many() {
        echo 'processes: {parent: ['
        for ((i = 0; i < $1; i++)); do echo "{slep$i: 1s},"; done
        echo ']}'
    }
    many 700 >many.yaml
    refuses many.yaml "700 errors in many.yaml"
    [ "$(grep -c '^many.yaml:[0-9]*:2: error' said)" -eq 700 ]
    many 1500 >many.yaml
    refuses many.yaml "1500 errors in many.yaml"
    [ "$(grep -c '^many.yaml:[0-9]*:2: error' said)" -eq 1000 ]
    grep -q "^… and 500 more" said
}

@test "a name that very many processes shall have is told once for each" {
    { echo 'processes: {main: [{exec: [make]}]}' && echo 'names:' &&
        for ((i = 0; i < 900; i++)); do echo "  main.$i: x"; done; } >same.yaml
    refuses same.yaml "899 errors in same.yaml"
}

@test "a file of 100 MB is refused unread" {
    truncate -s 100M big.yaml
    refuses big.yaml "'big.yaml' is too large"
}

@test "endless standard input is refused" {
    status=0
    # /dev/zero has no end: reading all of it would.
    timeout 60 "$PROCENARIO" check - </dev/zero >/dev/null 2>said || status=$?
    [ "$status" -eq 2 ]
    grep -F "too large" said
}

@test "100,000 levels of nesting are refused at once" {
    # Each shape by itself: libyaml takes quadratic time over some of them.
    /usr/bin/python3 - <<'PYTHON'
n = 100_000
open("flow.yaml", "w").write("processes: {parent: " + "[" * n + "]" * n + "}\n")
open("map.yaml", "w").write("{a: " * n + "b" + "}" * n + "\n")
open("block.yaml", "w").write("processes:\n  parent:\n    " + "- " * n + "pause\n")
open("open.yaml", "w").write("[" * n)
open("keys.yaml", "w").write("? " * n + "a\n")
PYTHON
    for shape in flow map block open keys; do
        refuses "$shape.yaml" "nested deeper than 64 levels"
    done
}

@test "an alias bomb is refused" {
    {
        echo 'processes:'
        echo '  parent:'
        echo '    - repeat: 1'
        echo '      do: &a0 [pause, pause, pause, pause, pause, pause, pause, pause, pause, pause]'
        for ((i = 1; i < 15; i++)); do
            echo "    - repeat: 1"
            echo "      do: &a$i"
            for ((j = 0; j < 10; j++)); do echo "        - forever: *a$((i - 1))"; done
        done
    } >bomb.yaml
    refuses bomb.yaml "the aliases of this file expand to too much"
}

@test "very many of one kind take no more than their share of time" {
    # Each would take minutes if everything were compared with everything.
    /usr/bin/python3 - <<'PYTHON'
n = 100_000
root = "processes: {m: [{exec: [x]}]}\n"
def write(name, text):
    with open(name + ".yaml", "w") as file:
        file.write(text)
write("anchors", "processes:\n m:\n" + "".join(f"  - print: &a{i} x\n" for i in range(n)))
write("names", root + "names:\n" + "".join(f"  m.{i}: n{i}\n" for i in range(n)))
write("params", "params:\n" + "".join(f"  p{i}: x\n" for i in range(n)) + root)
write("tree", root + "expect:\n - tree:\n    m:\n" + "".join(f"    - m.{i}\n" for i in range(n)))
write("text", "params: {p: x}\nprocesses: {m: [print: \"" + "$${${p}" * 3 * n + "\"]}\n")
PYTHON
    refuses anchors.yaml "at most 1000 anchors"
    refuses names.yaml "at most 1000 friendlier names"
    refuses params.yaml "at most 1000 parameters"
    check tree.yaml
    [ "$status" -eq 0 ]
    check text.yaml
    [ "$status" -eq 0 ]
}

@test "a directory is refused" {
    mkdir folder
    refuses folder "'folder'"
    grep -F "Is a directory" said
}

@test "a missing file is named" {
    refuses nowhere.yaml "'nowhere.yaml': No such file or directory"
}

@test "a file that cannot be read is named" {
    # Reading fails for everybody here; permissions do not stop root.
    refuses /proc/self/mem "'/proc/self/mem': Input/output error"
    echo 'processes: {a: [exit]}' >locked.yaml
    chmod 000 locked.yaml
    if [ "$(id -u)" -ne 0 ]; then
        refuses locked.yaml "'locked.yaml': Permission denied"
    fi
}

@test "an empty file is no scenario" {
    : >empty.yaml
    refuses empty.yaml "empty.yaml:1:1: error:"
}

@test "files of NULs, noise and broken UTF-8 are refused at the right byte" {
    printf 'title: a\n\0' >nul.yaml
    refuses nul.yaml "nul.yaml:2:1: error: the control character 0x00"
    printf 'title: \344\270\255\377\n' >utf8.yaml
    refuses utf8.yaml "utf8.yaml:1:9: error: the byte 0xff is not UTF-8"
    head -c 65536 /dev/zero >zeros.yaml
    refuses zeros.yaml "zeros.yaml:1:1: error: the control character 0x00"
    # The program itself, as a file that nobody meant to pass.
    refuses "$PROCENARIO" "error: "
}

@test "a scenario comes from standard input too" {
    status=0
    printf 'processes: {a: [exitt]}\n' | timeout 60 "$PROCENARIO" check - >/dev/null 2>said || status=$?
    [ "$status" -eq 2 ]
    grep -F -- "-:1:17: error: unknown step 'exitt'" said
}

@test "what is shown of a file cannot steer the terminal" {
    printf 'processes:\n  "a\\x1b[31mb": [exit]\n' >escape.yaml
    refuses escape.yaml "cannot be the name of a process"
    run ! grep -P '\x1b' said
}

@test "a role that a parameter names is its parent's own child, like any other" {
    cat >own.yaml <<'END'
params: {role: worker}
processes:
  main: [{fork: worker}, {fork: mid}, {wait: all}]
  mid: [{fork: "${role}"}, {kill: {process: worker, signal: SIGKILL}}, {wait: worker}]
  worker: [{sleep: 1s}, {exit: 3}]
expect: [{exit: {mid.worker: SIGKILL, worker: 3}}]
END
    "$PROCENARIO" run --quiet own.yaml
}
