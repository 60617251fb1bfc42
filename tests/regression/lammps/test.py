#!/usr/bin/python3
"""LAMMPS and Spinel, each as the one that moves atoms and as the one that computes (doc/sockets.md). Skipped without lmp."""
import contextlib
import os
import re
import shutil
import socket
import string
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

LAMMPS = shutil.which("lmp")
SCRIPT = os.path.join(st.SOURCE, "scripts", "lammps_spinel.py")
NAME = f"spinel_lammps_{os.getpid()}"
LJ = "style = 'lennard_jones'  epsilon = 0.01  sigma = 2.5  cutoff = 6.0"
MIXTURE = """style = 'lennard_jones'  pairs = 'Ar-Ar', 'Kr-Kr', 'Ar-Kr'
  epsilon = 0.0104, 0.0140, 0.012   sigma = 3.4, 3.65, 3.5   cutoff = 6.0"""

# Ids with gaps; atoms that LAMMPS sorts anew and that cross the faces of the box.
INPUT = """
units metal
boundary $boundary
atom_modify sort 20 4.0
lattice fcc 5.4
region box prism 0 2 0 2 0 2 $tilt
create_box 2 box
create_atoms 1 box
group gone id 7 20
delete_atoms group gone compress no
set group all type/fraction 2 0.4 5
mass 1 39.948
mass 2 83.798
displace_atoms all random 0.15 0.15 0.15 7 units box
velocity all create 300 4 loop geom mom yes
$forces
neigh_modify delay 0
fix 1 all nve
thermo 20
thermo_style custom step pe etotal pxx pyy pzz pxy pxz pyz lx ly lz xy xz yz
thermo_modify format float %.15g
dump 1 all custom 20 $name.dump id type xu yu zu fx fy fz
dump_modify 1 sort id format float %.15g
run $steps
"""
CHANGING_BOX = """unfix 1
fix 1 all npt temp 60 60 0.1 tri 0 0 1
run 60
unfix 1
fix 1 all box/relax tri 1000 vmax 0.001
minimize 1e-10 1e-6 40 200
"""
OWN = """pair_style lj/cut 6.0
pair_coeff 1 1 0.0104 3.4
pair_coeff 2 2 0.0140 3.65
pair_coeff 1 2 0.012 3.5"""
SPINEL = """pair_style zero 6.0
pair_coeff * *
python spinel input 4 SELF $address "$elements" $seconds format pssf file $script
python spinel invoke"""


def namelist(name, calculation, structure, potential, more=""):
    return st.write(f"{name}.nml", f"""&control
  calculation = '{calculation}'  prefix = '{name}'
/
&structure
  file = '{structure}'
/
&potential
  {potential}
/
{more}
""")


def start_lammps(name, text, ranks=None, **changes):
    values = {"name": name, "boundary": "p p p", "tilt": "0.2 -0.1 0.3", "address": f"unix:{NAME}", "elements": "Ar Kr",
              "seconds": 300, "script": SCRIPT, "steps": 200, **changes}
    text = string.Template(string.Template(text).safe_substitute(values)).substitute(values)
    launcher = [] if ranks is None else [st.MPIEXEC, "-n", str(ranks)]
    return subprocess.Popen([*launcher, LAMMPS, "-in", st.write(f"in.{name}", text), "-log", f"{name}.log"], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, start_new_session=True)


def end_of(process):
    """Exit status and what it printed."""
    try:
        output, _ = process.communicate(timeout=st.HANG_SECONDS)
    except subprocess.TimeoutExpired:
        st.kill_all(process)
        st.check(False, "LAMMPS hung")
    return process.returncode, output


def wait_until_it_waits(process):
    lines = []
    while "waiting for Spinel" not in (lines[-1] if lines else ""):
        lines.append(process.stdout.readline())
        st.check(lines[-1], "LAMMPS ended by itself:\n" + "".join(lines))


def serve(address, timeout=300):
    return namelist("serve", "serve", "lammps.xyz", MIXTURE, f"&serve\n  address = '{address}'  timeout = {timeout}\n/")


def numbers(path):
    """The rows of a dump or of the tables of a log."""
    with open(path) as file:
        words = [line.split() for line in file]
    return [row for row in words if len(row) > 6 and all(re.fullmatch(r"[-+.\de]+", word) for word in row)]


def same(what, a, b, tolerance):
    st.check(len(a) == len(b) and len(a) > 0, f"{what}: {len(a)} and {len(b)} rows")
    a, b = np.array(a, float), np.array(b, float)
    difference = np.max(np.abs(a - b) / np.maximum(1.0, np.abs(a)))
    st.check(difference < tolerance, f"{what} differ by {difference:.1e}")


def lammps_takes_from_spinel():
    """The same dynamics by LAMMPS' own lj/cut and by that of Spinel: energies, pressures, positions and forces."""
    cases = [(None, 1, f"unix:{NAME}", {}, CHANGING_BOX), (None, 2, f"localhost:{free_port()}", {}, CHANGING_BOX),
             (None, 2, f"unix:{NAME}", {"boundary": "p s p", "tilt": "0 0 0", "steps": 40}, "")]
    if st.python_with("mpi4py") == sys.executable:  # lmp has the Python of the system
        cases.append((2, 2, f"unix:{NAME}", {}, CHANGING_BOX))
    for lammps_ranks, ranks, address, changes, more in cases:
        what = f"LAMMPS on {lammps_ranks or 1} ranks, Spinel on {ranks}, {address} {changes}"
        status, output = end_of(start_lammps("own", INPUT.replace("$forces", OWN) + more, lammps_ranks, **changes))
        st.check(status == 0, output)
        process = start_lammps("asking", INPUT.replace("$forces", SPINEL) + more, lammps_ranks, address=address, **changes)
        wait_until_it_waits(process)
        st.run(serve(address), ranks=ranks)
        status, output = end_of(process)
        st.check(status == 0, output)
        same(f"{what}: tables", numbers("own.log"), numbers("asking.log"), 1e-9)
        same(f"{what}: dumps", numbers("own.dump"), numbers("asking.dump"), 1e-9)


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def what_can_go_wrong():
    """Each ends LAMMPS with words of its own."""
    def ends(words, text=INPUT, ranks=None, **changes):
        status, output = end_of(start_lammps("wrong", text.replace("$forces", SPINEL), ranks, **{"seconds": 0.5, **changes}))
        st.check(status != 0 and words in output, f"'{words}', exit status {status}:\n{output}")

    ends("has not connected to unix:")
    ends("names 1 elements, LAMMPS has 2 types", elements="Ar")
    ends("units real: Spinel gives eV", INPUT.replace("units metal", "units real"))
    ends("has no atoms yet", "units metal\nregion box block 0 9 0 9 0 9\ncreate_box 2 box\n$forces\n")
    ends("neither unix:NAME nor HOST:PORT", address="argon")
    with socket.create_server(f"/tmp/ipi_{NAME}", family=socket.AF_UNIX):
        ends("another program listens at unix:")
    ends("has not connected to unix:")  # what one that was killed left is in nobody's way
    st.check(not os.path.exists(f"/tmp/ipi_{NAME}"), "the file of the socket is left")
    with python_path_without_mpi4py():
        ends("needs the Python package mpi4py", ranks=2)

    # Another number of atoms, a Spinel that is killed, a client that stands still, one that is none.
    process = start_lammps("other", INPUT.replace("$forces", SPINEL))
    wait_until_it_waits(process)
    with open("lammps.xyz") as file:
        lines = file.read().splitlines()
    st.write("lammps.xyz", "\n".join([str(int(lines[0]) - 1)] + lines[1:-1]) + "\n")
    st.check("the server has 30 atoms, &structure 29" in st.run(serve(f"unix:{NAME}"), status=1), "another number of atoms")
    status, output = end_of(process)
    st.check(status != 0 and "Spinel has ended" in output, output)
    process = start_lammps("killed", INPUT.replace("$forces", SPINEL), steps=100000000)
    wait_until_it_waits(process)
    spinel = st.start(serve(f"unix:{NAME}"))
    while " call       10 " not in (line := spinel.stdout.readline()):
        st.check(line, "Spinel ended by itself")
    st.kill_all(spinel)
    status, output = end_of(process)
    st.check(status != 0 and "Spinel has ended" in output, f"exit status {status}:\n{output}")
    for sent, words in ((b"", "has not answered within 2 s"), (b"HTTP/1.1 200 OK", "is it Spinel?")):
        process = start_lammps("still", INPUT.replace("$forces", SPINEL), seconds=2)
        wait_until_it_waits(process)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(f"/tmp/ipi_{NAME}")
            client.sendall(sent)
            status, output = end_of(process)
        st.check(status != 0 and words in output, f"exit status {status}:\n{output}")


@contextlib.contextmanager
def python_path_without_mpi4py():
    os.mkdir("hidden")
    st.write("hidden/mpi4py.py", "raise ImportError('hidden by the test')\n")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.path.abspath("hidden")
    try:
        yield
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def spinel_takes_from_lammps():
    """`fix ipi`, in a triclinic cell."""
    cell = "5.1 0 0 1.4 4.9 0 0.5 -0.9 5.6"
    st.write("pair.xyz", f"""3
Lattice="{cell}" Properties=species:S:1:pos:R:3 pbc="T T T"
Ar 0.1 0.2 0.3
Ar 2.7 0.4 0.1
Ar 0.9 2.9 0.7
""")
    st.write("in.lammps", """units metal
atom_style atomic
atom_modify map array sort 0 0
read_data data.lammps
pair_style lj/cut 6.0
pair_coeff * * 0.01 2.5
fix 1 all ipi ${name} 31415 unix
run 100000000
""")
    st.write("data.lammps", """three atoms

3 atoms
1 atom types
0 5.1 xlo xhi
0 4.9 ylo yhi
0 5.6 zlo zhi
1.4 0.5 -0.9 xy xz yz

Masses

1 39.948

Atoms

1 1 0.1 0.2 0.3
2 1 2.7 0.4 0.1
3 1 0.9 2.9 0.7
""")
    st.run(namelist("own", "energy", "pair.xyz", LJ))
    st.run(namelist("lammps", "energy", "pair.xyz",
                    f"style = 'socket'  command = '{LAMMPS} -in in.lammps -log none -var name {{name}}'"))
    own, found = st.read_all("out/own.h5"), st.read_all("out/lammps.h5")
    for key, tolerance in (("energy", 1e-6), ("forces", 1e-6), ("stress", 1e-4)):  # its constants are of 1986; stress in GPa
        difference = np.max(np.abs(own[key] - found[key]))
        st.check(difference < tolerance, f"LAMMPS: {key} differs by {difference:.1e}")


if not LAMMPS:
    st.skip("no lmp (LAMMPS)")
with st.workspace():
    spinel_takes_from_lammps()
    if re.search(r"\bPYTHON\b", subprocess.run([LAMMPS, "-h"], capture_output=True, text=True).stdout):
        lammps_takes_from_spinel()
        what_can_go_wrong()
    else:
        print("LAMMPS has no package PYTHON: it cannot ask Spinel")
