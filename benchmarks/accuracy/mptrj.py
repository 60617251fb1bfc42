#!/usr/bin/python3
"""Errors of a universal potential on snapshots with DFT labels (doc/accuracy.md).

    benchmarks/accuracy/mptrj.py MODEL.h5 [--data mptrj/random_1k.xyz.gz] [--ranks 2] [--precision single]

Runs `spinel` on all frames (calculation = 'energy') and prints mean absolute errors of the energy per atom, of force
components and of stress components. Energies stand as the model gives them, and once more after the reference energy of each
element is fitted to the labels, since data sets differ in those. Needs Debian's python3-numpy, python3-h5py, python3-ase.
"""
import argparse
import os
import subprocess
import tempfile

import ase.io
import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
GPA = 160.2176634  # GPa in an eV/Å³


def run(options, folder):
    with open(os.path.join(HERE, "mptrj.nml")) as file:
        text = file.read()
    for key, value in (("OUTDIR", folder), ("STRUCTURE", os.path.abspath(options.data)),
                       ("MODEL", os.path.abspath(options.model)), ("PRECISION", options.precision)):
        text = text.replace(key, value)
    path = os.path.join(folder, "mptrj.nml")
    with open(path, "w") as file:
        file.write(text)
    command = (f". {ROOT}/scripts/mpi_environment.sh {options.ranks}; "
               f"exec mpirun -n {options.ranks} --bind-to none {options.spinel} {path}")
    if subprocess.run(["bash", "-c", command], stdout=subprocess.DEVNULL).returncode:
        raise SystemExit("spinel failed")
    with h5py.File(os.path.join(folder, "mptrj.h5")) as file:
        return {name: file[name][()] for name in ("structures/status", "structures/energy", "structures/stress",
                                                  "atoms/offset", "atoms/force")}


def main():
    parser = argparse.ArgumentParser(description="Errors of a universal potential on labeled snapshots.")
    data = os.path.join(os.environ.get("SPINEL_DATA", os.path.join(ROOT, "..", "shared", "data")), "mptrj/random_1k.xyz.gz")
    parser.add_argument("model")
    parser.add_argument("--data", default=data)
    parser.add_argument("--spinel", default=os.path.join(ROOT, "build/release/spinel"))
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--precision", choices=["single", "double"], default="single")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(options, folder)
    frames = ase.io.read(options.data, ":")
    good = result["structures/status"] == 0
    if len(good) != len(frames) or not good.any():
        raise SystemExit(f"{good.sum()} of {len(frames)} structures came through")
    n = np.array([len(frame) for frame in frames])
    error = (result["structures/energy"] - [frame.get_potential_energy() for frame in frames])[good]
    elements = sorted({z for frame in frames for z in frame.numbers})
    composition = np.array([[np.count_nonzero(frame.numbers == z) for z in elements] for frame in frames])[good] / n[good, None]
    error /= n[good]
    fitted = error - composition @ np.linalg.lstsq(composition, error, rcond=None)[0]
    forces, stresses = [], []
    for k in np.flatnonzero(good):
        own = result["atoms/force"][result["atoms/offset"][k]:result["atoms/offset"][k + 1]]
        forces.append((own - frames[k].get_forces()).ravel())
        stresses.append(result["structures/stress"][k] / GPA - frames[k].get_stress(voigt=True))
    forces, stresses = np.concatenate(forces), np.array(stresses)
    print(f"{good.sum()} of {len(frames)} structures, {n[good].sum()} atoms, {len(elements)} elements")
    for name, values, unit in (("energy per atom", error * 1e3, "meV"), ("  element energies fitted", fitted * 1e3, "meV"),
                               ("force component", forces * 1e3, "meV/Å"), ("stress component", stresses * GPA, "GPa")):
        print(f"{name:26s} MAE {np.abs(values).mean():8.2f}   RMSE {np.sqrt((values**2).mean()):8.2f}   "
              f"median {np.median(np.abs(values)):8.2f} {unit}")


if __name__ == "__main__":
    main()
