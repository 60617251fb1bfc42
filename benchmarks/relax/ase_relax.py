#!/usr/bin/python3
"""Relaxes structures with ASE on Spinel's energies and counts force calls.

    ase_relax.py PROGRAM INPUT.nml SET.xyz OUT.json [FIRE|BFGS|LBFGS] [UnitCellFilter|ExpCellFilter] [first count]

PROGRAM is single_points of this folder; INPUT.nml states the potential. Converged when no force is above
0.02 eV/Å and no component of the stress above 0.1 GPa, at most 500 force calls: the criteria of relax.nml.
Needs Debian's python3-ase.
"""
import json
import struct
import subprocess
import sys
import time

import ase.constraints
import ase.optimize
import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.io import read
from ase.units import GPa

FMAX, SMAX, MOST_CALLS = 0.02, 0.1 * GPa, 500


class SinglePoints(Calculator):
    """Spinel's potential behind a pipe."""
    implemented_properties = ["energy", "forces", "stress"]

    def __init__(self, program, namelist):
        super().__init__()
        self.process = subprocess.Popen([program, namelist], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.calls = 0

    def calculate(self, atoms=None, properties=None, system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.calls += 1
        n = len(atoms)
        self.process.stdin.write(struct.pack("q", n) + atoms.cell.array.tobytes() +
                                 atoms.numbers.astype(np.int64).tobytes() + atoms.positions.tobytes())
        self.process.stdin.flush()
        answer = np.frombuffer(self.process.stdout.read(8 * (3 * n + 7)))
        self.results = {"energy": answer[0], "free_energy": answer[0], "forces": answer[1:3 * n + 1].reshape(n, 3).copy(),
                        "stress": answer[3 * n + 1:].copy()}


def is_converged(atoms):
    return (np.linalg.norm(atoms.get_forces(), axis=1).max() <= FMAX and np.abs(atoms.get_stress()).max() <= SMAX)


def relax(atoms, calculator, optimizer, cell_filter):
    atoms.calc = calculator
    calculator.reset()
    calculator.calls, begin = 0, time.time()
    status = "not converged"
    try:
        steps = optimizer(cell_filter(atoms), logfile=None)
        # fmax = 0 never ends by itself: the criteria are ours.
        for _ in steps.irun(fmax=0.0, steps=10**6):
            if is_converged(atoms):
                status = "converged"
                break
            if calculator.calls >= MOST_CALLS:
                break
    except Exception as error:
        status = f"failed: {error}"
    return {"status": status, "calls": calculator.calls, "energy": float(atoms.get_potential_energy()),
            "volume": float(atoms.get_volume()), "seconds": time.time() - begin}


def main():
    program, namelist, structures, out = sys.argv[1:5]
    name, cell_filter = (sys.argv[5:7] + ["FIRE", "UnitCellFilter"][len(sys.argv[5:7]):])
    first, count = (int(v) for v in sys.argv[7:9]) if len(sys.argv) > 8 else (0, 10**9)
    calculator = SinglePoints(program, namelist)
    results = []
    for atoms in read(structures, f"{first}:{first + count}"):
        results.append(relax(atoms, calculator, getattr(ase.optimize, name), getattr(ase.constraints, cell_filter)))
        with open(out, "w") as file:
            json.dump(results, file, indent=1)
    calls = np.array([r["calls"] for r in results if r["status"] == "converged"])
    print(f"{name} {cell_filter}: {len(calls)} of {len(results)} converged, force calls mean {calls.mean():.1f}, "
          f"median {np.median(calls):.0f}, most {calls.max()}; {sum(r['seconds'] for r in results):.0f} s")


if __name__ == "__main__":
    main()
