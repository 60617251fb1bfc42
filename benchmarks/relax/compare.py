#!/usr/bin/python3
"""Force calls and ends of the same relaxations by Spinel and by ASE.

    compare.py SPINEL.h5 ASE.json
"""
import json
import sys

import h5py
import numpy as np

with h5py.File(sys.argv[1]) as file:
    group = file["structures"]
    status, calls = group["status"][:], group["evaluations"][:]
    energy, n_atoms = group["energy"][:], group["n_atoms"][:]
with open(sys.argv[2]) as file:
    ase = json.load(file)
good, ase_good = status == 0, np.array([r["status"] == "converged" for r in ase])
ase_calls, ase_energy = np.array([r["calls"] for r in ase]), np.array([r["energy"] for r in ase])
n = len(ase)
for name, which, number in (("Spinel", good, calls), ("ASE", ase_good, ase_calls)):
    print(f"{name}: {which.sum()} of {len(which)} converged ({100 * which.mean():.1f} %), force calls mean "
          f"{number[which].mean():.1f}, median {np.median(number[which]):.0f}, most {number[which].max()}")
both = good[:n] & ase_good
print(f"calls of both that converge ({both.sum()}): {calls[:n][both].mean():.1f} and {ase_calls[both].mean():.1f}, "
      f"ratio {ase_calls[both].mean() / calls[:n][both].mean():.2f}; Spinel needs fewer in {np.mean(calls[:n][both] < ase_calls[both]) * 100:.1f} %")
difference = ((energy[:n] - ase_energy) / n_atoms[:n])[both] * 1e3
print(f"energy of the ends, Spinel − ASE: median {np.median(difference):.4f}, within 1 meV/atom "
      f"{np.mean(np.abs(difference) < 1) * 100:.1f} %, lower by more {np.sum(difference < -1)}, higher by more {np.sum(difference > 1)}")
