#!/usr/bin/env python3
"""Times pymatgen's StructureMatcher on pairs of structures, frames 2k and 2k + 1 of an extended XYZ file.

    benchmarks/matcher/pymatgen_match.py FILE [RESULTS]

Prints seconds of processor time for get_rms_dist and for fit of all pairs, reduction to primitive cells included in each, and the number
of pairs. RESULTS gets a line a pair: whether they fit, whether there is a distance, rms, max."""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
from pymatgen.core import Lattice, Structure  # noqa: E402
from pymatgen.analysis.structure_matcher import StructureMatcher  # noqa: E402


def frames(path):
    with open(path, encoding="utf-8") as file:
        lines = iter(file.read().splitlines())
    for count in lines:
        cell = [float(x) for x in next(lines).split('Lattice="')[1].split('"')[0].split()]
        atoms = [next(lines).split() for _ in range(int(count))]
        yield Structure(Lattice(cell), [a[0] for a in atoms], [[float(x) for x in a[1:4]] for a in atoms],
                        coords_are_cartesian=True)


def timed(work, pairs):
    # A matcher keeps reduced cells; each pass starts without.
    StructureMatcher._get_reduced_istructure.cache_clear()
    start = time.process_time()
    results = [work(a, b) for a, b in pairs]
    return results, time.process_time() - start


def main():
    structures = list(frames(sys.argv[1]))
    pairs = list(zip(structures[::2], structures[1::2]))
    matcher = StructureMatcher(ltol=0.2, stol=0.3, angle_tol=5, primitive_cell=True, scale=True)
    matcher.fit(*pairs[0])
    distances, first = timed(matcher.get_rms_dist, pairs)
    fits, second = timed(matcher.fit, pairs)
    print(f"{first:.6f} {second:.6f} {len(pairs)}")
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            for fit, distance in zip(fits, distances):
                rms, largest = distance or (0.0, 0.0)
                file.write(f"{int(bool(fit))} {int(distance is not None)} {rms:.9f} {largest:.9f}\n")


if __name__ == "__main__":
    main()
