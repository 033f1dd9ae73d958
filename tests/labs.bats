#!/usr/bin/env bats
# The labs in scenarios/grading: the reference solution has all points, and each wrong submission loses those, for
# the reasons, that stand in the lab's expected.txt; told alike by `run` and by `grade`.
#
# When scenarios or submissions change, renew it and read the difference:
#     rm scenarios/grading/LAB/expected.txt; RENEW=1 bats --filter '^LAB' tests/labs.bats

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    labs=$top/scenarios/grading
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    export LC_ALL=C
    cd "$BATS_TEST_TMPDIR" || return
}

# build LAB SUBMISSION: leaves the program as LAB/SUBMISSION/LAB, the last being the scenarios' parameter.
build() {
    mkdir -p "$1/$2"
    ${CC:-cc} -std=c17 -O1 -Wall -Wextra -Werror -o "$1/$2/$1" "$(source_of "$1" "$2")"/*.c
}

source_of() {
    [ "$2" = reference ] && echo "$labs/$1/reference" || echo "$labs/$1/submissions/$2"
}

# loses LAB SUBMISSION [all]: what expected.txt says, when performed and when graded. What checks our own memory
# takes long, so it sees only some (`all`).
loses() {
    [[ ${VARIANT:-plain} = plain || ${3:-} = all ]] || skip "seen without the checks of memory"
    build "$1" "$2"
    python3 "$top/tests/labs.py" run "$PROCENARIO" "$labs/$1" "$1" "$1" >performed
    [ -z "${RENEW:-}" ] || [ -n "${CI:-}" ] || cat performed >>"$labs/$1/expected.txt"
    sed -n "/^$2: /,/^\$/p" "$labs/$1/expected.txt" >expected
    diff -u expected performed
    mkdir submissions
    cp -r "$(source_of "$1" "$2")" "submissions/$2"
    run --separate-stderr "$PROCENARIO" grade "$labs/$1/assignment.yaml" --submissions submissions -o results
    # shellcheck disable=SC2154 # set by run
    [ "$status" -eq 0 ] || { echo "$stderr" && return 1; }
    python3 "$top/tests/labs.py" results results "$labs/$1" >graded
    diff -u expected graded
}

@test "shell: busy-waiting" { loses shell busy-waiting; }
@test "shell: dies-of-interrupt" { loses shell dies-of-interrupt; }
@test "shell: fg-does-not-wait" { loses shell fg-does-not-wait; }
@test "shell: misspelt" { loses shell misspelt; }
@test "shell: no-groups" { loses shell no-groups; }
@test "shell: no-reaping" { loses shell no-reaping; }
@test "shell: no-terminal" { loses shell no-terminal; }
@test "shell: one-wait-per-signal" { loses shell one-wait-per-signal; }
@test "shell: race" { loses shell race all; }
@test "shell: reference" { loses shell reference all; }
@test "shell: suspend-ignored" { loses shell suspend-ignored; }

@test "supervisor: leaves-workers" { loses supervisor leaves-workers; }
@test "supervisor: misspelt" { loses supervisor misspelt; }
@test "supervisor: never-kills" { loses supervisor never-kills; }
@test "supervisor: no-grace" { loses supervisor no-grace; }
@test "supervisor: no-restart" { loses supervisor no-restart; }
@test "supervisor: one-wait-per-signal" { loses supervisor one-wait-per-signal; }
@test "supervisor: race" { loses supervisor race all; }
@test "supervisor: reference" { loses supervisor reference all; }
@test "supervisor: restarts-finished" { loses supervisor restarts-finished; }
@test "supervisor: restarts-while-stopping" { loses supervisor restarts-while-stopping; }
@test "supervisor: waits-whole-grace" { loses supervisor waits-whole-grace; }

@test "every submission has its test and its place in expected.txt" {
    for lab in shell supervisor; do
        { echo reference && ls "$labs/$lab/submissions"; } | sort >there
        sed -nE "s/^@test \"$lab: ([a-z-]+)\" \{ loses $lab \1( all)?; \}\$/\1/p" "$BATS_TEST_FILENAME" | sort >tested
        sed -nE 's/^([a-z-]+): .*/\1/p' "$labs/$lab/expected.txt" >told
        diff there tested
        diff there told
    done
}

@test "the reference has all points, and nobody else has" {
    for lab in "$labs"/*/; do
        [ "$(grep ': 100 of 100, ' "$lab/expected.txt" | cut -d: -f1)" = reference ]
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

@test "a student's shell is the same in every run" {
    build shell reference
    for n in 1 2 3; do
        "$PROCENARIO" run --quiet --set "shell=$PWD/shell/reference/shell" --trace "$n.json" "$labs/shell/14-family.yaml"
    done
    cmp 1.json 2.json
    cmp 1.json 3.json
}
