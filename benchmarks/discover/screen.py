#!/usr/bin/python3
"""What a screen by a network, and its retraining, bring in calculation = 'discover': eight metals, 60 crystals of mp_20 and
the elements known, prototypes of mp_20, labels by M3GNet after a relaxation, five rounds of 20. The same without a screen
(100 proposals a round), with one (100 of 20,000), and with networks that learn of the labels. Labels of all runs of a seed
make one hull, which all are measured from.

    screen.py [--spinel PROGRAM] [--data FOLDER] [--folder OUT] [--ranks N] [--seeds 11 12 13]
"""
import argparse
import gzip
import os
import statistics
import subprocess
import sys

import h5py
import numpy as np

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
METALS = "Ti Al Ni Cu Fe Zr Nb Co".split()
HCP = {"Ti": (2.95, 4.68), "Zr": (3.23, 5.15), "Co": (2.51, 4.07)}
FCC = {"Al": 4.05, "Ni": 3.52, "Cu": 3.61}
BCC = {"Fe": 2.87, "Nb": 3.30}
RUNS = ("unscreened", "screened", "retrained")


def frame(symbol, name, cell, places):
    cell = np.array(cell)
    lines = [str(len(places)), f'Lattice="{" ".join(map(str, cell.ravel()))}" Properties=species:S:1:pos:R:3 id="{name}:{symbol}" pbc="T T T"']
    return "\n".join(lines + [f"{symbol} {' '.join(map(str, np.array(p) @ cell))}" for p in places]) + "\n"


def known(data):
    with gzip.open(f"{data}/mp_20/train.xyz.gz", "rt") as file:
        lines = file.read().splitlines()
    text, k = "", 0
    while k < len(lines):
        n = int(lines[k])
        part = lines[k:k + 2 + n]
        if n <= 12 and {line.split()[0] for line in part[2:]} <= set(METALS):
            text += "\n".join(part) + "\n"
        k += 2 + n
    for s, (a, c) in HCP.items():
        text += frame(s, "hcp", [[a, 0, 0], [-a / 2, a * 3**0.5 / 2, 0], [0, 0, c]], [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]])
    for s, a in FCC.items():
        text += frame(s, "fcc", a / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]), [[0, 0, 0]])
    for s, a in BCC.items():
        text += frame(s, "bcc", a / 2 * np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]]), [[0, 0, 0]])
    return text


def spinel(options, name, text):
    with open(f"{options.folder}/{name}.nml", "w") as file:
        file.write(text)
    command = ["mpirun", "-n", str(options.ranks), options.spinel, f"{name}.nml"]
    subprocess.run(command, cwd=options.folder, check=True, stdout=subprocess.DEVNULL)


def discover(options, run, seed):
    screen = "" if run == "unscreened" else (
        f"screen = 20000 screen_models = '{os.path.abspath(SOURCE)}/models/formation_energy.h5' screen_known = '{options.data}/hull/mp_formation_energies.csv.gz'")
    if run == "retrained":
        screen += f" retrain_epochs = 10 training_data = '{options.data}/mp_20/train.xyz.gz' replay = 1000 learning_rate = 5e-4"
    spinel(options, f"{run}_{seed}", f"""&control calculation = 'discover' prefix = '{run}_{seed}' seed = {seed} restart_mode = 'auto' /
&discover known_structures = 'metals.xyz' oracle = 'potential' candidates = 100 batch = 20 rounds = 5 features = 'composition', 'structure'
  {screen} /
&propose known = '{options.data}/mp_20/train.xyz.gz', 'metals.xyz' generators = 'prototypes' charge_balance = 'none' max_atoms = 12
  elements = {', '.join(f"'{s}'" for s in METALS)} /
&potential style = 'm3gnet' model = 'matpes.h5' precision = 'single' /
&relax cell = 'full' keep_symmetry = .true. max_steps = 100 /
""")


def measure(options, seed):
    """[run] labels on the hull of all runs, and at most 0.05 eV/atom above it; error of new labels by round."""
    with open(f"{options.folder}/all_{seed}.csv", "w") as file:
        file.write("id,formula,energy_per_atom\n")
        for run in RUNS:
            with h5py.File(f"{options.folder}/out/{run}_{seed}.h5") as result:
                for name, formula, energy in zip(result["hull/id"], result["hull/formula"], result["hull/energy"]):
                    file.write(f"{name.decode()},{formula.decode()},{energy!r}\n")
    spinel(options, f"hull_{seed}", f"&control calculation = 'hull' prefix = 'hull_{seed}' /\n&hull entries = 'all_{seed}.csv' /\n")
    above = {}
    with h5py.File(f"{options.folder}/out/hull_{seed}.h5") as result:
        for name, value in zip(result["hull/id"], result["hull/energy_above_hull"]):
            above[name.decode()] = value
    found = {}
    for run in RUNS:
        with h5py.File(f"{options.folder}/out/{run}_{seed}.h5") as result:
            values = [above.get(name.decode(), np.inf) for name in result["labels/id"]]
            errors = list(result["screen/retraining/error_new"]) if run == "retrained" else []
        found[run] = (int(np.sum(np.array(values) <= 1e-8)), int(np.sum(np.array(values) <= 0.05)), [float(e) for e in errors])
    return found


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--spinel", default=f"{SOURCE}/build/release/spinel")
parser.add_argument("--data", default=os.environ.get("SPINEL_DATA", f"{SOURCE}/../shared/data"))
parser.add_argument("--folder", default="screen")
parser.add_argument("--ranks", type=int, default=2)
parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
options = parser.parse_args()
options.data, options.spinel = os.path.abspath(options.data), os.path.abspath(options.spinel)
os.makedirs(options.folder, exist_ok=True)
with open(f"{options.folder}/metals.xyz", "w") as file:
    file.write(known(options.data))
if not os.path.exists(f"{options.folder}/matpes.h5"):
    subprocess.run([sys.executable, f"{SOURCE}/scripts/import_model.py", f"{options.data}/m3gnet/M3GNet-MatPES-PBE-v2025.1-PES", f"{options.folder}/matpes.h5"], check=True)
found = []
for seed in options.seeds:
    for run in RUNS:
        discover(options, run, seed)
    found.append(measure(options, seed))
    print(f"seed {seed}: {found[-1]}", flush=True)
for run in RUNS:
    for k, what in ((0, "on the hull"), (1, "within 0.05 eV/atom")):
        numbers = [one[run][k] for one in found]
        error = statistics.stdev(numbers) / len(numbers)**0.5 if len(numbers) > 1 else 0.0
        print(f"{run}: {statistics.mean(numbers):.1f} ± {error:.1f} of 100 {what}")
