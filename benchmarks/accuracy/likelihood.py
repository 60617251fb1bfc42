#!/usr/bin/python3
"""The log density of crystals under the generators that ship as a score of trust: how well it tells crystals of the test part of
MP-20 and Perov-5 from copies of them that are rattled, strained or substituted.

    benchmarks/accuracy/likelihood.py [--spinel PROGRAM] [--ranks N] [--outdir FOLDER] [--count N] [--trace exact|hutchinson]
                                      [CASE ...]

Without cases: all. A case that is done already is read, one that was stopped goes on. SPINEL_DATA: folder with the data.

Copies: "rattled", every Cartesian coordinate by normal numbers of that deviation; "strained", all lengths larger or smaller (a coin
toss) by that share; "substituted", all atoms of one element by another that the model knows and the crystal has not, both drawn,
in the cell as it was. Each of the areas under the curve (AUROC) is the probability that a crystal scores above a copy of any
crystal, 0.5 for a coin toss, with its error by resampling crystals together with their copies; "own copy" that it scores above
its own one. Beside it the shortest distance between two atoms in units of the sum of their covalent radii.
"""
import argparse
import gzip
import json
import os
import subprocess
import sys

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
DATA = os.path.relpath(os.environ.get("SPINEL_DATA") or os.path.join(ROOT, "..", "shared", "data"))
CASES = {"mp_20": "crystals", "perov_5": "perovskites"}
COPIES = ["rattled 0.1 Å", "rattled 0.3 Å", "strained 5 %", "strained 10 %", "substituted"]
INPUT = """&control
  calculation = 'likelihood'  prefix = '{name}'  outdir = '{outdir}'  restart_mode = 'auto'
/
&likelihood
  model = '{model}'  structures = '{structures}'  trace = '{trace}'  tolerance = {tolerance}
/
"""


def read_frames(path):
    """[(id, symbols, cell, positions)] of an extended XYZ file."""
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as file:
        lines = file.read().splitlines()
    found = []
    while lines:
        n, info, rows, lines = int(lines[0]), lines[1], lines[2:2 + int(lines[0])], lines[2 + int(lines[0]):]
        cell = np.array(info.split('Lattice="')[1].split('"')[0].split(), float).reshape(3, 3)
        fields = [row.split() for row in rows]
        name = info.split(" id=")[1].split()[0]
        found.append((name, [f[0] for f in fields], cell, np.array([f[1:4] for f in fields], float)))
    return found


def write_frames(path, frames):
    with open(path, "w") as file:
        for name, symbols, cell, positions in frames:
            lattice = " ".join(f"{x:.10f}" for x in cell.ravel())
            file.write(f'{len(symbols)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3 id={name} pbc="T T T"\n')
            for s, r in zip(symbols, positions):
                file.write(f"{s} {r[0]:.10f} {r[1]:.10f} {r[2]:.10f}\n")


def copy_of(frame, kind, elements, numbers):
    name, symbols, cell, positions = frame
    amount = float(kind.split()[1]) if " " in kind else None
    if kind.startswith("rattled"):
        return name, symbols, cell, positions + amount * numbers.standard_normal(positions.shape)
    if kind.startswith("strained"):
        factor = 1 + numbers.choice([-1, 1]) * amount / 100
        return name, symbols, factor * cell, factor * positions
    old = numbers.choice(sorted(set(symbols)))
    new = numbers.choice([e for e in elements if e not in symbols])
    return name, [new if s == old else s for s in symbols], cell, positions


def shortest_distance(frame, radius):
    _, symbols, cell, positions = frame
    r = np.array([radius.get(s, 1.5) for s in symbols])
    shifts = np.array([[i, j, k] for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)]) @ cell
    d = np.linalg.norm(positions[:, None, None] - positions[None, :, None] + shifts, axis=-1)
    d[d < 1e-6] = np.inf
    return (d.min(axis=-1) / (r[:, None] + r[None, :])).min()


def read_radii():
    with open(os.path.join(DATA, "generation", "elements.csv")) as file:
        rows = [line.rstrip("\n").split(",") for line in file if not line.startswith("#")]
    symbol, radius = rows[0].index("symbol"), next(k for k, t in enumerate(rows[0]) if "covalent" in t)
    return {row[symbol]: float(row[radius]) for row in rows[1:] if row[radius]}


def auroc(true, copies):
    return np.mean((true[:, None] > copies[None]) + 0.5 * (true[:, None] == copies[None]))


def compare(true, copies):
    """AUROC, its error, and the share of crystals above their own copy."""
    known = np.isfinite(true) & np.isfinite(copies)
    true, copies = true[known], copies[known]
    numbers = np.random.default_rng(0)
    draws = [numbers.integers(len(true), size=len(true)) for _ in range(200)]
    return auroc(true, copies), np.std([auroc(true[d], copies[d]) for d in draws]), np.mean(true > copies), len(true)


def densities(case, kind, frames, options):
    name = f"{case}_{kind}_{options.trace}".replace(" ", "_").replace("Å", "A").replace("%", "percent")
    path = os.path.join(options.outdir, f"{name}.xyz")
    write_frames(path, frames)
    text = INPUT.format(name=name, outdir=options.outdir, model=os.path.relpath(f"{ROOT}/models/{CASES[case]}.h5"),
                        structures=path, trace=options.trace, tolerance=options.tolerance)
    with open(os.path.join(options.outdir, f"{name}.nml"), "w") as file:
        file.write(text)
    with open(os.path.join(options.outdir, f"{name}.log"), "w") as log:
        done = subprocess.run(["mpirun", "-n", str(options.ranks), "--bind-to", "none", options.spinel, file.name], stdout=log)
    if done.returncode != 0:
        sys.exit(f"{name}: exit status {done.returncode}, see {log.name}")
    with h5py.File(os.path.join(options.outdir, f"{name}.h5")) as result:
        rows = {key: result[f"likelihood/{key}"][:] for key in ("log_p", "log_p_per_dimension", "log_p_reduced",
                                                                 "dimension", "given_cell", "status")}
        seconds = result["timing/wall"][()]
    rows["reduced"] = rows["log_p_reduced"] / rows["dimension"]
    print(f"    {name}: {np.sum(rows['status'] == 0)} of {len(frames)} done, mean log p a dimension "
          f"{np.nanmean(rows['log_p_per_dimension']):.3f}, {np.sum(rows['given_cell'])} in the given cell, {1e3 * seconds / len(frames):.0f} ms a crystal in this run", flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar="CASE")
    parser.add_argument("--spinel", default=f"{ROOT}/build/release/spinel")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--outdir", default="out_likelihood")
    parser.add_argument("--count", type=int, default=300, help="crystals of the test part, evenly over it")
    parser.add_argument("--trace", default="exact", choices=["exact", "hutchinson"])
    parser.add_argument("--tolerance", type=float, default=1e-3)
    options = parser.parse_args()
    os.makedirs(options.outdir, exist_ok=True)
    radius = read_radii()
    for case in options.cases:
        with h5py.File(f"{ROOT}/models/{CASES[case]}.h5") as model:
            text = model["architecture"][()] if "architecture" in model else model.attrs["architecture"]
        elements = json.loads(text)["element_types"]
        path = next(p for p in (f"{DATA}/{case}/test.xyz", f"{DATA}/{case}/test.xyz.gz") if os.path.exists(p))
        frames = [f for f in read_frames(path) if set(f[1]) <= set(elements)]
        frames = [frames[k] for k in np.linspace(0, len(frames) - 1, min(options.count, len(frames))).astype(int)]
        true = densities(case, "test", frames, options)
        true_distance = np.array([shortest_distance(f, radius) for f in frames])
        numbers = np.random.default_rng(1)
        print(f"| {case} | log p a dimension | log p | own copy, log p a dimension (%) | log p a dimension, reduced cells alone "
              "| shortest distance |\n| --- | --- | --- | --- | --- | --- |")
        table = []
        for kind in COPIES:
            copies = [copy_of(f, kind, elements, numbers) for f in frames]
            found = densities(case, kind, copies, options)
            each = compare(true["log_p_per_dimension"], found["log_p_per_dimension"])
            whole = compare(true["log_p"], found["log_p"])
            reduced = compare(true["reduced"], found["reduced"])
            trivial = compare(true_distance, np.array([shortest_distance(f, radius) for f in copies]))
            table.append(f"| {kind} | {each[0]:.3f} ± {each[1]:.3f} | {whole[0]:.3f} ± {whole[1]:.3f} | {100 * each[2]:.1f} | "
                         f"{reduced[0]:.3f} ± {reduced[1]:.3f} | {trivial[0]:.3f} |")
        print("\n".join(table), flush=True)


if __name__ == "__main__":
    main()
