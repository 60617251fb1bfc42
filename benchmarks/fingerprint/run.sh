#!/bin/bash
# Fingerprints of crystals of mp_20/test: the programs that define them and Spinel in turn on one core, by processor time.
# Medians [minimum … maximum].
#   benchmarks/fingerprint/run.sh [rounds] [folder of fingerprint_speed] [python with average-minimum-distance, matminer]
set -e
cd "$(dirname "$0")/../.."
rounds=${1:-5} build=${2:-build/release/benchmarks} python=${3:-python3}
data=${SPINEL_DATA:-../shared/data}/mp_20/test.xyz.gz
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1
peer='' mine=''
for round in $(seq "$rounds"); do
  peer+="$($python benchmarks/fingerprint/peers.py "$data" 300 24 2> /dev/null)"$'\n'
  mine+="$("$build/fingerprint_speed" "$data" 300 24)"$'\n'
done
PEER=$peer MINE=$mine python3 - <<'PYTHON'
import os
import statistics


def rows(name):
    return [[float(x) for x in line.split()] for line in os.environ[name].splitlines() if line.strip()]


def show(what, values, unit=""):
    print(f"{what:<58}{statistics.median(values):,.4g} [{min(values):,.4g} … {max(values):,.4g}]{unit}")


peer, mine = rows("PEER"), rows("MINE")
for k, (what, other) in enumerate((("AMD, k = 100, a crystal", "average-minimum-distance"),
                                   ("earth mover's distance, a pair", "average-minimum-distance"),
                                   ("CrystalNN fingerprint, a crystal", "matminer"),
                                   ("composition fingerprint, a crystal", "matminer"))):
    show(f"{what}, Spinel", [1e6 * r[2 * k] for r in mine], " µs")
    show(f"  {other}", [1e6 * r[2 * k] for r in peer], " µs")
    show(f"  {other} / Spinel", [a[2 * k] / b[2 * k] for a, b in zip(peer, mine)])
    print(f"  {'sums differ by (relative)':<56}{max(abs(a[2 * k + 1] / b[2 * k + 1] - 1) for a, b in zip(peer, mine)):.1e}")
PYTHON
