#!/usr/bin/python3
"""Generators trained by Spinel on perovskites (perov_5), carbon (carbon_24) and crystals of the Materials Project (mp_20): structures
predicted of the compositions of the validation or test part, beside what is possible without a model, and crystals made from
nothing.

    benchmarks/accuracy/generators.py [--spinel PROGRAM] [--ranks N] [--outdir FOLDER] [--seeds 1 2 3] [--part val|test] [CASE ...]

Without cases: all. A case that is done already is read, one that was stopped goes on. Settings are chosen with --part val.
SPINEL_DATA: folder with the data.
"""
import argparse
import os
import subprocess
import sys

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
DATA = os.path.relpath(os.environ.get("SPINEL_DATA") or os.path.join(ROOT, "..", "shared", "data"))
FLOW, DIFFUSION = "kind = 'crystal_flow'", "kind = 'crystal_diffusion'"
# Samples of each target, and of how many crystals made from nothing, of compositions of the training part.
CASES = {
    "perov_5": dict(data="perov_5", model=FLOW, epochs=1400, samples=20),
    "perov_5_diffusion": dict(data="perov_5", model=DIFFUSION, epochs=1400, samples=20),
    "perov_5_by_composition": dict(data="perov_5", model=FLOW, epochs=1400, samples=20, by_composition=True),
    "perov_5_species": dict(data="perov_5", model=FLOW + "  generates_species = .true.", epochs=1400, samples=1, new=1000),
    "mp_20": dict(data="mp_20", model=FLOW + "  generates_species = .true.", epochs=180, samples=1, new=1000,
                  species_weight=0.5),
    "carbon_24": dict(data="carbon_24", model=FLOW, epochs=300, samples=1),
}
INPUTS = {
    "train": """&control
  calculation = 'train'  prefix = '{name}'  outdir = '{outdir}'  restart_mode = 'auto'  seed = {seed}
/
&dataset
  file = '{train}'  {split}
/
&model
  {model}  width = 96  convolutions = 4  frequencies = 10
/
&train
  epochs = {epochs}  batch_size = 128  learning_rate = 2e-3  weight_decay = 0.2  average_decay = 0.999  clip_norm = 1
  species_weight = {species_weight}
/
""",
    "predict": """&control
  calculation = 'generate'  prefix = '{name}_{part}'  outdir = '{outdir}'  restart_mode = 'auto'  seed = {seed}
/
&generate
  model = '{outdir}/{name}.model.h5'  structures = '{targets}'  count = {samples}
/
""",
    "judge": """&control
  calculation = 'evaluate'  prefix = '{name}_{part}_judged'  outdir = '{outdir}'  restart_mode = 'auto'
/
&structure
  file = '{outdir}/{name}_{part}_generated.xyz'
/
&evaluate
  relax = .false.
/
&measures
  targets = '{targets}'  training = '{train}'
/
""",
    "new": """&control
  calculation = 'generate'  prefix = '{name}_new'  outdir = '{outdir}'  restart_mode = 'auto'  seed = {seed}
/
&generate
  model = '{outdir}/{name}.model.h5'  count = {new}  species = 'data'
/
""",
    "judge_new": """&control
  calculation = 'evaluate'  prefix = '{name}_{part}_new_judged'  outdir = '{outdir}'  restart_mode = 'auto'
/
&structure
  file = '{outdir}/{name}_new_generated.xyz'
/
&evaluate
  relax = .false.  reference = '{train}'
/
&measures
  distribution = '{targets}'
/
""",
}


def split_by_composition(folder, to):
    """Train, val and test file again, of the same sizes but for the last crystals, all crystals of a formula in one of them."""
    parts = {}
    for part in ("train", "val", "test"):
        with open(f"{folder}/{part}.xyz") as file:
            lines = file.readlines()
        while lines:
            n = int(lines[0])
            frame, lines = lines[:n + 2], lines[n + 2:]
            parts.setdefault(" ".join(sorted(line.split()[0] for line in frame[2:])), []).append("".join(frame))
    formulas = sorted(parts)
    np.random.default_rng(1).shuffle(formulas)
    n, made, files = sum(map(len, parts.values())), 0, {}
    for formula in formulas:
        part = "train" if made < 0.8 * n else "val" if made < 0.9 * n else "test"
        files.setdefault(part, []).extend(parts[formula])
        made += len(parts[formula])
    os.makedirs(to, exist_ok=True)
    for part, frames in files.items():
        with open(f"{to}/{part}.xyz", "w") as file:
            file.write("".join(frames))


def run(step, values, options):
    path = os.path.join(options.outdir, f"{values['name']}_{step}.nml")
    with open(path, "w") as file:
        file.write(INPUTS[step].format(**values))
    with open(os.path.join(options.outdir, f"{values['name']}.log"), "a") as log:
        done = subprocess.run(["mpirun", "-n", str(options.ranks), "--bind-to", "none", options.spinel, path], stdout=log)
    if done.returncode != 0:
        sys.exit(f"{values['name']}, {step}: exit status {done.returncode}, see {log.name}")


def table(file, group):
    columns = {name: data[:] for name, data in file[group].items()}
    rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
    return [{k: v.decode() if isinstance(v, bytes) else v for k, v in row.items()} for row in rows]


def report_prediction(name, path):
    with h5py.File(path) as file:
        rows = table(file, "prediction/measures")
    for row in rows:
        if row["stol"] != 0.5:
            continue
        print(f"{name:24s} {row['crystals']:13s} {row['among']:7s} match {100 * row['match']:5.1f}  RMSE {row['rmse']:.3f}  "
              f"cRMSE {row['crmse']:.3f} ± {row['crmse_error']:.3f}  rms ≤ 0.1 {100 * row['within']:5.1f}", flush=True)
    return {(row["crystals"], row["among"]): row for row in rows if row["stol"] == 0.5}


def report_new(name, path):
    with h5py.File(path) as file:
        rates = table(file, "rates")
        quantities = table(file, "distribution/quantities")
    text = "  ".join(f"{r['name']} {100 * r['value']:.1f}" for r in rates if r["is_rate"])
    text += "  " + "  ".join(f"d_{q['name']} {q['wasserstein']:.3f}" for q in quantities if np.isfinite(q["wasserstein"]))
    print(f"{name:24s} from nothing: {text}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spinel", default=os.path.join(ROOT, "build/release/spinel"))
    parser.add_argument("--ranks", type=int, default=os.cpu_count())
    parser.add_argument("--outdir", default="generators")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--part", choices=["val", "test"], default="val")
    parser.add_argument("cases", nargs="*", choices=[[], *CASES])
    options = parser.parse_args()
    os.makedirs(options.outdir, exist_ok=True)
    for case in options.cases or CASES:
        settings = CASES[case]
        folder = os.path.join(DATA, settings["data"])
        end = "xyz.gz" if settings["data"] == "mp_20" else "xyz"
        if settings.get("by_composition"):
            folder, original = os.path.join(options.outdir, "by_composition"), folder
            split_by_composition(original, folder)
        has_validation = settings["data"] != "carbon_24"
        files = {part: f"{folder}/{part}.{end}" for part in ("train", "val", "test")}
        split = (f"split = 'files'  validation_file = '{files['val']}'  test_file = '{files['test']}'" if has_validation
                 else "validation_fraction = 0.1  test_fraction = 0")
        part = options.part if has_validation else "test"
        found = []
        for seed in options.seeds:
            values = dict(dict(split=split, new=0, species_weight=1.0), **settings, name=f"{case}_{seed}", seed=seed, outdir=options.outdir,
                          part=part, train=files["train"], targets=files[part])
            for step in ("train", "predict", "judge") + (("new", "judge_new") if values["new"] else ()):
                run(step, values, options)
            stem = os.path.join(options.outdir, f"{case}_{seed}_{part}")
            found.append(report_prediction(f"{case}, seed {seed}", f"{stem}_judged.h5"))
            if values["new"]:
                report_new(f"{case}, seed {seed}", f"{stem}_new_judged.h5")
        for key in found[0]:
            if key[0] != "set":
                continue
            spread = lambda what: "{:.3f} ± {:.3f}".format(np.mean([f[key][what] for f in found]),
                                                           np.std([f[key][what] for f in found], ddof=min(1, len(found) - 1)))
            print(f"{case:24s} over seeds    {key[1]:7s} match {spread('match')}  RMSE {spread('rmse')}  cRMSE {spread('crmse')}",
                  flush=True)


main()
