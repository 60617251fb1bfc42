#!/bin/bash
# readers_test.sh PROGRAM MPIEXEC: has h5py and MDAnalysis read a trajectory, with every Python here that has them.
# Exit status 77: none has.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$2" -n 2 "$1" "$folder" 5 || exit 1
checked=0
for module in h5py MDAnalysis; do
  for python in python3 /usr/bin/python3; do
    if "$python" -c "import $module" 2>/dev/null; then
      "$python" "$here/read_with_$module.py" "$folder/a.h5md" || exit 1
      checked=$((checked + 1))
    fi
  done
done
[ $checked -gt 0 ] || { echo "no Python with h5py or MDAnalysis"; exit 77; }
