"""Writes files with ASE, or prints what ASE reads from files, for ase_test.cpp.

  ase_files.py write FOLDER    a.xyz, momenta.xyz, POSCAR, a.cif and, in *.txt, what they hold
  ase_files.py read FILE ...   one line a number: atoms, cell (9), then atomic number and position of each atom
"""
import sys

import numpy as np
from ase import Atoms, io
from ase.constraints import FixAtoms
from ase.spacegroup import crystal


def numbers(atoms, extra=None):
    columns = [atoms.numbers[:, None], atoms.positions]
    if extra is not None:
        columns.append(extra)
    values = [len(atoms)] + list(atoms.cell[:].ravel()) + list(np.hstack(columns).ravel())
    return "\n".join(repr(float(v)) for v in values)


def write(folder):
    rng = np.random.default_rng(3)
    cell = [[6.1, 0.0, 0.0], [-1.5, 5.7, 0.2], [0.3, 0.4, 7.9]]
    atoms = Atoms("LiCoO2Li", positions=rng.uniform(-3, 9, (5, 3)), cell=cell, pbc=[True, True, False])
    atoms.info.update({"energy_like": -1.5, "title": 'two "quoted" words', "array": np.arange(3), "nested": {"a": [1, 2]}})
    atoms.set_momenta(rng.normal(size=(5, 3)))
    atoms.set_constraint(FixAtoms([1, 3]))
    columns = ["symbols", "positions", "momenta", "move_mask"]
    io.write(f"{folder}/a.xyz", atoms, format="extxyz", columns=columns)
    from ase.units import fs
    again = io.read(f"{folder}/a.xyz")
    open(f"{folder}/a.xyz.txt", "w").write(numbers(again, again.get_velocities() * fs))

    atoms.set_constraint(FixAtoms([1, 3]))
    io.write(f"{folder}/POSCAR", atoms, format="vasp", direct=True)
    open(f"{folder}/POSCAR.txt", "w").write(numbers(io.read(f"{folder}/POSCAR")))

    spinel = crystal(["Mg", "Al", "O"], [(1 / 8, 1 / 8, 1 / 8), (1 / 2, 1 / 2, 1 / 2), (0.2624, 0.2624, 0.2624)],
                     spacegroup=227, setting=2, cellpar=[8.0806] * 3 + [90] * 3)
    io.write(f"{folder}/a.cif", spinel)
    open(f"{folder}/a.cif.txt", "w").write(numbers(io.read(f"{folder}/a.cif")))


def read(path):
    print(numbers(io.read(path)))


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    for name in sys.argv[2:]:
        read(name)
