#!/usr/bin/env python3
"""pymatgen's side of benchmarks/graph/run.sh: neighbors as the authors' code of CGCNN takes them, the 12 nearest within 8 Å.

    pymatgen_graph.py FILE.xyz.gz CRYSTALS     prints: crystals a second of processor time, and the sum of all distances
"""
import gzip
import re
import sys
import time

from pymatgen.core import Lattice, Structure

path, wanted = sys.argv[1], int(sys.argv[2])
crystals = []
with gzip.open(path, "rt") as file:
    while len(crystals) < wanted and (line := file.readline()):
        cell = [float(x) for x in re.search(r'Lattice="([^"]+)"', file.readline()).group(1).split()]
        rows = [file.readline().split() for _ in range(int(line))]
        crystals.append(Structure(Lattice([cell[0:3], cell[3:6], cell[6:9]]), [row[0] for row in rows],
                                  [[float(x) for x in row[1:4]] for row in rows], coords_are_cartesian=True))
total = 0.0
start = time.process_time()
for crystal in crystals:
    for neighbors in crystal.get_all_neighbors(8.0, include_index=True):
        total += sum(neighbor[1] for neighbor in sorted(neighbors, key=lambda x: x[1])[:12])
print(f"{len(crystals) / (time.process_time() - start):.3f} {total:.6f}")
