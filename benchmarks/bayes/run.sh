#!/bin/bash
# Bayesian optimization: regret of Spinel and of BoTorch's defaults in turn, seed by seed, from the same initial points;
# then the Gaussian process of many points and candidates on 1 and 2 ranks (needs 2 GB).
# Settings were chosen with seeds 1 to 20 in sight, so others are measured.
#   benchmarks/bayes/run.sh [seeds] [folder of bayes_regret and bayes_speed] [python with botorch] [first seed]
set -e
cd "$(dirname "$0")/../.."
seeds=${1:-10} build=${2:-build/release/benchmarks} python=${3:-python3} first=${4:-101}
. scripts/mpi_environment.sh 2> /dev/null || true
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for seed in $(seq "$first" $((first + seeds - 1))); do
  for case in "branin 6 25" "hartmann6 12 40"; do
    read -r name initial evaluations <<< "$case"
    for kernel in matern52 rbf; do
      "$build/bayes_regret" "$name" "$seed" "$initial" "$evaluations" log_ei $kernel > "$folder/${name}_${kernel}_$seed"
    done
    env -u OPENBLAS_CORETYPE "$python" benchmarks/bayes/botorch_regret.py "$name" "$seed" "$initial" "$evaluations" \
      < "$folder/${name}_rbf_$seed" > "$folder/${name}_botorch_$seed" 2> /dev/null
  done
done
python3 - "$folder" "$seeds" "$first" <<'PYTHON'
import statistics
import sys

folder, seeds, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for name, lowest in (("branin", 0.39788735772973816), ("hartmann6", -3.32236801141551)):
    for program in ("matern52", "rbf", "botorch"):
        regrets, seconds = [], []
        for seed in range(first, first + seeds):
            lines = open(f"{folder}/{name}_{program}_{seed}").read().split("\n")[:-1]
            regrets.append(float(lines[-2].split()[-1]) - lowest)
            seconds.append(float(lines[-1].split()[1]))
        who = program if program == "botorch" else f"Spinel, {program}"
        print(f"{name:10} {who:18} simple regret mean {statistics.mean(regrets):.4f} ± "
              f"{statistics.stdev(regrets) / seeds**0.5:.4f} median {statistics.median(regrets):.4f} "
              f"worst {max(regrets):.4f}; {1e3 * statistics.mean(seconds):.1f} ms a suggestion")
PYTHON
for ranks in 1 2; do mpirun -n $ranks "$build/bayes_speed"; done
