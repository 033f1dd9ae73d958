#!/bin/sh
#SBATCH --job-name=grade-merge
# The last job of slurm-grade.sh: all results in one folder, a table for spreadsheets, and pages. Its
# status is 3 when a part is missing, or the grading of some submissions failed; its log says which.
set -eu

procenario grade merge "$1"/part-* --results "$1/all" \
    --format csv --output "$1/grades.csv" --html "$1/pages"
