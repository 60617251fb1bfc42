#!/usr/bin/env python3
"""Structures with labels from whatever ASE reads (*.traj, *.db of SQLite or JSON, …) to a dataset of Spinel.

    scripts/from_ase.py out.h5 a.traj b.db c.traj@-1 'd.db@energy<0'

Behind @ stands what ASE takes there: an index or slice of a file, a selection of a database. Needs ase and h5py. Energy
(extrapolated to no smearing where the calculator has both), forces, stress, magnetic moments and charges are those of
the calculator, initial moments and charges where it has none; key_value_pairs of databases and numbers and texts of
Atoms.info become properties. The file is written as a whole or not at all; doc/datasets.md has its layout.
"""
import argparse
import os
import sys


def fail(message):
    sys.exit(f"from_ase.py: {message}")


try:
    import ase.db
    import ase.io
    import h5py
    import numpy as np
except ImportError as error:
    fail(f"{error}; ASE and h5py are needed")

NAN = float("nan")
DATABASES = (".db", ".json")


def split_source(text):
    name, mark, rest = text.rpartition("@")
    return (name, rest) if mark and os.path.exists(name) else (text, "")


def read(text):
    """Atoms with an id and a dictionary of properties, one after the other."""
    path, selection = split_source(text)
    if not os.path.exists(path):
        fail(f"there is no file {path}")
    stem = os.path.splitext(os.path.basename(path))[0]
    if path.endswith(DATABASES):
        with ase.db.connect(path) as database:
            for row in database.select(selection or None):
                yield row.toatoms(), f"{stem}-{row.id}", dict(row.key_value_pairs)
        return
    for number, atoms in enumerate(ase.io.iread(path, selection or ":")):
        yield atoms, f"{stem}-{number}", {}


def result(atoms, *names):
    """What the calculator holds already; None where it has none of these: nothing is computed."""
    results = atoms.calc.results if atoms.calc is not None else {}
    for name in names:
        if results.get(name) is not None:
            return np.asarray(results[name], float)
    return None


def moments(atoms):
    values = result(atoms, "magmoms")
    if values is None and atoms.has("initial_magmoms"):
        values = atoms.get_initial_magnetic_moments()
    if values is None or not np.any(values):
        return None
    values = np.asarray(values, float)
    # Collinear ones along z.
    return np.stack([0 * values, 0 * values, values], axis=1) if values.ndim == 1 else values


def charges(atoms):
    values = result(atoms, "charges")
    if values is None and atoms.has("initial_charges"):
        values = atoms.get_initial_charges()
    return values if values is not None and np.any(values) else None


def stress(atoms):
    """xx yy zz yz xz xy, eV/Å³, tension positive."""
    values = result(atoms, "stress")
    if values is None:
        return None
    if values.shape == (3, 3):
        values = values[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
    return values


class Records:
    def __init__(self):
        self.ids, self.cells, self.periodic, self.numbers, self.positions = [], [], [], [], []
        self.forces, self.stresses, self.moments, self.charges, self.properties = [], [], [], [], []

    def add(self, atoms, name, properties):
        n = len(atoms)
        if n == 0:
            return "it has no atoms"
        if min(atoms.numbers) < 1:
            return "it has atoms that are no elements"
        cell = np.array(atoms.cell, float)
        if abs(np.linalg.det(cell)) < 1e-8:
            if any(atoms.pbc):
                return "its cell has no volume"
            # A cluster: a box with 1 Å to spare, as Spinel makes one.
            low, high = atoms.positions.min(axis=0) - 1, atoms.positions.max(axis=0) + 1
            cell = np.diag(high - low)
            atoms.positions -= low
        self.ids.append(name)
        # Left-handed cells are turned: the same lattice.
        self.cells.append(cell if np.linalg.det(cell) > 0 else -cell)
        self.periodic.append(sum(int(flag) << k for k, flag in enumerate(atoms.pbc)))
        self.numbers.append(atoms.numbers)
        self.positions.append(atoms.positions)
        for values, to, shape in ((result(atoms, "forces"), self.forces, (n, 3)), (stress(atoms), self.stresses, (6,)),
                                  (moments(atoms), self.moments, (n, 3)), (charges(atoms), self.charges, (n,))):
            if values is not None and values.shape != shape:
                return f"an array of its labels has the shape {values.shape}, not {shape}"
            to.append(values)
        for key, value in atoms.info.items():
            if isinstance(value, (str, bool, int, float, np.integer, np.floating, np.bool_)):
                properties.setdefault(str(key), value)
        for key in ("energy", "free_energy"):
            value = result(atoms, key)
            if value is not None:
                properties[key] = float(value)
        self.properties.append(properties)
        return None


def write_texts(group, texts):
    data = [text.encode() for text in texts]
    group["bytes"] = np.frombuffer(b"".join(data), np.uint8) if any(data) else np.zeros(0, np.uint8)
    group["offset"] = np.cumsum([0] + [len(one) for one in data])
    for name in group:
        group[name].attrs["unit"] = ""


def put(file, name, values, unit):
    file[name] = values
    file[name].attrs["unit"] = unit


def write(path, records, sources):
    counts = [len(one) for one in records.numbers]

    def filled(values, width):
        """Of all structures, NaN where one has none; nothing where no one has any."""
        if all(one is None for one in values):
            return None
        return np.concatenate([np.full((n, *width), NAN) if one is None else one for one, n in zip(values, counts)])

    with h5py.File(path, "w") as file:
        file.attrs["format"], file.attrs["version"] = "Spinel dataset", "1"
        put(file, "structure/atom_offset", np.cumsum([0] + counts), "")
        put(file, "structure/cell", np.array(records.cells), "Å")
        put(file, "structure/periodic", np.array(records.periodic, np.uint8), "")
        put(file, "atom/atomic_number", np.concatenate(records.numbers).astype(np.uint8), "")
        put(file, "atom/position", np.concatenate(records.positions), "Å")
        for name, values, unit in (("atom/force", filled(records.forces, (3,)), "eV/Å"),
                                   ("atom/magnetic_moment", filled(records.moments, (3,)), "μB"),
                                   ("atom/charge", filled(records.charges, ()), "e")):
            if values is not None:
                put(file, name, values, unit)
        if any(one is not None for one in records.stresses):
            put(file, "structure/stress", np.array([np.full(6, NAN) if one is None else one for one in records.stresses]),
                "eV/Å³")
        write_texts(file.create_group("id"), records.ids)
        for name in sorted({key for one in records.properties for key in one}):
            values = [one.get(name) for one in records.properties]
            safe = name.replace("/", "_")
            if any(isinstance(value, str) for value in values):
                write_texts(file.create_group(f"text/{safe}"), ["" if value is None else str(value) for value in values])
            else:
                put(file, f"scalar/{safe}", np.array([NAN if value is None else float(value) for value in values]),
                    "eV" if name in ("energy", "free_energy") else "")
        file.create_group("provenance").attrs["sources"] = "\n".join(sources)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", help="file that is written, *.h5")
    parser.add_argument("sources", nargs="+", help="files that ASE reads, each with @index or @selection")
    options = parser.parse_args()
    if not options.dataset.endswith((".h5", ".hdf5")):
        fail(f"{options.dataset}: the name of a dataset ends in .h5")
    records, bad = Records(), 0
    for source in options.sources:
        try:
            for atoms, name, properties in read(source):
                problem = records.add(atoms, name, properties)
                if problem:
                    bad += 1
                    print(f"{source}: {name} is left out: {problem}", file=sys.stderr)
        except (ase.io.formats.UnknownFileTypeError, ValueError, KeyError, OSError) as error:
            fail(f"{source}: {error}")
    if not records.ids:
        fail("no structures")
    part = options.dataset + ".part"
    try:
        write(part, records, options.sources)
        os.replace(part, options.dataset)
    except OSError as error:
        if os.path.exists(part):
            os.remove(part)
        fail(f"cannot write {options.dataset}: {error}")
    print(f"{options.dataset}: {len(records.ids)} structures, {sum(map(len, records.numbers))} atoms"
          + (f", {bad} left out" if bad else ""))


if __name__ == "__main__":
    main()
