#!/bin/bash
# The periodic denoiser, and the same network in eager PyTorch, in turn on one core, by processor time: a call as in sampling,
# and one with gradients as in training. Medians [minimum … maximum].
#   benchmarks/generation/run.sh [rounds] [folder of generation_speed] [python with torch]
set -e
cd "$(dirname "$0")/../.."
. scripts/mpi_environment.sh
rounds=${1:-5} build=${2:-build/release/benchmarks} python=${3:-/usr/bin/python3}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
for size in '96 4 10 5 128' '128 5 16 10 64'; do
  mine='' peer=''
  for round in $(seq "$rounds"); do
    mine+="$("$build/generation_speed" $size 3 "$scratch")"$'\n'
    peer+="$($python benchmarks/generation/eager.py "$scratch" 3)"$'\n'
  done
  SIZE=$size PEER=$peer MINE=$mine python3 - <<'PYTHON'
import os
import statistics


def rows(name):
    return [[float(x) for x in line.split()] for line in os.environ[name].splitlines() if line.strip()]


def show(what, values, unit=""):
    print(f"    {what:<44}{statistics.median(values):,.4g} [{min(values):,.4g} … {max(values):,.4g}]{unit}")


width, layers, frequencies, atoms, crystals = (int(x) for x in os.environ["SIZE"].split())
mine, peer = rows("MINE"), rows("PEER")
edges, pairs, k = atoms * atoms, atoms * (atoms - 1) // 2, 3 * frequencies
flops = 2e-6 * layers * width * (edges * width + 2 * pairs * k + atoms * (2 * width + 2 * width + width) + 38)
print(f"width {width}, {layers} rounds, {frequencies} frequencies, {atoms} atoms, {crystals} crystals a batch: {flops:.2f} Mflop a crystal")
for column, what in enumerate(("call", "call with gradients")):
    show(f"{what}, Spinel", [r[column] for r in mine], " µs a crystal")
    show("  PyTorch", [r[column] for r in peer], " µs a crystal")
    show("  PyTorch / Spinel", [b[column] / a[column] for a, b in zip(mine, peer)])
    show("  Gflop/s of Spinel", [(1 + 2 * column) * 1e3 * flops / r[column] for r in mine])
print(f"    outputs differ by {max(r[2] for r in peer):.1e} of the largest, gradients by {max(r[3] for r in peer):.1e}")
PYTHON
done
