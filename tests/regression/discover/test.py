#!/usr/bin/python3
"""calculation = 'discover' (doc/discover.md): hits of a pool with labels, against a hull and against windows; candidates of
&propose whose energies a potential gives, killed at random points; oracles that fail, and that wait: test.py [seed]"""
import csv
import itertools
import os
import random
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "calculations"), os.path.join(HERE, "..", "sockets")]
import numpy as np
import spinel_testing as st
from counted import counts
from rare_gases import frame, rare_gases, rows

KILLS = 20
METALS = "Li Na K Mg Ca Sr Sc Y Ti Zr Al Ga".split()
ANIONS = "O S F Cl N".split()
WEIGHT = {s: ((7 * k) % 11) / 10 for k, s in enumerate(METALS + ANIONS)}


def same_labels(path, reference, what):
    """The same labels in the same order, to the last digit."""
    st.check(rows(path) == rows(reference), f"{what}: other labels than {reference}")


def hits(path):
    return sum(row["hit"] == "1" and row["round"] != "0" for row in rows(path))


def perovskites():
    """Made up: a label that is smooth in the elements."""
    sites = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    text = ""
    for number, (a, b, x) in enumerate(itertools.product(METALS, METALS, ANIONS)):
        label = abs(WEIGHT[a] - 0.3) + 2 * abs(WEIGHT[b] - 0.6) + WEIGHT[x]
        text += frame([a, b, x, x, x], sites, 4.0 * np.eye(3), {"id": f"p{number}", "cost": label, "gap": WEIGHT[a] + WEIGHT[x]})
    return text


def windows():
    """A pool with labels, and what they are to be."""
    st.write("pool.xyz", perovskites())
    head = "&control calculation = 'discover' prefix = '{}' seed = 3 /\n"
    group = "&discover pool = 'pool.xyz' targets = 'cost: .. 0.75', 'gap: 0.15 .. 1.45' initial_share = 0.03 rounds = 4 batch = 20 {} /\n"
    for ranks in (1, 2):
        st.run(st.write(f"windows_{ranks}.nml", head.format(f"windows_{ranks}") + group.format("")), ranks=ranks)
    same_labels("out/windows_2_labels.csv", "out/windows_1_labels.csv", "two ranks")
    for ranks in (1, 2):
        st.run(st.write(f"forest_{ranks}.nml", head.format(f"forest_{ranks}") + group.format("surrogate = 'forest'")), ranks=ranks)
    same_labels("out/forest_2_labels.csv", "out/forest_1_labels.csv", "a forest on two ranks")
    st.run(st.write("random.nml", head.format("random") + group.format("acquisition = 'random'")))
    found, by_chance = hits("out/windows_1_labels.csv"), hits("out/random_labels.csv")
    by_forest = hits("out/forest_1_labels.csv")
    for learned in (found, by_forest):
        st.check(learned > 2 * by_chance, f"{learned} hits by what is learned, {by_chance} at random")
    for row in rows("out/windows_1_labels.csv"):
        wanted = float(row["cost"]) < 0.75 and 0.15 < float(row["gap"]) < 1.45
        st.check((row["hit"] == "1") == wanted, f"a wrong verdict: {row}")
    labels = [row["id"] for row in rows("out/windows_1_labels.csv")]
    st.check(len(labels) == len(set(labels)), "a label was asked for twice")
    for most in (40, 5):  # in the middle of a round, and of what is asked for first
        name = f"at_most_{most}"
        printed = st.run(st.write(f"{name}.nml", head.format(name) + group.format(f"maximum_calls = {most}").replace("batch = 20", "batch = 7")))
        st.check(f"ends: maximum_calls = {most}" in printed and len(rows(f"out/{name}_labels.csv")) == most, printed)
    st.write("twice.txt", "p3\np4\np3\n")
    printed = st.run(st.write("twice.nml", head.format("twice") + group.format("initial = 'twice.txt'").replace("initial_share = 0.03", "")), status=2)
    st.check("twice.nml:2: &discover initial: the pool has no candidate 'p3'" in printed, printed)
    print(f"windows: {found} hits, {by_forest} by a forest, {by_chance} at random; the same on two ranks")


def lower_hull(points, x):
    """Of (fraction, energy), at x, by all pairs."""
    best = np.inf
    for (x1, e1), (x2, e2) in itertools.product(points, points):
        if x1 <= x <= x2:
            best = min(best, e1 if x2 == x1 else e1 + (e2 - e1) * (x - x1) / (x2 - x1))
    return best


def hull():
    """Formulas against the hull of what is known and of what is found."""
    rng = np.random.default_rng(5)
    known, pool, entries = "id,formula,e_form\n", "id,formula,e_form\n", {}
    for k, (a, b) in enumerate(itertools.combinations(["Li", "Mg", "Al", "Ti", "Fe", "O", "S", "F"], 2)):
        for n, m in ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)):
            energy = round(float(-1.5 * abs(WEIGHT.get(a, 0.5) - WEIGHT.get(b, 0.5)) + rng.normal(0, 0.2)), 6)
            line = f"e{len(entries)},{a}{n}{b}{m},{energy}\n"
            entries[f"e{len(entries)}"] = (a, b, m / (n + m), energy)
            if (n, m) in ((1, 1), (3, 1)):
                known += line
            else:
                pool += line
    st.write("known.csv", known)
    st.write("pool.csv", pool)
    st.run(st.write("hull.nml", "&control calculation = 'discover' prefix = 'hull' /\n"
                    "&discover pool_entries = 'pool.csv' known = 'known.csv' rounds = 3 batch = 15 max_per_system = 2 /\n"), ranks=2)
    found = rows("out/hull_labels.csv")
    st.check(len(found) == 45, f"{len(found)} labels of 45")
    for row in found:
        a, b, x, energy = entries[row["id"]]
        points = [(0.0, 0.0), (1.0, 0.0)] + [(f, e) for p, q, f, e in entries.values() if (p, q) == (a, b)]
        above = energy - lower_hull(points, x)
        st.check(abs(above - float(row["final_above_hull"])) < 1e-9, f"{row['id']}: {row['final_above_hull']} above the hull, {above} by all pairs")
        st.check((row["hit"] == "1") == (above < 1e-8), f"a wrong verdict: {row}")
    for number in "123":
        systems = [entries[row["id"]][:2] for row in found if row["round"] == number]
        st.check(max(systems.count(s) for s in systems) <= 2, f"more than two of a system in round {number}")
    print(f"hull: {hits('out/hull_labels.csv')} hits of 45 labels, distances as by all pairs")


PROPOSED = """&control calculation = 'discover' prefix = 'gases' outdir = '{}' restart_mode = 'auto' /
&discover known_structures = 'gases.xyz' oracle = 'potential' candidates = 12 batch = {} rounds = {} features = 'composition', 'structure' /
&propose known = 'gases.xyz' generators = 'prototypes' elements = 'Ne', 'Ar', 'Kr' charge_balance = 'none' /
&relax cell = 'full' fmax = 1e-3 max_steps = {} /
"""
PAIRS = """&potential style = 'lennard_jones' pairs = 'Ne-Ne', 'Ar-Ar', 'Kr-Kr', 'Ne-Ar', 'Ne-Kr', 'Ar-Kr'
  epsilon = 0.003, 0.0104, 0.014, 0.02, 0.01, 0.016 sigma = 2.8, 3.4, 3.65, 3.0, 3.2, 3.5 cutoff = 8.0 /
"""


def killed(rng):
    """The loop on candidates of &propose, killed again and again, on one rank and on two."""
    st.write("gases.xyz", rare_gases())
    st.run(st.write("whole.nml", PROPOSED.format("whole", 5, 5, 300) + PAIRS))
    labels = rows("whole/gases_labels.csv")
    st.check(len(labels) >= 10, f"only {len(labels)} labels")
    n_kills = 0
    for ranks in (1, 2):
        path = st.write(f"killed_{ranks}.nml", PROPOSED.format(f"killed_{ranks}", 5, 5, 300) + PAIRS)
        complete = False
        for _ in range(KILLS // 2):
            process = st.start(path, ranks=ranks)
            wanted = rng.randrange(1, 22)
            lines = [line for line in itertools.islice(process.stdout, wanted)]
            complete = any("Complete" in line for line in lines)
            st.kill_all(process)
            n_kills += 1
            if complete:  # another one
                for name in os.listdir(f"killed_{ranks}"):
                    os.system(f"rm -rf killed_{ranks}/{name}")
        st.run(path, ranks=ranks)
        same_labels(f"killed_{ranks}/gases_labels.csv", "whole/gases_labels.csv", f"{ranks} ranks after kills")
        st.compare_files(f"killed_{ranks}/gases.h5", "whole/gases.h5", ignore=st.IGNORED + ("rounds/choice_seconds", "rounds/label_seconds"))
    print(f"propose: {len(labels)} labels, {n_kills} kills, the same on one rank and two")


def full_disk():
    """No room for the journal: what is kept stays, and the run goes on when there is room."""
    os.mkdir("small")
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "small"], stderr=subprocess.DEVNULL).returncode:
        print("full disk: left out, mounting a tmpfs needs root and the right to mount")
        return
    try:
        path = st.write("small.nml", PROPOSED.format("small", 5, 5, 300) + PAIRS)
        printed = st.run(path, ranks=2, status=1)
        st.check("No space left on device" in printed and "small/" in printed, f"file or cause is not named:\n{printed}")
        subprocess.run(["mount", "-o", "remount,size=64m", "small"], check=True)
        st.run(path, ranks=2)
        same_labels("small/gases_labels.csv", "whole/gases_labels.csv", "a disk that was full")
        print("full disk: the same labels when there was room again")
    finally:
        subprocess.run(["umount", "small"], check=False)


def failing():
    """An oracle that fails for some: rows with reasons, and none is asked twice."""
    script = f"{sys.executable} {HERE}/../calculations/script.py {{file}} {{result}} {os.getcwd()}/counter crash_of_kr"
    fcc = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    st.write("some.xyz", "".join(frame([s] * 4, fcc, 3.9 * np.eye(3), {"id": s}) for s in ("Ne", "Ar"))
             + frame(["Ne", "Ar", "Ar", "Ar"], fcc, 3.9 * np.eye(3), {"id": "l1_2"}))
    st.write("krypton.csv", "id,formula,energy_per_atom\nKr,Kr,-0.05\n")
    pool = "".join(frame([x, y, y, x] if k % 2 else [x, x, x, y], fcc, (3.8 + 0.02 * k) * np.eye(3), {"id": f"c{k}"})
                   for k, (x, y) in enumerate([("Ne", "Ar"), ("Kr", "Ar"), ("Ar", "Ne"), ("Kr", "Ne"), ("Ne", "Ar"), ("Ar", "Kr")]))
    st.write("few.xyz", pool)
    text = ("&control calculation = 'discover' prefix = 'failing' restart_mode = 'auto' /\n"
            "&discover pool = 'few.xyz' known_structures = 'some.xyz' known = 'krypton.csv' oracle = 'potential' batch = 2 rounds = 5 /\n"
            f"&potential style = 'command' command = '{script}' /\n&relax max_steps = 1 /\n")
    path = st.write("failing.nml", text)
    process = st.start(path)
    lines = []
    while not any("round   1" in line for line in lines[-1:]):
        lines.append(process.stdout.readline())
        st.check(lines[-1], "".join(lines))
    st.kill_all(process)
    before = counts("counter")[0]
    st.run(path)
    found = rows("out/failing_labels.csv")
    st.check(len({row["id"] for row in found}) == len(found), "a label was asked for twice")
    st.check(len(found) == 6, f"{len(found)} rows of 6")
    for row in found:
        st.check(("Kr" in row["formula"]) == ("out of cheese" in row["failure"]), f"no reason, or a wrong one: {row}")
        st.check((row["failure"] == "") == (row["energy"] != ""), f"neither a label nor a failure: {row}")
    begun, ended = counts("counter")
    st.check(len(set(ended)) == len(ended), "a calculation that ended was begun again")
    st.check(len(begun) >= len(before), "nothing was counted")
    print(f"failing: {len(found)} labels, {len(begun)} calculations begun, {len(ended)} ended")


def waiting():
    """Labels that others write."""
    st.write("pool.xyz", perovskites())
    text = ("&control calculation = 'discover' prefix = 'waiting' restart_mode = 'auto' seed = 3 /\n"
            "&discover pool = 'pool.xyz' targets = 'cost: .. 0.75' oracle = 'file' {} initial_share = 0.02 rounds = 2 batch = 9 /\n")
    st.write("nothing.nml", text.format(""))
    printed = st.run("nothing.nml", ranks=2, status=None)
    st.check("waiting for 14 labels of round 0" in printed, printed)
    labels = dict(re.findall(r'id="(p\d+)" cost=([\d.]+)', perovskites()))
    answered = ""
    for round_ in range(3):
        with open("out/waiting_wanted.xyz") as file:
            wanted = file.read()
        st.check("cost" not in wanted, "labels of the pool were given away")
        ids = re.findall(r'\bid="?(p\d+)', wanted)
        part = ids if round_ != 1 else ids[:4]  # some come later
        answered += "".join(frame(["Li"], [[0, 0, 0]], 3 * np.eye(3), {"id": i, "cost": float(labels[i])}) for i in part)
        st.write("answers.xyz", answered)
        printed = st.run(st.write("answered.nml", text.format("labels = 'answers.xyz'")), ranks=2, status=None)
        if part != ids:
            st.check(f"waiting for {len(ids) - 4} labels of round 1" in printed, printed)
            answered += "".join(frame(["Li"], [[0, 0, 0]], 3 * np.eye(3), {"id": i, "cost": float(labels[i])}) for i in ids[4:])
            st.write("answers.xyz", answered)
            printed = st.run("answered.nml", status=None)
    st.check("Complete" in printed and not os.path.exists("out/waiting_wanted.xyz"), printed)
    table = text.format("").replace("'waiting'", "'table'").replace("'file'", "'table'")
    st.run(st.write("table.nml", table))
    same_labels("out/waiting_labels.csv", "out/table_labels.csv", "labels of a file")
    print("waiting: the same labels as of a table")


def latents():
    """What a potential makes of crystals as features: silicon by its bonds, in cells whose volumes say nothing."""
    rng = np.random.default_rng(4)
    kinds = {"diamond": ([[0, 0, 0], [0.25] * 3], [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]], 5.43, 8),
             "fcc": ([[0, 0, 0]], [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]], 3.85, 4),
             "sc": ([[0, 0, 0]], np.eye(3), 2.53, 1)}
    text = ""
    for number in range(150):
        kind = ["diamond", "fcc", "fcc", "sc", "sc"][number % 5]
        places, cell, a, _ = kinds[kind]
        strain = np.eye(3) + rng.uniform(-0.15, 0.15, (3, 3))  # the matcher tells them apart
        text += frame(["Si"] * len(places), places, np.array(cell) * a @ strain, {"id": f"s{number}", "four_bonds": float(kind == "diamond")})
    text += frame(["Xe"], [[0, 0, 0]], 6.0 * np.eye(3), {"id": "other", "four_bonds": 0.0})
    st.write("silicon.xyz", text)
    group = (f"&discover pool = 'silicon.xyz' targets = 'four_bonds: 0.5 ..' initial_share = 0.1 rounds = 3 batch = 10\n"
             f"  features = '{{}}' models = '{st.SOURCE}/models/silicon.h5' surrogate = '{{}}' /\n")
    for surrogate, ranks in (("process", 1), ("forest", 1), ("forest", 2)):
        name = f"latents_{surrogate}_{ranks}"
        printed = st.run(st.write(f"{name}.nml", f"&control calculation = 'discover' prefix = '{name}' seed = 3 /\n" + group.format("latents", surrogate)), ranks=ranks)
        st.check("1 candidates are left out" in printed, f"xenon is not told:\n{printed}")
        chosen = [row for row in rows(f"out/{name}_labels.csv") if row["round"] != "0"]
        found = hits(f"out/{name}_labels.csv")  # by chance a fifth of them
        st.check(len(chosen) == 30 and found > 10, f"{found} of {len(chosen)} are diamond")
    same_labels("out/latents_forest_2_labels.csv", "out/latents_forest_1_labels.csv", "latents on two ranks")
    printed = st.run(st.write("no_predictions.nml", "&control calculation = 'discover' prefix = 'no' /\n" + group.format("predictions", "process")), status=2)
    st.check("no_predictions.nml:3: &discover features: 'predictions' needs a model that predicts a property" in printed, printed)
    print("latents: silicon with four bonds is found by what a potential knows of it")


def tutorial():
    """input/discover_ti_al_ni.nml, shortened, and its pictures."""
    weights = os.path.join(st.DATA, "m3gnet", "M3GNet-MatPES-PBE-v2025.1-PES")
    if not os.path.exists(weights):
        print("tutorial: left out, there are no weights of M3GNet")
        return
    os.makedirs("out", exist_ok=True)
    subprocess.run([sys.executable, f"{st.SOURCE}/scripts/import_model.py", weights, "out/matpes.h5"], check=True, stdout=subprocess.DEVNULL)
    text = st.namelist(f"{st.SOURCE}/input/discover_ti_al_ni.nml", rounds=2, batch=6, candidates=40)
    text = text.replace("'intermetallics.xyz'", f"'{st.SOURCE}/input/intermetallics.xyz'")
    printed = st.run(st.write("tutorial.nml", text), ranks=2)
    st.check("round   2: 6 asked" in printed and "Complete" in printed, printed)
    subprocess.run([sys.executable, f"{st.SOURCE}/scripts/plot.py", "out/ti_al_ni.h5"], check=True, stdout=subprocess.DEVNULL)
    for name in ("discovery", "hull", "hull_at_start"):
        st.check(os.path.getsize(f"out/ti_al_ni_{name}.png") > 10000, f"no picture of {name}")
    print("tutorial: two rounds, three pictures")


seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)
print(f"seed {seed}")
with st.workspace():
    windows()
    hull()
    killed(random.Random(seed))
    full_disk()
    failing()
    waiting()
    latents()
    tutorial()
