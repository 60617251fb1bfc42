#!/bin/bash
# Swendsen–Wang and Wolff at T_c, in turn: one rank, two ranks on one lattice, and two ranks on a half each without
# communication, which shows what the machine's memory and clock leave of a second core.
# Usage: cluster.sh PROGRAM [rounds] [L]       PROGRAM: ising_cluster of the build folder
set -e
program=${1:?the program ising_cluster}
rounds=${2:-5}
l=${3:-4096}
. "$(dirname "$0")/../../scripts/mpi_environment.sh" 2
half=$(python3 -c "print(2 * round($l / 2**1.5))")
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
for ((i = 0; i < rounds; ++i)); do
  mpirun -n 1 "$program" swendsen_wang "$l" 4 3 >> "$folder/Swendsen-Wang, 1 rank"
  mpirun -n 2 "$program" swendsen_wang "$l" 4 3 >> "$folder/Swendsen-Wang, 2 ranks"
  "$program" swendsen_wang "$half" 8 3 > "$folder/.a" & "$program" swendsen_wang "$half" 8 3 > "$folder/.b"
  wait
  paste "$folder/.a" "$folder/.b" | awk '{print $1 + $2}' >> "$folder/Swendsen-Wang, two halves at once"
  mpirun -n 1 "$program" wolff "$l" 2 3 >> "$folder/Wolff, 1 rank"
done
for file in "$folder"/*; do
  sort -n "$file" | awk -v name="$(basename "$file")" \
    '{v[NR] = $1} END {printf "%-36s %8.1f [%.1f … %.1f] million spins/s\n", name, v[int((NR + 1) / 2)], v[1], v[NR]}'
done
