#!/usr/bin/env bash
# Measures procenario against a bare C loop and against strace, in the same run, and prints ratios.
# Times are medians of RUNS interleaved runs, so that a machine that gets slower does so for all.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${BUILD:=build}" "${RUNS:=7}" "${CC:=cc}"
procenario=${PROCENARIO:-$BUILD/procenario}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$CC" -O2 -o "$work/forks" tests/bench/forks.c
"$CC" -O2 -o "$work/calls" tests/bench/calls.c
"$CC" -O2 -o "$work/peak" tests/bench/peak.c

# seconds COMMAND…: the wall time of one run.
seconds() {
    local begin=$EPOCHREALTIME
    "$@" >/dev/null 2>&1
    local end=$EPOCHREALTIME
    awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.6f\n", b - a }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# measure NAME… : each name is a file in $work with a command line; runs them in turn.
measure() {
    local name run
    for name in "$@"; do : >"$work/$name.times"; done
    for ((run = 0; run < RUNS; run++)); do
        for name in "$@"; do
            local -a line
            mapfile -t line <"$work/$name.command"
            seconds "${line[@]}" >>"$work/$name.times"
        done
    done
}
command_for() { # NAME COMMAND…
    local name=$1
    shift
    printf '%s\n' "$@" >"$work/$name.command"
}
time_of() { median <"$work/$1.times"; }
ratio() { awk -v a="$(time_of "$1")" -v b="$(time_of "$2")" 'BEGIN { printf "%.2f", a / b }'; }
milliseconds() { awk -v a="$(time_of "$1")" 'BEGIN { printf "%.1f", a * 1000 }'; }
row() { printf '| %-56s | %12s | %9s | %s\n' "$1" "$2" "$3" "$4"; }

scripted_forks() { # COUNT
    cat <<YAML
limits: {processes: 100000, time: 1h, wall: 300s, cpu: 300s}
processes:
  parent:
    - repeat: $1
      do: [{fork: child}, {wait: any}]
  child: []
YAML
}

echo "machine: $(uname -srm), $(nproc) processors, $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)"
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); $RUNS runs each, medians"
echo
row "what" "median ms" "ratio" "against"
row "---" "---" "---" "---"

# 5,000 × fork, exit, wait
scripted_forks 5000 >"$work/forks.yaml"
command_for bare "$work/forks" 5000
command_for bare-pinned taskset -c 0 "$work/forks" 5000
command_for actor "$procenario" run --quiet --trace "$work/t.json" "$work/forks.yaml"
command_for program "$procenario" run --quiet --trace "$work/t.json" -- "$work/forks" 5000
command_for strace strace -f --seccomp-bpf -e trace=process,signal -o "$work/s" "$work/forks" 5000
names=(bare bare-pinned actor program)
if command -v strace >/dev/null; then names+=(strace); fi
measure "${names[@]}"
row "5,000 forks, bare C" "$(milliseconds bare)" 1.00 ""
row "5,000 forks, bare C on one processor" "$(milliseconds bare-pinned)" "$(ratio bare-pinned bare)" "bare"
row "5,000 forks, an actor, trace written" "$(milliseconds actor)" "$(ratio actor bare)" "bare"
row "" "" "$(ratio actor bare-pinned)" "bare on one processor"
row "5,000 forks, the C loop directed, trace written" "$(milliseconds program)" "$(ratio program bare)" "bare"
row "" "" "$(ratio program bare-pinned)" "bare on one processor"
if command -v strace >/dev/null; then
    row "5,000 forks, strace -f --seccomp-bpf" "$(milliseconds strace)" "$(ratio strace bare)" "bare"
fi

# Untraced calls
command_for calls "$work/calls" 1000000
command_for calls-filtered "$work/calls" 1000000 filtered
command_for calls-directed "$procenario" run --quiet -- "$work/calls" 1000000
measure calls calls-filtered calls-directed
row "a million getppid, alone" "$(milliseconds calls)" 1.00 ""
row "a million getppid, a filter that allows all" "$(milliseconds calls-filtered)" "$(ratio calls-filtered calls)" "alone"
row "a million getppid, directed" "$(milliseconds calls-directed)" "$(ratio calls-directed calls)" "alone"
row "" "" "$(ratio calls-directed calls-filtered)" "such a filter"

# The tutorial's kill chapter: ten seconds of sleeping
command_for pass /usr/bin/python3 -c pass
command_for kill-python "$procenario" run --quiet scenarios/tutorial/kill-python.yaml
command_for kill "$procenario" run --quiet scenarios/tutorial/kill.yaml
command_for true /bin/true
measure pass kill-python kill true
row "python3 -c pass, alone" "$(milliseconds pass)" 1.00 ""
row "kill.py: its sleeps are not waited for" "$(milliseconds kill-python)" "$(ratio kill-python pass)" "python3 -c pass"
row "true, alone" "$(milliseconds true)" 1.00 ""
row "kill.yaml, scripted" "$(milliseconds kill)" "$(ratio kill true)" "true"

# The tutorial's documents
command_for docs "$procenario" docs --check docs/tutorial/*/*.md
RUNS=3 measure docs
row "docs --check of the tutorial" "$(milliseconds docs)" "$(ratio docs pass)" "python3 -c pass"

# Linearity and memory
peak_of() { # COMMAND…: KiB
    "$work/peak" "$work/peak.txt" "$@" >/dev/null 2>&1
    cat "$work/peak.txt"
}
for count in 100 1000 5000 20000; do
    scripted_forks "$count" >"$work/forks-$count.yaml"
    command_for "forks-$count" "$procenario" run --quiet --trace "$work/t.json" "$work/forks-$count.yaml"
    RUNS=3 measure "forks-$count"
    each=$(awk -v a="$(time_of "forks-$count")" -v n="$count" 'BEGIN { printf "%.1f", a * 1e6 / n }')
    row "$count forks by an actor" "$(milliseconds "forks-$count")" "" \
        "$each us each, peak $(peak_of "$procenario" run --quiet --trace "$work/t.json" "$work/forks-$count.yaml") KiB"
done

# 5,000 alive at once
cat >"$work/alive.yaml" <<YAML
limits: {processes: 10000}
processes:
  parent:
    - fork: {process: child, count: 5000}
    - wait: all
  child: [{sleep: 1s}]
YAML
command_for alive "$procenario" run --quiet --trace "$work/t.json" "$work/alive.yaml"
RUNS=3 measure alive
row "5,000 processes alive at once" "$(milliseconds alive)" "" "peak $(peak_of "$procenario" run --quiet --trace "$work/t.json" "$work/alive.yaml") KiB"

# The loader
{
    echo "processes:"
    echo "  main:"
    for ((i = 0; i < 10000; i++)); do echo "    - print: step number $i"; done
} >"$work/long.yaml"
command_for check "$procenario" check "$work/long.yaml"
measure check
row "check of a scenario of 10,000 steps" "$(milliseconds check)" "" ""

# Grading: the shell's lab, one submission and many of the same
if "$procenario" doctor | grep '^ok  *sandbox' >/dev/null; then
    lab=scenarios/grading/shell
    scenarios=$(find "$lab" -name '[0-9]*.yaml' | wc -l)
    command_for grade "$procenario" grade $lab/assignment.yaml --submission $lab/reference --quiet
    RUNS=3 measure grade
    row "grading one shell, $scenarios scenarios" "$(milliseconds grade)" 1.00 "peak $(peak_of "$procenario" grade $lab/assignment.yaml --submission $lab/reference --quiet) KiB"
    for count in ${SUBMISSIONS:-10 100}; do
        mkdir "$work/in-$count"
        for ((i = 0; i < count; i++)); do cp -r $lab/reference "$work/in-$count/s$i"; done
        line=("$procenario" grade "$lab"/assignment.yaml --submissions "$work/in-$count" --jobs "$(nproc)" --quiet)
        begin=$EPOCHREALTIME
        peak=$(peak_of "${line[@]}" -o "$work/out-$count")
        awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.6f\n", b - a }' >"$work/grade-$count.times"
        each=$(awk -v a="$(time_of "grade-$count")" -v b="$(time_of grade)" -v n="$count" 'BEGIN { printf "%.2f", a / n / b }')
        row "grading $count shells, --jobs $(nproc)" "$(milliseconds "grade-$count")" "$each" \
            "each, of one alone; peak $peak KiB"
    done
fi
