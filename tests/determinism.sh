#!/usr/bin/env bash
# Performs every scenario that has a golden trace RUNS times and compares each with it, byte for byte:
# on an idle machine, with every processor kept busy by other programs, and pinned to one processor.
#
#     tests/determinism.sh [RUNS [SERIES…]]
#
# SERIES: idle, pinned, busy (all three, when none is named). 200 runs of all three take about an hour.
# Environment: SET, an extended regular expression of the scenarios to perform (SET='^(tutorial|classics)/').
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-${RUNS:-200}}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- idle pinned busy
procenario=${PROCENARIO:-${BUILD:-build}/procenario}
work=$(mktemp -d)
spinners=()
finish() {
    [ ${#spinners[@]} -eq 0 ] || kill "${spinners[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
mapfile -t names < <(cd tests/golden && find . -name '*.json' | sed 's|^\./||; s|\.json$||' | grep -E "${SET:-.}" |
    LC_ALL=C sort)

different=0
series() { # NAME COMMAND-PREFIX…
    local label=$1 run name
    shift
    local bad=0
    for ((run = 0; run < runs; run++)); do
        for name in "${names[@]}"; do
            "$@" "$procenario" run --quiet --trace "$work/trace.json" "scenarios/$name.yaml" \
                >/dev/null 2>&1 || true
            if ! cmp -s "$work/trace.json" "tests/golden/$name.json"; then
                bad=$((bad + 1))
                echo "differs ($label): $name"
                diff "tests/golden/$name.json" "$work/trace.json" | head -n 6
            fi
        done
    done
    echo "$label: ${#names[@]} scenarios × $runs runs, $bad differ"
    different=$((different + bad))
}

for what; do
    case $what in
    idle) series idle env ;;
    pinned) series "one processor" taskset -c 0 ;;
    busy)
        for ((i = 0; i < $(nproc); i++)); do
            sh -c 'while :; do :; done' &
            spinners+=($!)
        done
        series "all processors busy" env
        kill "${spinners[@]}"
        wait "${spinners[@]}" 2>/dev/null || true
        spinners=()
        ;;
    *)
        echo "$0: no series '$what'; there are idle, pinned and busy" >&2
        exit 2
        ;;
    esac
done
[ "$different" -eq 0 ]
