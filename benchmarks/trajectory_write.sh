#!/bin/bash
# trajectory_write.sh PROGRAM [FOLDER [ROUNDS [FRAMES [ATOMS]]]]: writes a trajectory of float positions with its last
# commit on disk, and as many bytes with dd and fsync, in turn, to the same folder; prints medians and their ratio.
set -eu
program=$1
folder=$(mktemp -d "${2:-.}/trajectory_write.XXXXXX")
rounds=${3:-5} frames=${4:-40} atoms=${5:-2000000}
trap 'rm -rf "$folder"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_btl_vader_single_copy_mechanism=none
bytes=$((frames * atoms * 12))
blocks=$((bytes / 16777216))

median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

for round in $(seq "$rounds"); do
  for ranks in 1 2; do
    mpirun -n $ranks "$program" "$folder/x.h5md" "$frames" "$atoms" | tee -a "$folder/parts$ranks" |
      awk '{print $1}' >>"$folder/spinel$ranks"
    rm "$folder/x.h5md"
    sync -f "$folder"
  done
  start=$(date +%s.%N)
  dd if=/dev/zero of="$folder/dd.out" bs=16M count=$blocks conv=fsync status=none
  date +%s.%N | awk -v s="$start" -v b=$bytes -v n=$((blocks * 16777216)) '{print ($1 - s) * b / n}' >>"$folder/dd"
  rm "$folder/dd.out"
  sync -f "$folder"
done

dd_seconds=$(median <"$folder/dd")
echo "$bytes bytes, median of $rounds rounds in turn"
echo "dd:      $(awk -v s="$dd_seconds" -v b=$bytes 'BEGIN {printf "%.2f s, %.0f MB/s", s, b / s / 1e6}')"
for ranks in 1 2; do
  seconds=$(median <"$folder/spinel$ranks")
  echo "$ranks rank(s): $(awk -v s="$seconds" -v b=$bytes -v d="$dd_seconds" \
    'BEGIN {printf "%.2f s, %.0f MB/s, %.2f of dd", s, b / s / 1e6, d / s}')"
  awk '{print "           " $0}' "$folder/parts$ranks"
done
