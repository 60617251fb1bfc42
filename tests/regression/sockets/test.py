#!/usr/bin/python3
"""style = 'socket': another program's energies and forces in every calculation, and programs that fail (doc/sockets.md)."""
import os
import re
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), HERE]
import ipi
import numpy as np
import spinel_testing as st

CLIENT = f"{sys.executable} {HERE}/ipi.py {{file}} {{address}}"
LJ = f"style = 'lennard_jones'  epsilon = {ipi.EPSILON}  sigma = {ipi.SIGMA}  cutoff = {ipi.CUTOFF}"
# Without any symmetry, so that a transposed cell or virial shows.
TRICLINIC = """5
Lattice="5.1 0.3 -0.2 1.4 4.9 0.6 0.5 -0.9 5.6" Properties=species:S:1:pos:R:3 pbc="T T T"
Ar 0.1 0.2 0.3
Kr 2.7 0.4 0.1
Ar 0.9 2.9 0.7
Ar 2.2 2.4 2.9
Kr 0.6 0.5 3.1
"""


def namelist(name, calculation, potential, more="", structure="file = 'triclinic.xyz'", control=""):
    return st.write(f"{name}.nml", f"""&control
  calculation = '{calculation}'  prefix = '{name}'  {control}
/
&structure
  {structure}
/
&potential
  {potential}
/
{more}
""")


def socket_potential(misdeed="", command=CLIENT, more=""):
    return f"style = 'socket'  command = '{command} {misdeed}'  {more}"


def compare(a, b, keys, tolerance, what):
    a, b = st.read_all(f"out/{a}.h5"), st.read_all(f"out/{b}.h5")
    for key in keys:
        difference = np.max(np.abs(np.asarray(a[key]) - np.asarray(b[key])))
        st.check(difference <= tolerance, f"{what}: {key} differs by {difference:.2e}")


def expect_failure(name, words, misdeed, status=1, **more):
    output = st.run(namelist(name, "energy", socket_potential(misdeed, **more)), status=status)
    for word in words:
        st.check(word in output, f"{misdeed}: '{word}' is not in:\n{output}")
    st.check(not os.path.exists(f"out/{name}.h5"), f"{misdeed}: wrote results")


def clients():
    return [pid for pid in filter(str.isdigit, os.listdir("/proc")) if is_client(pid)]


def is_client(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read()
        return b"ipi.py" in words and os.getcwd().encode() in words
    except OSError:
        return False


with st.workspace():
    st.write("triclinic.xyz", TRICLINIC)
    # Energy, forces, stress: against Spinel's own potential, on one rank and three, by both kinds of socket, and with clients
    # that want INIT, are BUSY, or send in small pieces.
    st.run(namelist("own", "energy", LJ))
    reference = ["energy", "forces", "stress"]
    for name, ranks, misdeed, more in (("one", None, "", ""), ("three", 3, "", ""), ("init", None, "init", ""),
                                       ("busy", None, "busy", ""), ("pieces", None, "slow_pieces", ""),
                                       ("tcp", 3, "", f"address = 'localhost:{20000 + os.getpid() % 10000}'"),
                                       ("named", None, "", f"address = 'unix:spinel_test_{os.getpid()}'")):
        st.run(namelist(name, "energy", socket_potential(misdeed, more=more)), ranks=ranks)
        compare(name, "own", reference, 2e-9, name)
    print("energies, forces, stress: equal to 2e-9 in 7 ways")

    # A structure that is not periodic; molecular dynamics; a relaxation of the cell.
    st.write("cluster.xyz", TRICLINIC.replace("T T T", "F F F").replace('Lattice="5.1 0.3 -0.2 1.4 4.9 0.6 0.5 -0.9 5.6"', 'Lattice="30 0 0 0 30 0 0 0 30"'))
    for name, potential in (("own_cluster", LJ), ("cluster", socket_potential())):
        st.run(namelist(name, "energy", potential, structure="file = 'cluster.xyz'"))
    compare("cluster", "own_cluster", ["energy", "forces"], 2e-9, "cluster")
    dynamics = """&dynamics
  ensemble = 'npt'  temperature = 30  timestep = 2  steps = 60  barostat_time = 500
/
&output
  thermo_every = 10
/"""
    larger = "file = 'triclinic.xyz'  supercell = 2, 1, 1"
    for name, potential, ranks in (("own_md", LJ, 2), ("md", socket_potential(), 2)):
        st.run(namelist(name, "md", potential, dynamics, structure=larger), ranks=ranks)
    compare("md", "own_md", ["thermo/potential_energy", "thermo/pressure", "thermo/volume"], 1e-6, "md")
    relax = "&relax\n  cell = 'full'  fmax = 1e-4\n/"
    for name, potential in (("own_relax", LJ + "  truncation = 'plain'", ), ("relax", socket_potential())):
        st.run(namelist(name, "relax", potential, relax))
    compare("relax", "own_relax", ["structures/energy"], 1e-6, "relax")
    print("cluster, md in a cell that changes, relaxation: as with the own potential")

    # A list over pools: clients change with the composition, and one structure makes its client die.
    frames = []
    for k, names in enumerate((("Ar", "Ar"), ("Ar", "Ar"), ("Kr", "Ar"), ("Ar", "Ar"), ("Ne", "Ne"), ("Ne", "Ar"), ("Ar", "Ne"))):
        frames.append(f'2\nLattice="{4.5 + 0.1 * k} 0 0 0.7 5 0 0 0.3 5.5" Properties=species:S:1:pos:R:3 pbc="T T T"\n'
                      f"{names[0]} 0 0 0\n{names[1]} 2.2 2.4 2.{k}\n")
    st.write("list.xyz", "".join(frames))
    structure = "file = 'list.xyz'  all = .true."
    st.run(namelist("own_list", "energy", LJ, structure=structure))
    output = st.run(namelist("list", "energy", socket_potential("dies_of_kr"), structure=structure), ranks=2)
    own, found = st.read_all("out/own_list.h5"), st.read_all("out/list.h5")
    table = next(name for name in found if name.endswith("/status")).rsplit("/", 1)[0]
    status = list(found[table + "/status"])
    st.check(status == [0, 0, 2, 0, 0, 0, 0], f"status of the list: {status}\n{output}")
    others = [k for k in range(7) if k != 2]
    difference = np.max(np.abs(found[table + "/energy"][others] - own[table + "/energy"][others]))
    st.check(difference < 1e-8, f"energies of the list differ by {difference:.2e}")
    reason = found[table + "/reason"][2].decode()
    for word in ("ended with status 3", "something went very wrong", "client.log", "the last of 3 starts"):
        st.check(word in reason, f"'{word}' is not in the reason: {reason}")
    starts = sum(open(f"out/{folder}/client.log").read().count("client: starts") for folder in os.listdir("out")
                 if folder.startswith("list_client"))
    print(f"list: {starts} starts of clients for 7 structures, of which one fails 3 times: {reason}")

    # Each way to fail: what is said, and that nothing goes on running.
    expect_failure("dies", ["ended with status 3", "something went very wrong", "the last of 3 starts"], "dies")
    expect_failure("never", ["ended with status 1 before it connected", "no licence found"], "never_connects")
    expect_failure("nan", ["energy that is not a number"], "nan")
    expect_failure("wrong_number", ["forces on 6 atoms instead of 5"], "wrong_number")
    expect_failure("garbage", ["'<html>?<html'", "FORCEREADY was expected"], "garbage")
    expect_failure("hangs", ["no answer within 15 s"], "hangs", more="timeout = 15")  # long enough to connect
    expect_failure("missing", ["command not found"], "", command="no_such_program_at_all {file} {address}")
    expect_failure("nobody", [f"nobody connected to unix:nobody_{os.getpid()} within 1 s"], "",
                   command="sleep 100; true {file} {address}", more=f"timeout = 1  address = 'unix:nobody_{os.getpid()}'")
    st.run(namelist("killed", "energy", socket_potential("dies_once=mark")))
    compare("killed", "own", reference, 2e-9, "a client that is killed once")
    st.check(os.path.exists("mark"), "no client was killed")
    st.check(not clients(), f"clients that still run: {clients()}")
    print("failures: each in its words, none left running")

    # Who waits for a client says where, and answers when it comes; a killed run leaves a socket file that the next one replaces.
    address = f"unix:spinel_wait_{os.getpid()}"
    path = namelist("waits", "energy", f"style = 'socket'  address = '{address}'")
    process = st.start(path)
    st.wait_for(lambda: os.path.exists("/tmp/ipi_" + address[5:]), "the socket")
    st.kill_all(process)
    st.check(os.path.exists("/tmp/ipi_" + address[5:]), "the socket file of a killed run was expected to stay")
    process = st.start(path)
    st.wait_for(lambda: os.path.exists("out/waits_client/structure.xyz") and process.poll() is None, "the second run")
    names, cell, periodic = ipi.read_extended_xyz("triclinic.xyz")
    connected = []

    def connects():
        try:
            connected.append(ipi.connect(address))
        except OSError:
            return False
        return True

    st.wait_for(connects, "the second run to listen")
    ipi.serve(connected[0], names, periodic)
    output, _ = process.communicate(timeout=st.HANG_SECONDS)
    st.check(process.returncode == 0 and address in output, output)
    compare("waits", "own", reference, 2e-9, "a client that came by itself")

    # A run that is killed takes its client along.
    process = st.start(namelist("hung", "energy", socket_potential("hangs")))
    st.wait_for(clients, "the client")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    st.wait_for(lambda: not clients(), "the client's end")
    print("waiting, killed and replaced: as they should")

    # A signal in the middle of a call ends the client and the run: structures stay pending, others go on from a checkpoint.
    gate = f"{os.getcwd()}/gate"
    waits = lambda call: socket_potential(f"waits={gate},{call}")
    steps = dynamics.replace("60", "20").replace("thermo_every = 10", "thermo_every = 10  checkpoint_every = 4")
    every_point = relax + "\n&output\n  checkpoint_every = 1\n/"
    st.write("two.xyz", "".join(frames[:2]))
    for name, calculation, call, ranks, more, structure, words in (
            ("stop_list", "energy", 1, 2, "", "file = 'two.xyz'  all = .true.", "0 of 2 structures done"),
            ("stop_energy", "energy", 1, 3, "", "file = 'triclinic.xyz'", "Stopped by SIGUSR1 while another program computed"),
            ("stop_md", "md", 12, 2, steps, larger, "continue with restart_mode = 'auto' from out/stop_md.restart.h5, which holds step 8"),
            ("stop_early", "md", 3, None, steps, larger, "there is no checkpoint yet"),
            ("stop_relax", "relax", 6, None, every_point, "file = 'triclinic.xyz'", "from out/stop_relax.restart.h5, which holds")):
        path = namelist(name, calculation, waits(call), more, structure, control="restart_mode = 'auto'")
        process = st.start(path, ranks=ranks)
        logs = [f"out/{name}_client/client.log", f"out/{name}_client_1/client.log"][:2 if name == "stop_list" else 1]
        st.wait_for(lambda: all(os.path.exists(log) and "client: waits" in open(log).read() for log in logs), "the call")
        # On several ranks, one of those that sleep is told.
        os.kill(st.ranks_of(process)[-1], signal.SIGUSR1)
        output, _ = process.communicate(timeout=st.HANG_SECONDS)
        st.check(process.returncode == 0 and "Stopped by SIGUSR1" in output and words in output, f"{name}: '{words}' is not in\n{output}")
        st.check(not clients(), f"{name}: clients still run")
        st.write(gate, "")
        st.run(path, ranks=ranks)
        os.remove(gate)
    st.check(st.read_all("out/stop_list.h5")["structures/status"].tolist() == [0, 0], "the list was not completed")
    compare("stop_relax", "own_relax", ["structures/energy"], 1e-6, "a relaxation that was stopped")
    st.check(st.read_all("out/stop_md.h5")["thermo/step"][-1] == 20, "dynamics were not completed")
    print("stopped in the middle of a call, and continued")
