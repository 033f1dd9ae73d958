#!/usr/bin/env bats
# Assignments: loader and schema held against one corpus of good and bad files, and against the
# examples of the documentation.
#
# A case is a file in tests/corpus/assignment/good, or a folder in tests/corpus/assignment/bad with
# assignment.yaml and what `check` says about it; no code is needed to add one. tests/corpus/renew writes what
# `check` says now: read every line of the difference before you keep it.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    case $PROCENARIO in /*) ;; *) PROCENARIO=$top/$PROCENARIO ;; esac
    corpus=$top/tests/corpus/assignment
    cd "$BATS_TEST_TMPDIR" || return
    unset CLICOLOR_FORCE
}

check() {
    status=0
    timeout 60 "$PROCENARIO" check "$@" >told 2>said </dev/null || status=$?
}

schema() {
    /usr/bin/python3 "$top/tests/schema_check.py" "$@"
}

@test "check accepts every good assignment, without a word of complaint" {
    good=("$corpus"/good/*.yaml)
    [ "${#good[@]}" -ge 14 ]
    check "${good[@]}"
    cat said
    [ "$status" -eq 0 ]
    [ ! -s said ]
    [ "$(grep -c 'an assignment of .*, no mistakes' told)" -eq "${#good[@]}" ]
}

@test "check says of every bad assignment what is wrong with it, and where" {
    bad=("$corpus"/bad/*/)
    [ "${#bad[@]}" -ge 60 ]
    wrong=0
    for folder in "${bad[@]}"; do
        cd "$folder"
        status=0
        timeout 60 "$PROCENARIO" check assignment.yaml >/dev/null 2>"$BATS_TEST_TMPDIR/said" || status=$?
        if [ "$status" -ne 2 ] || ! diff -u expected "$BATS_TEST_TMPDIR/said"; then
            echo "${folder#"$top/"}: status $status"
            wrong=1
        fi
    done
    [ "$wrong" -eq 0 ]
}

@test "the schema accepts every good assignment" {
    schema "$corpus"/good/*.yaml >outcome
    [ "$(wc -l <outcome)" -ge 14 ]
    run ! grep -v '^valid ' outcome
}

@test "the schema refuses every bad assignment but those that are marked, and no marked one" {
    schema "$corpus"/bad/*/assignment.yaml >outcome
    [ "$(wc -l <outcome)" -ge 60 ]
    wrong=0
    while read -r word file why; do
        marked=unmarked
        [ ! -s "${file%/*}/schema-cannot-say" ] || marked=marked
        case $word-$marked in
        refused-unmarked | valid-marked | unreadable-marked) ;;
        *)
            echo "$word by the schema, $marked: ${file#"$top/"} $why"
            wrong=1
            ;;
        esac
    done <outcome
    [ "$wrong" -eq 0 ]
}

@test "every key of the schemas of assignments and results has a description" {
    /usr/bin/python3 - "$top"/schema/assignment.schema.json "$top"/schema/result.schema.json <<'PYTHON'
import json, sys

bare, seen = [], 0

def visit(value, path):
    global seen
    if isinstance(value, list):
        for index, item in enumerate(value):
            visit(item, f"{path}/{index}")
    elif isinstance(value, dict):
        for key, item in value.get("properties", {}).items():
            seen += 1
            if "description" not in item and "$ref" not in item:
                bare.append(f"{path}/{key}")
        if "properties" in value and value.get("additionalProperties") is not False:
            bare.append(f"{path} accepts unknown keys")
        for key, item in value.items():
            visit(item, f"{path}/{key}")

for name in sys.argv[1:]:
    visit(json.load(open(name, encoding="utf-8")), name)
print("\n".join(bare))
sys.exit(1 if bare or seen < 70 else 0)
PYTHON
}

@test "every assignment of the documentation loads and passes the schema" {
    awk '/^```yaml assignment$/ { file = sprintf("assignment-%04d.yaml", NR); next }
         /^```yaml$/ { file = "fan.yaml"; next }
         /^```/ { file = "" }
         file { print > file }' "$top/docs/grading.md"
    touch Makefile helper.h
    for name in foreground races hidden pipes; do cp fan.yaml "$name.yaml"; done
    { echo 'params: {shell: ./sh}' && cat fan.yaml; } >background.yaml
    assignments=(assignment-*.yaml)
    [ "${#assignments[@]}" -ge 2 ]
    check "${assignments[@]}" fan.yaml
    cat said
    [ "$status" -eq 0 ]
    [ ! -s said ]
    schema "${assignments[@]}" >outcome
    run ! grep -v '^valid ' outcome
}

@test "scenarios and assignments are checked together, and all mistakes are told" {
    printf 'processes: {main: [{fork: chlid}], child: [exit]}\n' >scenario.yaml
    printf 'assignment: 1\nscenarios: [scenario.yaml]\ncap: x\n' >lab.yaml
    check lab.yaml scenario.yaml
    [ "$status" -eq 2 ]
    [ "$(grep -c "^scenario.yaml:1:.*unknown process 'chlid'" said)" -eq 2 ]
    grep -q "^lab.yaml:3:6: error: points are a number" said
}

@test "a file that is no assignment is told so when it is graded" {
    printf 'processes: {main: [exit]}\n' >scenario.yaml
    mkdir empty
    run --separate-stderr "$PROCENARIO" grade scenario.yaml --submissions empty
    [ "$status" -eq 2 ]
    # shellcheck disable=SC2154 # bats sets it
    [[ $stderr == *"'assignment' is missing"* ]]
    run --separate-stderr "$PROCENARIO" grade no-such.yaml --submissions empty
    [ "$status" -eq 2 ]
    [[ $stderr == *"cannot open 'no-such.yaml'"* ]]
}
