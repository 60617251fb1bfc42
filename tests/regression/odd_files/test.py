#!/usr/bin/python3
"""Oddities of structure files, their warnings and the keys that decide (README.md)."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

CELL = "".join(f"_cell_length_{x} 4.2\n" for x in "abc") + "".join(f"_cell_angle_{x} 90\n" for x in ("alpha", "beta", "gamma"))
GROUP = "_symmetry_space_group_name_H-M 'F m -3 m'\n"
TYPED = "loop_\n" + "".join(f"_atom_site_{x}\n" for x in ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy"))
UNTYPED = "loop_\n" + "".join(f"_atom_site_{x}\n" for x in ("label", "fract_x", "fract_y", "fract_z"))
SALT = TYPED + "Mg1 Mg 0 0 0 1\nO1 O .5 .5 .5 1\n"
LJ = "&potential style = 'lennard_jones' epsilon = 0.01 sigma = 1.5 cutoff = 4.0 /\n"
XYZ = '{n}\nLattice="4.2 0 0 0 4.2 0 0 0 4.2" {keys}\n{atoms}'


def run(calculation, groups, status=0, prefix="run", ranks=None):
    text = f"&control calculation = '{calculation}' prefix = '{prefix}' /\n{groups}"
    return st.run(st.write("run.nml", text), ranks=ranks, status=status)


def converted(sources, keys="", status=0, ranks=None):
    return run("convert", f"&convert sources = {sources} minimum_distance = 0.0 {keys} /\n", status, ranks=ranks)


def ids(path="out/run.dataset.h5"):
    with h5py.File(path) as file:
        offset, data = file["id/offset"][:], bytes(file["id/bytes"][:])
    return [data[a:b].decode() for a, b in zip(offset, offset[1:])]


def numbers(path="out/run.dataset.h5"):
    with h5py.File(path) as file:
        offset, z = file["structure/atom_offset"][:], file["atom/atomic_number"][:]
    return [sorted(z[a:b].tolist()) for a, b in zip(offset, offset[1:])]


def expect(part, text):
    st.check(part in text, f"expected '{part}' in:\n{text}")


with st.workspace():
    # Blocks of a CIF, with their names; warnings are counted, on any number of ranks.
    odd = "loop_\n_peak\n_height\n1 2\n3\n"
    st.write("phases.cif", "made by hand\n" + "".join(f"data_{name}\n{CELL}{GROUP}{odd}{SALT}" for name in ("a", "b", "a")))
    for ranks in (None, 2):
        log = converted("'phases.cif'", ranks=ranks)
        st.check(ids() == ["a", "b", "a-2"], ids())
        expect("a loop that has nothing to do with the atoms is incomplete (3 records, the first phases.cif block 0)", log)
        with h5py.File("out/run.h5") as file:
            st.check(sorted(file["convert/warning/count"][:]) == [1, 3], file["convert/warning/count"][:])
    log = run("energy", f"&structure file = 'phases.cif' frame = 1 /\n{LJ}")
    expect("WARNING", log)
    log = run("energy", f"&structure file = 'phases.cif' all = .true. /\n{LJ}", prefix="list")
    expect("(3 structures, the first phases.cif block 0)", log)

    # A folder: all frames of all files, and what is passed over.
    os.mkdir("set")
    st.write("set/one.cif", f"data_x\n{CELL}{GROUP}{SALT}")
    st.write("set/two.xyz", XYZ.format(n=1, keys="id=u", atoms="Mg 0 0 0\n") + XYZ.format(n=1, keys="", atoms="O 0 0 0\n"))
    st.write("set/SPOSCAR", "Mg O\n1\n4 0 0\n0 4 0\n0 0 4\n1 1\nDirect\n0 0 0\n.5 .5 .5\n")
    st.write("set/notes.txt", "x")
    log = converted("'set'")
    st.check(ids() == ["SPOSCAR", "one", "u", "two-1"], ids())
    expect("set: 1 passed over, by their names no structure files: notes.txt", log)
    expect("the elements are those of the title", log)

    # Contradictions end in an error until a key decides.
    st.write("few.cif", f"data_x\n{CELL}{GROUP}loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n{SALT}")
    expect("'F m -3 m' has 192 operations, but the list has 1", converted("'few.cif'", status=2))
    expect("WARNING", converted("'few.cif'", "trust = 'sites'"))
    st.check(numbers() == [[8, 12]], numbers())
    converted("'few.cif'", "trust = 'formula'")
    st.check(numbers() == [[8] * 4 + [12] * 4], numbers())
    expect("trust", run("energy", f"&structure file = 'few.cif' /\n{LJ}", status=2))
    run("energy", f"&structure file = 'few.cif' trust = 'sites' /\n{LJ}")
    st.write("shared.cif", f"data_x\n{CELL}{GROUP}{TYPED}A Mg 0 0 0 .7\nB Fe 0 0 0 .3\nO1 O .5 .5 .5 1\n")
    expect("site A is shared by Mg (0.7) and Fe (0.3)", converted("'shared.cif'", status=2))
    converted("'shared.cif'", "disorder = 'majority'")
    st.check(numbers() == [[8] * 4 + [12] * 4], numbers())
    st.write("label.cif", f"data_x\n{CELL}{UNTYPED}T1 0 0 0\n")
    expect("type_map = 'T1: …'", converted("'label.cif'", status=2))
    converted("'label.cif'", "type_map = 'T1: Si'")
    st.check(numbers() == [[14]], numbers())
    expect("is not 'label: element'", converted("'label.cif'", "type_map = 'T1'", status=2))
    st.write("dump.xyz", "2\nAtoms. Timestep: 0\n1 0 0 0\n2 2 0 0\n")
    expect("types of LAMMPS", converted("'dump.xyz'", status=2))
    converted("'dump.xyz'", "type_map = '1: Mg', '2: O'")
    st.check(numbers() == [[8, 12]], numbers())
    st.write("POSCAR", "salt\n1\n4 0 0\n0 4 0\n0 0 4\n1 1\nDirect\n0 0 0\n.5 .5 .5\n")
    expect("species = 'Mg', 'O'", converted("'POSCAR'", status=2))
    converted("'POSCAR'", "species = 'Na', 'Cl'")
    run("energy", f"&structure file = 'POSCAR' species = 'Na', 'Cl' /\n{LJ}")
    expect("species goes with a prototype or a POSCAR", run("energy", f"&structure file = 'few.cif' species = 'Na' /\n{LJ}", 2))

    # Labels under other names, and in other units.
    columns = "Properties=species:S:1:pos:R:3:REF_forces:R:3:other:R:3:magmoms:R:1 REF_energy=-3 stress=\"30 0 0 0 0 0\""
    st.write("train.xyz", XYZ.format(n=1, keys=columns, atoms="Fe 0 0 0 1 2 3 4 5 6 2.5\n"))
    expect("stress_unit", converted("'train.xyz'", status=2))
    log = converted("'train.xyz'", "stress_unit = 'kB'")
    for part in ("the forces are the column 'REF_forces'", "the energy is 'REF_energy'", "'other' of vectors", "magnetic moments"):
        expect(part, log)
    with h5py.File("out/run.dataset.h5") as file:
        st.check(np.allclose(file["atom/force"][0], [1, 2, 3]), file["atom/force"][:])
        st.check(np.allclose(file["atom/magnetic_moment"][0], [0, 0, 2.5]), file["atom/magnetic_moment"][:])
        st.check(np.allclose(file["structure/stress"][0, 0], -3 / 160.2176634), file["structure/stress"][:])
        st.check(file["scalar/energy"][0] == -3, file["scalar/energy"][:])
    converted("'train.xyz'", "stress_unit = 'kB' forces_key = 'other'")
    with h5py.File("out/run.dataset.h5") as file:
        st.check(np.allclose(file["atom/force"][0], [4, 5, 6]), file["atom/force"][:])
    # A dataset keeps what it was made of.
    os.rename("out/run.dataset.h5", "kept.h5")
    converted("'kept.h5'")
    with h5py.File("out/run.dataset.h5") as file:
        st.check(np.allclose(file["atom/magnetic_moment"][0], [0, 0, 2.5]), "moments are lost")
    no_forces = "".join(XYZ.format(n=1, keys=f"energy={-k}", atoms=f"Cu 0 0 {0.1 * k}\n") for k in range(1, 9))
    st.write("bare.xyz", no_forces)
    potential = "&dataset file = 'bare.xyz' target = 'energy' /\n&model kind = 'painn' cutoff = 4.0 width = 8 /\n&train epochs = 1 {} /\n"
    expect("no structure of", run("train", potential.format(""), status=2))
    run("train", potential.format("force_weight = 0.0 stress_weight = 0.0"))

    # Energies of two functionals do not meet in one hull.
    def entry(name, composition, energy, kind):
        return {"entry_id": name, "composition": composition, "energy": energy, "correction": 0.0, "parameters": {"run_type": kind}}
    st.write("entries.json", json.dumps([entry("a", {"Mg": 1}, -1.5, "GGA"), entry("b", {"O": 2}, -9.8, "GGA"),
                                         entry("c", {"Mg": 1, "O": 1}, -12.0, "GGA+U"), entry("d", {"Mg": 1}, -5.5, "R2SCAN")]))
    expect("GGA (3), R2SCAN (1)", run("hull", "&hull entries = 'entries.json' /\n", status=2))
    expect("3 entries on the hull", run("hull", "&hull entries = 'entries.json' run_type = 'GGA' /\n"))
    run("hull", "&hull entries = 'entries.json' run_type = 'any' /\n")
    expect("no entry is of run_type 'SCAN'", run("hull", "&hull entries = 'entries.json' run_type = 'SCAN' /\n", status=2))

    # One of the reference that cannot be read is a row with its reason.
    os.mkdir("known")
    st.write("known/bad.cif", f"data_x\n{CELL}{GROUP}{TYPED}A Mg 0 0 0 .9\n")
    st.write("known/good.cif", f"data_x\n{CELL}{GROUP}{SALT}")
    st.write("set.xyz", '2\nLattice="0 2.1 2.1 2.1 0 2.1 2.1 2.1 0"\nMg 0 0 0\nO 2.1 2.1 2.1\n')
    log = run("evaluate", "&structure file = 'set.xyz' /\n&evaluate relax = .false. reference = 'known' /\n")
    expect("1 structures of the reference cannot be read", log)
    with h5py.File("out/run.h5") as file:
        st.check("site A has the occupancy 0.9" in file["reference/failed"][0].decode(), file["reference/failed"][:])
    print("odd files are read, refused and told of as they should be")
