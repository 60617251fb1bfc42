#!/bin/bash
# The jobs of a list of DFT calculations (&potential array, doc/dft.md): each task runs run.sh in the folder on its line
# of the list; with fewer tasks than lines, in every so many-th one. Adapt resources and modules to the machine and the
# program, and name it in the input:
#   array = 'sbatch --wait --array=1-{n}%50 scripts/dft_array.sh {list}'
#SBATCH --job-name=spinel-dft
#SBATCH --ntasks=32
#SBATCH --time=02:00:00
#SBATCH --output=%x-%A.log
#SBATCH --open-mode=append
list=${1:?usage: sbatch --wait --array=1-N scripts/dft_array.sh LIST}
task=${SLURM_ARRAY_TASK_ID:?submit with --array=1-N}
tasks=${SLURM_ARRAY_TASK_COUNT:-1}
# module load quantum-espresso

status=0
number=0
while read -r folder; do
  number=$((number + 1))
  [ $(((number - task) % tasks)) = 0 ] || continue
  # A later run of Spinel may have taken the job back.
  [ ! -e "$folder/run.sh" ] || sh "$folder/run.sh" </dev/null || status=1
done < "$list"
exit $status
