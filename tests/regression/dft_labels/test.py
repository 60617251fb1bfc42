#!/usr/bin/python3
"""What comes with energies of real DFT programs (doc/dft.md): spins, and what keeps the energies of two methods apart. With
pseudopotentials and basis sets of Debian's packages; skipped where neither pw.x nor CP2K is installed.

SPINEL_LONG_TESTS: a hull of pw.x and CP2K as well.
"""
import csv
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

DEBIAN_PSEUDO = "/usr/share/espresso/pseudo"  # of quantum-espresso-data


def energies_by(name, structures, potential):
    """A namelist for the energies of all structures of a file."""
    return st.write(f"{name}.nml", f"""&control
  calculation = 'energy'  prefix = '{name}'
/
&structure
  file = '{structures}'  all = .true.
/
&potential
  {potential}
/
""")


def pw_template(name, system, species):
    """For pseudopotentials of Debian: small cutoffs, smearing."""
    return st.write(name, f"""&control
  calculation = 'scf'  pseudo_dir = '{DEBIAN_PSEUDO}'  disk_io = 'none'
/
&system
  {system}
  occupations = 'smearing'  smearing = 'mv'  degauss = 0.02
/
&electrons
  conv_thr = 1.0d-7
/
ATOMIC_SPECIES
""" + "".join(f"{label} 1.0 {file}\n" for label, file in species))


def cp2k_template(name, dft, scf, kinds):
    return st.write(name, f"""&GLOBAL
  PRINT_LEVEL LOW
&END GLOBAL
&FORCE_EVAL
  &DFT
    BASIS_SET_FILE_NAME BASIS_MOLOPT
    POTENTIAL_FILE_NAME GTH_POTENTIALS
    {dft}
    &SCF
      EPS_SCF 1.0E-5
      SCF_GUESS ATOMIC
      {scf}
    &END SCF
    &XC
      &XC_FUNCTIONAL PBE
      &END XC_FUNCTIONAL
    &END XC
  &END DFT
  &SUBSYS
""" + "".join(f"    &KIND {kind}\n      BASIS_SET DZVP-MOLOPT-SR-GTH\n      POTENTIAL GTH-PBE-q{q}\n    &END KIND\n" for kind, q in kinds) +
                    "  &END SUBSYS\n&END FORCE_EVAL\n")


OXYGEN = """2
Lattice="6 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3 pbc="F F F" id=oxygen
O 0.0 0.0 0.0
O 1.22 0.0 0.0
"""
IRON = """1
Lattice="-1.435 1.435 1.435 1.435 -1.435 1.435 1.435 1.435 -1.435" Properties=species:S:1:pos:R:3 pbc="T T T" id=iron
Fe 0.0 0.0 0.0
"""


def labels_of(name):
    """What stands in the comments of the evaluated structures, with energies per atom, moments and the folders of the calculations."""
    with open(f"out/{name}_evaluated.xyz") as file:
        lines = file.read().splitlines()
    found = []
    while lines:
        n = int(lines[0])
        values = dict(re.findall(r"(\w+)=([^\s\"]+)", lines[1]))
        moments = [float(line.split()[-1]) for line in lines[2:2 + n]] if values["Properties"].endswith("magmoms:R:1") else []
        found.append({**values, "energy_per_atom": float(values["energy"]) / n, "moments": moments,
                      "folder": f"out/{name}_calculations/{values['calculation']}"})
        lines = lines[2 + n:]
    return found


def magnets_by_pw():
    """The triplet of oxygen and bcc iron from one template, against what pw.x prints."""
    pw_template("spins.in", "ecutwfc = 25  ecutrho = 200  nspin = 2  starting_magnetization(1) = 0.5  starting_magnetization(2) = 0.4",
                (("Fe", "Fe.pbe-nd-rrkjus.UPF"), ("O", "O.pbe-rrkjus.UPF")))
    pw = "style = 'command'  code = 'quantum_espresso'  command = 'pw.x -in {file}'  template = 'spins.in'  k_spacing = 0.7"
    st.write("oxygen.xyz", OXYGEN)
    st.write("magnets.xyz", IRON + OXYGEN)
    # Behind iron the molecule has the same input as alone: it is not computed again.
    for file in ("oxygen.xyz", "magnets.xyz"):
        st.run(energies_by("magnets", file, pw))
    st.check(len(os.listdir("out/magnets_calculations")) == 2, "oxygen was computed alone and again behind iron")
    for label, lowest, highest, start in zip(labels_of("magnets"), (2.0, 1.99), (2.8, 2.01), ("0.5", "0.4")):
        folder = label["folder"]
        with open(f"{folder}/pw.out") as file:
            output = file.read()
        with open(f"{folder}/pw.in") as file:
            started = re.findall(r"starting_magnetization.*", file.read())
        st.check(started == [f"starting_magnetization(1) = {start}"], f"{label['id']}: {started}")
        total = float(label["total_magnetization"])
        printed = float(re.findall(r"total magnetization += +(\S+)", output)[-1])
        st.check(total == printed, f"{label['id']}: total magnetization {total}, printed {printed}")
        st.check(lowest <= total <= highest, f"{label['id']}: total magnetization {total}")
        moments = label["moments"]
        printed = re.findall(r"magn: +(\S+)", output)[-len(moments):]
        st.check(moments and moments == [float(x) for x in printed], f"{label['id']}: moments {moments}, printed {printed}")
    print("magnets by pw.x")


def magnets_by_cp2k():
    """The same molecule; PRINT_LEVEL LOW alone prints no moments."""
    cp2k_template("spins.inp", "UKS\nMULTIPLICITY 3\n&MGRID\n  CUTOFF 200\n&END", "&OT\n&END", (("O", 6),))
    st.write("oxygen.xyz", OXYGEN.replace("F F F", "T T T"))
    st.run(energies_by("triplet", "oxygen.xyz",
                    "style = 'command'  code = 'cp2k'  command = 'cp2k.psmp -i {file}'  template = 'spins.inp'"))
    [label] = labels_of("triplet")
    moments = label["moments"]
    st.check(abs(float(label["total_magnetization"]) - 2.0) < 1e-6, f"triplet of oxygen by CP2K: {label}")
    st.check(len(moments) == 2 and np.max(np.abs(np.array(moments) - 1.0)) < 1e-3, f"moments {moments}")
    print("a magnet by CP2K")


def aluminium_and_silicon():
    """Structures that cost seconds: {name: frame}."""
    def frame(name, cell, atoms):
        cell = np.array(cell, float)
        rows = "".join("%s %.8f %.8f %.8f\n" % (symbol, *(np.array(place) @ cell)) for symbol, place in atoms)
        return f'{len(atoms)}\nLattice="{" ".join(map(str, cell.ravel()))}" Properties=species:S:1:pos:R:3 id={name}\n{rows}'

    def fcc(a):
        return [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]

    corner, quarter, center = (0, 0, 0), (0.25, 0.25, 0.25), (0.5, 0.5, 0.5)
    faces = [(0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)]
    return {"Al": frame("Al", fcc(4.04), [("Al", corner)]), "Si": frame("Si", fcc(5.45), [("Si", corner), ("Si", quarter)]),
            "AlSi": frame("AlSi", np.diag([2.80, 2.80, 3.93]), [("Al", corner), ("Si", center)]),
            "Al3Si": frame("Al3Si", 3.97 * np.eye(3), [("Si", corner)] + [("Al", x) for x in faces]),
            "AlSi3": frame("AlSi3", 3.90 * np.eye(3), [("Al", corner)] + [("Si", x) for x in faces])}


def two_methods(by_cp2k):
    """The hull of Al and Si by the local density approximation, onto which energies of another method are moved: shifts, error
    bar and verdicts against a least-squares fit. The other is PBE, by pw.x or by CP2K."""
    frames = aluminium_and_silicon()
    common = ["Al", "Si", "AlSi", "Al3Si"]
    st.write("all.xyz", "".join(frames.values()))
    st.write("common.xyz", "".join(frames[name] for name in common))
    species = (("Al", "Al.pz-vbc.UPF"), ("Si", "Si.pz-vbc.UPF"))
    pw = "style = 'command'  code = 'quantum_espresso'  command = 'pw.x -in {file}'  k_spacing = 0.6  "
    pw_template("lda.in", "ecutwfc = 20", species)
    st.run(energies_by("lda", "all.xyz", pw + "template = 'lda.in'"))
    if by_cp2k:
        cp2k_template("pbe.inp", "&MGRID\n  CUTOFF 100\n&END\n&KPOINTS\n  SCHEME GAMMA\n&END",
                      "ADDED_MOS 4\n&SMEAR ON\n  METHOD FERMI_DIRAC\n  ELECTRONIC_TEMPERATURE 1000\n&END\n&MIXING\n"
                      "  METHOD BROYDEN_MIXING\n  ALPHA 0.2\n&END", (("Al", 3), ("Si", 4)))
        other = "style = 'command'  code = 'cp2k'  command = 'cp2k.psmp -i {file}'  k_spacing = 0.6  template = 'pbe.inp'"
    else:
        pw_template("pbe.in", "ecutwfc = 20  input_dft = 'PBE'", species)
        other = pw + "template = 'pbe.in'"
    st.run(energies_by("pbe", "common.xyz", other))

    def hull(align):
        return st.write("hull.nml", f"""&control
  calculation = 'hull'  prefix = 'aligned'
/
&hull
  entries = 'out/lda_evaluated.xyz', 'out/pbe_evaluated.xyz'  {align}
/
""")

    refused = st.run(hull(""), status=2)
    st.check("do not meet in one hull" in refused, refused)
    output = st.run(hull("align = 'elements'"))
    x = np.array([[1, 0], [0, 1], [0.5, 0.5], [0.75, 0.25]])  # Al and Si of `common`
    energy = {}
    for name in ("lda", "pbe"):
        energy[name] = {label["id"]: label["energy_per_atom"] for label in labels_of(name)}
    difference = np.array([energy["pbe"][key] - energy["lda"][key] for key in common])
    shift = np.linalg.lstsq(x, difference, rcond=None)[0]
    left_out = []
    for k in range(4):
        rest = [i for i in range(4) if i != k]
        left_out.append(difference[k] - x[k] @ np.linalg.lstsq(x[rest], difference[rest], rcond=None)[0])
    error = np.sqrt(np.mean(np.square(left_out)))
    found = st.read_all("out/aligned.h5")
    group = next(key.rsplit("/", 1)[0] for key in found if key.startswith("hull/alignment/") and key.endswith("/shift"))
    st.check(np.max(np.abs(found[f"{group}/shift"] - shift)) < 1e-5, f"shifts {found[f'{group}/shift']}, fitted {shift}")
    st.check(abs(found[f"{group}/error"] - error) < 1e-5, f"error {found[f'{group}/error']}, left out in turn {error}")
    low = {"Al": min(energy["lda"]["Al"], energy["pbe"]["Al"] - shift[0]), "Si": min(energy["lda"]["Si"], energy["pbe"]["Si"] - shift[1])}
    reference = labels_of("lda")[0]["run_type"]
    with open("out/aligned_hull.csv") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        name, is_moved = row["id"], row["run_type"] != reference
        part = {"Al": 1.0, "Si": 0.0, "AlSi": 0.5, "Al3Si": 0.75, "AlSi3": 0.25}[name]
        moved = energy["pbe"][name] - shift @ [part, 1 - part] if is_moved else energy["lda"][name]
        expected = moved - part * low["Al"] - (1 - part) * low["Si"]
        st.check(abs(float(row["formation_energy_per_atom"]) - expected) < 1e-5, f"{row}: {expected} expected\n{output}")
        is_near = part not in (0, 1) and abs(float(row["phase_separation_energy"])) < 2 * error
        st.check((row["verdict"] == "undecided") == is_near, f"{row} with an error of {error}")
    st.check(len(rows) == 9, f"{len(rows)} entries")
    print(f"two methods in one hull, error {error:.3f} eV/atom" + (" (CP2K)" if by_cp2k else ""))


has_pw = shutil.which("pw.x") and os.path.exists(f"{DEBIAN_PSEUDO}/Fe.pbe-nd-rrkjus.UPF")
has_cp2k = shutil.which("cp2k.psmp")
if not has_pw and not has_cp2k:
    st.skip("neither pw.x with Debian's pseudopotentials nor CP2K is installed")
with st.workspace():
    if has_pw:
        magnets_by_pw()
        two_methods(by_cp2k=False)
    if has_cp2k:
        magnets_by_cp2k()
    if has_pw and has_cp2k and os.environ.get("SPINEL_LONG_TESTS"):
        two_methods(by_cp2k=True)
