#!/usr/bin/python3
"""Evaluation of sets of structures (README.md)."""
import csv
import gzip
import importlib.util
import os
import random
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

NOBLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "noble.nml")
FCC = np.array([[0, 0, 0], [0, .5, .5], [.5, 0, .5], [.5, .5, 0]])
KINDS = {"argon": ["Ar"] * 4, "krypton": ["Kr"] * 4, "L1_2": ["Kr", "Ar", "Ar", "Ar"], "L1_0": ["Kr", "Kr", "Ar", "Ar"]}
COPIES = 12  # of each kind in the set


def frame(cell, species, positions, **info):
    lattice = " ".join(repr(x) for x in np.asarray(cell).ravel().tolist())
    words = "".join(f" {key}={value}" for key, value in info.items())
    lines = [str(len(species)), f'Lattice="{lattice}" Properties=species:S:1:pos:R:3{words} pbc="T T T"']
    return "\n".join(lines + [f"{s} {x!r} {y!r} {z!r}" for s, (x, y, z) in zip(species, np.asarray(positions).tolist())])


def crystal(kind, rng=None, info=None):
    cell = 5.5 * np.eye(3)
    if rng is not None:
        cell = cell @ (np.eye(3) + rng.uniform(-0.02, 0.02, (3, 3)))
    repeat = 2 if rng is not None and rng.random() < 0.5 else 1
    fractional = np.vstack([FCC + [i, 0, 0] for i in range(repeat)])
    positions = fractional @ cell + (rng.normal(0, 0.1, fractional.shape) if rng is not None else 0)
    order = np.arange(len(fractional)) if rng is None else rng.permutation(len(fractional))
    species = [(KINDS[kind] * repeat)[i] for i in order]
    return frame(np.array([repeat, 1, 1])[:, None] * cell, species, positions[order], **(info or {}))


def write_noble():
    st.write("known.xyz", "\n".join(crystal(kind, info={"id": kind}) for kind in KINDS) + "\n")
    rng = np.random.default_rng(1)
    frames = [crystal(kind, rng, {"id": f"{kind}-{copy}"}) for copy in range(COPIES) for kind in KINDS]
    overlap = frame(6 * np.eye(3), ["Ar", "Ar"], [[0, 0, 0], [0.1, 0, 0]], id="overlap")
    st.write("set.xyz", "\n".join(frames[:7] + [overlap] + frames[7:]) + "\n")
    text = st.namelist(NOBLE, calculation="'relax'", outdir="'known'", file="'known.xyz'  all = .true.")
    st.run(st.write("known.nml", text[:text.index("&evaluate")]))
    st.run(st.write("hull.nml", "&control calculation = 'hull' prefix = 'hull' outdir = 'hull' /\n"
                    "&hull entries = 'known/run_relaxed.xyz' /\n"))


def case(outdir, text=None, **changes):
    return st.write(f"{outdir}.nml", st.namelist(text or NOBLE, outdir=f"'{outdir}'", **changes))


def table(outdir, prefix="run"):
    with open(f"{outdir}/{prefix}_evaluation.csv", newline="") as file:
        return list(csv.DictReader(file))


def rates(outdir, prefix="run"):
    with h5py.File(f"{outdir}/{prefix}.h5") as file:
        group = file["rates"]
        return {name: (count, value, error) for name, count, value, error in
                zip(group["name"].asstr()[:], group["count"][:], group["value"][:], group["error"][:])}


def compare(outdir, reference, what, prefix="run"):
    """The same evaluation bit for bit, CSV and HDF5."""
    mine, theirs = table(outdir, prefix), table(reference, prefix)
    for rows in (mine, theirs):
        for row in rows:  # names the input file
            row["reason"] = row["reason"].split(": ")[-1]
    st.check(mine == theirs, f"{what}: another table:\n" + "\n".join(f"{a}\n{b}" for a, b in zip(mine, theirs) if a != b)[:2000])
    st.compare_files(f"{outdir}/{prefix}.h5", f"{reference}/{prefix}.h5",
                     ignore=st.IGNORED + ("structures", "atoms", "series", "evaluation/reason"))
    print(f"{what}: the same table")


def noble():
    output = st.run(case("one"))
    found, rows = rates("one"), table("one")
    n = 4 * COPIES + 1
    st.check(len(rows) == n and rows[7]["status"] == "failed" and rows[7]["id"] == "overlap" and rows[7]["stable"] == "0", f"{rows[7]}")
    expected = {"relaxed": n - 1, "unique": 4, "novel": 0, "unique_novel": 0, "stable": n - 1, "stable_unique": 4, "sun": 0}
    for name, count in expected.items():
        st.check(found[name][0] == count and abs(found[name][1] - count / n) < 1e-12, f"{name}: {found[name]}, not {count} of {n}\n{output}")
    st.check(found["valid_composition"][0] == 2 * COPIES and found["valid_structure"][0] == n - 1, f"{found}")
    p = 4 / n
    st.check(abs(found["unique"][2] / np.sqrt(p * (1 - p) / n) - 1) < 0.15, f"error of a rate: {found['unique']}")
    with h5py.File("hull/hull.h5") as file:
        above = dict(zip(file["hull/id"].asstr()[:], file["hull/energy_above_hull"][:]))
    for row in (r for i, r in enumerate(rows) if i != 7):
        kind = row["id"].split("-")[0]
        first = row["id"].endswith("-0")
        st.check(row["reference"] == kind and row["novel"] == "0" and float(row["reference_rms"]) < 0.01, f"{row}")
        st.check(row["unique"] == str(int(first)) and (row["duplicate_of"] == "") == first, f"{row}")
        st.check(abs(float(row["energy_above_hull"]) - above[kind]) < 1e-4 and 0.02 < float(row["rmsd"]) < 0.4, f"{row}")
        st.check(float(row["coordination"]) == 12 and float(row["generated_rms"] or 0) < 0.2, f"{row}")
    groups = {"argon": "225", "krypton": "225", "L1_2": "221", "L1_0": "123"}
    st.check(all(row["space_group"] == groups[row["id"].split("-")[0]] for i, row in enumerate(rows) if i != 7), "space groups")
    for ranks in (2, 4):
        st.run(case(f"ranks{ranks}"), ranks=ranks)
        compare(f"ranks{ranks}", "one", f"{ranks} ranks")
    output = st.run(case("one", missing_elements="'report'"), ranks=2)  # nothing left to do
    st.check(f"{n} are done already" in output, output)


def kept(outdir):
    folder = f"{outdir}/run.journal"
    return sum(os.path.getsize(f"{folder}/{name}") for name in os.listdir(folder)) if os.path.isdir(folder) else 0


def killed():
    rng, path = random.Random(2), case("killed")
    for kill in range(4):
        process = st.start(path, ranks=2)
        wanted = kept("killed") + rng.randint(2000, 20000)
        st.wait_for(lambda: kept("killed") > wanted or process.poll() is not None, "results")
        if process.poll() is not None:
            process.communicate()
            break
        st.kill_all(process)
    st.run(path, ranks=2)
    compare("killed", "one", f"{kill} kills")
    slow = dict(minimizer="'fire'", fmax=1e-9, smax=1e-9, max_steps=3000)
    process = st.start(case("stopped", **slow), ranks=2)
    st.wait_for(lambda: kept("stopped") > 8000 or process.poll() is not None, "results")
    os.kill(max(st.ranks_of(process)), signal.SIGUSR1)
    output, _ = process.communicate(timeout=st.HANG_SECONDS)
    st.check(process.returncode == 0 and "Stopped by SIGUSR1" in output, output)
    with h5py.File("stopped/run.h5") as file:
        st.check(file.attrs["complete"] == "no" and "rates" not in file, "a stopped evaluation has no rates")
    print("SIGUSR1: stops in between")


def missing_elements():
    set_text = "\n".join([crystal("argon"), frame(5.4 * np.eye(3), ["Xe"] * 4, 5.4 * FCC), crystal("L1_0")])
    st.write("xenon.xyz", set_text.replace("Properties", "energy=-0.2 Properties") + "\n")
    text = st.write("file.base", st.namelist(NOBLE, file="'xenon.xyz'"))
    content = open(text).read()
    content = content[:content.index("&potential")] + content[content.index("&evaluate"):].replace("&evaluate", "&evaluate relax = .false.")
    st.write(text, content)
    output = st.run(case("refused", text), status=2)
    st.check("no entry of Xe" in output and "&evaluate hull" in output and not os.path.exists("refused"), output)
    output = st.run(case("reported", text, missing_elements="'report'"), ranks=2)
    found, rows = rates("reported"), table("reported")
    st.check("lacks Xe" in output and "WARNING" in output, output)
    st.check(rows[1]["energy_above_hull"] == "" and rows[1]["stable"] == "0" and rows[1]["novel"] == "1", f"{rows[1]}")
    st.check(found["novel"][0] == 1 and abs(found["novel"][1] - 1 / 3) < 1e-12 and found["stable"][0] <= 2, f"{found}")
    st.write("xenon.xyz", set_text + "\n")
    output = st.run(case("without", text, missing_elements="'report'"), status=2)
    st.check("xenon.xyz frame 0" in output and "energy" in output and not os.path.exists("without"), output)
    print("elements that the hull lacks: refused, or counted")


def disguised(rng, cell, species, fractional):
    """The same crystal otherwise written."""
    basis = np.eye(3)
    for i, j in ((0, 1), (1, 2), (2, 0), (1, 0)):
        basis[i] += rng.integers(-1, 2) * basis[j]
    repeats = np.roll([int(rng.integers(1, 4)), 1, 1], rng.integers(3))
    points = np.array([[i, j, k] for i in range(repeats[0]) for j in range(repeats[1]) for k in range(repeats[2])])
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    places = (fractional[None] + points[:, None]).reshape(-1, 3) + rng.uniform(0, 1, 3)
    positions = places @ cell @ rotation.T
    large = basis @ (repeats[:, None] * cell) @ rotation.T
    order = rng.permutation(len(positions))
    kinds = list(species) * len(points)
    return frame(large, [kinds[i] for i in order], positions[order])


def copies():
    rng = np.random.default_rng(7)
    frames, origin = [], []
    metals = "Li Na K Rb Cs Be Mg Ca Sr Ba Ti Zr Hf V Nb Ta Cr Mo W Mn".split()  # a formula each: none fits another's
    for number, metal in enumerate(metals):
        n = int(rng.integers(3, 7))
        species = [metal] * (n // 2) + ["O"] * (n - n // 2)
        cell = np.diag(rng.uniform(4.0, 6.0, 3)) + rng.uniform(-0.8, 0.8, (3, 3))
        while True:
            fractional = rng.random((n, 3))
            apart = (fractional[:, None] - fractional[None] + 0.5) % 1 - 0.5
            distance = np.linalg.norm(apart @ cell, axis=-1) + 9 * np.eye(n)
            if distance.min() > 1.5:
                break
        for _ in range(4):
            frames.append(disguised(rng, cell, species, fractional))
            origin.append(number)
    order = rng.permutation(len(frames))
    st.write("copies.xyz", "\n".join(frames[i] for i in order) + "\n")
    st.run(st.write("copies.nml", "&control calculation = 'evaluate' prefix = 'run' outdir = 'copies' /\n"
                    "&structure file = 'copies.xyz' /\n&evaluate relax = .false. /\n"), ranks=3)
    seen = {}
    for row, number in zip(table("copies"), (origin[i] for i in order)):
        first = seen.setdefault(number, row["name"])
        st.check((row["unique"] == "1") == (first == row["name"]), f"{row}: copies of {number}")
        st.check(row["duplicate_of"] == ("" if first == row["name"] else first), f"{row}: the first is {first}")
        st.check(row["duplicate_rms"] == "" or float(row["duplicate_rms"]) < 1e-6, f"{row}")
    print("disguised copies: the first of each is unique")


def shared_data():
    st.data_file("mp_20/test.xyz.gz")
    with gzip.open(st.data_file("mp_20/test.xyz.gz"), "rt") as file:
        lines = file.read().splitlines()
    frames = []
    while lines:
        frames.append(lines[:int(lines[0]) + 2])
        del lines[:int(lines[0]) + 2]
    st.write("some.xyz", "\n".join(line for f in frames[::3] for line in f) + "\n")
    with open(os.path.join(st.SOURCE, "input", "evaluate_mp_20.nml")) as file:
        content = file.read().replace("mp_20/test.xyz.gz'     !", "some.xyz' !").replace("prefix       = 'mp_20'", "prefix = 'run'")
    content = content.replace("'out/mp.h5'", "'mp/mp.h5'").replace("'out'", "'mp_whole'").replace("'../shared/data/some.xyz'", "'some.xyz'")
    text = st.write("mp_whole.nml", content.replace("../shared/data", os.path.abspath(st.DATA)))
    killed_text = st.write("mp_killed.nml", open(text).read().replace("'mp_whole'", "'mp_killed'"))
    entries = st.data_file("hull/mp_formation_energies.csv.gz")
    st.run(st.write("mp.nml", f"&control calculation = 'hull' prefix = 'mp' outdir = 'mp' /\n&hull entries = '{entries}' csv = .false. /\n"), ranks=2)
    st.run(text, ranks=2)
    found, rows = rates("mp_whole"), table("mp_whole")
    n = len(frames[::3])
    st.check(found["novel"][0] == 0 and len(rows) == n, f"novel: {found['novel']} of {len(rows)}")
    st.check(found["unique"][1] > 0.98 and found["valid_structure"][1] == 1.0, f"{found}")
    # Energies above the hull as the file has them, which the Materials Project made with more entries.
    given = np.array([float(f[1].split("e_above_hull=")[1].split()[0]) for f in frames[::3]])
    above = np.array([float(row["energy_above_hull"]) for row in rows])
    st.check(np.median(np.abs(above - given)) < 0.02, f"energies above the hull differ by {np.median(np.abs(above - given))} eV/atom")
    for kill in range(2):
        process = st.start(killed_text, ranks=2)
        wanted = kept("mp_killed") + 50000
        st.wait_for(lambda: kept("mp_killed") > wanted or process.poll() is not None, "a block")
        st.kill_all(process)
    st.run(killed_text, ranks=3)
    compare("mp_killed", "mp_whole", "mp_20, 2 kills")
    if importlib.util.find_spec("matplotlib"):
        for outdir in ("mp_whole", "one"):
            done = subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), f"{outdir}/run.h5"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            st.check(done.returncode == 0, done.stdout)
            for name in ("rates", "distributions"):
                st.check(os.path.getsize(f"{outdir}/run_{name}.png") > 5000, f"{outdir}: {done.stdout}")


with st.workspace():
    write_noble()
    noble()
    killed()
    missing_elements()
    copies()
    shared_data()
