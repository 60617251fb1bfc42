#!/usr/bin/python3
"""calculation = 'serve': other programs take energies and forces from Spinel (doc/sockets.md)."""
import os
import re
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "sockets")]
import ipi
import numpy as np
import spinel_testing as st

STRUCTURE = """6
Lattice="7.1 0.3 -0.2 1.4 6.9 0.6 0.5 -0.9 8.6" Properties=species:S:1:pos:R:3 pbc="{pbc}"
Ar 0.1 0.2 0.3
Kr 3.7 0.4 0.1
Ar 0.9 3.9 0.7
Ar 3.2 3.4 3.9
Kr 0.6 0.5 4.1
Ar 3.9 3.7 6.4
"""
CELL = np.array([[7.1, 0.3, -0.2], [1.4, 6.9, 0.6], [0.5, -0.9, 8.6]])
POSITIONS = np.array([[float(x) for x in line.split()[1:]] for line in STRUCTURE.splitlines()[2:]])


def start(name, address, pbc="T T T", more="", ranks=None, timeout=600):
    st.write(f"{name}.xyz", STRUCTURE.format(pbc=pbc))
    st.write(f"{name}.nml", f"""&control
  calculation = 'serve'  prefix = '{name}'
/
&structure
  file = '{name}.xyz'
/
&potential
  style = 'lennard_jones'  epsilon = {ipi.EPSILON}  sigma = {ipi.SIGMA}  cutoff = {ipi.CUTOFF}
/
&serve
  address = '{address}'  timeout = {timeout}
/
{more}
""")
    return st.start(f"{name}.nml", ranks=ranks)


def end(process, status=0):
    output, _ = process.communicate(timeout=st.HANG_SECONDS)
    st.check(process.returncode == status, f"exit status {process.returncode}, expected {status}\n{output}")
    return output


def check_frame(sock, cell, positions, what, periodic=(True, True, True), **more):
    found = ipi.evaluate(sock, cell, positions, **more)
    expected = ipi.lennard_jones(cell, positions, periodic=periodic)
    for name, a, b in zip(("energy", "forces", "virial"), found, expected):
        if name == "virial" and not all(periodic):
            continue
        difference = np.max(np.abs(np.asarray(a) - b))
        st.check(difference < 1e-9 * max(1.0, np.max(np.abs(b))), f"{what}: {name} differs by {difference:.2e}")


with st.workspace():
    random = np.random.default_rng(1)
    for name, ranks, address in (("one", None, f"unix:spinel_serve_{os.getpid()}"), ("three", 3, f"unix:spinel_serve3_{os.getpid()}"),
                                 ("tcp", 2, f"127.0.0.1:{30000 + os.getpid() % 10000}")):
        server = ipi.listen(address)
        process = start(name, address, ranks=ranks)
        sock, _ = server.accept()
        check_frame(sock, CELL, POSITIONS, f"{name}, first", initialize=True)
        for k in range(25):  # cells that shear, atoms that jump by whole cells
            cell = CELL @ (np.eye(3) + 0.05 * random.standard_normal((3, 3)))
            positions = POSITIONS @ np.linalg.inv(CELL) @ cell + 0.2 * random.standard_normal(POSITIONS.shape)
            positions += random.integers(-2, 3, POSITIONS.shape) @ cell
            check_frame(sock, cell, positions, f"{name}, frame {k}")
        # The same lattice with left-handed vectors, which ASE allows.
        check_frame(sock, CELL[[1, 0, 2]], POSITIONS, f"{name}, left-handed")
        ipi.header(sock, "EXIT")
        output = end(process)
        st.check("27 calls answered, the server ended" in output, output)
        st.check(st.read_all(f"out/{name}.h5")["serve/calls"].tolist() == [27], "calls in the result file")
    print("27 frames on 1, 3 and 2 ranks: equal to an independent sum to 1e-9")

    address = f"unix:spinel_cluster_{os.getpid()}"
    server = ipi.listen(address)
    process = start("cluster", address, pbc="F F F")
    sock, _ = server.accept()
    check_frame(sock, 50 * np.eye(3), POSITIONS, "cluster", periodic=(False, False, False))
    sock.close()  # a server that just goes away
    st.check("1 calls answered" in end(process).replace("1 call answered", "1 calls answered"), "cluster")

    # Two pools are two clients of one server.
    address = f"unix:spinel_pools_{os.getpid()}"
    server = ipi.listen(address)
    process = start("pools", address, ranks=2, more="&parallel\n  pools = 2\n/")
    socks = [server.accept()[0] for _ in range(2)]
    for sock in socks * 3:
        check_frame(sock, CELL, POSITIONS, "pools")
    check_frame(socks[0], CELL, POSITIONS, "pools")
    for sock in socks:
        ipi.header(sock, "EXIT")
    end(process)
    st.check(sorted(st.read_all("out/pools.h5")["serve/calls"].tolist()) == [3, 4], "calls of the pools")

    # A signal ends it cleanly; another number of atoms, a message that is none, and a server that is not there are errors.
    address = f"unix:spinel_stop_{os.getpid()}"
    server = ipi.listen(address)
    process = start("stop", address, ranks=2)
    sock, _ = server.accept()
    check_frame(sock, CELL, POSITIONS, "stop")
    process.send_signal(signal.SIGUSR1)
    st.check("stopped by SIGUSR1" in end(process), "SIGUSR1")
    st.check(st.read_all("out/stop.h5")["serve/calls"].tolist() == [1], "calls before SIGUSR1")
    for what, words in (("atoms", "the server has 5 atoms, &structure 6"), ("message", "which no i-PI server does")):
        process = start(what, address, ranks=2)
        sock, _ = server.accept()
        try:
            if what == "atoms":
                ipi.evaluate(sock, CELL, POSITIONS[:5])
            else:
                sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        except (ConnectionError, AssertionError):
            pass
        output = end(process, status=1)
        st.check(words in output, f"'{words}' is not in:\n{output}")
    server.close()
    output = end(start("nobody", f"unix:spinel_nobody_{os.getpid()}", timeout=1), status=1)
    st.check(re.search(r"no connection to unix:spinel_nobody_\d+ within 1 s: No such file", output), output)
    print("cluster, pools, signal, errors: as they should")

    # The example in input/.
    address = f"unix:spinel_argon_{os.getpid()}"
    server = ipi.listen(address)
    process = st.start(st.write("argon.nml", st.namelist(os.path.join(st.SOURCE, "input", "serve_argon.nml"), address=f"'{address}'")), ranks=2)
    sock, _ = server.accept()
    cell = 15.9 * np.eye(3)
    sites = np.array([(i, j, k) for i in range(6) for j in range(6) for k in range(6) if (i + j + k) % 2 == 0]) * 2.65
    found, expected = ipi.evaluate(sock, cell, sites), ipi.lennard_jones(cell, sites, 0.010341, 3.40, 8.5)
    st.check(abs(found[0] - expected[0]) < 1e-9 * abs(expected[0]), f"argon: {found[0]} and {expected[0]} eV")
    sock.close()
    end(process)
