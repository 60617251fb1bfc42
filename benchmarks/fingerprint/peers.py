#!/usr/bin/env python3
"""The peers' side of benchmarks/fingerprint/run.sh: average-minimum-distance, matminer's CrystalNNFingerprint "ops" and
ElementProperty "magpie".

    peers.py FILE.xyz.gz CRYSTALS SLOW     prints what fingerprint_speed does
"""
import gzip
import re
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import amd  # noqa: E402
import numpy as np  # noqa: E402
from matminer.featurizers.composition.composite import ElementProperty  # noqa: E402
from matminer.featurizers.site.fingerprint import CrystalNNFingerprint  # noqa: E402
from pymatgen.core import Lattice, Structure  # noqa: E402

K = 100


def read(path, wanted):
    crystals = []
    with gzip.open(path, "rt") as file:
        while len(crystals) < wanted and (line := file.readline()):
            cell = [float(x) for x in re.search(r'Lattice="([^"]+)"', file.readline()).group(1).split()]
            rows = [file.readline().split() for _ in range(int(line))]
            crystals.append(Structure(Lattice([cell[0:3], cell[3:6], cell[6:9]]), [row[0] for row in rows],
                                      [[float(x) for x in row[1:4]] for row in rows], coords_are_cartesian=True))
    return crystals


def measure(work, things, least_seconds=1.0):
    repeats, start = 0, time.process_time()
    while repeats == 0 or time.process_time() - start < least_seconds:
        total = sum(float(np.sum(work(thing))) for thing in things)
        repeats += 1
    print(f"{(time.process_time() - start) / repeats / len(things):.4e} {total:.12e}", end=" ")


def main():
    crystals, slow = read(sys.argv[1], int(sys.argv[2])), int(sys.argv[3])
    sets = [amd.PeriodicSet(motif=c.cart_coords, cell=c.lattice.matrix) for c in crystals]
    rows = [amd.PDD(s, K) for s in sets[:slow]]
    pairs = [(i, j) for i in range(slow) for j in range(i)]
    # Once before, so that what is compiled on first use does not count.
    amd.AMD(sets[0], K)
    for i, j in pairs:
        amd.EMD(rows[i], rows[j])
    measure(lambda s: amd.AMD(s, K), sets)
    measure(lambda p: amd.EMD(rows[p[0]], rows[p[1]]), pairs)
    crystal_nn, magpie = CrystalNNFingerprint.from_preset("ops"), ElementProperty.from_preset("magpie")
    measure(lambda c: np.mean([crystal_nn.featurize(c, i) for i in range(len(c))], axis=0), crystals[:slow])
    measure(lambda c: magpie.featurize(c.composition), crystals[:slow])
    print()


if __name__ == "__main__":
    main()
