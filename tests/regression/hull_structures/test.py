#!/usr/bin/python3
"""Hulls of structures whose energies a potential gives (README.md)."""
import csv
import importlib.util
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

MODEL = "M3GNet-MatPES-PBE-v2025.1-PES"
CRYSTALS = "'fcc:Ar', 'fcc:Kr', 'L1_0:ArKr', 'CsCl:ArKr', 'rocksalt:ArKr', 'L1_2:Ar3Kr', 'L1_2:ArKr3', 'D0_22:ArKr3'"
POTENTIAL = """&potential style = 'lennard_jones' pairs = 'Ar-Ar', 'Ar-Kr', 'Kr-Kr'
  epsilon = 0.0104, 0.0160, 0.0140 sigma = 3.40, 3.52, 3.65 cutoff = 9.0 truncation = 'smooth' smooth_width = 1.0 /
"""
RELAX = "&relax cell = 'full' fmax = 1.0e-4 smax = 1.0e-3 keep_symmetry = .true. /\n"


def hull(prefix, keys, groups=POTENTIAL + RELAX, ranks=None, status=0, control=""):
    text = f"&control calculation = 'hull' prefix = '{prefix}' {control} /\n&hull {keys} /\n{groups}"
    return st.run(st.write(f"{prefix}.nml", text), ranks=ranks, status=status)


def table(prefix):
    with open(f"out/{prefix}_hull.csv", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def numbers(rows, key):
    return np.array([float(row[key]) if row[key] else np.nan for row in rows.values()])


def same(a, b, tolerance):
    st.check(len(a) == len(b), f"{len(a)} and {len(b)} rows")
    for key in ("formation_energy_per_atom", "energy_above_hull", "inverse_hull_distance", "phase_separation_energy"):
        difference = np.nanmax(np.abs(numbers(a, key) - numbers(b, key)))
        st.check(difference < tolerance, f"{key} differs by {difference}")


def lennard_jones():
    st.run("--check", st.write("check.nml", f"&control calculation = 'hull' prefix = 'check' /\n&hull prototypes = {CRYSTALS} /\n"
                               + POTENTIAL + RELAX))
    output = hull("one", f"prototypes = {CRYSTALS}")
    rows = table("one")
    st.check(len(rows) == 8 and rows["fcc:Ar"]["stable"] == "yes", f"{rows}")
    st.check(sum(row["stable"] == "yes" for row in rows.values()) >= 4, f"no compound is stable\n{output}")
    with h5py.File("out/one.h5") as file:
        st.check(file["hull/structure"][:].tolist() == list(range(8)) and np.all(file["structures/status"][:] == 0), "status")
        energy = file["structures/energy"][:] / file["structures/n_atoms"][:]
        st.check(np.allclose(file["hull/energy"][:], energy, atol=1e-13), "energies an atom")
        argon = file["structures/volume"][0] / 4
    st.check(abs(np.cbrt(4 * argon) / 5.26 - 1) < 0.02, f"lattice constant of argon: {np.cbrt(4 * argon)}")
    hull("two", f"prototypes = {CRYSTALS}", ranks=2)
    same(table("two"), rows, 1e-8)
    hull("again", "entries = 'out/one_relaxed.xyz'", groups="")
    same(table("again"), rows, 1e-8)

    # What is done is not done again; another prototype is another list.
    output = hull("one", f"prototypes = {CRYSTALS}", control="restart_mode = 'auto'")
    st.check(re.search(r"8 are done already", output), output)
    same(table("one"), rows, 1e-12)
    output = hull("one", f"prototypes = {CRYSTALS}, 'bcc:Ar'", control="restart_mode = 'auto'", status=2)
    st.check("one.nml:2: &hull prototypes" in output, output)

    output = hull("references", "prototypes = 'L1_0:ArKr', 'CsCl:ArKr' elemental_references = 'prototypes'", ranks=2)
    found = table("references")
    st.check(set(found) == {"L1_0:ArKr", "CsCl:ArKr"} | {f"{p}:{e}" for p in ("fcc", "bcc", "hcp") for e in ("Ar", "Kr")},
             f"{list(found)}")
    st.check(abs(float(found["L1_0:ArKr"]["formation_energy_per_atom"])
                 - float(rows["L1_0:ArKr"]["formation_energy_per_atom"])) < 1e-3, f"{found}")
    print(f"{len(rows)} crystals of two elements: the hull on 1 and 2 ranks, from entries, after a restart")


def files():
    """An extended XYZ file with a structure that cannot be computed, and a folder."""
    frame = ('{}\nLattice="5.3 0 0 0 5.3 0 0 0 5.3" material_id={} Properties=species:S:1:pos:R:3\n{}\n').format
    fcc = "\n".join(("{} 0 0 0", "{} 2.65 2.65 0", "{} 2.65 0 2.65", "{} 0 2.65 2.65"))
    st.write("set.xyz", frame(4, "argon", fcc.format(*["Ar"] * 4)) + frame(4, "krypton", fcc.format(*["Kr"] * 4))
             + frame(4, "mixed", fcc.format("Ar", "Ar", "Kr", "Kr")) + frame(2, "overlap", "Ar 0 0 0\nKr 0 0 0.1"))
    os.mkdir("folder")
    st.write("folder/POSCAR_1", "salt\n1.0\n6.6 0 0\n0 6.6 0\n0 0 6.6\nAr Kr\n4 4\nDirect\n0 0 0\n0.5 0.5 0\n0.5 0 0.5\n0 0.5 0.5\n"
             "0.5 0.5 0.5\n0 0 0.5\n0 0.5 0\n0.5 0 0\n")
    output = hull("files", "structures = 'set.xyz', 'folder' relax = .false.", groups=POTENTIAL)
    st.check(list(table("files")) == ["argon", "krypton", "mixed", "POSCAR_1"], f"{list(table('files'))}")
    st.check(re.search(r"WARNING +1 structures are left out.*set.xyz frame 3", output), output)
    output = hull("files", "structures = 'set.xyz', 'folder' relax = .false.", groups=POTENTIAL, control="restart_mode = 'auto'")
    st.check(re.search(r"5 are done already", output), output)
    with h5py.File("out/files.h5") as file:
        st.check(file["hull/structure"][:].tolist() == [0, 1, 2, 4] and file["structures/evaluations"][0] == 1, "structures")
    hull("argon", "structures = 'set.xyz', 'folder' relax = .false. elements = 'Ar'", groups=POTENTIAL)
    st.check(list(table("argon")) == ["argon"], f"{list(table('argon'))}")
    print("files and folders, one structure that fails, a choice of elements")


def wrong_inputs():
    before = sorted(os.listdir("out"))
    for keys, groups, words in (
            ("prototypes = 'L1_0:ArKr'", POTENTIAL + RELAX, "&hull elemental_references: no structure of the elements Ar, Kr"),
            ("prototypes = 'L1_0:Ar2Kr'", POTENTIAL + RELAX, "&hull prototypes: prototype L1_0"),
            ("prototypes = 'fcc:Ar'", RELAX, "&hull prototypes: their energies need &potential"),
            ("prototypes = 'fcc:Ar'", POTENTIAL, "&relax cell: prototypes without lattice constants"),
            ("prototypes = 'fcc:Ar' relax = .false.", POTENTIAL, "&hull relax: prototypes without lattice constants"),
            ("prototypes = 'fcc:Ar' reference = 'out/one.h5'", POTENTIAL + RELAX, "&hull reference: prototypes and reference"),
            ("prototypes = 'fcc:Ar' elemental_references = 'zero'", POTENTIAL + RELAX, "&hull elemental_references: 'zero'"),
            ("prototypes = 'fcc:Ne'", POTENTIAL + RELAX, "Ne"),
            ("structures = 'none.xyz'", POTENTIAL + RELAX, "&hull structures: "),
            ("entries = 'out/one_relaxed.xyz'", POTENTIAL, "&potential: goes with &hull structures or prototypes"),
            ("entries = 'out/one_relaxed.xyz' relax = .false.", "", "&hull relax: goes with structures"),
            ("structures = 'set.xyz' relax = .false.", POTENTIAL + RELAX, "&relax: &hull relax = .false. does not use it")):
        for arguments in (["--check"], []):
            st.write("wrong.nml", f"&control calculation = 'hull' prefix = 'wrong' /\n&hull {keys} /\n{groups}")
            output = st.run(*arguments, "wrong.nml", status=2)
            st.check(words in output and "wrong.nml:" in output, f"{keys}: {words} is not in:\n{output}")
    st.check(sorted(os.listdir("out")) == before, "a wrong input wrote something")
    print("wrong inputs are told")


def titanium_aluminium():
    state = os.path.join(st.DATA, "m3gnet", MODEL, "state.pt")
    if not os.path.exists(state):
        print(f"input/tial_hull.nml is skipped: no {state}")
        return
    script = os.path.join(st.SOURCE, "scripts", "import_model.py")
    subprocess.run([sys.executable, script, os.path.dirname(os.path.abspath(state)), "model.h5"], check=True,
                   stdout=subprocess.DEVNULL)
    st.write("tial.nml", st.namelist(os.path.join(st.SOURCE, "input", "tial_hull.nml"), model="'model.h5'"))
    print(st.run("tial.nml", ranks=2))
    rows = table("tial")
    # Close-packed stackings differ by a few meV/atom in this model.
    for stable in ("hcp:Ti", "fcc:Al", "D0_19:Ti3Al", "L1_0:TiAl", "D0_22:TiAl3"):
        st.check(float(rows[stable]["energy_above_hull"]) < 0.005, f"{stable}: {rows[stable]}")
    # The Materials Project: -0.276, -0.403 and -0.397 eV/atom.
    for name, expected in (("D0_19:Ti3Al", -0.276), ("L1_0:TiAl", -0.403), ("D0_22:TiAl3", -0.397)):
        found = float(rows[name]["formation_energy_per_atom"])
        st.check(abs(found - expected) < 0.06, f"formation energy of {name}: {found}")
    if importlib.util.find_spec("matplotlib") is None:
        return
    done = subprocess.run([sys.executable, "-W", "error::UserWarning", os.path.join(st.SOURCE, "scripts", "plot.py"), "out/tial.h5"],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    st.check(done.returncode == 0 and ".png" in done.stdout, done.stdout)


with st.workspace():
    lennard_jones()
    files()
    wrong_inputs()
    titanium_aluminium()
