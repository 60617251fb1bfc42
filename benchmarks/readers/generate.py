"""Files that collect.py makes: crystals of every space group and of every setting, as other programs write them.

What was written is kept in the manifest ('truth'), so that a reader is also judged where the peers fail."""
import json
import os
import signal
import warnings

import numpy as np

from describe import describe, reduced, shortest_distance

warnings.filterwarnings("ignore")

METALS = ["Na", "Mg", "Al", "K", "Ca", "Ti", "Fe", "Co", "Ni", "Zn", "Sr", "Zr", "La", "Ce", "Cs", "Ba"]
OTHERS = ["O", "S", "N", "F", "Cl", "C", "P", "Se", "Br", "I", "H", "B"]
CHARGE = {"O": -2, "S": -2, "N": -3, "F": -1, "Cl": -1, "C": -4, "P": -3, "Se": -2, "Br": -1, "I": -1, "H": -1, "B": -3}

POSCARS = ["v5", "v4", "cartesian", "selective", "oxidation", "ase-direct", "ase-selective", "phonopy", "unsorted", "velocities"]


class Maker:
    def __init__(self, folder, manifest):
        self.folder, self.manifest = folder, manifest

    def path(self, collection, name):
        target = os.path.join(self.folder, collection, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        return target

    def add(self, path, truth, **more):
        from peers import kind_of
        collection = os.path.relpath(path, self.folder).split(os.sep)[0]
        self.manifest[os.path.relpath(path, self.folder)] = {"collection": collection, "kind": kind_of(path), "from": "generated",
                                                             "truth": truth, **more}


def of(structure):
    return describe(structure.lattice.matrix, [s.specie.Z for s in structure], structure.cart_coords)


def random_crystal(number):
    """PyXtal's, two elements on the smallest Wyckoff positions that it can fill."""
    from pyxtal import pyxtal
    from pyxtal.symmetry import Group

    def too_long(*_):
        raise TimeoutError

    sizes = sorted({len(w) if not hasattr(w, "multiplicity") else w.multiplicity for w in Group(number)})
    signal.signal(signal.SIGALRM, too_long)
    for attempt in range(12):
        elements = [METALS[(number + attempt) % len(METALS)], OTHERS[(number + 5 * attempt) % len(OTHERS)]]
        counts = [sizes[min(attempt % 3, len(sizes) - 1)], sizes[min((attempt + 1) % 4, len(sizes) - 1)]]
        if sum(counts) > 150 and attempt < 8:
            continue
        try:
            signal.alarm(8)
            crystal = pyxtal()
            crystal.from_random(3, number, elements, counts, random_state=np.random.default_rng(1000 * number + attempt))
            if crystal.valid:
                return crystal
        except Exception:
            pass
        finally:
            signal.alarm(0)
    return None


def crystals(make):
    """Collections cif-pymatgen, cif-pymatgen-p1, cif-pyxtal, cif-ase, poscar, xyz. Returns the structures of pymatgen."""
    import ase.io
    from phonopy.interface.vasp import write_vasp
    from phonopy.structure.atoms import PhonopyAtoms
    from pymatgen.io.ase import AseAtomsAdaptor
    from pymatgen.io.cif import CifWriter
    from pymatgen.io.vasp import Poscar
    made = []
    for number in range(1, 231):
        crystal = random_crystal(number)
        if crystal is None:
            print(f"no random crystal of group {number}")
            continue
        structure = crystal.to_pymatgen()
        made.append(structure)
        truth = [of(structure)]
        atoms = AseAtomsAdaptor.get_atoms(structure)
        path = make.path("cif-pyxtal", f"{number}.cif")
        crystal.to_file(path)
        make.add(path, truth)
        path = make.path("cif-pymatgen", f"{number}.cif")
        try:  # writes the refined conventional cell, which may be another than that of the crystal
            CifWriter(structure, symprec=0.01).write_file(path)
            from pymatgen.symmetry.analyzer import SpacegroupAnalyzer
            make.add(path, [of(SpacegroupAnalyzer(structure, 0.01).get_refined_structure())])
        except Exception as error:
            print(f"CifWriter with symmetry, group {number}: {error}")
        if number % 3 == 0:
            path = make.path("cif-pymatgen-p1", f"{number}.cif")
            charged = structure.copy()
            if number % 2:
                charged.add_oxidation_state_by_element({e.symbol: CHARGE.get(e.symbol, 2) for e in structure.composition})
            CifWriter(charged).write_file(path)
            make.add(path, truth)
        if number % 4 == 1:
            path = make.path("cif-ase", f"{number}.cif")
            ase.io.write(path, atoms, format="cif")
            make.add(path, truth)
        variant = number % 10
        name = POSCARS[variant]
        path = make.path("poscar", f"{name}/POSCAR_{number}" if number % 2 else f"{name}/{number}.vasp")
        if variant == 0:
            text = Poscar(structure).get_str()
        elif variant == 1:
            text = Poscar(structure).get_str(vasp4_compatible=True)
        elif variant == 2:
            text = Poscar(structure).get_str(direct=False, significant_figures=8)
        elif variant == 3:
            text = Poscar(structure, selective_dynamics=[[k % 2 == 0, True, False] for k in range(len(structure))]).get_str()
        elif variant == 4:
            charged = structure.copy()
            charged.add_oxidation_state_by_element({e.symbol: CHARGE.get(e.symbol, 2) for e in structure.composition})
            text = Poscar(charged).get_str()
        elif variant == 8:
            shuffled = structure.copy()
            shuffled._sites = [shuffled[k] for k in np.random.default_rng(number).permutation(len(shuffled))]
            text = Poscar(shuffled).get_str()
        elif variant == 9:
            text = Poscar(structure, velocities=[[0.01] * 3] * len(structure)).get_str()
        else:
            text = None
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        elif variant == 7:
            write_vasp(path, PhonopyAtoms(symbols=[s.specie.symbol for s in structure], cell=structure.lattice.matrix,
                                          scaled_positions=structure.frac_coords), direct=number % 20 != 7)
        else:
            from ase.constraints import FixAtoms
            fixed = atoms.copy()
            if variant == 6:
                fixed.set_constraint(FixAtoms([0]))
            ase.io.write(path, fixed, format="vasp", direct=variant == 5, sort=number % 20 == 5)
        make.add(path, truth)
        if number % 3 == 1:
            xyz_variants(make, number, structure, atoms, truth)
    return made


def xyz_variants(make, number, structure, atoms, truth):
    import ase.io
    from ase.calculators.singlepoint import SinglePointCalculator
    variant = number // 3 % 5
    name = ["plain", "labels", "comment", "trajectory", "bare"][variant]
    path = make.path("xyz", f"{name}/{number}.{'extxyz' if number % 2 else 'xyz'}")
    frames = [atoms.copy()]
    if variant == 1:
        frames[0].calc = SinglePointCalculator(frames[0], energy=-1.5, forces=np.zeros((len(atoms), 3)), stress=np.zeros(6),
                                               magmoms=np.ones(len(atoms)))
    if variant == 2:
        frames[0].info = {"name": 'with "quotes" and = signs', "list": [1, 2, 3], "flag": True, "matrix": np.eye(3), "empty": ""}
        frames[0].set_tags(range(len(atoms)))
    if variant == 3:
        frames = [atoms.copy(), atoms * (2, 1, 1), atoms.copy()]
    if variant == 4:
        frames[0].pbc = False
        frames[0].cell = None
        ase.io.write(path, frames, format="xyz")
        make.add(path, [describe(None, atoms.numbers, atoms.positions)])
        return
    ase.io.write(path, frames, format="extxyz")
    make.add(path, [describe(f.cell.array, f.numbers, f.positions) for f in frames])


def settings(make):
    """Every setting of gemmi's table: two atoms in general position, in the file only the symbol, or only operations."""
    import gemmi
    for index, group in enumerate(gemmi.spacegroup_table()):
        rng = np.random.default_rng(index)
        operations = list(group.operations())
        rotations = [np.array(o.rot) / o.DEN for o in operations]
        shape = np.diag(rng.uniform(5, 9, 3))
        shape = shape + rng.uniform(-1, 1, (3, 3))
        metric = np.mean([r.T @ (shape @ shape.T) @ r for r in rotations], axis=0)
        lengths = np.sqrt(np.diag(metric)) * len(operations) ** (1 / 3) / 1.3
        angles = [np.degrees(np.arccos(metric[i, j] / np.sqrt(metric[i, i] * metric[j, j]))) for i, j in ((1, 2), (0, 2), (0, 1))]
        unit = gemmi.UnitCell(*np.round(lengths, 4), *np.round(angles, 3))
        cell = np.array(unit.orth.mat.tolist()).T
        symbols = [METALS[index % len(METALS)], OTHERS[index % len(OTHERS)]]
        for _ in range(400):
            sites = np.round(rng.uniform(0.02, 0.98, (2, 3)), 4)
            fractions = np.array([r @ s + np.array(o.tran) / o.DEN for s in sites for r, o in zip(rotations, operations)])
            if shortest_distance(cell, fractions @ cell) > 0.8:
                break
        numbers = [gemmi.Element(symbols[k]).atomic_number for k in range(2) for _ in operations]
        kind = ["xhm", "hall", "operations", "number+hm"][index % 4]
        if kind == "number+hm" and not group.is_reference_setting():
            kind = "xhm"
        lines = ["data_" + f"{group.number}_{index}"]
        if kind == "xhm":
            lines += [f"_symmetry_space_group_name_H-M '{group.xhm()}'" if index % 3 else f"_space_group_name_H-M_alt '{group.xhm()}'"]
        if kind == "hall":
            lines += [f"_space_group_name_Hall '{group.hall}'" if index % 3 else f'_symmetry_space_group_name_Hall "{group.hall}"']
        if kind == "number+hm":
            lines += [f"_symmetry_Int_Tables_number {group.number}", f"_symmetry_space_group_name_H-M '{group.xhm()}'"]
        for name, value in zip(("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"), unit.parameters):
            lines.append(f"_cell_{name} {value:.4f}")
        if kind == "operations":
            lines += ["loop_", "_space_group_symop_operation_xyz"] + [f"'{o.triplet()}'" for o in operations]
        lines += ["loop_", "_atom_site_label", "_atom_site_type_symbol", "_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z"]
        lines += [f"{s}1 {s} {x:.4f} {y:.4f} {z:.4f}" for s, (x, y, z) in zip(symbols, sites)]
        path = make.path("cif-settings", f"{kind}/{group.number}_{index}.cif")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        make.add(path, [describe(cell, numbers, fractions @ cell)])


def tables(make, made):
    """JSON and CSV as pymatgen, monty, pandas and ASE write them, six structures a file."""
    import ase.db
    import pandas
    from monty.json import MontyEncoder
    from monty.serialization import dumpfn
    from pymatgen.entries.computed_entries import ComputedEntry, ComputedStructureEntry
    from pymatgen.io.ase import AseAtomsAdaptor
    small = [s for s in made if len(s) <= 40]
    for part in range(4):
        chosen = small[part * 12:part * 12 + 6]
        charged = [s.copy() for s in chosen]
        for s in charged:
            s.add_oxidation_state_by_element({e.symbol: CHARGE.get(e.symbol, 2) for e in s.composition})
        marked = [s.copy(site_properties={"magmom": [0.5] * len(s)}) for s in chosen]
        for name, group in (("plain", chosen), ("oxidation", charged), ("magmom", marked)):
            truth = [of(s) for s in chosen]

            def save(file_name, text, expected=truth, **more):
                path = make.path("tables", f"{name}-{part}/{file_name}")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                make.add(path, expected, **more)

            dicts = [s.as_dict() for s in group]
            save("one.json", json.dumps(dicts[0], cls=MontyEncoder), truth[:1])
            save("abstract_cell.json", json.dumps(group[0].as_dict(verbosity=0), cls=MontyEncoder), truth[:1])
            save("list.json", json.dumps(dicts, cls=MontyEncoder))
            save("by_id.json", json.dumps({f"mp-{k}": d for k, d in enumerate(dicts)}, cls=MontyEncoder))
            save("lines.jsonl", "\n".join(json.dumps(d, cls=MontyEncoder) for d in dicts) + "\n")
            save("documents.json", json.dumps([{"material_id": f"mp-{k}", "structure": d, "energy": -1.0} for k, d in enumerate(dicts)],
                                              cls=MontyEncoder))
            path = make.path("tables", f"{name}-{part}/dumpfn.json.gz")
            dumpfn(group, path)
            make.add(path, truth)
            entries = [ComputedStructureEntry(s, -3.0, entry_id=f"e-{k}") for k, s in enumerate(group)]
            save("entries.json", json.dumps(entries, cls=MontyEncoder))
            plain = json.loads(json.dumps(dicts, cls=MontyEncoder))
            table = pandas.DataFrame({"material_id": [f"mp-{k}" for k in range(len(dicts))], "structure": plain,
                                      "gap": np.arange(len(dicts)) / 10})
            for orient in ("columns", "records", "split", "index", "table"):
                save(f"pandas_{orient}.json", table.to_json(orient=orient), orient=orient)
            save("pandas_records.jsonl", table.to_json(orient="records", lines=True), orient="records", lines=True)
            save("pandas_named_index.json", table.set_index("material_id").to_json(orient="index"), orient="index")
            if part == 0:
                cif = table.assign(structure=[s.to(fmt="cif") for s in group])
                save("cif_columns.json", cif.to_json(), orient="columns")
                save("cif_split.json", cif.to_json(orient="split"), orient="split")
                save("cif.csv", cif.rename(columns={"structure": "cif"}).to_csv(index=False))
                save("cif_index.csv", cif.rename(columns={"structure": "cif"}).to_csv())
                save("json.csv", table.assign(structure=[s.to(fmt="json") for s in group]).to_csv(index=False))
            if name == "plain":
                path = make.path("tables", f"{name}-{part}/ase_db.json")
                if os.path.exists(path):
                    os.remove(path)
                with ase.db.connect(path, type="json") as base:
                    for s in group:
                        base.write(AseAtomsAdaptor.get_atoms(s), material_id="mp")
                make.add(path, truth)


def all_collections(folder, manifest):
    make = Maker(folder, manifest)
    made = crystals(make)
    settings(make)
    tables(make, made)
    for name in sorted({e["collection"] for e in manifest.values() if e["from"] == "generated"}):
        print(f"{name:28s} {sum(e['collection'] == name for e in manifest.values()):5d} files")
