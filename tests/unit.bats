#!/usr/bin/env bats
# The unit tests in C: every program of tests/unit/ must hold.

bats_require_minimum_version 1.8.0

@test "every unit test holds" {
    : "${UNIT:=${BUILD:-$BATS_TEST_DIRNAME/../build}/unit}"
    for source in "$BATS_TEST_DIRNAME"/unit/*.c; do
        name=$(basename "$source" .c)
        run "$UNIT/$name"
        echo "$output"
        [ "$status" -eq 0 ]
    done
}
