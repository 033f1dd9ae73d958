#!/usr/bin/env bats
# The labs in scenarios/grading: the reference solution has all points, and each wrong submission loses those, for
# the reasons, that stand in the lab's expected.txt; told alike by `run` and by `grade`.
#
# When scenarios or submissions change, renew it and read the difference:
#     RENEW=1 bats --filter 'performed' tests/labs.bats

bats_require_minimum_version 1.5.0

setup_file() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    export top labs=$top/scenarios/grading built=$BATS_FILE_TMPDIR/built
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    export PROCENARIO LC_ALL=C
    local source lab program
    for source in "$labs"/*/reference/*.c "$labs"/*/submissions/*/*.c; do
        lab=${source#"$labs/"} lab=${lab%%/*}
        program=$built/$lab/$(basename "$(dirname "$source")")/$lab # as the scenarios' parameter
        mkdir -p "${program%/*}"
        ${CC:-cc} -std=c17 -O1 -Wall -Wextra -Werror -o "$program" "$source"
    done
}

# holds LAB: standard input is what expected.txt says.
holds() {
    cat >told
    if [ -n "${RENEW:-}" ] && [ -z "${CI:-}" ]; then
        cp told "$labs/$1/expected.txt"
    fi
    diff -u "$labs/$1/expected.txt" told
}

performed() {
    cd "$BATS_TEST_TMPDIR"
    python3 "$top/tests/labs.py" run "$PROCENARIO" "$labs/$1" "$1" "$built/$1" >lost
    holds "$1" <lost
}

@test "shell: performed, every submission loses what it should" { performed shell; }
@test "supervisor: performed, every submission loses what it should" { performed supervisor; }

graded() {
    cd "$BATS_TEST_TMPDIR"
    mkdir submissions
    cp -r "$labs/$1/reference" "$labs/$1/submissions"/* submissions
    run -0 --separate-stderr "$PROCENARIO" grade "$labs/$1/assignment.yaml" --submissions submissions -o results
    python3 "$top/tests/labs.py" results results "$labs/$1" >lost
    holds "$1" <lost
}

@test "shell: graded, every submission loses what it should" { graded shell; }
@test "supervisor: graded, every submission loses what it should" { graded supervisor; }

@test "the reference has all points, and no submission has" {
    for lab in "$labs"/*/; do
        grep -q '^reference: 100 of 100, ' "$lab/expected.txt"
        [ "$(grep -c ': 100 of 100, ' "$lab/expected.txt")" -eq 1 ]
        submissions=("$lab"/submissions/*)
        [ "$(grep -c ' of 100, ' "$lab/expected.txt")" -eq $((${#submissions[@]} + 1)) ]
    done
}

@test "every scenario of a lab is in its assignment, and says what it is about" {
    for lab in "$labs"/*/; do
        "$PROCENARIO" check "$lab/assignment.yaml"
        for scenario in "$lab"/[0-9]*.yaml; do
            grep -qE "^  - (\{file: )?${scenario##*/}(,.*)?$" "$lab/assignment.yaml" || { echo "$scenario" && return 1; }
            sed -n 1p "$scenario" |
                grep -qxF '# yaml-language-server: $schema=../../../schema/scenario.schema.json'
            sed -n 2p "$scenario" | grep -q '^# .'
        done
        /usr/bin/python3 "$top/tests/schema_check.py" "$lab"/[0-9]*.yaml >outcome
        run ! grep -v '^valid ' outcome
    done
}

@test "the shell's session of a student's own is the same in every run" {
    for n in 1 2 3; do
        "$PROCENARIO" run --quiet --set "shell=$built/shell/reference/shell" --trace "$BATS_TEST_TMPDIR/$n.json" \
            "$labs/shell/14-family.yaml"
    done
    cmp "$BATS_TEST_TMPDIR/1.json" "$BATS_TEST_TMPDIR/2.json"
    cmp "$BATS_TEST_TMPDIR/1.json" "$BATS_TEST_TMPDIR/3.json"
}
