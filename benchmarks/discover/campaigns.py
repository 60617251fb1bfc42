#!/usr/bin/python3
"""Retrospective campaigns of calculation = 'discover' on data whose labels are all known: hits after 5, 10 and 20 % of the
pool, for three seeds, against the policies of the shared baselines (random forest and Gaussian process of scikit-learn).

    campaigns.py [--spinel PROGRAM] [--data FOLDER] [--folder OUT] [--group 'acquisition = ...'] [CAMPAIGN ...]

CAMPAIGN: ternary_oxides, perov5_stable, mp20_gap. Definitions: discovery/*.json of the data. Ten rounds of 2 % of the pool.
"""
import argparse
import csv
import gzip
import json
import os
import re
import statistics
import subprocess
import time

PARTS = (0.05, 0.10, 0.20)


def parse(formula):
    return {e: float(n or 1) for e, n in re.findall(r"([A-Z][a-z]?)([\d.]*)", formula.replace(" ", ""))}


def ternary_oxides(data, folder, spec):
    """The pool are the ternary oxides of the definition, the lowest of each formula; known are all binaries, likewise."""
    lowest = {}
    with gzip.open(f"{data}/hull/mp_formation_energies.csv.gz", "rt") as file:
        reader = csv.reader(file)
        next(reader)
        for name, formula, energy in reader:
            amounts = parse(formula)
            total = sum(amounts.values())
            key = tuple(sorted((e, round(n / total, 6)) for e, n in amounts.items()))
            if len(key) <= 3 and (key not in lowest or float(energy) < lowest[key][1]):
                lowest[key] = (name, float(energy))
    wanted = set(spec["ids"])
    with open(f"{folder}/known.csv", "w") as known, open(f"{folder}/pool.csv", "w") as pool:
        known.write("id,formula,formation_energy_per_atom\n")
        pool.write("id,formula,formation_energy_per_atom\n")
        for key, (name, energy) in lowest.items():
            row = f"{name},{''.join(f'{e}{x:.6f}' for e, x in key)},{energy!r}\n"
            if len(key) == 2:
                known.write(row)
            elif name in wanted:
                pool.write(row)
    return "pool_entries = 'pool.csv' known = 'known.csv'"


def perov5_stable(data, folder, spec):
    join(folder, [f"{data}/perov_5/{part}.xyz" for part in ("train", "val", "test")])
    return "pool = 'pool.xyz' targets = 'heat_all: .. 0.2'"


def mp20_gap(data, folder, spec):
    join(folder, [f"{data}/mp_20/{part}.xyz.gz" for part in ("train", "val", "test")])
    return "pool = 'pool.xyz' targets = 'band_gap: 1.1 .. 1.7', 'e_above_hull: .. 0.02'"


def join(folder, paths):
    with open(f"{folder}/pool.xyz", "wb") as pool:
        for path in paths:
            with (gzip.open if path.endswith("gz") else open)(path, "rb") as file:
                pool.write(file.read())


def baselines(data, name):
    """Policy: hits at the parts, mean of the seeds that were run."""
    found = {}
    with open(f"{data}/discovery/{name}_baseline.csv") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["policy"], []).append([int(row[f"hits_at_{round(100 * q)}%"]) for q in PARTS])
    return found


def run(arguments, name):
    with open(f"{arguments.data}/discovery/{name}.json") as file:
        spec = json.load(file)
    folder = os.path.join(arguments.folder, name)
    os.makedirs(folder, exist_ok=True)
    keys = globals()[name](arguments.data, folder, spec)
    results = []
    for seed in spec["seeds"]:
        initial = ""
        if "initial" in spec:
            with open(f"{folder}/initial_{seed}.txt", "w") as file:
                file.write("".join(spec["ids"][i] + "\n" for i in spec["initial"][str(seed)]))
            initial = f"initial = 'initial_{seed}.txt'"
        with open(f"{folder}/{seed}.nml", "w") as file:
            file.write(f"&control calculation = 'discover' prefix = '{seed}' outdir = 'out' seed = {seed} /\n"
                       f"&discover {keys} {initial} rounds = 10 batch_share = 0.02 {arguments.group} /\n")
        begin = time.time()
        environment = dict(os.environ, OPENBLAS_NUM_THREADS="1")
        subprocess.run([os.path.abspath(arguments.spinel), f"{seed}.nml"], cwd=folder, check=True, env=environment,
                       stdout=open(f"{folder}/{seed}.log", "w"))
        with open(f"{folder}/out/{seed}_labels.csv") as file:
            hits = [int(row["hit"]) for row in csv.DictReader(file) if row["round"] != "0"]
        rest = len(spec["ids"]) - len(spec["initial"][str(seed)] if "initial" in spec else [])
        results.append([sum(hits[:min(round(q * rest), len(hits))]) for q in PARTS])
        print(f"{name}, seed {seed}: {results[-1]} hits, {time.time() - begin:.0f} s", flush=True)
    return results


def line(name, results):
    cells = []
    for column in zip(*results):
        error = statistics.stdev(column) / len(column) ** 0.5 if len(column) > 1 else float("nan")
        cells.append(f"{statistics.mean(column):6.1f} ± {error:4.1f}")
    print(f"  {name:20s} " + "   ".join(cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spinel", default="build/release/spinel")
    parser.add_argument("--data", default=os.environ.get("SPINEL_DATA", "../shared/data"))
    parser.add_argument("--folder", default="out/campaigns")
    parser.add_argument("--group", default="", help="further keys of &discover")
    parser.add_argument("campaigns", nargs="*", default=["ternary_oxides", "perov5_stable", "mp20_gap"])
    arguments = parser.parse_args()
    for name in arguments.campaigns:
        results = run(arguments, name)
        print(f"{name}: hits after {', '.join(f'{100 * q:.0f} %' for q in PARTS)} of the pool, mean ± standard error")
        line("Spinel", results)
        for policy, rows in baselines(arguments.data, name).items():
            line(policy, rows)


if __name__ == "__main__":
    main()
