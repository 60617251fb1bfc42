#!/usr/bin/python3
"""What models/silicon.h5 predicts for silicon: properties of the diamond structure, that it stays crystalline at 1,000 K, and that it melts.

    benchmarks/accuracy/silicon.py [--spinel PROGRAM] [--model MODEL] [--ranks N] [--outdir FOLDER]

216 atoms, NPT at zero pressure, 2 fs: 10 ps at 1,000 K, and 10 ps at 3,000 K from the crystal. The mean square displacement and
the radial distribution function (scripts/plot.py FOLDER/hot.h5) distinguish crystal and melt.
"""
import argparse
import os
import subprocess
import sys

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
# PBE with the settings of mlearn (Zuo et al., J. Phys. Chem. A 124, 731 (2020), table 3; a of the data's ground state).
DFT = {"a": 5.469, "B": 95.0, "C11": 156.0, "C12": 65.0, "C44": 76.0}
PROPERTIES = """&control calculation = 'properties' prefix = 'properties' outdir = '{outdir}' title = 'Silicon' /
&structure prototype = 'diamond' species = 'Si' a = 5.469 /
&potential style = 'network' model = '{model}' precision = '{precision}' /
&properties kinds = {kinds} nve_temperature = 1000.0 nve_timestep = 1.0 nve_steps = 10000 nve_equilibration = 5000 nve_atoms = 216 /
"""
DYNAMICS = """&control calculation = 'md' prefix = '{name}' outdir = '{outdir}' restart_mode = 'auto' title = 'Silicon at {temperature} K' /
&structure prototype = 'diamond' species = 'Si' a = 5.469 supercell = 3, 3, 3 /
&potential style = 'network' model = '{model}' precision = 'single' /
&dynamics ensemble = 'npt' thermostat = 'bussi' temperature = {temperature} pressure = 0.0 timestep = 2.0 steps = 5000 /
&output thermo_every = 50 checkpoint_every = 1000 /
&analysis equilibration_steps = 2500 rdf_every = 25 rdf_cutoff = 8.0 rdf_bins = 160 msd_every = 25 /
"""


def spinel(name, text, options):
    path = os.path.join(options.outdir, f"{name}.nml")
    with open(path, "w") as file:
        file.write(text)
    with open(path[:-4] + ".log", "a") as log:
        done = subprocess.run(["mpirun", "-n", str(options.ranks), "--bind-to", "none", options.spinel, path], stdout=log)
    if done.returncode != 0:
        sys.exit(f"{path}: exit status {done.returncode}, see {log.name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spinel", default=os.path.join(ROOT, "build/release/spinel"))
    parser.add_argument("--model", default=os.path.join(ROOT, "models/silicon.h5"))
    parser.add_argument("--ranks", type=int, default=os.cpu_count())
    parser.add_argument("--outdir", default="silicon")
    options = parser.parse_args()
    os.makedirs(options.outdir, exist_ok=True)
    values = {"outdir": options.outdir, "model": os.path.abspath(options.model)}
    spinel("properties", PROPERTIES.format(
        precision="double", kinds="'equation_of_state', 'elastic', 'phonons', 'dimers', 'invariance'", **values), options)
    with h5py.File(os.path.join(options.outdir, "properties.h5")) as file:
        p = file["properties"]
        c = p["elastic/constants"][:]
        found = {"a": p["ground_state/cell"][0, 0], "B": p["equation_of_state/B0"][()], "C11": c[0, 0], "C12": c[0, 1], "C44": c[3, 3]}
        for key, value in found.items():
            print(f"{key:4s} {value:8.3f}   DFT {DFT[key]:8.3f}   {100 * (value / DFT[key] - 1):+.1f} %")
        print("phonons at Γ of the cubic cell, THz:", np.round(np.unique(np.round(p["phonons/frequency"][:], 3)), 2))
    spinel("nve", PROPERTIES.format(precision="single", kinds="'nve'", **values).replace("'properties' outdir", "'nve' outdir"), options)
    with h5py.File(os.path.join(options.outdir, "nve.h5")) as file:
        nve = file["properties/nve"]
        print(f"NVE, single precision: {nve['drift'][()]:+.4f} meV/atom/ps over {nve['time'][-1]:.0f} ps at {nve['temperature'][()]:.0f} K, 1 fs")
    for name, temperature in (("warm", 1000.0), ("hot", 3000.0)):
        spinel(name, DYNAMICS.format(name=name, temperature=temperature, **values), options)
        with h5py.File(os.path.join(options.outdir, f"{name}.h5")) as file:
            volume = np.mean(file["thermo/volume"][:][50:]) / 216
            print(f"{temperature:.0f} K: volume {volume:.2f} Å³/atom, potential energy "
                  f"{np.mean(file['thermo/potential_energy'][:][50:]) / 216:.3f} eV/atom")


if __name__ == "__main__":
    main()
