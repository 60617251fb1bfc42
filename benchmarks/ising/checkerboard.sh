#!/usr/bin/env bash
# Speed of Metropolis and heat bath against a textbook loop, and from one rank to two.
#   benchmarks/ising/checkerboard.sh PROGRAM [rounds]      PROGRAM: ninja ising_checkerboard
# Programs take turns; prints median [min … max] over rounds of each, and of ratios within rounds.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
program=$1
rounds=${2:-9}
. "$root/scripts/mpi_environment.sh" 2

t_c=2.269185314213022
one() { mpirun -n 1 --bind-to none "$program" "$@"; }
two() { mpirun -n 2 --bind-to none "$program" "$@"; }
halves() { # two lattices of half the sites at once: what both cores can do without communication
  one flips metropolis 5792 $t_c 0 1 >"$work/a" &
  one flips metropolis 5792 $t_c 0 1 >"$work/b"
  wait
  awk '{sum += $1} END {print sum}' "$work/a" "$work/b"
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for _ in $(seq "$rounds"); do
  echo "$(one textbook 2048 $t_c 1) $(one flips metropolis 8192 $t_c 0 1) $(two flips metropolis 8192 $t_c 0 1) $(halves)" \
       "$(one flips heat_bath 8192 $t_c 0 1) $(one flips metropolis 8192 $t_c 0.1 1) $(one flips metropolis 2048 $t_c 0 1)" \
       "$(one flips metropolis 128 $t_c 0 1) $(one flips metropolis 32 $t_c 0 1) $(one flips metropolis 4 $t_c 0 1)" \
       "$(one sums 8192 1) $(one dataset 1)"
done | /usr/bin/python3 -c '
import sys
import numpy as np
rows = np.array([[float(x) for x in line.split()] for line in sys.stdin]).T
textbook, one, two, halves, heat_bath, field, l2048, l128, l32, l4, sums, dataset = rows
def show(name, values, unit=""):
    print(f"{name:50s} {np.median(values):10.4g} [{values.min():.4g} … {values.max():.4g}] {unit}")
show("textbook loop, L = 2048", textbook, "flips/ns")
show("Metropolis, L = 8192, 1 rank", one, "flips/ns")
show("Metropolis, L = 8192, 2 ranks", two, "flips/ns")
show("Metropolis, two lattices of half the sites at once", halves, "flips/ns")
show("heat bath, L = 8192", heat_bath, "flips/ns")
show("Metropolis, h = 0.1, L = 8192", field, "flips/ns")
show("Metropolis, L = 2048", l2048, "flips/ns")
show("Metropolis, L = 128", l128, "flips/ns")
show("Metropolis, L = 32", 1024 / l32, "ns a sweep")
show("Metropolis, L = 4", 16 / l4, "ns a sweep")
show("sums, L = 8192", sums, "sites/ns")
show("dataset: L = 32, 30 temperatures, 12,000 sweeps", dataset, "s")
show("Metropolis / textbook loop", one / textbook)
show("efficiency 1 → 2 ranks", two / (2 * one))
show("2 ranks / two lattices at once", two / halves)
'
