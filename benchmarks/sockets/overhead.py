#!/usr/bin/env python3
"""What a call through an i-PI socket costs beside the forces: molecular dynamics of 4 and 256 argon atoms whose forces a second
Spinel gives (calculation = 'serve'), asked by Spinel and by ASE's SocketIOCalculator in turn, over Unix and TCP sockets. Both
sides share two cores.

    benchmarks/sockets/overhead.py [rounds] [steps] [--spinel PROGRAM]        run with a Python that has ase
"""
import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time

import numpy as np
from ase.build import bulk
from ase.calculators.socketio import SocketIOCalculator
from ase.io import write
from ase.md.verlet import VelocityVerlet
from ase.units import fs

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LJ = "style = 'lennard_jones'  epsilon = 0.010341  sigma = 3.40  cutoff = 8.5"
DYNAMICS = "&dynamics\n  timestep = 2.0  steps = {steps}  initial_velocities = 'zero'\n/\n&output\n  thermo_every = 1000000\n/"
SERVE = "&serve\n  address = '{address}'\n/"


def namelist(name, calculation, potential, more):
    with open(f"{name}.nml", "w") as file:
        file.write(f"&control\n  calculation = '{calculation}'  prefix = '{name}'\n/\n&structure\n  file = 'argon.xyz'\n/\n"
                   f"&potential\n  {potential}\n/\n{more}\n")
    return f"{name}.nml"


def loop_seconds(spinel, path):
    """Of the steps of a run of molecular dynamics, as its result file has it."""
    import h5py
    done = subprocess.run([spinel, path], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    with h5py.File(f"out/{path[:-4]}.h5") as file:
        return file["timing/wall"][()]


def by_spinel(spinel, address, steps):
    serve = namelist("asked", "serve", LJ, SERVE.format(address=address))
    path = namelist("asks", "md", f"style = 'socket'  address = '{address}'  command = '{spinel} {os.getcwd()}/{serve} || true; : {{address}}'",
                    DYNAMICS.format(steps=steps))
    return loop_seconds(spinel, path) / steps


def by_ase(spinel, address, steps):
    from ase.io import read
    serve = namelist("asked", "serve", LJ, SERVE.format(address=address))
    atoms = read("argon.xyz")
    where = dict(unixsocket=address[5:]) if address.startswith("unix:") else dict(port=int(address.split(":")[1]))
    launch = lambda *_, **__: subprocess.Popen([spinel, serve], stdout=subprocess.DEVNULL)
    with SocketIOCalculator(launch_client=launch, **where) as calculator:
        atoms.calc = calculator
        dynamics = VelocityVerlet(atoms, 2.0 * fs)
        dynamics.run(1)
        begin = time.perf_counter()
        dynamics.run(steps)
        return (time.perf_counter() - begin) / steps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("steps", nargs="?", type=int, default=1000)
    parser.add_argument("--spinel", default=os.path.join(ROOT, "build/release/spinel"))
    options = parser.parse_args()
    spinel = os.path.abspath(options.spinel)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for repeat in (1, 4):
            atoms = bulk("Ar", "fcc", a=5.3, cubic=True) * (repeat, repeat, repeat)
            atoms.rattle(0.05, seed=1)
            write("argon.xyz", atoms)
            own = namelist("own", "md", LJ, DYNAMICS.format(steps=options.steps))
            rows = {}
            for _ in range(options.rounds):
                rows.setdefault("forces alone", []).append(loop_seconds(spinel, own) / options.steps)
                for kind in ("unix", "tcp"):
                    with socket.socket() as free:
                        free.bind(("localhost", 0))
                        port = free.getsockname()[1]
                    address = f"unix:spinel_overhead_{os.getpid()}" if kind == "unix" else f"localhost:{port}"
                    rows.setdefault(f"Spinel asks, {kind}", []).append(by_spinel(spinel, address, options.steps))
                    rows.setdefault(f"ASE asks, {kind}", []).append(by_ase(spinel, address, options.steps))
            for name, seconds in rows.items():
                ms = 1e3 * np.array(seconds)
                print(f"{len(atoms):4d} atoms  {name:20s} {np.median(ms):7.3f} [{ms.min():.3f} … {ms.max():.3f}] ms a step", flush=True)


if __name__ == "__main__":
    main()
