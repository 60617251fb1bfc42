#!/bin/bash
# Convex hulls: pymatgen and Spinel in turn on one core, then all of the Materials Project on 1 and 2 ranks, then
# candidates against its stored hull. Medians [minimum … maximum].
#   benchmarks/hull/run.sh [rounds] [folder of hull_speed] [python with pymatgen]
set -e
cd "$(dirname "$0")/../.."
rounds=${1:-5} build=${2:-build/release/benchmarks} python=${3:-python3}
data=${SPINEL_DATA:-../shared/data}/hull/mp_formation_energies.csv.gz
. scripts/mpi_environment.sh 2> /dev/null || true
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
system="Co Li Mn Ni O"
peer='' mine='' one='' two=''
for round in $(seq "$rounds"); do
  if [ "$python" != none ]; then peer+="$($python benchmarks/hull/pymatgen_hull.py "$data" $system 2> /dev/null)"$'\n'; fi
  mine+="$("$build/hull_speed" "$data" 5 $system)"$'\n'
  one+="$(mpirun -n 1 "$build/hull_speed" "$data" 1)"$'\n'
  two+="$(mpirun -n 2 "$build/hull_speed" "$data" 1)"$'\n'
done
PEER=$peer MINE=$mine ONE=$one TWO=$two python3 - <<'PYTHON'
import os
import statistics


def rows(name):
    return [[float(x) for x in line.split()] for line in os.environ[name].splitlines() if line.strip()]


def show(what, values, unit=""):
    print(f"{what:<58}{statistics.median(values):.4g} [{min(values):.4g} … {max(values):.4g}]{unit}")


mine = rows("MINE")
n = int(mine[0][2])
show(f"Spinel, Co-Li-Mn-Ni-O, {n} entries", [1e3 * r[1] for r in mine], " ms")
peer = rows("PEER")
if peer:
    show("pymatgen, the same", [1e3 * r[0] for r in peer], " ms")
    per_round = len(mine) // len(peer)
    show("pymatgen / Spinel", [p[0] / statistics.median(r[1] for r in mine[i * per_round:(i + 1) * per_round])
                               for i, p in enumerate(peer)])
    difference = max(abs(p[2] - r[3]) for p in peer for r in mine)
    print(f"{'sums of all energies above the hull differ by':<58}{difference:.1e} eV/atom")
for name, ranks in (("ONE", 1), ("TWO", 2)):
    data = rows(name)
    word = f"{ranks} rank{'s' if ranks > 1 else ''}"
    show(f"all {int(data[0][2])} entries, {word}: reading", [r[0] for r in data], " s")
    show(f"  hulls, energies and decompositions, {word}", [r[1] for r in data], " s")
    show(f"  as candidates against the stored hull, {word}", [r[2] / r[4] for r in data], " per second")
PYTHON
