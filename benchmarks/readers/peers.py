"""The readers of other programs, each: path, manifest entry → list of descriptions, one a structure."""
import gzip
import io
import json
import os
import re
import warnings

import numpy as np

from describe import describe

warnings.filterwarnings("ignore")


def kind_of(path):
    name = os.path.basename(path)
    low = name.lower()
    low = low[:-3] if low.endswith(".gz") else low
    for end, kind in ((".cif", "cif"), (".mcif", "cif"), (".extxyz", "xyz"), (".xyz", "xyz"), (".json", "json"),
                      (".jsonl", "json"), (".ndjson", "json"), (".csv", "csv"), (".vasp", "poscar"), (".poscar", "poscar")):
        if low.endswith(end):
            return kind
    if "xdatcar" in low:
        return "xdatcar"
    if "vasprun" in low and ".xml" in low:
        return "vasprun"
    return "poscar" if "poscar" in low or "contcar" in low else "unknown"


def text_of(path):
    with open(path, "rb") as file:
        data = file.read()
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace")


def of_pymatgen(s):
    lattice = getattr(s, "lattice", None)
    numbers = [getattr(max(site.species.items(), key=lambda x: x[1])[0], "Z", 0) or 0 for site in s]
    out = describe(None if lattice is None else lattice.matrix, numbers, s.cart_coords, not s.is_ordered)
    if lattice is None:
        out["molecule"] = True
    return out


def of_ase(atoms):
    occupancy = atoms.info.get("occupancy") or {}
    disordered = any(len(o) > 1 or abs(sum(o.values()) - 1) > 1e-3 for o in occupancy.values())
    periodic = atoms.pbc.all() or (atoms.cell.rank == 3)
    return describe(atoms.cell.array if periodic else None, atoms.numbers, atoms.positions, disordered)


def pymatgen_cif(path, entry):
    from pymatgen.io.cif import CifParser
    return [of_pymatgen(s) for s in CifParser(io.StringIO(text_of(path))).parse_structures(primitive=False)]


def gemmi_cif(path, entry):
    import gemmi
    out = []
    for block in gemmi.cif.read(path):
        small = gemmi.make_small_structure_from_block(block)
        if not small.sites:
            continue
        sites = small.get_all_unit_cell_sites()
        cell = np.array(small.cell.orth.mat.tolist()).T
        positions = [small.cell.orthogonalize(s.fract).tolist() for s in sites]
        out.append(describe(cell, [s.element.atomic_number for s in sites], positions, any(abs(s.occ - 1) > 1e-3 for s in sites)))
    if not out:
        raise ValueError("no block with sites")
    return out


def ase_any(form):
    def read(path, entry):
        import ase.io
        out = [of_ase(a) for a in ase.io.read(path, index=":", format=form)]
        if not out or not sum(s["atoms"] for s in out):
            raise ValueError("no structure")
        return out
    return read


def pymatgen_poscar(path, entry):
    from pymatgen.io.vasp import Poscar
    return [of_pymatgen(Poscar.from_str(text_of(path)).structure)]


def phonopy_poscar(path, entry):
    from phonopy.interface.vasp import read_vasp_from_strings
    cell = read_vasp_from_strings(text_of(path))
    return [describe(cell.cell, cell.numbers, cell.positions)]


def pymatgen_xdatcar(path, entry):
    from pymatgen.io.vasp import Xdatcar
    return [of_pymatgen(s) for s in Xdatcar(path).structures]


def pymatgen_vasprun(path, entry):
    from pymatgen.io.vasp import Vasprun
    run = Vasprun(path, parse_dos=False, parse_eigen=False, parse_potcar_file=False)
    return [of_pymatgen(s) for s in run.structures]


def pymatgen_xyz(path, entry):
    from pymatgen.io.xyz import XYZ
    return [of_pymatgen(m) for m in XYZ.from_str(text_of(path)).all_molecules]


def walk(item, out):
    from pymatgen.core import IStructure, IMolecule, Structure
    if isinstance(item, (IStructure, IMolecule)):
        out.append(of_pymatgen(item))
    elif hasattr(item, "structure"):
        walk(item.structure, out)
    elif isinstance(item, dict):
        if "lattice" in item and "sites" in item:
            out.append(of_pymatgen(Structure.from_dict(item)))
        elif "structure" in item:
            walk(item["structure"], out)
        else:
            for part in item.values():
                walk(part, out)
    elif isinstance(item, (list, tuple)):
        for part in item:
            walk(part, out)


def monty_json(path, entry):
    from monty.json import MontyDecoder
    text = text_of(path)
    try:
        items = [json.loads(text)]
    except ValueError:
        items = [json.loads(line) for line in text.splitlines() if line.strip()]
    out = []
    for item in items:
        try:
            walk(MontyDecoder().process_decoded(item), out)
        except Exception:
            walk(item, out)
    if not out:
        raise ValueError("no structure")
    return out


def cell_of_table(value):
    from pymatgen.core import Structure
    from pymatgen.io.cif import CifParser
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = json.loads(value)
    if isinstance(value, dict):
        return of_pymatgen(Structure.from_dict(value))
    return of_pymatgen(CifParser(io.StringIO(value)).parse_structures(primitive=False)[0])


def pandas_table(path, entry):
    import pandas
    if kind_of(path) == "csv":
        table = pandas.read_csv(path)
    else:
        if "orient" not in entry:
            raise ValueError("no table")
        table = pandas.read_json(io.StringIO(text_of(path)), orient=entry["orient"], lines=entry.get("lines", False))
    column = next(c for c in ("structure", "cif") if c in table.columns)
    return [cell_of_table(v) for v in table[column]]


PEERS = {
    "cif": {"pymatgen": pymatgen_cif, "gemmi": gemmi_cif, "ase": ase_any("cif")},
    "poscar": {"pymatgen": pymatgen_poscar, "ase": ase_any("vasp"), "phonopy": phonopy_poscar},
    "xdatcar": {"pymatgen": pymatgen_xdatcar, "ase": ase_any("vasp-xdatcar")},
    "vasprun": {"pymatgen": pymatgen_vasprun, "ase": ase_any("vasp-xml")},
    "xyz": {"ase": ase_any("extxyz"), "pymatgen": pymatgen_xyz},
    "json": {"pymatgen": monty_json, "pandas": pandas_table, "ase": ase_any("json")},
    "csv": {"pandas": pandas_table},
    "unknown": {},
}


def read_all(path, entry):
    """Name of the peer → {'structures': …} or {'error': …}."""
    import contextlib
    import signal

    def too_long(*_):
        raise TimeoutError("over 60 s")

    signal.signal(signal.SIGALRM, too_long)
    out = {}
    for name, reader in PEERS[kind_of(path)].items():
        signal.alarm(60)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                out[name] = {"structures": reader(path, entry)}
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            out[name] = {"error": re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:300]}
        signal.alarm(0)
    return out
