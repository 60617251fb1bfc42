#!/usr/bin/python3
"""calculation = 'discover' with two levels (doc/discover.md): &potential relaxes candidates, &oracle labels some and computes
what they are measured from. Energies, hulls and what is asked for against numpy; kills at points of progress; references that
fail; a pool, and an array of jobs: test.py"""
import itertools
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "calculations"), os.path.join(HERE, "..", "sockets"), os.path.join(HERE, "..", "discover")]
import ipi
import numpy as np
import spinel_testing as st
from counted import counts
from rare_gases import frame, rare_gases, rows

ELEMENTS = ["Ne", "Ar", "Kr"]
OTHER_ZERO = {"Ne": 0.0, "Ar": 0.1, "Kr": -0.2}  # of script.py, eV
EPSILON = {"Ne-Ne": 0.004, "Ar-Ar": 0.009, "Kr-Kr": 0.014, "Ne-Ar": 0.018, "Ne-Kr": 0.012, "Ar-Kr": 0.014}
SIGMA = {"Ne-Ne": 2.8, "Ar-Ar": 3.4, "Kr-Kr": 3.65, "Ne-Ar": 3.0, "Ne-Kr": 3.2, "Ar-Kr": 3.5}
CUTOFF = 8.0


def pairs(group, epsilon):
    return (f"&{group} style = 'lennard_jones' pairs = {', '.join(repr(p) for p in EPSILON)}\n  epsilon = {', '.join(map(str, epsilon))} "
            f"sigma = {', '.join(map(str, SIGMA.values()))} cutoff = {CUTOFF} /\n")


RELAX = "&relax cell = 'full' fmax = 1e-3 max_steps = 300 /\n"
POTENTIAL = RELAX + pairs("potential", EPSILON.values())
BETTER = pairs("oracle", (0.003, 0.0104, 0.014, 0.02, 0.01, 0.016))
PROPOSED = """&control calculation = 'discover' prefix = 'gases' outdir = '{0}' restart_mode = 'auto' /
&discover known_structures = 'gases.xyz' oracle = 'potential' candidates = 10 batch = 3 rounds = 3 features = 'composition' {1} /
&propose known = 'gases.xyz' generators = 'prototypes' elements = {2} charge_balance = 'none' /
"""


def script(counter, misdeed="other_zero", more=""):
    return f"&oracle style = 'command' command = '{sys.executable} {HERE}/../calculations/script.py {{file}} {{result}} {os.getcwd()}/{counter} {misdeed}' level = 'script' {more} /\n"


def crystal_of(text):
    """A name of counted.py back to symbols, cell, positions."""
    words = text.split()
    n = sum(not re.match(r"[-\d]", w) for w in words)
    numbers = np.array([float(w) for w in words[n:]])
    return words[:n], numbers[:9].reshape(3, 3), numbers[9:].reshape(-1, 3)


def read_frames(path):
    with open(path) as file:
        lines = file.read().splitlines()
    found = {}
    while lines:
        n = int(lines[0])
        cell = np.array([float(x) for x in re.search(r'Lattice="([^"]*)"', lines[1]).group(1).split()]).reshape(3, 3)
        atoms = [line.split() for line in lines[2:2 + n]]
        found[re.search(r"\bid=(\S+)", lines[1]).group(1)] = ([a[0] for a in atoms], cell, np.array([[float(x) for x in a[1:4]] for a in atoms]))
        lines = lines[2 + n:]
    return found


def by_script(crystal):
    """What script.py makes of a crystal with other_zero, eV/atom."""
    symbols, cell, positions = crystal
    return (ipi.lennard_jones(cell, positions)[0] + sum(OTHER_ZERO[s] for s in symbols)) / len(symbols)


def by_pairs(crystal):
    """Lennard-Jones of each pair of elements, as &potential has it, eV/atom."""
    symbols, cell, positions = crystal
    reach = [int(np.ceil(CUTOFF * np.linalg.norm(row))) + 1 for row in np.linalg.inv(cell).T]
    images = np.array(list(itertools.product(*[range(-r, r + 1) for r in reach]))) @ cell
    energy = 0.0
    for a, x in zip(symbols, positions):
        for b, y in zip(symbols, positions):
            pair = f"{a}-{b}" if f"{a}-{b}" in EPSILON else f"{b}-{a}"
            r2 = ((images + y - x) ** 2).sum(1)
            r2 = r2[(r2 > 1e-12) & (r2 < CUTOFF ** 2)]
            s6 = (SIGMA[pair] ** 2 / r2) ** 3
            energy += 2 * EPSILON[pair] * (s6 ** 2 - s6).sum()
    return energy / len(symbols)


def fractions(symbols):
    return np.array([symbols.count(e) for e in ELEMENTS]) / len(symbols)


def composition(formula):
    return fractions([s for s, n in re.findall(r"([A-Z][a-z]?)(\d*)", formula) for _ in range(int(n or 1))])


def hull_at(points, x):
    """Energy and names of the lowest mixture of three of (name, fractions, energy); elements that no point is of cost much."""
    points = points + [(None, row, 1e3) for row in np.eye(3)]
    best = (np.inf, set())
    for three in itertools.combinations(points, 3):
        matrix = np.array([p[1] for p in three]).T
        if abs(np.linalg.det(matrix)) < 1e-9:
            continue
        amount = np.linalg.solve(matrix, x)
        energy = amount @ [p[2] for p in three]
        if amount.min() > -1e-9 and energy < best[0] - 1e-12:
            best = (energy, {p[0] for p, a in zip(three, amount) if a > 1e-9})
    return best


def known():
    """One more structure of argon than there is need of, and one of krypton too high to be asked for; an element that is of no use."""
    text = rare_gases()
    text += frame(["Ar"], [[0, 0, 0]], 2.1 * np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]]), {"id": "Ar_bcc"})
    text += frame(["Kr", "Kr"], [[0, 0, 0], [0.25, 0.25, 0.25]], 4.5 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]), {"id": "Kr_diamond"})
    return text + frame(["Xe"], [[0, 0, 0]], 3.1 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]), {"id": "Xe"})


def by_hand():
    """Every number of a run, its oracle a script."""
    st.write("gases.xyz", known())
    printed = st.run(st.write("whole.nml", PROPOSED.format("whole", "", "'Ne', 'Ar', 'Kr'") + POTENTIAL + script("whole.count")), ranks=2)
    st.check("1 known structures, of elements that no candidate can have" in printed, printed)
    begun, ended = counts("whole.count")
    st.check(sorted(begun) == sorted(ended) and len(set(begun)) == len(begun), "a crystal was computed twice")
    labels, references = rows("whole/gases_labels.csv"), rows("whole/gases_references.csv")
    st.check(len(labels) >= 6 and len(begun) == len(labels) + len(references), f"{len(begun)} calculations, {len(labels)} labels, {len(references)} references")
    st.check(f"{len(references)} known structures were computed by &oracle" in printed, printed)

    # Known structures at both levels.
    st.write("without_xe.xyz", known()[:known().rindex("1\nLattice")])
    st.run(st.write("known.nml", "&control calculation = 'relax' prefix = 'known' /\n&structure file = 'without_xe.xyz' all = .true. /\n" + POTENTIAL))
    relaxed = read_frames("out/known_relaxed.xyz")
    start = [(name, fractions(crystal[0]), by_pairs(crystal)) for name, crystal in relaxed.items()]
    potential_energy = {p[0]: p[2] for p in start}
    for row in references:
        st.check(abs(float(row["potential_energy"]) - potential_energy[row["id"]]) < 1e-9, f"&potential has another energy: {row}")
        st.check(abs(float(row["energy"]) - by_script(relaxed[row["id"]])) < 1e-9, f"&oracle has another energy: {row}")

    # Candidates as they were relaxed, by what the oracle was given.
    given = [crystal_of(name) for name in begun]
    data = st.read_all("whole/gases.h5")
    crystals = {}
    for row in labels:
        same = [c for c in given if np.allclose(fractions(c[0]), composition(row["formula"])) and abs(by_script(c) - float(row["energy"])) < 1e-6]
        st.check(len(same) == 1, f"{len(same)} calculations are that of {row}")
        crystals[row["id"]] = same[0]
    distance = {}
    for name, energy, above, failure, repeats in zip(*[data["relaxed/" + key] for key in ("id", "energy", "above_hull", "failure", "repeats")]):
        name = name.decode()
        if name in crystals:
            x = fractions(crystals[name][0])
            hand = by_pairs(crystals[name])
            st.check(abs(hand - energy) < 1e-6 and abs(hand - hull_at(start, x)[0] - above) < 1e-6, f"&potential: {name} has {energy}, {above} above the hull; by hand {hand}")
        if not failure and not repeats:
            distance[name] = above

    # What labels are measured from.
    wanted = {}
    for row in labels:
        x = composition(row["formula"])
        names = hull_at(start, x)[1] | {e for e, part in zip(ELEMENTS, x) if part > 0}
        for name in names | ({"Ar_bcc"} if "Ar" in names else set()):
            wanted.setdefault(name, row["round"])
    st.check(wanted == {row["id"]: row["round"] for row in references}, f"references {references}, wanted {wanted}")
    st.check("Ar_bcc" in wanted and "Kr_diamond" not in wanted, f"{wanted}")
    entries = {0: []}
    for number in "123":
        entries[number] = [(row["id"], composition(row["formula"]), float(row["energy"])) for row in references if row["round"] <= number]
        entries[number] += [(row["id"], composition(row["formula"]), float(row["energy"])) for row in labels if row["round"] < number]
    last = entries["3"] + [(row["id"], composition(row["formula"]), float(row["energy"])) for row in labels if row["round"] == "3"]
    for row in labels:
        x = composition(row["formula"])
        above = float(row["energy"]) - hull_at(entries[row["round"]], x)[0]
        final = float(row["energy"]) - hull_at(last, x)[0]
        st.check(abs(above - float(row["above_hull"])) < 1e-9 and abs(final - float(row["final_above_hull"])) < 1e-9, f"{above}, {final} above the hull by hand: {row}")
        st.check((row["hit"] == "1") == (final < 1e-8), f"a wrong verdict: {row}")
        st.check(abs(float(row["potential_above_hull"]) - distance[row["id"]]) < 1e-9, f"other distances of &potential: {row}")

    # The first labels are those of the lowest by &potential, who are taken at their word.
    first = [row for row in labels if row["round"] == "1"]
    lowest = sorted(v for name, v in distance.items() if name in {n.decode() for n in data["relaxed/id"][:10]})[:len(first)]
    st.check(np.allclose([float(row["predicted_above_hull"]) for row in first], lowest, atol=1e-9), f"{first} are not the lowest {lowest}")
    st.check(all(float(row["sigma_energy"]) == 0.2 for row in first), f"{first}")
    for path in ("start/hull", "hull", "potential/hull"):
        st.check(any(key.startswith(path + "/") for key in data), f"no /{path}")
    subprocess.run([sys.executable, f"{st.SOURCE}/scripts/plot.py", "whole/gases.h5"], check=True, stdout=subprocess.DEVNULL)
    for picture in ("discovery", "hull", "hull_at_start"):
        st.check(os.path.getsize(f"whole/gases_{picture}.png") > 10000, f"no picture of {picture}")
    print(f"by hand: {len(labels)} labels, {len(references)} references, {len(start)} known, {sum(row['hit'] == '1' for row in labels)} hits")


def same(name, reference, what):
    for table in ("labels", "references"):
        st.check(rows(f"{name}/gases_{table}.csv") == rows(f"{reference}/gases_{table}.csv"), f"{what}: other {table} than {reference}")
    st.compare_files(f"{name}/gases.h5", f"{reference}/gases.h5", ignore=st.IGNORED + ("rounds/choice_seconds", "rounds/label_seconds"))


def killed():
    """The same after kills: while the oracle computes references and labels, and at any line of the log."""
    begun, _ = counts("whole.count")
    for ranks in (1, 2):
        name = f"killed_{ranks}"
        path = st.write(f"{name}.nml", PROPOSED.format(name, "", "'Ne', 'Ar', 'Kr'") + POTENTIAL + script(f"{name}.count"))
        for n_ended in (1 + ranks, len(begun) - 4 * ranks):
            process = st.start(path, ranks=ranks)
            st.wait_for(lambda: len(counts(f"{name}.count")[1]) >= n_ended or process.poll() is not None, f"{n_ended} calculations")
            st.kill_all(process)
        st.run(path, ranks=ranks)
        same(name, "whole", f"{ranks} ranks after kills of a script")
        ended = counts(f"{name}.count")[1]
        st.check(set(ended) == set(begun), "other crystals were computed")
        # What was computed when a kill came may not be kept yet: once a rank and kill at most.
        st.check(len(ended) - len(set(ended)) <= 2 * ranks, f"{len(ended)} calculations ended, {len(set(ended))} of them different")
    relaxing = PROPOSED.format("relaxing", "relax_labels = .true.", "'Ne', 'Ar', 'Kr'") + POTENTIAL + BETTER
    lines = st.run(st.write("relaxing.nml", relaxing)).splitlines()
    st.check(rows("relaxing/gases_labels.csv") != rows("whole/gases_labels.csv"), "the levels are alike")
    n_kills = 0
    for ranks in (1, 2):
        name = f"relaxing_{ranks}"
        path = st.write(f"{name}.nml", relaxing.replace("'relaxing'", f"'{name}'"))
        for wanted in range(9 + 2 * ranks, len(lines) - 12, 9):
            process = st.start(path, ranks=ranks)
            for _ in itertools.islice(process.stdout, wanted):
                pass
            st.kill_all(process)
            n_kills += 1
        st.run(path, ranks=ranks)
        same(name, "relaxing", f"{ranks} ranks after kills")
    print(f"killed: {4 + n_kills} kills, the same on one rank and two")


def failing():
    """References that fail: their labels are failures, and are not computed."""
    path = st.write("failing.nml", PROPOSED.format("failing", "", "'Ne', 'Ar', 'Kr'") + POTENTIAL + script("failing.count", "crash_of_kr"))
    st.run(path, ranks=2)
    labels, references = rows("failing/gases_labels.csv"), rows("failing/gases_references.csv")
    st.check(any(row["failure"] for row in labels) and any(not row["failure"] for row in labels), f"{labels}")
    for row in labels:
        st.check(("Kr" in row["formula"]) == bool(re.match("reference (Kr|b1|b2|heusler): .*out of cheese", row["failure"])), f"no reason, or a wrong one: {row}")
        st.check((row["failure"] == "") == (row["above_hull"] != ""), f"neither a label nor a failure: {row}")
    begun, _ = counts("failing.count")
    st.check(len(set(begun)) == len([r for r in labels if not r["failure"]]) + len(references), "a label without references was computed")
    st.run(path)
    st.check(len(counts("failing.count")[0]) == len(begun), "what failed was computed again")
    print(f"failing: {sum(bool(row['failure']) for row in labels)} of {len(labels)} labels, for their references")


def wrong():
    """What is wrong with &oracle shows under its name, before &potential begins."""
    text = PROPOSED.format("wrong", "", "'Ne', 'Ar', 'Kr'") + POTENTIAL
    text += "&oracle style = 'lennard_jones' pairs = 'He-He' epsilon = 0.003 sigma = 2.8 cutoff = 8.0 mixing = 'none' /\n"
    printed = st.run(st.write("wrong.nml", text), status=2)
    st.check(re.search(r"wrong.nml:7: &oracle: no Lennard-Jones coefficients for", printed) and "pools" not in printed, printed)


def pool():
    """Of a list: what becomes a known or an earlier crystal, or fails, is left out; the oracle as an array of jobs."""
    fcc = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    bcc = 3.2 * np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]]) / 2
    st.write("pool.xyz", frame(["Ar", "Ne", "Ne", "Ne"], fcc, 5.0 * np.eye(3), {"id": "new"})
             + frame(["Ar", "Ne", "Ne", "Ne"], fcc, 5.05 * np.eye(3), {"id": "again"})
             + frame(["Ne", "Ar", "Ar", "Ar"], fcc, 5.25 * np.eye(3), {"id": "known"})
             + frame(["Ne", "Ar"], [[0, 0, 0], [0.5, 0.5, 0.5]], 2.7 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]), {"id": "rock_salt"})
             + frame(["Xe"], [[0, 0, 0]], bcc, {"id": "no_element"}) + frame(["Ne", "Ar"], [[0, 0, 0], [0.5, 0.5, 0.5]], 9.0 * np.eye(3), {"id": "gas"}))
    st.write("first.txt", "known\nagain\nrock_salt\n")
    text = ("&control calculation = 'discover' prefix = 'pool' restart_mode = 'auto' /\n&discover pool = 'pool.xyz' initial = 'first.txt' "
            "known_structures = 'gases.xyz' oracle = 'potential' batch = 2 rounds = 2 /\n" + POTENTIAL
            + script("pool.count", more=f"array = '{sys.executable} {HERE}/../job_arrays/submit.py {{list}}'"))
    printed = st.run(st.write("pool.nml", text), ranks=2)
    labels = rows("out/pool_labels.csv")
    st.check([(row["round"], row["id"]) for row in labels] == [("0", "rock_salt"), ("1", "new")], f"{labels}\n{printed}")
    data = st.read_all("out/pool.h5")
    state = {name.decode(): (failure.decode(), repeats.decode()) for name, failure, repeats in zip(*[data["relaxed/" + key] for key in ("id", "failure", "repeats")])}
    st.check(state["again"] == ("", "new") and state["known"] == ("", "l1_2") and state["new"] == ("", "") == state["rock_salt"], f"{state}")
    st.check("lacks an element" in state["no_element"][0] and state["gas"][0] + state["gas"][1], f"{state}")
    st.check("jobs" in printed, printed)
    st.check(len(counts("pool.count")[0]) == len(labels) + len(rows("out/pool_references.csv")), "calculations were begun in vain")
    print("pool: what is known, repeated, impossible or fails is left out; labels by an array of jobs")


with st.workspace():
    by_hand()
    killed()
    failing()
    wrong()
    pool()
