#!/usr/bin/env bash
# Lennard-Jones melt, 32,000 atoms, 500 steps: Spinel (double and single precision, 1 and 2 ranks) and LAMMPS in turn.
#   benchmarks/lj_melt/run.sh [rounds] [path of spinel]
# Prints million atom-steps/s of the MD loop (each program's own timing of its loop): median [min … max] over rounds, and
# medians of the ratios within each round, so that a machine whose speed drifts does not decide.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${1:-7}
spinel=${2:-$root/build/release/spinel}
. "$root/scripts/mpi_environment.sh" 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1

run_spinel() { # precision ranks → million atom-steps/s
  local name=$1-$2
  sed -e "s|OUTDIR|$work/$name|; s|PRECISION|$1|" "$here/melt.nml" >"$work/$name.nml"
  rm -rf "${work:?}/$name"
  mpirun -n "$2" "$spinel" "$work/$name.nml" >"$work/$name.log"
  awk '/ million atom-steps\/s/ {print $2}' "$work/$name.log"
}
run_halves() { # two independent melts of 16,000 atoms at once: what two busy cores can do without communication
  local half
  for half in a b; do
    sed -e "s|OUTDIR|$work/half-$half|; s|PRECISION|double|; s|supercell = 20|supercell = 10|" "$here/melt.nml" >"$work/half-$half.nml"
    rm -rf "${work:?}/half-$half"
    mpirun -n 1 --bind-to none "$spinel" "$work/half-$half.nml" >"$work/half-$half.log" &
  done
  wait
  awk '/ million atom-steps\/s/ {sum += $2} END {print sum}' "$work"/half-[ab].log
}
run_lammps() { # ranks
  (cd "$work" && mpirun -n "$1" lmp -sf opt -in "$here/in.lj" -log none) |
    awk '/^Loop time/ {printf "%.4f\n", 32000 * 500 / $4 / 1e6}'
}

for _ in $(seq "$rounds"); do
  echo "$(run_lammps 1) $(run_spinel double 1) $(run_spinel single 1) $(run_spinel double 2) $(run_halves) $(run_lammps 2)"
done | /usr/bin/python3 -c '
import sys
import numpy as np
rows = np.array([[float(x) for x in line.split()] for line in sys.stdin])
lammps, double, single, two, halves, lammps_two = rows.T
def show(name, values, unit=""):
    print(f"{name:44s} {np.median(values):8.3f} [{values.min():.3f} … {values.max():.3f}] {unit}")
million = "million atom-steps/s"
show("LAMMPS opt, 1 rank", lammps, million)
show("Spinel double, 1 rank", double, million)
show("Spinel single, 1 rank", single, million)
show("Spinel double, 2 ranks", two, million)
show("Spinel double, two halves at once", halves, million)
show("LAMMPS opt, 2 ranks", lammps_two, million)
show("Spinel double / LAMMPS opt, 1 rank", double / lammps)
show("Spinel single / LAMMPS opt, 1 rank", single / lammps)
show("Spinel double / LAMMPS opt, 2 ranks", two / lammps_two)
show("Spinel efficiency 1 → 2 ranks", two / (2 * double))
show("Spinel 2 ranks / two halves at once", two / halves)
show("LAMMPS efficiency 1 → 2 ranks", lammps_two / (2 * lammps))
'
