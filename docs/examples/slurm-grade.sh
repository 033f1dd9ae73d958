#!/bin/sh
# Grades in parts, each a task of a Slurm array, and puts them together when all have ended.
#
#   PARTS=8 slurm-grade.sh ASSIGNMENT SUBMISSIONS RESULTS
#
# All three must be paths that mean the same on every node. Prints the number of the last job.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
parts=${PARTS:-8}

mkdir -p "$3"
array=$(sbatch --parsable --array="1-$parts" "$here/slurm-array.sh" "$1" "$2" "$3")
# However they end: merging tells which part, or whose result, is missing.
sbatch --parsable --dependency="afterany:$array" "$here/slurm-merge.sh" "$3"
