#!/usr/bin/python3
"""Potentials trained by Spinel on mlearn (Si, Li) and on alloys of Nb, Mo, Ta and W: errors of the test files by group, weights,
time of training and of a step of molecular dynamics.

    benchmarks/accuracy/potentials.py [--spinel PROGRAM] [--ranks N] [--outdir FOLDER] [--seed N] [CASE ...]

Without cases: all. A case that is done already is read, one that was stopped goes on. SPINEL_DATA: folder with mlearn, nbmotaw and
m3gnet. The cases named "tuned" go on from published M3GNet weights (scripts/import_model.py).
"""
import argparse
import os
import re
import subprocess
import sys

import h5py

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
DATA = os.path.abspath(os.environ.get("SPINEL_DATA") or os.path.join(ROOT, "..", "shared", "data"))
PUBLISHED = "M3GNet-MatPES-PBE-v2025.1-PES"
PAINN = ("kind = 'painn'  width = 32  convolutions = 3  moments = 3  cutoff = 6.0  radial_functions = 7\n"
         "  repulsion = .true.  repulsion_outer = 1.8")
PUBLISHED_PAINN = "kind = 'painn'  width = 32  convolutions = 3  cutoff = 6.0  radial_functions = 7"
SCHNET = "kind = 'schnet'  width = 64  convolutions = 3  cutoff = 6.0  radial_functions = 24"
M3GNET = "kind = 'm3gnet'  width = 64  convolutions = 3"
TUNED = "kind = 'm3gnet'  initial = 'published.h5'"
OLD = dict(ENERGY="10, 1000", STRESS=100)  # what the figures of M3GNet in doc/accuracy.md were made with
LITHIUM = dict(FOLDER="mlearn/Li")
CASES = {
    "si_painn": dict(MODEL=PAINN), "li_painn": dict(LITHIUM, MODEL=PAINN),
    "si_painn_vectors": dict(MODEL=PUBLISHED_PAINN), "li_painn_vectors": dict(LITHIUM, MODEL=PUBLISHED_PAINN),
    "si_schnet": dict(MODEL=SCHNET), "li_schnet": dict(LITHIUM, MODEL=SCHNET),
    "si_m3gnet": dict(OLD, MODEL=M3GNET, EPOCHS=40),
    "si_m3gnet_tuned": dict(OLD, MODEL=TUNED, EPOCHS=15, RATE=1e-3),
    "nbmotaw_painn": dict(FOLDER="nbmotaw/", MODEL=PAINN, EPOCHS=8),
}
DEFAULTS = dict(FOLDER="mlearn/Si", EPOCHS=80, BATCH=4, RATE=2e-3, ENERGY="30, 6000", STRESS=20000)
CRYSTAL = {"si": "prototype = 'diamond'  species = 'Si'  a = 5.469  supercell = 4, 4, 4",
           "li": "prototype = 'bcc'  species = 'Li'  a = 3.427  supercell = 6, 6, 6",
           "nbmotaw": "prototype = 'bcc'  species = 'Mo'  a = 3.163  supercell = 6, 6, 6"}
STEPS = """&control calculation = 'md' prefix = '{name}_md' outdir = '{outdir}' restart_mode = 'from_scratch' /
&structure {crystal} rattle = 0.05 /
&potential style = 'network' model = '{model}' precision = 'single' /
&dynamics ensemble = 'nve' temperature = 300.0 timestep = 1.0 steps = 20 /
&output thermo_every = 0 /
"""


def spinel(path, ranks, options):
    with open(path[:-4] + ".log", "a") as log:
        done = subprocess.run(["mpirun", "-n", str(ranks), "--bind-to", "none", options.spinel, path], stdout=log)
    if done.returncode != 0:
        sys.exit(f"{path}: exit status {done.returncode}, see {log.name}")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def run(name, options):
    values = dict(DEFAULTS, **CASES[name], CASE=name, OUTDIR=options.outdir, SEED=options.seed)
    folder = os.path.join(DATA, values["FOLDER"])
    train, test = (f"{folder}train.xyz.gz", f"{folder}test.xyz.gz") if folder.endswith("/") else (
        f"{folder}_train.xyz", f"{folder}_test.xyz")
    with open(os.path.join(HERE, "potential.nml")) as file:
        text = re.sub(r"\b[A-Z]{4,}\b", lambda word: str({**values, "TRAIN": train, "TEST": test}[word[0]]), file.read())
    if "published.h5" in text and not os.path.exists(os.path.join(options.outdir, "published.h5")):
        subprocess.run([os.path.join(ROOT, "scripts/import_model.py"), os.path.join(DATA, "m3gnet", PUBLISHED),
                        os.path.join(options.outdir, "published.h5")], check=True, stdout=subprocess.DEVNULL)
    spinel(write(os.path.join(options.outdir, f"{name}.nml"), text), options.ranks, options)
    model = os.path.abspath(os.path.join(options.outdir, f"{name}.model.h5"))
    crystal = CRYSTAL[name.split("_")[0]]
    spinel(write(os.path.join(options.outdir, f"{name}_md.nml"),
                 STEPS.format(name=name, outdir=options.outdir, crystal=crystal, model=model)), 1, options)


def report(name, options):
    path = os.path.join(options.outdir, name)
    with h5py.File(f"{path}.h5") as file, h5py.File(f"{path}_md.h5") as steps, h5py.File(f"{path}.model.h5") as model:
        weights = sum(item.size for item in model["weights"].values())
        quality = {key: values[()] for key, values in file["train/quality"].items()}
        print(f"{name:18s} {weights:8,d} weights  {1e6 / steps['timing/atom_steps_per_second'][()]:6.1f} µs/atom/step  trained at "
              f"{file['timing/samples_per_second'][()]:.0f} structures/s, last part {file['timing/wall'][()] / 60:.1f} min")
    for k, group in enumerate(quality["group"]):
        print(f"    {group.decode():32s} {quality['n'][k]:6d}  {1e3 * quality['energy_mae'][k]:7.2f} meV/atom  "
              f"{quality['force_mae'][k]:.4f} eV/Å  {160.2177 * quality['stress_mae'][k]:.3f} GPa", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spinel", default=os.path.join(ROOT, "build/release/spinel"))
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--outdir", default="potentials")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES])
    options = parser.parse_args()
    os.makedirs(options.outdir, exist_ok=True)
    for name in options.cases or CASES:
        run(name, options)
        report(name, options)


if __name__ == "__main__":
    main()
