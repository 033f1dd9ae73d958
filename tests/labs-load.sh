#!/usr/bin/env bash
# Performs the scenarios of every lab with its reference solution RUNS times while other programs keep each
# processor busy, and counts the runs in which an expectation does not hold: there may be none.
#
#     tests/labs-load.sh [RUNS]        (100 unless said otherwise; some minutes)
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-100}
procenario=${PROCENARIO:-${BUILD:-build}/procenario}
work=$(mktemp -d)
spinners=()
finish() {
    [ ${#spinners[@]} -eq 0 ] || kill "${spinners[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
for ((i = 0; i < 2 * $(nproc); i++)); do
    sh -c 'while :; do :; done' &
    spinners+=($!)
done
failed=0
for lab in scenarios/grading/*/; do
    name=$(basename "$lab") bad=0
    scenarios=("$lab"/[0-9]*.yaml)
    "${CC:-cc}" -std=c17 -O1 -o "$work/$name" "$lab"/reference/*.c
    for ((run = 0; run < runs; run++)); do
        "$procenario" run --quiet --set "$name=$work/$name" "${scenarios[@]}" >"$work/report" 2>&1 ||
            { bad=$((bad + 1)) && cat "$work/report"; }
    done
    echo "$name: $runs runs of ${#scenarios[@]} scenarios, $bad not with all points"
    failed=$((failed + bad))
done
[ "$failed" -eq 0 ]
