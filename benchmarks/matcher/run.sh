#!/bin/bash
# The structure matcher on the 300 pairs of the shared data: pymatgen and Spinel in turn on one core, and whether they
# agree. Processor time, so that other work on the machine counts for neither. Medians [minimum … maximum].
#   benchmarks/matcher/run.sh [rounds] [folder of matcher_speed] [python with pymatgen]
set -e
cd "$(dirname "$0")/../.."
rounds=${1:-5} build=${2:-build/release/benchmarks} python=${3:-python3}
data=${SPINEL_DATA:-../shared/data}/matcher/pairs.xyz
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
for round in $(seq "$rounds"); do
  $python benchmarks/matcher/pymatgen_match.py "$data" "$folder/peer_pairs" >> "$folder/peer"
  "$build/matcher_speed" "$data" 5 "$folder/mine_pairs" >> "$folder/mine"
done
FOLDER=$folder python3 - <<'PYTHON'
import os
import statistics


def rows(name):
    with open(os.path.join(os.environ["FOLDER"], name), encoding="utf-8") as file:
        return [[float(x) for x in line.split()] for line in file]


def show(what, values, unit=""):
    print(f"{what:<58}{statistics.median(values):.4g} [{min(values):.4g} … {max(values):.4g}]{unit}")


mine, peer = rows("mine"), rows("peer")
n = mine[0][3]
per_round = len(mine) // len(peer)
show("Spinel: both structures of a pair to their cells", [1e6 * r[0] / n for r in mine], " µs")
for name, m, p in (("least rms", 1, 0), ("fit", 2, 1)):
    show(f"Spinel: {name} of a pair, cells included", [1e6 * (r[0] + r[m]) / n for r in mine], " µs")
    show("pymatgen: the same", [1e6 * r[p] / n for r in peer], " µs")
    show("pymatgen / Spinel", [peer[i][p] / statistics.median(r[0] + r[m] for r in mine[i * per_round:(i + 1) * per_round])
                               for i in range(len(peer))])
a, b = rows("mine_pairs"), rows("peer_pairs")
for name, column in (("fit", 0), ("has a distance", 1)):
    print(f"{'pairs that differ in whether it ' + name:<58}{sum(x[column] != y[column] for x, y in zip(a, b))} of {len(b)}")
both = [(x, y) for x, y in zip(a, b) if x[1] and y[1]]
print(f"{'largest difference of rms':<58}{max(abs(x[2] - y[2]) for x, y in both):.1e}")
print(f"{'largest difference of max':<58}{max(abs(x[3] - y[3]) for x, y in both):.1e}")
PYTHON
