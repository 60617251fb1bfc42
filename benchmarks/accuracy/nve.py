#!/usr/bin/python3
"""Drift of the total energy of a rattled crystal of 1,000 atoms in NVE (doc/accuracy.md).

    benchmarks/accuracy/nve.py MODEL.h5 [--crystal Si|MgO] [--precision single] [--steps 3000] [--timestep 1.0] [--keep DIR]

Prints the slope of a straight line through the total energy of all samples after the first 0.2 ps, with its standard error
from ten blocks, and how far the energy strays from that line. A run in --keep that was stopped is continued.
"""
import argparse
import os
import subprocess
import tempfile

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
CRYSTALS = {"Si": ("diamond", "'Si'", "5.431"), "MgO": ("rocksalt", "'Mg', 'O'", "4.212")}


def main():
    parser = argparse.ArgumentParser(description="Energy drift in NVE.")
    parser.add_argument("model")
    parser.add_argument("--crystal", choices=CRYSTALS, default="Si")
    parser.add_argument("--precision", choices=["single", "double"], default="single")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--timestep", type=float, default=1.0)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--spinel", default=os.path.join(ROOT, "build/release/spinel"))
    parser.add_argument("--keep")
    options = parser.parse_args()
    with open(os.path.join(HERE, "nve.nml")) as file:
        text = file.read()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        prototype, species, constant = CRYSTALS[options.crystal]
        for key, value in (("OUTDIR", folder), ("PROTOTYPE", prototype), ("SPECIES", species), ("CONSTANT", constant),
                           ("MODEL", os.path.abspath(options.model)), ("PRECISION", options.precision),
                           ("TIMESTEP", repr(options.timestep)), ("STEPS", str(options.steps))):
            text = text.replace(key, value)
        path = os.path.join(folder, "nve.nml")
        with open(path, "w") as file:
            file.write(text)
        command = (f". {ROOT}/scripts/mpi_environment.sh {options.ranks}; "
               f"exec mpirun -n {options.ranks} --bind-to none {options.spinel} {path}")
        if subprocess.run(["bash", "-c", command], stdout=subprocess.DEVNULL).returncode:
            raise SystemExit("spinel failed")
        with h5py.File(os.path.join(folder, "nve.h5")) as file:
            thermo = {name: file["thermo"][name][()] for name in ("time", "total_energy", "temperature")}
            atoms = int(file["structure/n_atoms"][()])
    chosen = thermo["time"] >= 0.2
    if chosen.sum() < 20:
        raise SystemExit("too short: fewer than 20 samples after 0.2 ps")
    time, energy = thermo["time"][chosen], thermo["total_energy"][chosen] * 1e3 / atoms
    slope, start = np.polyfit(time, energy, 1)
    away = energy - slope * time - start
    blocks = np.array([block.mean() for block in np.array_split(away, 10)])
    centers = np.array([block.mean() for block in np.array_split(time, 10)])
    error = blocks.std(ddof=2) / np.sqrt(((centers - centers.mean())**2).sum())
    print(f"{options.crystal}, {atoms} atoms, {options.precision}, {options.timestep} fs, {time[-1]:.2f} ps, "
          f"{thermo['temperature'][chosen].mean():.0f} K: drift {slope:+.4f} ± {error:.4f} meV/atom/ps, "
          f"fluctuation {away.std():.4f} meV/atom")


if __name__ == "__main__":
    main()
