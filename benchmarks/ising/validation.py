#!/usr/bin/python3
"""calculation = 'ising' against exact results, to the precision of a publication.

    SPINEL=build/release/spinel benchmarks/ising/validation.py [enumeration] [torus] [infinite] [binder] [--ranks N] [--scale X]
        [--update NAME]

Prints a table for each part; what they gave stands in doc/ising.md. --scale 0.1 does a tenth of the sweeps, --update
wolff the enumeration of one update only. Exit status 1 where a deviation is above four standard errors. The exact results are those of tests/regression/ising/exact.py.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "regression", "ising"))
import exact

INPUT = """&control
  calculation = 'ising'  prefix = 'run'  seed = {seed}
/
&ising
  {keys}
/
"""
arguments = None
worst = 0.0


def run(keys, seed=1):
    """{group: {dataset: values}} of /ising of one run."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "run.nml"), "w") as file:
            file.write(INPUT.format(seed=seed, keys=keys))
        launcher = ["mpirun", "-n", str(arguments.ranks)] if arguments.ranks > 1 else []
        spinel = os.path.abspath(os.environ.get("SPINEL", os.path.join(HERE, "..", "..", "build", "release", "spinel")))
        subprocess.run(launcher + [spinel, "run.nml"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with h5py.File(os.path.join(folder, "out", "run.h5"), "r") as file:
            data = {}
            file["ising"].visititems(lambda name, item: data.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
        return data


def row(what, value, error, reference):
    global worst
    deviation = (value - reference) / error
    worst = max(worst, abs(deviation))
    print(f"{what:44s} {value:13.8f} ± {error:.1e} ({error / abs(reference):.0e})  exact {reference:13.8f}  {deviation:+5.1f} σ",
          flush=True)


def enumeration():
    """4 × 4, all algorithms, J < 0, h ≠ 0. Independent runs are averaged: memory holds no 10⁸ measurements of one. `joined`: of
    all temperatures of a run together, by multiple histograms, which takes a fifth of the measurements for the same error."""
    cases = [("metropolis", 1, 0.0, "", 200, False), ("heat_bath", 1, 0.0, "", 160, True), ("wolff", 1, 0.0, "", 160, True),
             ("swendsen_wang", 1, 0.0, "", 160, True), ("metropolis", 1, 0.0, "tempering = .true.", 10, False),
             ("metropolis", -1, 0.0, "", 10, False), ("swendsen_wang", -1, 0.0, "", 5, False),
             ("heat_bath", 1, 0.3, "", 10, False), ("metropolis", -1, 0.5, "", 10, False), ("wolff", 1, -0.3, "", 5, False)]
    temperatures = (2.2, 2.4, 2.6, 2.8, 3.0)
    quantities = ("energy", "specific_heat", "order", "binder")
    for update, coupling, field, more, runs, joined in cases:
        if arguments.update not in (None, update):
            continue
        runs, local = max(2, round(runs * arguments.scale)), update in ("metropolis", "heat_bath")
        sweeps = (1200000 if joined else 3000000) if local else 400000
        values, errors = [], []
        for seed in range(runs):
            data = run(f"size = 4  temperatures = {', '.join(map(str, temperatures))}  update = '{update}'  coupling = {coupling}"
                       f"  field = {field}  sweeps = {sweeps}  measure_every = {3 if local else 1}"
                       f"  burn_in = 200  reweight = {'.true.' if joined else '.false.'}  {more}", seed + 1)
            group = "L4/reweighted/" if joined else "L4/"
            rows = [int(np.argmin(np.abs(data[group + "temperature"] - t))) for t in temperatures]
            values.append([data[group + quantity][rows] for quantity in quantities])
            errors.append([data[f"{group}{quantity}_error"][rows] for quantity in quantities])
        values, errors = np.array(values), np.array(errors)  # [run][quantity][temperature]
        # The scatter of the runs is the error, where there are enough of them to know it.
        error = (values.std(axis=0, ddof=1) if runs >= 20 else np.sqrt(np.mean(errors ** 2, axis=0))) / np.sqrt(runs)
        for q, quantity in enumerate(quantities):
            for k, temperature in enumerate(temperatures):
                row(f"{update} J={coupling} h={field} {more[:4]} T={temperature} {quantity}", values[:, q, k].mean(), error[q, k],
                    exact.enumerate_square(4, temperature, coupling, field)[quantity])


def torus():
    temperatures = (2.0, 2.2, 2.269, 2.35, 2.6)
    for update, sweeps, every in (("metropolis", 8000000, 8), ("swendsen_wang", 200000, 1), ("wolff", 200000, 1)):
        data = run(f"size = 32  temperatures = {', '.join(map(str, temperatures))}  update = '{update}'  start = 'cold'"
                   f"  sweeps = {int(sweeps * arguments.scale)}  measure_every = {every}  burn_in = 2000  reweight = .false.")
        for k, temperature in enumerate(temperatures):
            for index, quantity in enumerate(("energy", "specific_heat")):
                row(f"{update} L=32 T={temperature} {quantity}", data[f"L32/{quantity}"][k], data[f"L32/{quantity}_error"][k],
                    exact.kaufman(32, 32, temperature)[index])


def infinite():
    for temperatures in ((1.6, 1.9, 2.1), (2.6, 3.0, 4.0)):
        data = run(f"size = 512  temperatures = {', '.join(map(str, temperatures))}  sweeps = {int(40000 * arguments.scale)}"
                   f"  measure_every = 2  burn_in = 2000  reweight = .false.")
        for k, temperature in enumerate(temperatures):
            row(f"L=512 T={temperature} energy (Onsager)", data["L512/energy"][k], data["L512/energy_error"][k],
                exact.onsager(temperature))
            if temperature < exact.T_CRITICAL:
                row(f"L=512 T={temperature} magnetization (Yang)", data["L512/order"][k], data["L512/order_error"][k],
                    exact.yang(temperature))


def binder():
    data = run(f"size = 16, 32, 64  t_min = 2.25  t_max = 2.29  n_t = 9  update = 'swendsen_wang'"
               f"  sweeps = {int(200000 * arguments.scale)}  burn_in = 1000")
    for k, (small, large) in enumerate(data["crossings/size"]):
        t, dt, u, du = (data[f"crossings/{key}"][k] for key in ("temperature", "temperature_error", "binder", "binder_error"))
        print(f"L = {small} and {large}: T_c = {t:.5f} ± {dt:.5f} (exact {exact.T_CRITICAL:.5f}), U4* = {u:.5f} ± {du:.5f} "
              f"(known {exact.U4_CRITICAL})")
    t, dt, u, du = (data[f"crossings/{key}"] for key in ("temperature", "temperature_error", "binder", "binder_error"))
    for what, values, errors, known, allowed in (("T_c", t, dt, exact.T_CRITICAL, 0.002), ("U4*", u, du, exact.U4_CRITICAL, 0.003)):
        # Neighboring crossings share a lattice, so their errors do not average out: the largest lattices decide.
        print(f"{what}: {values[-1]:.5f} ± {errors[-1]:.5f}; allowed {known:.5f} ± {allowed}")
        if abs(values[-1] - known) > allowed:
            sys.exit(f"{what} is off")


PARTS = {"enumeration": enumeration, "torus": torus, "infinite": infinite, "binder": binder}


def main():
    global arguments
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--update", help="of the enumeration")
    arguments = parser.parse_args()
    for part in arguments.parts or PARTS:
        print(f"== {part}")
        PARTS[part]()
    print(f"largest deviation {worst:.1f} standard errors")
    sys.exit(int(worst > 4.0))


if __name__ == "__main__":
    main()
