#!/usr/bin/python3
"""The screen of calculation = 'discover' and its networks' retraining (doc/discover.md): what is kept against an own
computation, on one rank and two, killed at random points: test.py [seed]"""
import csv
import itertools
import os
import random
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
import h5py
import numpy as np
import spinel_testing as st

SYMBOL = {22: "Ti", 13: "Al", 28: "Ni", 26: "Fe", 29: "Cu", 23: "V", 102: "No"}
KNOWN = os.path.join(st.SOURCE, "input", "intermetallics.xyz")
MODEL = os.path.join(st.SOURCE, "models", "formation_energy.h5")
PROPOSE = (f"&propose known = '{KNOWN}' generators = 'prototypes' elements = 'Ti', 'Al', 'Ni', 'Fe', 'Cu', 'V', 'No' n_elements = 2\n"
           "  charge_balance = 'none' max_atoms = 16 {} /\n")
SCALES = (0.9, 1.0, 1.1)
# Elements, and some compounds of those that have any; V has none, and the networks do not know No.
ENTRIES = {"Ti": 0.0, "Al": 0.0, "Ni": 0.0, "Fe": 0.0, "Cu": 0.0, "No": 0.0, "TiAl": -0.4, "Ti3Al": -0.28, "NiAl": -0.66, "Ni3Al": -0.43,
           "TiNi": -0.36, "FeAl": -0.33, "TiFe": -0.41, "CuAl2": -0.16}
N_SCREEN, N_KEPT, N_RANDOM = 300, 30, 6


def texts(group):
    if isinstance(group, h5py.Dataset):
        return [text.decode() for text in group]
    offset, data = group["offset"][:], group["bytes"][:].tobytes()
    return [data[a:b].decode() for a, b in zip(offset, offset[1:])]


def perturbed(path, factor):
    """The network with other weights."""
    shutil.copy(MODEL, path)
    with h5py.File(path, "r+") as file:
        name = sorted(key for key in file["weights"] if file["weights"][key].ndim == 2)[-1]
        file["weights"][name][...] = file["weights"][name][...] * factor


def fractions(formula):
    parts = {s: float(n or 1) for s, n in re.findall(r"([A-Z][a-z]?)(\d*)", formula)}
    return {s: n / sum(parts.values()) for s, n in parts.items()}


def hull(a, b, x):
    """At x of b in a-b, by all pairs; NaN where an element has no entry."""
    if a not in ENTRIES or b not in ENTRIES:
        return np.nan
    points = [(f.get(b, 0.0), energy) for f, energy in ((fractions(name), e) for name, e in ENTRIES.items()) if set(f) <= {a, b}]
    best = np.inf
    for (x1, e1), (x2, e2) in itertools.product(points, points):
        if x1 <= x <= x2:
            best = min(best, e1 if x2 == x1 else e1 + (e2 - e1) * (x - x1) / (x2 - x1))
    return best


def proposals():
    """All that &propose makes, and what `predict` says of it at every volume: lists of (symbols, mean, spread, scale)."""
    st.run(st.write("all.nml", "&control calculation = 'propose' prefix = 'all' seed = 7 /\n" + PROPOSE.format(f"count = {2 * N_SCREEN}")))
    with h5py.File("out/all.dataset.h5") as file:
        offset, number, position = file["structure/atom_offset"][:], file["atom/atomic_number"][:], file["atom/position"][:]
        cell = file["structure/cell"][:]
    found = []
    for scale in SCALES:
        length, text = scale ** (1 / 3), ""
        for k, (first, last) in enumerate(zip(offset, offset[1:])):
            text += f'{last - first}\nLattice="{" ".join(repr(float(x)) for x in length * cell[k].ravel())}" Properties=species:S:1:pos:R:3\n'
            text += "".join(f"{SYMBOL[number[a]]} {' '.join(repr(float(x)) for x in length * position[a])}\n" for a in range(first, last))
        st.write("scaled.xyz", text)
        st.run(st.write("scaled.nml", "&control calculation = 'predict' prefix = 'scaled' /\n"
                        "&predict structures = 'scaled.xyz' models = 'one.h5', 'two.h5' /\n"), ranks=2)
        with h5py.File("out/scaled.h5") as file:
            found.append((file["predictions/value"][:], file["predictions/spread"][:]))
    result = []
    for k, (first, last) in enumerate(zip(offset, offset[1:])):
        best = min(range(len(SCALES)), key=lambda s: found[s][0][k]) if not np.isnan(found[0][0][k]) else 0
        result.append(([SYMBOL[z] for z in number[first:last]], found[best][0][k], found[best][1][k], SCALES[best]))
    return result


DISCOVER = """&control calculation = 'discover' prefix = 'screen' outdir = '{}' restart_mode = 'auto' seed = 7 /
&discover oracle = 'file' known = 'entries.csv' candidates = {} screen = {} screen_models = 'one.h5', 'two.h5'
  volume_scales = 0.9, 1, 1.1 screen_kappa = 0.5 screen_random = 0.2 features = 'composition' batch = 5 rounds = 2 {} /
"""


def answered(folder, ranks):
    """To the end, with made-up labels, and what was printed."""
    answers, printed = "id,formula,formation_energy_per_atom\n", ""
    st.write(f"{folder}.csv", answers)
    text = DISCOVER.format(folder, N_KEPT, N_SCREEN, f"labels = '{folder}.csv'")
    path = st.write(f"{folder}.nml", text + PROPOSE.format(""))
    for _ in range(3):
        if not os.path.exists(f"{folder}/screen_wanted.xyz"):
            path_now = st.write(f"{folder}_first.nml", text.replace(f"labels = '{folder}.csv'", "") + PROPOSE.format("")) if answers.count("\n") == 1 else path
        else:
            with open(f"{folder}/screen_wanted.xyz") as file:
                wanted = re.findall(r'\bid="?(screen-\d+)', file.read())
            with h5py.File(f"{folder}/screen.h5") as file:
                formula = dict(zip(texts(file["screen/candidates/id"]), texts(file["screen/candidates/formula"])))
            answers += "".join(f"{i},{formula[i]},{-0.1 - (int(i.split('-')[1]) * 37 % 23) / 40}\n" for i in wanted)
            st.write(f"{folder}.csv", answers)
            path_now = path
        printed = st.run(path_now, ranks=ranks, status=None)
        if "Complete" in printed:
            return printed
    st.check(False, f"it never ends:\n{printed}")


def kept():
    """The lowest of all proposals, and some at random."""
    everything = proposals()
    st.write("entries.csv", "id,formula,formation_energy_per_atom\n" + "".join(f"e{k},{f},{e}\n" for k, (f, e) in enumerate(ENTRIES.items())))
    printed = answered("one", 1)
    n_rounds = 0
    with h5py.File("one/screen.h5") as file:
        table = {name: (texts(item) if item.dtype.kind in "OS" else item[:]) for name, item in file["screen/candidates"].items()}
        reasons = dict(zip(zip(file["screen/left_out/round"][:], texts(file["screen/left_out/reason"])), file["screen/left_out/n"][:]))
    for round_, first in ((1, 0), (2, N_SCREEN)):
        part = everything[first:first + N_SCREEN]
        distance = []
        for symbols, mean, spread, scale in part:
            a, b = sorted(set(symbols))
            distance.append(mean - 0.5 * spread - hull(a, b, symbols.count(b) / len(symbols)))
        unknown = sum("No" in symbols and "V" not in symbols for symbols, *_ in part)
        lacking = sum("V" in symbols for symbols, *_ in part)
        st.check(unknown > 0 and lacking > 0, "the test has lost its point")
        st.check(sum(n for (r, reason), n in reasons.items() if r == round_ and "'No'" in reason) == unknown, f"{reasons}: {unknown} with No")
        st.check(sum(n for (r, reason), n in reasons.items() if r == round_ and "lacks" in reason) == lacking, f"{reasons}: {lacking} with V")
        rows = [k for k, r in enumerate(table["round"]) if r == round_]
        st.check(len(rows) == N_KEPT and sum(table["random"][rows]) == N_RANDOM, f"{len(rows)} kept in round {round_}")
        number = table["number"][rows]
        st.check(np.all(np.diff(number) > 0), "not in their order")
        for k in rows:
            symbols, mean, spread, scale = part[table["number"][k]]
            st.check(abs(table["formation_energy"][k] - mean) < 1e-5 and abs(table["spread"][k] - spread) < 1e-5 and
                     abs(table["distance"][k] - distance[table["number"][k]]) < 1e-5, f"{table['id'][k]}: other predictions than `predict`")
            st.check(table["volume_scale"][k] == scale, f"{table['id'][k]}: volume {table['volume_scale'][k]}, by `predict` {scale}")
            st.check(fractions(table["formula"][k]) == {s: symbols.count(s) / len(symbols) for s in set(symbols)}, f"{table['id'][k]}: another crystal")
        best = sorted((d, k) for k, d in enumerate(distance) if not np.isnan(d))
        wanted = {k for _, k in best[:N_KEPT - N_RANDOM]}
        st.check(wanted == {n for n, r in zip(number, table["random"][rows]) if not r}, f"round {round_}: not the lowest are kept")
        n_rounds += 1
    st.check(set(table["volume_scale"]) != {1.0}, "the test of volumes has lost its point")
    # A candidate has the volume at which it was best.
    with open("one/screen_hits.xyz") as file:
        text = file.read()
    checked = 0
    for lattice, name in re.findall(r'Lattice="([^"]*)".*?\bid="?(screen-\d+)', text):
        k = table["id"].index(name)
        if table["volume_scale"][k] == 1.0:
            continue
        with h5py.File("out/all.dataset.h5") as file:
            cell = file["structure/cell"][(table["round"][k] - 1) * N_SCREEN + table["number"][k]]
        ratio = np.linalg.det(np.array(lattice.split(), float).reshape(3, 3)) / np.linalg.det(cell)
        st.check(abs(ratio - table["volume_scale"][k]) < 1e-5, f"{name}: {ratio} of its volume")
        checked += 1
    st.check(checked > 0, "no hit has another volume")
    st.check("screen    1: 300 proposed" in printed, printed)
    answered("two", 2)
    st.compare_files("two/screen.h5", "one/screen.h5", ignore=st.IGNORED + TIMES)
    st.check(open("two/screen_labels.csv").read() == open("one/screen_labels.csv").read(), "two ranks: other labels")
    print(f"kept: {N_KEPT} of {N_SCREEN} in {n_rounds} rounds, as by sorting; {checked} volumes; the same on two ranks")


GASES = ["He", "Ne", "Ar", "Kr", "Xe"]
SIZE = dict(zip(GASES, (2.6, 2.8, 3.4, 3.65, 3.95)))
GAS_HULL = {"He": 0.0, "Ne": 0.0, "Ar": 0.0, "Kr": 0.0, "Xe": 0.0, "NeAr": -0.2, "Kr3Xe": -0.1}
FCC, CSCL = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]), np.array([[0, 0, 0], [0.5, 0.5, 0.5]])


def gas(symbols, places, length, info):
    text = f'{len(symbols)}\nLattice="{length} 0 0 0 {length} 0 0 0 {length}" Properties=species:S:1:pos:R:3 {info}\n'
    return text + "".join(f"{s} {' '.join(repr(float(x)) for x in length * place)}\n" for s, place in zip(symbols, places))


def gases():
    text = "".join(gas([s] * 4, FCC, 1.58 * SIZE[s], f'id="{s}"') for s in GASES)
    return text + gas(["Ne", "Ar", "Ar", "Ar"], FCC, 5.2, 'id="l1_2"') + gas(["Ne", "Ne", "Ar", "Ar"], FCC[[0, 3, 1, 2]], 5.0, 'id="l1_0"') + gas(["Ne", "Kr"], CSCL, 3.5, 'id="b2"')


RETRAINED = """&control calculation = 'discover' prefix = 'gases' outdir = '{0}' restart_mode = 'auto' seed = 3 /
&discover known_structures = 'gases.xyz' oracle = 'potential' hit_above_hull = 10 screen = 16 candidates = 6 batch = 4 rounds = 3
  screen_models = 'one.h5', 'two.h5' screen_known = 'gases.csv' features = 'composition'
  retrain_epochs = 4 training_data = 'trained.xyz' replay = 40 learning_rate = 1e-3 /
&propose known = 'gases.xyz' generators = 'prototypes' elements = 'He', 'Ne', 'Ar', 'Kr', 'Xe' n_elements = 2 charge_balance = 'none' /
&relax cell = 'full' fmax = 1e-3 max_steps = 1 /
"""


def potential():
    pairs = list(itertools.combinations_with_replacement(GASES, 2))
    sigma = ", ".join(f"{(SIZE[a] + SIZE[b]) / 2:.4f}" for a, b in pairs)
    epsilon = ", ".join(f"{0.004 * (1 + (3 * k) % 5):.4f}" for k in range(len(pairs)))
    return f"&potential style = 'lennard_jones' cutoff = 8.0\n  pairs = {', '.join(repr(a + '-' + b) for a, b in pairs)}\n  epsilon = {epsilon}\n  sigma = {sigma} /\n"


def predicted(structures, models):
    st.run(st.write("asked.nml", f"&control calculation = 'predict' prefix = 'asked' /\n&predict structures = '{structures}' models = {', '.join(repr(m) for m in models)} /\n"))
    with h5py.File("out/asked.h5") as file:
        return file["predictions/value"][:]


def retrained(rng):
    """Networks that learn of labels: errors by `predict`, and the same of killed runs on one rank and two."""
    st.write("gases.xyz", gases())
    st.write("gases.csv", "id,formula,formation_energy_per_atom\n" + "".join(f"g{k},{f},{e}\n" for k, (f, e) in enumerate(GAS_HULL.items())))
    st.write("trained.xyz", "".join(gas([a, b], CSCL, 3.0 + 0.02 * k, f"formation_energy_per_atom={0.01 * k}")
                                    for k, (a, b) in enumerate(itertools.permutations(GASES * 2, 2)) if a != b))
    printed = st.run(st.write("whole.nml", RETRAINED.format("whole") + potential()))
    st.check("retrain   2: 4 labels" in printed and "retrain   3: 8 labels" in printed and "Complete" in printed, printed)
    networks = {r: [f"whole/gases_screen_{m}_{r}.h5" for m in (1, 2)] for r in (1, 2)}
    ENTRIES.clear()
    ENTRIES.update(GAS_HULL)
    with open("whole/gases_labels.csv") as file:
        labels = {row["id"]: row for row in csv.DictReader(file) if row["round"] == "1" and not row["failure"] and not row["repeats"]}
    frames = re.findall(r"(?m)^\d+\n.*\n(?:[A-Z].*\n)+", open("whole/gases_hits.xyz").read())
    ended = {re.search(r'\bid="?(gases-\d+)', frame).group(1): frame for frame in frames}
    st.write("ended.xyz", "".join(ended[i] for i in labels))
    target = []
    for row in labels.values():
        f = fractions(row["formula"])
        a, b = sorted(f)
        target.append(hull(a, b, f[b]) + float(row["above_hull"]))
    with h5py.File("whole/gases.h5") as file:
        told = {name: file[f"screen/retraining/{name}"][0] for name in ("n_labels", "error_before", "error_after", "error_new")}
        numbers, rounds, energies = (file[f"screen/candidates/{name}"][:] for name in ("number", "round", "formation_energy"))
    st.check(told["n_labels"] == len(labels) == 4, f"{told['n_labels']} labels, {len(labels)} by the table")
    for name, models in (("error_before", ["one.h5", "two.h5"]), ("error_after", networks[1]), ("error_new", ["one.h5", "two.h5"])):
        error = np.mean(np.abs(predicted("ended.xyz", models) - target))
        st.check(abs(error - told[name]) < 1e-5, f"{name}: {told[name]}, by `predict` {error}")
    st.check(told["error_after"] < 0.8 * told["error_before"], f"nothing was learned: {told}")
    # What the next round was screened by.
    propose = RETRAINED.split("&propose")[1].split("&relax")[0].replace("charge_balance", "count = 48 charge_balance")
    st.run(st.write("all_gases.nml", "&control calculation = 'propose' prefix = 'gases' seed = 3 /\n&propose" + propose))
    for round_, models in ((1, ["one.h5", "two.h5"]), (2, networks[1]), (3, networks[2])):
        values = predicted("out/gases.dataset.h5", models)
        for number, energy in zip(numbers[rounds == round_], energies[rounds == round_]):
            st.check(abs(values[16 * (round_ - 1) + number] - energy) < 1e-5, f"round {round_}: candidate {number} has {energy}, by `predict` {values[16 * (round_ - 1) + number]}")
    n_lines, kills = len(printed.splitlines()), 0
    for ranks in (1, 2):
        folder = f"killed_{ranks}"
        path = st.write(f"{folder}.nml", RETRAINED.format(folder) + potential())
        for _ in range(KILLS):
            process = st.start(path, ranks=ranks)
            wanted = rng.randrange(8, n_lines)
            lines = list(itertools.islice(process.stdout, wanted))
            # In the midst of a retraining: when the first of its networks is there.
            if rng.random() < 0.3:
                while process.poll() is None and not os.path.exists(f"{folder}/gases_screen_1_1.h5"):
                    lines += list(itertools.islice(process.stdout, 1))
            st.kill_all(process)
            kills += 1
            if any("Complete" in line for line in lines):
                shutil.rmtree(folder)
        st.run(path, ranks=ranks)
        st.check(open(f"{folder}/gases_labels.csv").read() == open("whole/gases_labels.csv").read(), f"{ranks} ranks after kills: other labels")
        st.compare_files(f"{folder}/gases.h5", "whole/gases.h5", ignore=st.IGNORED + TIMES)
        for name in sum(networks.values(), []):
            st.compare_files(name.replace("whole", folder), name)
    print(f"retrained: error of labels {told['error_before']:.3f} before, {told['error_after']:.3f} after; {kills} kills, the same on one rank and two")


def refused():
    """What shows when files are read: one message that names the key, and nothing written."""
    shutil.copy(MODEL, "gap.h5")
    with h5py.File("gap.h5", "r+") as file:
        text = file.attrs["architecture"]
        file.attrs["architecture"] = (text.decode() if isinstance(text, bytes) else text).replace("formation_energy_per_atom", "band_gap").replace("eV/atom", "eV")
    st.write("total.csv", "id,formula,energy_per_atom\na,Ti,-7.8\nb,Al,-3.7\n")
    st.write("unlabelled.xyz", gas(["Ti", "Al"], CSCL, 3.1, 'id="b2"'))
    text = "&control calculation = 'discover' outdir = 'nothing' /\n&discover oracle = 'file' known = 'entries.csv' candidates = 5 screen = 9 batch = 2 {} /\n" + PROPOSE.format("")
    for name, keys, words in (("gap", "screen_models = 'gap.h5'", "screen_models: 'gap.h5' predicts 'band_gap' in eV; a screen needs formation energies"),
                              ("ensemble", "screen_models = 'one.h5', 'gap.h5'", "screen_models: 'one.h5' predicts a number of 'formation_energy_per_atom'"),
                              ("total", "screen_models = 'one.h5' screen_known = 'total.csv'", "screen_known: has total energies"),
                              ("missing", "screen_models = 'one.h5' screen_known = 'absent.csv'", "screen_known: "),
                              ("unlabelled", "screen_models = 'one.h5' retrain_epochs = 2 training_data = 'unlabelled.xyz'", "training_data: none of the first crystals of 'unlabelled.xyz' has")):
        printed = st.run(st.write(f"{name}.nml", text.format(keys)), ranks=2, status=2)
        st.check(f"{name}.nml:2: &discover {words}" in printed and printed.count("spinel: ") == 1, printed)
        st.check(not os.path.exists("nothing"), f"{name}: something was written")
    print("refused: five inputs")


KILLS = 4
TIMES = ("rounds/choice_seconds", "rounds/label_seconds", "screen/seconds", "screen/retraining/seconds")

seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)
print(f"seed {seed}")
with st.workspace():
    shutil.copy(MODEL, "one.h5")
    perturbed("two.h5", 1.05)
    kept()
    refused()
    retrained(random.Random(seed))
