#!/bin/sh
# Grades in parts with GNU parallel, on this machine or on several, and puts them together.
#
#   PARTS=8 gnu-parallel.sh ASSIGNMENT SUBMISSIONS RESULTS [OPTION…]
#
# OPTIONs are those of parallel(1): `--jobs 2`, or `--sshloginfile HOSTS` when all three are paths that mean
# the same on every machine. Called again after an interruption, it goes on from there.
set -eu
assignment=$1 submissions=$2 results=$3
shift 3
parts=${PARTS:-8}

mkdir -p "$results"
# What a part tells goes to a file. One that could not be graded is tried once more.
seq "$parts" | parallel --quote --retries 2 --joblog "$results/jobs.log" "$@" \
    procenario grade "$assignment" --submissions "$submissions" --shard "{}/$parts" \
    --results "$results/part-{}" --output "$results/part-{}.txt" --resume --jobs 1 --quiet

procenario grade merge "$results"/part-*/ --results "$results/all" \
    --format csv --output "$results/grades.csv" --html "$results/pages"
