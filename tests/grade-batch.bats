#!/usr/bin/env bats
# Grading in parts, as docs/examples does it on batch systems: what comes of it is, byte for byte,
# what comes of grading at once.
# shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`

bats_require_minimum_version 1.8.0

setup_file() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    export top PROCENARIO LC_ALL=C
    "$PROCENARIO" doctor | grep '^ok  *sandbox' >/dev/null || return 0
    cd "$BATS_FILE_TMPDIR" || return
    mkdir -p lab in bin
    ln -s "$PROCENARIO" bin/procenario
    cat >lab/lab.yaml <<'YAML'
assignment: 1
title: In parts
files: [work.sh]
scenarios: [lab.scenario.yaml]
YAML
    cat >lab/lab.scenario.yaml <<'YAML'
title: It says that it is done
processes: {main: [exec: [sh, work.sh]]}
expect:
  - output: {text: "done\n"}
  - duration: 3s
YAML
    for student in ann bob carl dora emil fred gina; do
        mkdir "in/$student"
        echo 'sleep 3; echo done' >"in/$student/work.sh"
    done
    echo 'echo done' >in/bob/work.sh
    echo 'sleep 3; echo $$ >/tmp/x; cat /tmp/x; exit 1' >in/emil/work.sh
    rm in/gina/work.sh
    "$PROCENARIO" grade lab/lab.yaml --submissions in -o once -q --format csv --output once.csv --html once-pages
    touch ready
}

setup() {
    [ -e "$BATS_FILE_TMPDIR/ready" ] || skip "this host has no sandbox"
    once=$BATS_FILE_TMPDIR/once
    PATH=$BATS_FILE_TMPDIR/bin:$PATH
    examples=$top/docs/examples
    lab=$BATS_FILE_TMPDIR/lab/lab.yaml
    cd "$BATS_TEST_TMPDIR" || return
    cp -r "$BATS_FILE_TMPDIR/in" "handed in"
}

# same FOLDER: what an example left there is what grading at once gives.
same() {
    diff -r "$once" "$1/all"
    cmp "$once.csv" "$1/grades.csv"
    diff -r "$once-pages" "$1/pages"
}

@test "GNU parallel grades in parts, and goes on after an interruption" {
    command -v parallel >/dev/null || skip "needs GNU parallel"
    export HOME=$PWD # parallel keeps notes there
    PARTS=3 "$examples/gnu-parallel.sh" "$lab" "handed in" "the results" --jobs 2
    same "the results"
    [ "$(wc -l <"the results/jobs.log")" = 4 ]
    [ "$(cat "the results"/part-*.txt | grep -c ' submission')" = 3 ]
    rm "the results"/part-*/ann.json
    stat -c '%n %i' "the results"/part-*/*.json >before
    PARTS=3 "$examples/gnu-parallel.sh" "$lab" "handed in" "the results" --jobs 2
    same "the results"
    stat -c '%n %i' "the results"/part-*/*.json | grep -v /ann.json | diff before -
}

@test "a part that is missing, and a result, are told when parts are put together" {
    mkdir out
    for part in 1 2 3; do
        "$PROCENARIO" grade "$lab" --submissions "handed in" --shard "$part/3" -o "out/part-$part" -q >/dev/null
    done
    mv out/part-2 aside
    run "$examples/slurm-merge.sh" out
    [ "$status" -eq 3 ] && [[ $output == *"shard 2 of 3 is missing"* ]]
    mv aside out/part-2
    rm -r out/all out/part-*/ann.json
    run "$examples/slurm-merge.sh" out
    [ "$status" -eq 3 ] && [[ $output == *"'ann' was to be graded"* ]]
}

@test "a Slurm array grades in parts, and a job that waits for it puts them together" {
    [ "$(id -u)" = 0 ] || skip "only root can begin a Slurm cluster"
    command -v sbatch >/dev/null && command -v munge >/dev/null || skip "needs Slurm and munge"
    PATH=$PATH:/usr/sbin:/sbin
    cat >submit <<'SH'
set -eu
last=$(PARTS=3 "$1/slurm-grade.sh" "$2" "$PWD/handed in" "$PWD/results")
until [ -z "$(squeue -h)" ]; do sleep 0.2; done
scontrol show job "$last" >"job"
SH
    status=0
    "$top/tests/grade-batch/slurm" "$PWD/cluster" sh submit "$examples" "$lab" >log 2>&1 3>&- || status=$?
    cat log
    [ "$status" -ne 77 ] || skip "$(tail -1 log)"
    tail -n 50 slurm-*.out
    [ "$status" -eq 0 ]
    grep -q 'JobState=COMPLETED' job
    same results
    [ "$(find results -maxdepth 1 -name 'part-*' | wc -l)" = 3 ]
    # Nobody of the cluster is left.
    run ! pgrep -f "$PWD/cluster"
}
