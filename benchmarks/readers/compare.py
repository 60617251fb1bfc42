#!/usr/bin/env python3
"""Compares Spinel's structure readers with those of pymatgen, gemmi, ASE, phonopy and pandas on a folder of collect.py.

    benchmarks/readers/compare.py FOLDER [--spinel PROGRAM] [--set "trust = 'sites'"] [--only TEXT] [--json FILE] [--lists N]

One `convert` a file, with the reason that Spinel gives; the peers' readings are kept in FOLDER/peers.json and read anew for files that
changed. Per structure: number of atoms, composition, volume, shortest distance and space group (spglib). What generate.py wrote is a
peer of its own, 'written'. Classes of files:

    agree       as all peers that read it
    agree some  as at least one; the peers disagree with each other
    DISAGREE    read, but as none of the peers, or not as 'written'; 'warned' where Spinel printed a warning
    disordered  refused, and all peers find shared or partly occupied sites
    refused     refused, though a peer reads it
    alone       read, though no peer does
    none        refused by all

A CIF read without a warning though its composition is not that of its _chemical_formula_sum is listed as well (FORMULA), whatever the
peers say. Tables per collection, then disagreements and refusals by kind of reason; FILE (default FOLDER/results.json) gets
everything, and --from FILE prints the tables of an earlier run again."""
import argparse
import collections
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

import peers
from describe import describe, formula, list_difference

CLASSES = ["agree", "agree some", "DISAGREE", "disordered", "refused", "alone", "none"]


def file_hash(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read_dataset(path):
    import h5py
    out = []
    with h5py.File(path) as file:
        offset, cells, periodic = file["structure/atom_offset"][:], file["structure/cell"][:], file["structure/periodic"][:]
        numbers, positions = file["atom/atomic_number"][:], file["atom/position"][:]
    for k in range(len(cells)):
        part = slice(offset[k], offset[k + 1])
        whole = periodic[k] == 7 or (periodic[k] and abs(np.linalg.det(cells[k])) > 1e-6)
        out.append(describe(cells[k] if whole else None, numbers[part], positions[part]))
    return out


def read_bad(path):
    import h5py
    if not os.path.exists(path):
        return {}
    with h5py.File(path) as file:
        if "convert/bad" not in file:
            return {}
        bad = file["convert/bad"]
        return {int(n): r.decode() for n, r in zip(bad["number"][:], bad["reason"][:])}


def run_spinel(path, program, settings):
    """{'structures': …, 'warnings': …} or {'error': …, 'warnings': …}."""
    folder = tempfile.mkdtemp(prefix="readers_")
    try:
        name = path.replace("'", "''")
        with open(os.path.join(folder, "run.nml"), "w", encoding="utf-8") as file:
            file.write(f"&control calculation = 'convert' prefix = 'case' /\n&convert sources = '{name}' minimum_distance = 0.0"
                       f" {settings} /\n")
        try:
            done = subprocess.run([program, "run.nml"], cwd=folder, capture_output=True, text=True, timeout=120, errors="replace")
        except subprocess.TimeoutExpired:
            return {"error": "TIMEOUT: over 120 s", "warnings": []}
        lines = done.stdout.splitlines()
        warned = [k for k, line in enumerate(lines) if "WARNING" in line]
        warnings = [re.sub(r"\s+", " ", " ".join(lines[k:k + 3])).strip()[:400] for k in warned]
        data = os.path.join(folder, "out", "case.dataset.h5")
        if done.returncode == 0 and os.path.exists(data):
            read = read_dataset(data)
            bad = read_bad(os.path.join(folder, "out", "case.h5"))
            good = iter(read)
            structures = [{"refused": bad[k]} if k in bad else next(good) for k in range(len(read) + len(bad))]
            return {"structures": structures, "warnings": warnings}
        said = [line.strip() for line in lines[warned[0] + 1:]] if warned else []
        error = re.sub(r"\s+", " ", done.stderr.strip())
        if done.returncode < 0 or "Signal:" in error:
            error = f"CRASH {done.returncode}: {error}"
        return {"error": ((said[0] + " | ") if said else "") + error[:600], "warnings": warnings}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judge(spinel, others):
    """Class, texts of the differences to each peer that reads, whether the peers agree with each other."""
    reading = {n: p["structures"] for n, p in others.items() if p.get("structures")}
    united = not any(list_difference(a, b) for a in reading.values() for b in reading.values())
    mine = spinel.get("structures")
    if mine is None:
        if not reading:
            return "none", {}, united
        disordered = all(any(s["disordered"] for s in list_) for list_ in reading.values())
        return ("disordered" if disordered else "refused"), {}, united
    if not reading:
        return "alone", {}, united
    differs = {n: list_difference(mine, p) for n, p in reading.items()}
    differs = {n: d for n, d in differs.items() if d}
    if not differs:
        return "agree", {}, united
    if len(differs) == len(reading) or "written" in differs:
        # Left out with a reason is a refusal; the rest as a peer has it.
        left = next((s["refused"] for s in mine if "refused" in s), None)
        if left and any("left out" in d for d in differs.values()):
            return "refused", differs, united
        return "DISAGREE", differs, united
    return "agree some", differs, united


def work(job):
    path, entry, program, settings, kept = job
    if kept is None:
        kept = peers.read_all(path, entry)
    others = dict(kept)
    if "truth" in entry:
        others["written"] = {"structures": entry["truth"]}
    spinel = run_spinel(path, program, settings)
    return kept, {"spinel": spinel, "peers": others}


def formula_conflict(path, spinel):
    """What the file calls its composition, where the first structure has another and nothing was said of it."""
    structures = spinel.get("structures")
    if peers.kind_of(path) != "cif" or not structures or "refused" in structures[0] or spinel["warnings"]:
        return ""
    found = re.search(r"""^_chemical_formula_sum\s+(?:'([^'\n]*)'|"([^"\n]*)"|([A-Z]\S*))""", peers.text_of(path), re.M)
    if not found:
        return ""
    from ase.data import atomic_numbers
    wanted = collections.Counter()
    for symbol, count in re.findall(r"([A-Z][a-z]?)\s*(\d*\.?\d*)", next(t for t in found.groups() if t)):
        wanted[str(atomic_numbers.get("H" if symbol == "D" else symbol, 0))] += float(count or 1)
    have, atoms, all_wanted = structures[0]["composition"], structures[0]["atoms"], sum(wanted.values())
    same = set(have) == set(wanted) and all(abs(have[k] / atoms - wanted[k] / all_wanted) < 2e-3 for k in have)
    return "" if same else found.group(0).split(None, 1)[1]


def reason_kind(text):
    """A reason without what belongs to one file: to group by."""
    text = text.split(" | ")[0]
    if "name does not tell" in text:
        name = os.path.basename(text.split(": its name")[0]).lower()
        kind = next((k for k in ("vasprun", "xdatcar", "poscar", "mcif") if k in name), name)
        return f"its name does not tell what it is: {kind}"
    text = re.sub(r"^spinel: run\.nml:\d+: &convert sources: (all \d+ records are bad; nothing is written: )?", "", text)
    text = re.sub(r"^\S+: (?=\S*(/|\.cif|\.json|POSCAR|CONTCAR|\.vasp|\.xyz|\.extxyz))", "", text)
    text = re.sub(r"\S*/\S+", "FILE", text)
    text = re.sub(r"[‘'\"][^'\"’]*['\"’]", "'…'", text)
    text = re.sub(r"\S+\.(cif|json|jsonl|xyz|extxyz|vasp|csv|xml|mcif)\b(:\d+)?(\.gz)?:?", "FILE", text)
    return re.sub(r"[-+]?\d[\d.()e+-]*", "#", text)[:140]


def short(structures):
    if len(structures) != 1:
        return f"{len(structures)} structures, " + (short(structures[:1]) if structures else "")
    s = structures[0]
    if "refused" in s:
        return f"left out: {s['refused']}"
    volume = f"{s['volume']:.3f} Å³" if s["volume"] else "no cell"
    shortest = f"{s['shortest']:.3f} Å" if s["shortest"] is not None else "-"
    return f"{formula(s)}, {volume}, shortest {shortest}, group {s['group']}" + (", disordered" if s["disordered"] else "")


def show_lists(results, most):
    conflicts = [n for n, r in results.items() if r.get("formula")]
    print(f"\nFORMULA: {len(conflicts)} files")
    for name in conflicts:
        print(f"          {name}\n              formula   {results[name]['formula']}\n"
              f"              spinel    {short(results[name]['spinel']['structures'])}, class {results[name]['class']}")
    for kind in ("DISAGREE", "refused", "alone"):
        groups = collections.defaultdict(list)
        for path, r in results.items():
            if r["class"] != kind:
                continue
            if kind == "alone":
                key = "alone"
            elif kind == "DISAGREE":
                what = next(iter(r["differs"].values()))
                key = ("warned: " if r["spinel"]["warnings"] else "SILENT: ") + re.sub(r"structure \d+: ", "", what).split(" ")[0]
                key += "" if r["peers_agree"] else " (peers disagree with each other)"
            else:
                error = r["spinel"].get("error") or next(s["refused"] for s in r["spinel"]["structures"] if "refused" in s)
                key = reason_kind(error)
            groups[key].append(path)
        print(f"\n{kind}: {sum(map(len, groups.values()))} files")
        for key, paths in sorted(groups.items(), key=lambda g: -len(g[1])):
            print(f"\n  {len(paths):4d}  {key}")
            for path in paths[:most]:
                r = results[path]
                print(f"          {path}")
                if "structures" in r["spinel"]:
                    print(f"              spinel    {short(r['spinel']['structures'])}")
                else:
                    print(f"              spinel    {r['spinel']['error'][:240]}")
                for name, p in r["peers"].items():
                    print(f"              {name:9s} {short(p['structures']) if p.get('structures') else p.get('error', '')[:120]}")


def compare(folder, names, manifest, program, options):
    cache_path = os.path.join(folder, "peers.json")
    cache = {}
    if os.path.exists(cache_path):
        with open(cache_path, encoding="utf-8") as file:
            cache = json.load(file)
    hashes = {n: file_hash(os.path.join(folder, n)) for n in names}
    jobs = [(os.path.join(folder, n), manifest[n], program, options.set,
             cache[n]["peers"] if cache.get(n, {}).get("hash") == hashes[n] else None) for n in names]
    results = {}
    with multiprocessing.Pool(options.jobs, maxtasksperchild=100) as pool:
        for name, (kept, result) in zip(names, pool.imap(work, jobs, chunksize=4)):
            cache[name] = {"hash": hashes[name], "peers": kept}
            results[name] = result
            if sys.stderr.isatty():
                print(f"\r{len(results)} of {len(names)}", end="", file=sys.stderr)
    with open(cache_path, "w", encoding="utf-8") as file:
        json.dump(cache, file)
    return results


def show_table(results, manifest):
    print(f"{'collection':20s} {'files':>6s} " + " ".join(f"{c:>10s}" for c in CLASSES) + "   warned of DISAGREE")
    rows = collections.defaultdict(collections.Counter)
    for name, r in results.items():
        for row in (manifest[name]["collection"], "all"):
            rows[row][r["class"]] += 1
            rows[row]["warned"] += r["class"] == "DISAGREE" and bool(r["spinel"]["warnings"])
    for row in sorted(rows, key=lambda n: (n == "all", n)):
        counts = rows[row]
        total = sum(counts[c] for c in CLASSES)
        print(f"{row:20s} {total:6d} " + " ".join(f"{counts[c] or '':>10}" for c in CLASSES) + f"   {counts['warned'] or ''}".rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--spinel", default="build/release/spinel")
    parser.add_argument("--set", default="", help="more keys of &convert")
    parser.add_argument("--only", default="", help="files whose path holds this")
    parser.add_argument("--json")
    parser.add_argument("--from", dest="earlier", help="JSON of an earlier run: its tables again")
    parser.add_argument("--lists", type=int, default=2, help="examples of each kind")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder, program = os.path.abspath(options.folder), os.path.abspath(options.spinel)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    names = sorted(n for n in manifest if options.only in n)
    if options.earlier:
        with open(options.earlier, encoding="utf-8") as file:
            results = {n: r for n, r in json.load(file).items() if n in names}
    else:
        results = compare(folder, names, manifest, program, options)
    for name, r in results.items():
        r["class"], r["differs"], r["peers_agree"] = judge(r["spinel"], r["peers"])
        r["formula"] = formula_conflict(os.path.join(folder, name), r["spinel"])
    if not options.earlier:
        with open(options.json or os.path.join(folder, "results.json"), "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    show_table(results, manifest)
    show_lists(results, options.lists)


if __name__ == "__main__":
    main()
