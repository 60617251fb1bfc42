#!/usr/bin/python3
"""CGCNN trained by Spinel on crystals of the Materials Project (mp_20), perovskites (perov_5), and with parts of chemistry
left out: errors of the test parts, and time.

    benchmarks/accuracy/properties.py [--spinel PROGRAM] [--ranks N] [--outdir FOLDER] [--seed N] [CASE ...]

Without cases: all. A case that is done already is read, one that was stopped goes on. SPINEL_DATA: folder with mp_20 and
perov_5.
"""
import argparse
import os
import re
import subprocess
import sys

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
DATA = os.path.relpath(os.environ.get("SPINEL_DATA") or os.path.join(ROOT, "..", "shared", "data"))
GIVEN = "split = 'files'  validation_file = '{0}/val.{1}'  test_file = '{0}/test.{1}'"
MP_20 = os.path.join(DATA, "mp_20")
PEROVSKITES = os.path.join(DATA, "perov_5")
CASES = {
    "formation_energy": dict(TARGET="formation_energy_per_atom", MEMBERS=5),
    "band_gap": dict(TARGET="band_gap", MEMBERS=1),
    "perovskites": dict(TARGET="heat_all", FILE=f"{PEROVSKITES}/train.xyz", SPLIT=GIVEN.format(PEROVSKITES, "xyz"), EPOCHS=120),
    "by_composition": dict(SPLIT="split = 'composition'"),
    "without_fluorine": dict(SPLIT="split = 'leave_element'  left_elements = 'F'"),
    "without_a_cluster": dict(SPLIT="split = 'leave_cluster'  clusters = 10  left_cluster = 1"),
}
DEFAULTS = dict(TARGET="formation_energy_per_atom", FILE=f"{MP_20}/train.xyz.gz", SPLIT=GIVEN.format(MP_20, "xyz.gz"),
                MODEL="", EPOCHS=60, MEMBERS=1)


def run(name, options):
    values = dict(DEFAULTS, **CASES[name], CASE=name, OUTDIR=options.outdir, SEED=options.seed)
    values["POOLS"] = options.ranks if values["MEMBERS"] > 1 else 1
    with open(os.path.join(HERE, "property.nml")) as file:
        text = file.read()
    text = re.sub(r"\b[A-Z]{4,}\b", lambda word: str(values[word[0]]), text)
    os.makedirs(options.outdir, exist_ok=True)
    path = os.path.join(options.outdir, f"{name}.nml")
    with open(path, "w") as file:
        file.write(text)
    with open(os.path.join(options.outdir, f"{name}.log"), "a") as log:
        done = subprocess.run(["mpirun", "-n", str(options.ranks), "--bind-to", "none", options.spinel, path], stdout=log)
    if done.returncode != 0:
        sys.exit(f"{name}: exit status {done.returncode}, see {log.name}")


def report(name, options):
    with h5py.File(os.path.join(options.outdir, f"{name}.h5")) as file:
        train = file["train"]
        part = train["predictions/part"][:]
        target, prediction = train["predictions/target"][:], train["predictions/prediction"][:]
        members = train["predictions/members"][:] if "members" in train["predictions"] else None
        speed, wall = file["timing/samples_per_second"][()], file["timing/wall"][()]
    validation, test = part == 1, part == 2
    error = np.abs(prediction[test] - target[test])
    spread = np.abs(target[test] - np.mean(target[validation])).mean()
    line = f"{name:20s} {test.sum():6d} tested  MAE {error.mean():.4f}  (the mean as a guess: {spread:.3f})"
    if members is not None:
        single = np.abs(members[:, test] - target[test]).mean(axis=1)
        line += f"  single models {np.median(single):.4f} [{single.min():.4f} … {single.max():.4f}]"
    print(line + f"  {wall / 60:.1f} min, {speed:.0f} crystals/s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spinel", default=os.path.join(ROOT, "build/release/spinel"))
    parser.add_argument("--ranks", type=int, default=os.cpu_count())
    parser.add_argument("--outdir", default="properties")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES])
    options = parser.parse_args()
    for name in options.cases or CASES:
        run(name, options)
        report(name, options)


main()
