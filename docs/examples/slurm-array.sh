#!/bin/sh
#SBATCH --job-name=grade
#SBATCH --cpus-per-task=2
#SBATCH --requeue
# A task of slurm-grade.sh: grades its part of the submissions. Begun again after its node went down,
# it keeps the results that are there.
set -eu

procenario grade "$1" --submissions "$2" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --results "$3/part-$SLURM_ARRAY_TASK_ID" --resume --jobs "${SLURM_CPUS_PER_TASK:-1}" --quiet
