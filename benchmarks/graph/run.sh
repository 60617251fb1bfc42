#!/bin/bash
# Neighbor graphs of mp_20/train, the 12 nearest within 8 Å: pymatgen (as the authors' code of CGCNN calls it) and Spinel in
# turn on one core, by processor time. Medians [minimum … maximum].
#   benchmarks/graph/run.sh [rounds] [folder of graph_speed] [python with pymatgen]
set -e
cd "$(dirname "$0")/../.."
rounds=${1:-5} build=${2:-build/release/benchmarks} python=${3:-python3}
data=${SPINEL_DATA:-../shared/data}/mp_20/train.xyz.gz
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
peer='' same='' mine=''
for round in $(seq "$rounds"); do
  peer+="$($python benchmarks/graph/pymatgen_graph.py "$data" 1000 2> /dev/null)"$'\n'
  same+="$("$build/graph_speed" "$data" 1000)"$'\n'
  mine+="$("$build/graph_speed" "$data")"$'\n'
done
PEER=$peer SAME=$same MINE=$mine python3 - <<'PYTHON'
import os
import statistics


def rows(name):
    return [[float(x) for x in line.split()] for line in os.environ[name].splitlines() if line.strip()]


def show(what, values, form=",.0f"):
    print(f"{what:<46}{statistics.median(values):{form}} [{min(values):{form}} … {max(values):{form}}]")


peer, same, mine = rows("PEER"), rows("SAME"), rows("MINE")
show("pymatgen, 1,000 crystals, crystals/s", [r[0] for r in peer])
show("Spinel, the same, crystals/s", [r[0] for r in same])
show("Spinel, all 10,008, crystals/s", [r[0] for r in mine])
show("Spinel / pymatgen, the same crystals", [b[0] / a[0] for a, b in zip(peer, same)])
print(f"{'sums of all distances differ by (relative)':<46}{max(abs(a[1] / b[1] - 1) for a, b in zip(peer, same)):.1e}")
PYTHON
