#!/usr/bin/env python3
"""pymatgen's side of benchmarks/hull/run.sh: seconds for the phase diagram of some elements and every energy above its hull.

    pymatgen_hull.py FILE.csv.gz ELEMENT...     prints: seconds, entries, sum of the energies above the hull
"""
import csv
import gzip
import sys
import time

from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
from pymatgen.core import Composition

path, wanted = sys.argv[1], set(sys.argv[2:])
entries = []
with gzip.open(path, "rt") as file:
    for row in csv.DictReader(file):
        composition = Composition(row["formula"])
        if {e.symbol for e in composition.elements} <= wanted:
            entries.append(PDEntry(composition, float(row["formation_energy_per_atom"]) * composition.num_atoms))
start = time.perf_counter()
diagram = PhaseDiagram(entries)
above = [diagram.get_decomp_and_e_above_hull(entry)[1] for entry in entries]
print(f"{time.perf_counter() - start:.6f} {len(entries)} {sum(above):.9f}")
