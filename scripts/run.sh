#!/bin/bash
# Sets up and builds what is needed, then runs an input file.
#   scripts/run.sh [input.nml] [ranks]     default: input/quickstart.nml on all cores
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
input=${1:-$root/input/quickstart.nml}
ranks=${2:-$(nproc)}
case $ranks in '' | *[!0-9]* | 0) echo "run: '$ranks' is no number of ranks" >&2; exit 2 ;; esac

"$root/scripts/setup.sh"
cmake --build "$root/build/release" --target spinel -- --quiet
. "$root/scripts/mpi_environment.sh" "$ranks"
exec mpirun -n "$ranks" "$root/build/release/spinel" "$input"
