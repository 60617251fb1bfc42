#!/bin/bash
# The search for ionic substitutions of the nine crystals of the shared data: pymatgen and Spinel in turn on one core, and
# whether they find as many. Processor time, so that other work on the machine counts for neither. Medians [minimum …
# maximum].
#   benchmarks/propose/run.sh [rounds] [folder of substitution_speed] [python with pymatgen]
set -e
cd "$(dirname "$0")/../.."
rounds=${1:-5} build=${2:-build/release/benchmarks} python=${3:-python3}
data=${SPINEL_DATA:-../shared/data}/discovery/substitution_reference.json
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
python3 -c "
import json, sys
for structure in json.load(open(sys.argv[1]))['structures']:
    print(' '.join(structure['species']))" "$data" > "$folder/ions"
for round in $(seq "$rounds"); do
  $python benchmarks/propose/pymatgen_substitute.py "$folder/ions" >> "$folder/peer"
  "$build/substitution_speed" "$folder/ions" 1 100 >> "$folder/mine"
done
FOLDER=$folder python3 - <<'PYTHON'
import os
import statistics


def rows(name):
    with open(os.path.join(os.environ["FOLDER"], name), encoding="utf-8") as file:
        return [[float(x) for x in line.split()] for line in file]


def show(what, values, unit=""):
    print(f"{what:<40}{statistics.median(values):.4g} [{min(values):.4g} … {max(values):.4g}]{unit}")


mine, peer = rows("mine"), rows("peer")
show("Spinel: all nine crystals", [1e3 * r[0] for r in mine], " ms")
show("pymatgen: the same", [1e3 * r[0] for r in peer], " ms")
show("pymatgen / Spinel", [p[0] / m[0] for p, m in zip(peer, mine)])
print(f"substitutions found: {mine[0][1]:.0f} and {peer[0][1]:.0f}")
PYTHON
