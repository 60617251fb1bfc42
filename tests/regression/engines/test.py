#!/usr/bin/python3
"""The real programs of others, each where it is installed: ASE, CHGNet, i-PI, pw.x, CP2K (doc/sockets.md, doc/dft.md).

SPINEL_PEER_PYTHON: a Python that has ase, ipi, chgnet.
"""
import csv
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "sockets")]
import ipi
import numpy as np
import spinel_testing as st

ASE_CLIENT = os.path.join(st.SOURCE, "scripts", "ase_client.py")
LJ = "style = 'lennard_jones'  epsilon = 0.01  sigma = 2.5  cutoff = 6.0"
with_ase = st.python_with("ase")
tried = []


def namelist(name, calculation, structure, potential, more=""):
    return st.write(f"{name}.nml", f"""&control
  calculation = '{calculation}'  prefix = '{name}'
/
&structure
  {structure}
/
&potential
  {potential}
/
{more}
""")


def compare_with_reference(name, key, energy_tolerance, force_tolerance, stress_tolerance):
    """Results of a list against the golden values of the same frames."""
    with open(st.data_file("dft/socket_reference.json")) as file:
        reference = json.load(file)[key]["results"]
    frames = read_results(f"out/{name}_evaluated.xyz")
    st.check(len(frames) == len(reference), f"{name}: {len(frames)} frames")
    for k, (frame, golden) in enumerate(zip(frames, reference)):
        for what, a, b, tolerance in (("energy", frame["energy"], golden["energy"], energy_tolerance),
                                      ("forces", frame["forces"], golden["forces"], force_tolerance),
                                      ("stress", frame["stress"], golden["stress"], stress_tolerance)):
            difference = np.max(np.abs(np.asarray(a) - np.asarray(b)))
            st.check(difference <= tolerance, f"{name}, frame {k}: {what} differs by {difference:.2e}")


def read_results(path):
    """Energy (eV), forces (eV/Å) and stress (eV/Å³) of the frames of an extended XYZ file of Spinel."""
    frames = []
    with open(path) as file:
        lines = file.read().splitlines()
    while lines:
        n, comment, rows, lines = int(lines[0]), lines[1], lines[2:2 + int(lines[0])], lines[2 + int(lines[0]):]
        columns, at = {}, 0
        for name, _, width in re.findall(r"(\w+):(\w):(\d+)", re.search(r"Properties=(\S+)", comment).group(1)):
            columns[name] = (at, at + int(width))
            at += int(width)
        begin, end = columns["forces"] if "forces" in columns else columns["force"]
        stress = np.array([float(x) for x in re.search(r'stress="([^"]*)"', comment).group(1).split()]).reshape(3, 3)
        frames.append({"energy": float(re.search(r"\benergy=(\S+)", comment).group(1)), "stress": stress,
                       "forces": [[float(x) for x in row.split()[begin:end]] for row in rows]})
    return frames


def ase_calculators():
    frames = st.data_file("dft/al4_two_frames.xyz")
    everything = f"file = '{frames}'  all = .true."
    st.run(namelist("emt", "energy", everything, f"style = 'socket'  command = '{with_ase} {ASE_CLIENT} emt {{file}} {{address}}'"))
    # ASE's and Spinel's bohr and hartree are of other years.
    compare_with_reference("emt", "emt_al4", 2e-8, 5e-8, 1e-8)
    port = f"address = 'localhost:{40000 + os.getpid() % 10000}'"
    st.run(namelist("emt_tcp", "energy", everything,
                    f"style = 'socket'  {port}  command = '{with_ase} {ASE_CLIENT} ase.calculators.emt:EMT {{file}} {{host}}:{{port}}'"))
    compare_with_reference("emt_tcp", "emt_al4", 2e-8, 5e-8, 1e-8)
    tried.append("ASE EMT")
    for calculator, words in (("mace:no.model", "the file no.model does not exist"), ("uma:no.pt", "no.pt does not exist"),
                              ("nonsense", "is none of emt, lj"), ("ase.calculators.emt:NoSuch", "has no NoSuch")):
        output = st.run(namelist("wrong", "energy", f"file = '{frames}'",
                                 f"style = 'socket'  command = '{with_ase} {ASE_CLIENT} {calculator} {{file}} {{address}}'"), status=1)
        needs_package = "needs the Python package" in output and calculator.startswith(("mace", "uma"))
        st.check(words in output or needs_package, f"{calculator}: '{words}' is not in:\n{output}")
    if st.python_with("chgnet"):
        python = st.python_with("chgnet")
        frames = st.data_file("dft/si_two_frames.xyz")
        st.run(namelist("chgnet", "energy", f"file = '{frames}'  all = .true.",
                        f"style = 'socket'  command = '{python} {ASE_CLIENT} chgnet {{file}} {{address}}'"))
        compare_with_reference("chgnet", "chgnet_si", 2e-5, 2e-5, 2e-6)  # float32
        tried.append("CHGNet")


def copper():
    """The example in input/."""
    with open(os.path.join(st.SOURCE, "input", "socket_copper.nml")) as file:
        text = file.read().replace("python3 scripts/ase_client.py", f"{with_ase} {ASE_CLIENT}")
    output = st.run(st.write("socket_copper.nml", text), ranks=2)
    volume = float(np.linalg.det(read_lattice("out/socket_copper.h5"))) / 32
    # The lattice constant of the potential, 3.5895 Å (its author's parameters, ASE 3.29).
    st.check(abs((4 * volume) ** (1 / 3) - 3.5895) < 2e-3, f"lattice constant {(4 * volume) ** (1 / 3):.4f}\n{output}")


def read_lattice(path):
    return st.read_all(path)["structures/cell"][0]


def ase_takes_from_spinel():
    """ASE's server asks Spinel, with cells that change."""
    name = f"spinel_ase_{os.getpid()}"
    namelist("serve", "serve", "file = 'start.xyz'", LJ, f"&serve\n  address = 'unix:{name}'\n/")
    script = st.write("server.py", f"""
import subprocess, numpy as np
from ase.build import bulk
from ase.calculators.socketio import SocketIOCalculator
from ase.io import write
atoms = bulk('Ar', 'fcc', a=4.0, cubic=True)
atoms.rattle(0.1, seed=2)
write('start.xyz', atoms)
with SocketIOCalculator(unixsocket='{name}', launch_client=lambda atoms, properties, port, unixsocket: subprocess.Popen({[*st.command(['serve.nml'], ranks=2)]})) as calc:
    atoms.calc = calc
    results = []
    for k in range(3):
        cell = np.array([[4.0, 0.1 * k, 0], [0, 4.1, -0.2 * k], [0.05 * k, 0, 4.2]])
        atoms.set_cell(cell, scale_atoms=True)
        results.append([cell.tolist(), atoms.get_positions().tolist(), atoms.get_potential_energy(), atoms.get_forces().tolist(),
                        atoms.get_stress(voigt=False).tolist()])
import json
json.dump(results, open('results.json', 'w'))
""")
    done = subprocess.run([with_ase, script], capture_output=True, text=True, timeout=st.HANG_SECONDS)
    st.check(done.returncode == 0, done.stdout + done.stderr)
    with open("results.json") as file:
        for cell, positions, energy, forces, stress in json.load(file):
            e, f, w = ipi.lennard_jones(np.array(cell), np.array(positions), 0.01, 2.5, 6.0)
            for what, a, b in (("energy", energy, e), ("forces", forces, f), ("stress", stress, -w / np.linalg.det(cell))):
                difference = np.max(np.abs(np.asarray(a) - b)) / max(1.0, np.max(np.abs(b)))
                st.check(difference < 2e-8, f"ASE with Spinel's forces: {what} differs by {difference:.1e}")
    tried.append("ASE SocketIOCalculator")


def i_pi():
    """The path integral of doc/sockets.md, with four clients in two pools: energies of its beads against a sum in Python."""
    python = st.python_with("ipi")
    name = f"spinel_ipi_{os.getpid()}"
    with open(os.path.join(HERE, "path_integral.xml")) as file:
        st.write("input.xml", file.read().replace("ADDRESS", name))
    frame = np.array([[4.9, 0, 0], [0.4, 5.1, 0], [-0.3, 0.2, 5.3]])
    places = np.array([[0.1, 0, 0], [2.4, 2.6, 0.1], [2.5, 0.1, 2.7], [0.2, 2.5, 2.6]])
    with open("start.xyz", "w") as file:
        file.write('4\nLattice="%s" Properties=species:S:1:pos:R:3 pbc="T T T"\n' % " ".join(f"{x:.10f}" for x in frame.ravel()))
        file.writelines("Ar %.10f %.10f %.10f\n" % tuple(x) for x in places)
    with open("init.xyz", "w") as file:  # i-PI's form: the cell as columns of h
        file.write("4\n# CELL(H): %s positions{angstrom} cell{angstrom}\n" % " ".join(f"{x:.10f}" for x in frame.T.ravel()))
        file.writelines("Ar %.10f %.10f %.10f\n" % tuple(x) for x in places)
    namelist("serve", "serve", "file = 'start.xyz'", LJ, f"&serve\n  address = 'unix:{name}'\n/\n&parallel\n  pools = 2\n/")
    server = subprocess.Popen([python, os.path.join(os.path.dirname(python), "i-pi"), "input.xml"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    output = st.run("serve.nml", ranks=2)
    log, _ = server.communicate(timeout=st.HANG_SECONDS)
    st.check(server.returncode == 0, log)
    st.check(int(re.search(r"(\d+) calls answered", output).group(1)) >= 4 * 11, output)
    rows = np.loadtxt("simulation.out")
    beads = [read_beads(f"simulation.pos_{k}.xyz") for k in range(4)]
    for row, *frames in zip(rows, *beads):
        expected = np.mean([ipi.lennard_jones(cell, positions, 0.01, 2.5, 6.0)[0] for cell, positions in frames])
        st.check(abs(row[1] - expected) < 1e-6, f"i-PI: {row[1]} and {expected} eV at step {row[0]:g}")
    tried.append("i-PI")


def read_beads(path):
    frames = []
    with open(path) as file:
        lines = file.read().splitlines()
    while lines:
        n = int(lines[0])
        lengths = [float(x) for x in re.search(r"CELL\{?\w*\}?\(?\w*\)?:\s*(.*?)\s*(?:Step|Traj|$)", lines[1]).group(1).split()[:6]]
        frames.append((cell_of(lengths), np.array([[float(x) for x in line.split()[1:4]] for line in lines[2:2 + n]])))
        lines = lines[2 + n:]
    return frames


def cell_of(parameters):
    """Rows a, b, c of lengths and angles, a along x, b in the plane of x and y."""
    (a, b, c), (alpha, beta, gamma) = parameters[:3], np.radians(parameters[3:])
    x = c * (np.cos(alpha) - np.cos(beta) * np.cos(gamma)) / np.sin(gamma)
    return np.array([[a, 0, 0], [b * np.cos(gamma), b * np.sin(gamma), 0],
                     [c * np.cos(beta), x, np.sqrt(c ** 2 * np.sin(beta) ** 2 - x ** 2)]])


def golden(source):
    """The frame of reference.xyz that this input made."""
    path = st.data_file("dft/reference.xyz")
    with open(path) as file:
        comments = [line for line in file if "Lattice" in line]
    return read_results(path)[next(k for k, line in enumerate(comments) if f"input={source}" in line)]


def write_frame(source):
    """Its structure alone."""
    frame = next(text for text in frames_of(st.data_file("dft/reference.xyz")) if f"input={source}" in text)
    return st.write("frame.xyz", frame)


def frames_of(path):
    with open(path) as file:
        lines = file.read().splitlines()
    while lines:
        n = int(lines[0]) + 2
        yield "\n".join(lines[:n]) + "\n"
        lines = lines[n:]


def check_label(name, found, expected, tolerances):
    for (what, tolerance) in zip(("energy", "forces", "stress"), tolerances):
        difference = np.max(np.abs(np.asarray(found[what]) - np.asarray(expected[what])))
        st.check(difference <= tolerance, f"{name}: {what} differs by {difference:.2e}")


def template(source):
    with open(st.data_file(f"dft/{source}")) as file:
        return st.write(os.path.basename(source), file.read().replace("PSEUDO_DIR", "pseudo"))


PRINTED = (1e-6, 1e-5, 2e-6)  # digits of a repetition, as the README of the data has them


def quantum_espresso():
    maker = os.path.join(st.DATA, "..", "tools", "gth2upf.sh")
    if not os.path.exists(maker) or not shutil.which("cp2k.psmp"):
        return
    made = subprocess.run([maker, "pseudo", "Si", "Al"], capture_output=True, text=True)
    st.check(made.returncode == 0, made.stdout + made.stderr)
    for source in ("qe/si_file.in", "qe/si_file_frame1.in", "qe/si2_gth.in", "qe/al4_gth.in"):
        name = os.path.basename(source)[:-3]
        write_frame(source)
        st.run(namelist(name, "energy", "file = 'frame.xyz'  all = .true.",
                        f"style = 'command'  code = 'quantum_espresso'  command = 'pw.x -in {{file}}'  template = '{template(source)}'"))
        check_label(name, read_results(f"out/{name}_evaluated.xyz")[0], golden(source), PRINTED)
    # A cycle that is cut short converges at the second attempt, with the settings of that.
    write_frame("qe/si2_gth.in")
    with open(template("qe/si2_gth.in")) as file:
        st.write("hasty.in", file.read().replace("&electrons", "&electrons\n  electron_maxstep = 3"))
    st.run(namelist("hasty", "energy", "file = 'frame.xyz'  all = .true.",
                    "style = 'command'  code = 'quantum_espresso'  command = 'pw.x -in {file}'  template = 'hasty.in'"))
    check_label("hasty", read_results("out/hasty_evaluated.xyz")[0], golden("qe/si2_gth.in"), (1e-5, 1e-4, 1e-5))
    with open("out/hasty_evaluated.xyz") as file:
        st.check("attempts=2 " in file.read(), "the cycle that is cut short did not take two attempts")
    # What pw.x warns of goes with the label, to the log and to the result file.
    with open("si2_gth.in") as file:
        st.write("odd.in", file.read().replace("&system", "&system\n  vdw_corr = 'none_of_them'"))
    output = st.run(namelist("odd", "energy", "file = 'frame.xyz'  all = .true.",
                             "style = 'command'  code = 'quantum_espresso'  command = 'pw.x -in {file}'  template = 'odd.in'"))
    warning = "set_vdw_corr: WARNING: unknown vdw correction (vdw_corr): none_of_them. No vdw correction used."
    with open("out/odd_evaluated.xyz") as file:
        comment = file.read().splitlines()[1]
    st.check(f'warnings="{warning}"' in comment and re.search(r"\bn_scf=\d", comment), comment)
    st.check(f"the program warns: {warning}" in output, output)
    st.check(any(warning in text.decode() for text in st.read_all("out/odd.h5")["warnings/text"]), "it is not in the result file")
    # Through a socket every structure gets a pw.x of its own, so both frames are as from files.
    socket = "style = 'socket'  code = 'quantum_espresso'  command = 'pw.x --ipi {address} -in {file}'"
    frames = st.data_file("dft/si_two_frames.xyz")
    st.run(namelist("qe_socket", "energy", f"file = '{frames}'  all = .true.", f"{socket}  template = '{template('qe/si_socket.in')}'"))
    for k, source in enumerate(("qe/si_file.in", "qe/si_file_frame1.in")):
        check_label(f"pw.x, socket, frame {k}", read_results("out/qe_socket_evaluated.xyz")[k], golden(source), (2e-6, 2e-5, 1e-5))
    # A relaxation in one process, that from files in many.
    for name, potential in (("relax_socket", socket),
                            ("relax_files", "style = 'command'  code = 'quantum_espresso'  command = 'pw.x -in {file}'")):
        st.run(namelist(name, "relax", f"file = '{frames}'  frame = 0", f"{potential}  template = 'si_socket.in'", "&relax\n  fmax = 0.02\n/"))
    energies = [st.read_all(f"out/{name}.h5")["structures/energy"][0] for name in ("relax_socket", "relax_files")]
    st.check(abs(energies[0] - energies[1]) < 2e-4, f"relaxed by socket and by files: {energies}")
    output = st.run(namelist("no_species", "energy", "prototype = 'fcc'  species = 'Cu'  a = 3.6", f"{socket}  template = 'si_socket.in'"), status=2)
    st.check("si_socket.in" in output and "'Cu'" in output, output)
    tried.append("pw.x")


def cp2k():
    write_frame("cp2k/si_file.inp")
    st.run(namelist("cp2k", "energy", "file = 'frame.xyz'  all = .true.",
                    f"style = 'command'  code = 'cp2k'  command = 'cp2k.psmp -i {{file}}'  template = '{template('cp2k/si_file.inp')}'"))
    check_label("CP2K", read_results("out/cp2k_evaluated.xyz")[0], golden("cp2k/si_file.inp"), (2e-6, 1e-5, 2e-6))
    st.run(namelist("cp2k_socket", "energy", "file = 'frame.xyz'  all = .true.",
                    f"style = 'socket'  code = 'cp2k'  command = 'cp2k.psmp -i {{file}}'  template = '{template('cp2k/si_socket.inp')}'"))
    check_label("CP2K, socket", read_results("out/cp2k_socket_evaluated.xyz")[0], golden("cp2k/si_file.inp"), (2e-6, 1e-5, 2e-6))
    tried.append("CP2K")


def titanium_aluminium():
    """The example in input/: formation energies against those that pw.x gave with other k points (README of the data)."""
    for name in ("dft_ti_al.nml", "ti_al.xyz", "ti_al.pw.in"):
        shutil.copy(os.path.join(st.SOURCE, "input", name), ".")
    output = st.run("dft_ti_al.nml", ranks=2)
    with open("out/dft_ti_al_hull.csv") as file:
        rows = list(csv.DictReader(file))
    for formula, expected in (("TiAl", -0.416), ("TiAl3", -0.423), ("Ti3Al", -0.278)):
        row = next(row for row in rows if row["id"].startswith(formula + " "))
        st.check(abs(float(row["formation_energy_per_atom"]) - expected) < 0.01, f"{formula}: {row}\n{output}")
    tried.append("hull of Ti and Al by pw.x")


with st.workspace():
    if with_ase:
        copper()
        ase_takes_from_spinel()
        if os.path.isdir(st.DATA):
            ase_calculators()
    if st.python_with("ipi"):
        i_pi()
    if shutil.which("pw.x"):
        if os.path.isdir(st.DATA):
            quantum_espresso()
        if os.path.exists("/usr/share/espresso/pseudo/Ti.pz-sp-van_ak.UPF"):
            titanium_aluminium()
    if shutil.which("cp2k.psmp") and os.path.isdir(st.DATA):
        cp2k()
if not tried:
    st.skip("none of ASE, i-PI, pw.x, CP2K is installed")
print("tried: " + ", ".join(tried))
