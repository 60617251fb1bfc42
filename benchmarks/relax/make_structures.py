#!/usr/bin/python3
"""Structures to relax: every 7th of mp_20/test, rattled (normal, 0.1 Å a component) and strained (symmetric, each
component uniform in ±3 %), in extended XYZ.

    make_structures.py MP_20_TEST.xyz.gz OUT.xyz [every [seed]]

Needs Debian's python3-ase.
"""
import sys

import numpy as np
from ase.io import read, write


def disturbed(atoms, rng):
    strain = rng.uniform(-0.03, 0.03, (3, 3))
    strain = np.tril(strain) + np.tril(strain, -1).T
    result = atoms.copy()
    result.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
    result.positions += rng.normal(0.0, 0.1, result.positions.shape)
    result.info = {"id": atoms.info["id"]}
    return result


source, target = sys.argv[1:3]
every, seed = (int(v) for v in (sys.argv[3:5] + ["7", "20260801"][len(sys.argv) - 3:]))
rng = np.random.default_rng(seed)
structures = [disturbed(atoms, rng) for atoms in read(source, f"::{every}")]
write(target, structures, format="extxyz")
print(f"{len(structures)} structures, {sum(map(len, structures))} atoms: {target}")
