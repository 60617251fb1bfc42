#!/usr/bin/python3
"""Many structures by pools of ranks (README.md)."""
import gzip
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

ARGON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "argon.nml")
BROKEN = {3: "Xq", 7: "overlap", 11: "Ne"}  # number: a word of the reason
N = 24


def frame(rng, number):
    """fcc cells of one to eight conventional cells, rattled and strained, of two species."""
    repeats = [(1, 1, 1), (1, 1, 2), (1, 2, 2), (2, 2, 2)][rng.integers(4)]
    basis = np.array([[0, 0, 0], [0, .5, .5], [.5, 0, .5], [.5, .5, 0]])
    place = np.array([[i, j, k] for i in range(repeats[0]) for j in range(repeats[1]) for k in range(repeats[2])])
    fractional = (place[:, None] + basis[None]).reshape(-1, 3)
    cell = 5.4 * (np.eye(3) + rng.uniform(-0.02, 0.02, (3, 3)))
    positions = fractional @ cell + rng.normal(0, 0.1, fractional.shape)
    cell = np.array(repeats)[:, None] * cell
    species = np.where(rng.random(len(positions)) < 0.3, "Kr", "Ar")
    if number == 3:
        species[1] = "Xq"
    if number == 7:
        positions[1] = positions[0] + 0.1
    if number == 11:
        species[0] = "Ne"
    lattice = " ".join(repr(x) for x in cell.ravel().tolist())
    lines = [str(len(positions)), f'Lattice="{lattice}" Properties=species:S:1:pos:R:3 energy=1.5 id=s-{number} pbc="T T T"']
    return lines + [f"{s} {x!r} {y!r} {z!r}" for s, (x, y, z) in zip(species, positions.tolist())]


def write_set(path="set.xyz", n=N):
    rng = np.random.default_rng(5)
    frames = [frame(rng, number) for number in range(n)]
    st.write(path, "\n".join(line for f in frames for line in f) + "\n")
    return [int(f[0]) for f in frames]


def case(outdir, larger=False, **changes):
    text = st.namelist(ARGON, outdir=f"'{outdir}'", **changes)
    return st.write(f"{outdir}.nml", text.replace("1, 1, 1", "2, 2, 2") if larger else text)


def column(outdir, name):
    with h5py.File(f"{outdir}/run.h5") as file:
        return file[f"structures/{name}"][:]


def compare(outdir, reference, what, tolerance=1e-7):
    """The same table, but for wall times; on pools of another size up to the rounding of sums."""
    with h5py.File(f"{outdir}/run.h5") as mine, h5py.File(f"{reference}/run.h5") as theirs:
        st.check(mine.attrs["complete"] == theirs.attrs["complete"] == "yes", f"{what}: not complete")
        for group in ("structures", "atoms", "series"):
            st.check(set(mine.get(group, ())) == set(theirs.get(group, ())), f"{what}: /{group} holds other datasets")
            for name in mine.get(group, ()):
                a, b = mine[group][name][:], theirs[group][name][:]
                if name == "seconds":
                    continue
                if name == "reason":  # names the input file
                    a, b = ([re.sub(r"\S+\.nml", "x.nml", text.decode()) for text in texts] for texts in (a, b))
                    a, b = np.array(a, object), np.array(b, object)
                st.check(a.shape == b.shape, f"{what}: /{group}/{name} has the shape {a.shape}, not {b.shape}")
                good = np.array_equal(a, b) if a.dtype.kind in "Oi" or tolerance == 0 else np.allclose(a, b, atol=tolerance)
                st.check(good, f"{what}: /{group}/{name} differs")
    print(f"{what}: the same table")


def pools_and_order(sizes):
    st.run(case("one"), ranks=1)
    status, reasons = column("one", "status"), column("one", "reason")
    for number in range(N):
        reason = reasons[number].decode()
        if number in BROKEN:
            st.check(status[number] == 2 and BROKEN[number] in reason, f"structure {number}: {status[number]} {reason}")
        else:
            st.check(status[number] == 0 and not reason, f"structure {number}: {status[number]} {reason}")
            st.check(column("one", "n_atoms")[number] == sizes[number], f"structure {number} is not in its place")
    st.check(np.all(column("one", "energy")[status == 0] < column("one", "initial_energy")[status == 0]), "no gain")
    for ranks, pools in ((2, 0), (3, 3), (4, 2)):
        outdir = f"ranks{ranks}pools{pools}"
        output = st.run(case(outdir, pools=pools), ranks=ranks)
        compare(outdir, "one", f"{ranks} ranks, {pools or ranks} pools", tolerance=0 if pools in (0, ranks) else 1e-6)
        st.check("failed" in output and "Xq" in output, output)
    output = st.run(case("refused", pools=2), ranks=3, status=2)
    st.check("pools" in output and not os.path.exists("refused"), output)
    if importlib.util.find_spec("ase"):
        from ase.io import read
        images = read("one/run_relaxed.xyz", ":")
        numbers = [atoms.info["number"] for atoms in images]
        st.check(numbers == [n for n in range(N) if n not in BROKEN], f"numbers in the extended XYZ: {numbers}")
        with h5py.File("one/run.h5") as file:
            offset = file["atoms/offset"][:]
            for atoms in images:
                n = atoms.info["number"]
                st.check(abs(atoms.get_potential_energy() - file["structures/energy"][n]) < 1e-10, "energy in ASE")
                st.check(np.allclose(atoms.get_forces(), file["atoms/force"][offset[n]:offset[n + 1]], atol=1e-12), "forces in ASE")
                st.check(np.allclose(atoms.get_stress() * 160.21766340, file["structures/stress"][n], atol=1e-9), "stress in ASE")
                st.check(atoms.info["id"] == f"s-{n}" and atoms.info["status"] == "converged", f"info {atoms.info}")


def energies():
    text = lambda outdir: case(outdir, calculation="'energy'")
    st.run(text("e1"))
    st.run(text("e4"), ranks=4)
    compare("e4", "e1", "energies on 4 ranks", tolerance=0)
    relaxed, single = "one", "e1"
    good = column(single, "status") == 0
    st.check(np.flatnonzero(~good).tolist() == sorted(BROKEN), f"energies: {column(single, 'reason')}")
    st.check(np.allclose(column(single, "energy")[good], column(relaxed, "initial_energy")[good], atol=1e-10),
             "single points are not where relaxations begin")
    st.check(np.all(column(single, "evaluations")[good] == 1), "evaluations")
    # Finite differences of the energy along one strain, a structure each.
    with h5py.File("e1/run.h5") as file:
        off, cell, volume = file["atoms/offset"][:], file["structures/cell"][0], file["structures/volume"][0]
        position, kinds = file["atoms/position"][off[0]:off[1]], file["atoms/species"][off[0]:off[1]]
        names = [s.decode() for s in file["atoms/species_names"][:]]
        stress = file["structures/stress"][0]
    h, frames = 1e-4, []
    for a, b in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)):
        for sign in (-1, 1):
            strain = np.eye(3)
            strain[a, b] += sign * h / (1 if a == b else 2)
            strain[b, a] = strain[a, b]
            if a == b:
                strain[a, a] = 1 + sign * h
            lattice = " ".join(repr(x) for x in (cell @ strain).ravel().tolist())
            frames += [str(len(kinds)), f'Lattice="{lattice}" Properties=species:S:1:pos:R:3 pbc="T T T"']
            frames += [f"{names[k]} {x!r} {y!r} {z!r}" for k, (x, y, z) in zip(kinds, (position @ strain).tolist())]
    st.write("strained.xyz", "\n".join(frames) + "\n")
    st.run(case("strained", calculation="'energy'", file="'strained.xyz'"), ranks=2)
    energy = column("strained", "energy").reshape(6, 2)
    by_differences = (energy[:, 1] - energy[:, 0]) / (2 * h) / volume * 160.21766340
    st.check(np.allclose(stress, by_differences, atol=1e-5), f"stress {stress}, by differences {by_differences}")
    print("single points: where relaxations begin; stress as by differences")


def folder():
    os.makedirs("cells/deeper")
    lattice = 'Lattice="5.3 0 0 0 5.3 0 0 0 5.3" Properties=species:S:1:pos:R:3 pbc="T T T"\n'
    atoms = "0 0 0\n{0} 0 2.65 2.65\n{0} 2.65 0 2.65\n{0} 2.65 2.65 0\n"
    st.write("cells/b.xyz", "4\n" + lattice + "Ar " + atoms.format("Ar"))
    st.write("cells/POSCAR_a", "Kr\n5.6\n1 0 0\n0 1 0\n0 0 1\nKr\n4\nDirect\n0 0 0\n0 .5 .5\n.5 0 .5\n.5 .5 0\n")
    st.write("cells/c.cif", "data_x\n_cell_length_a 5\n_cell_length_b oops\n")
    st.write("cells/notes.txt", "no structure")
    st.write("cells/deeper/d.xyz", "not looked at")
    output = st.run(case("folder", file="'cells'"), ranks=2)
    names = [n.decode() for n in column("folder", "name")]
    st.check(names == ["POSCAR_a", "b.xyz", "c.cif"], f"names {names}")
    st.check(column("folder", "status").tolist() == [0, 0, 2] and "c.cif" in output, output)
    os.makedirs("empty")
    st.check("structure files" in st.run(case("none", file="'empty'"), status=2), "an empty folder")
    print("a folder: in the order of names, a broken file among them")


def formats():
    """The same crystals from files of every kind have the same energies, and one of them by its number."""
    rng = np.random.default_rng(11)
    cells, symbols, places = [], [], []
    for k in range(6):
        n = 1 + k % 3
        cells.append(np.diag([3.9, 4.0 + 0.1 * k, 4.1 * n]))
        symbols.append(["Kr" if (i + k) % 3 == 0 else "Ar" for i in range(n)])
        places.append(np.array([[0.0, 0.0, i / n] for i in range(n)]) + rng.uniform(-0.02, 0.02, (n, 3)))
    frames, documents = [], []
    for k, (cell, kinds, place) in enumerate(zip(cells, symbols, places)):
        lattice = " ".join(repr(x) for x in cell.ravel().tolist())
        frames += [str(len(kinds)), f'Lattice="{lattice}" Properties=species:S:1:pos:R:3 id=mp-{k} pbc="T T T"']
        frames += [f"{s} {x!r} {y!r} {z!r}" for s, (x, y, z) in zip(kinds, (place @ cell).tolist())]
        documents.append({"material_id": f"mp-{k}", "formula_pretty": "".join(kinds), "band_gap": 0.25 * k, "structure": {
            "@module": "pymatgen.core.structure", "@class": "Structure", "charge": 0, "lattice": {"matrix": cell.tolist()},
            "sites": [{"species": [{"element": s, "occu": 1}], "abc": f, "label": s} for s, f in zip(kinds, place.tolist())]}})
    bare = [dict(document["structure"], properties={"id": document["material_id"]}) for document in documents]
    texts = {"kinds.xyz": "\n".join(frames) + "\n", "documents.json": json.dumps({"data": documents, "meta": {"total": 6}}),
             "list.json": json.dumps(bare, indent=1), "lines.jsonl": "".join(json.dumps(d) + "\n" for d in documents),
             "table.csv": "material_id,structure\n" + "".join(
                 '{},"{}"\n'.format(d["material_id"], json.dumps(d["structure"]).replace('"', '""')) for d in documents)}
    for name, text in texts.items():
        st.write(name, text)
        with gzip.open(name + ".gz", "wt") as file:
            file.write(text)
    os.makedirs("poscars")
    for k, (cell, kinds, place) in enumerate(zip(cells, symbols, places)):
        order = sorted(range(len(kinds)), key=lambda i: kinds[i])
        counts = [(s, kinds.count(s)) for s in sorted(set(kinds))]
        rows = lambda values: "".join(" ".join(repr(x) for x in row) + "\n" for row in values)
        st.write(f"poscars/mp-{k}.vasp", f"crystal\n1.0\n{rows(cell.tolist())}{' '.join(s for s, _ in counts)}\n"
                 f"{' '.join(str(n) for _, n in counts)}\nDirect\n{rows(place[order].tolist())}")
    st.run(st.write("to_dataset.nml", "&control calculation = 'convert' prefix = 'kinds' /\n&convert sources = 'lines.jsonl.gz' /\n"), ranks=2)
    names = [name + end for name in texts for end in ("", ".gz")] + ["poscars", "out/kinds.dataset.h5"]
    reference = None
    for place, name in enumerate(names):
        outdir = "format" + str(place)
        st.run(case(outdir, calculation="'energy'", file=f"'{name}'"), ranks=1 + place % 3)
        st.check(column(outdir, "status").tolist() == 6 * [0], f"{name}: {column(outdir, 'reason')}")
        energy = column(outdir, "energy")
        reference = energy if reference is None else reference
        st.check(np.allclose(energy, reference, rtol=0, atol=1e-10), f"{name}: {energy}, not {reference}")
        with open(f"{outdir}/run_evaluated.xyz") as file:
            found = re.findall(r"\b(?:material_)?id=(mp-\d)", file.read())
        st.check(name == "poscars" or found == [f"mp-{k}" for k in range(6)], f"{name}: {found}")
    # One of them, and relaxed.
    for frame, number in ((2, 2), (-1, 5)):
        text = st.namelist(ARGON, outdir="'single'", calculation="'energy'", file="'documents.json'")
        st.run(st.write("single.nml", text.replace("all = .true.", f"frame = {frame}")))
        with h5py.File("single/run.h5") as file:
            st.check(abs(file["energy"][()] - reference[number]) < 1e-10, f"frame {frame}")
    st.run(case("relaxed_json", file="'documents.json.gz'"), ranks=2)
    st.check(column("relaxed_json", "status").tolist() == 6 * [0], column("relaxed_json", "reason"))
    print("XYZ, JSON, CSV, POSCAR and a dataset: the same energies")


def kept(outdir):
    """What the journals hold, by their whole records."""
    total = 0
    for name in os.listdir(f"{outdir}/run.journal") if os.path.isdir(f"{outdir}/run.journal") else ():
        with open(f"{outdir}/run.journal/{name}", "rb") as file:
            data = file.read()
        at, records = 8, 0
        while at + 16 <= len(data):
            size = int.from_bytes(data[at:at + 8], "little")
            if at + 16 + size > len(data):
                break
            at, records = at + 16 + size, records + 1
        total += max(0, records - 1)
    return total


def killed():
    write_set("large.xyz", n=200)
    slow = dict(larger=True, file="'large.xyz'", minimizer="'fire'", fmax=1e-7, smax=1e-6, max_steps=4000)
    st.run(case("whole", **slow), ranks=2)
    rng = random.Random(8)
    kills = resumed = attempts = 0
    path = case("killed", **slow)
    while kills < 6:
        ranks, pools = ((1, 0), (2, 0), (2, 2), (3, 0))[kills % 4]
        case("killed", pools=pools, **slow)
        before = kept("killed")
        process = st.start(path, ranks=ranks)
        # By progress, not by time: however fast the machine, six kills leave some of the 200 to do.
        wanted = before + rng.randint(3, 20)
        st.wait_for(lambda: kept("killed") >= wanted or process.poll() is not None, "some structures")
        if process.poll() is not None:
            # Where this test gets too little of the processor it may come too late: anew.
            attempts += 1
            st.check(attempts < 10, f"the run always ended before kill {kills + 1}")
            shutil.rmtree("killed")
            kills = resumed = 0
            continue
        st.kill_all(process)
        kills += 1
        resumed += before > 0
    st.check(resumed == kills - 1, f"{kills} kills, {resumed} of them of a run that had taken up what was done")
    # A torn record, as a machine that goes down leaves it.
    with open("killed/run.journal/0", "ab") as file:
        file.write(b"\x50\x00\x00\x00\x00\x00\x00\x00torn")
    done = kept("killed")
    output = st.run(path, ranks=2)
    st.check(f"{done} are done already" in output, f"{done} results in the journals:\n{output}")
    compare("killed", "whole", f"{kills} kills", tolerance=0)
    again = st.run(path, ranks=3)
    st.check("200 are done already" in again, again)
    compare("killed", "whole", "and once more, with nothing to do", tolerance=0)

    for what, changes in (("fmax", dict(fmax=1e-6)), ("epsilon", dict(epsilon="0.010342")), ("file", dict(file="'set.xyz'"))):
        output = st.run(case("killed", **{**slow, **changes}), status=2)
        st.check(what in output and "killed.nml:" in output, f"a changed {what}:\n{output}")
    with open("large.xyz") as file:
        content = file.read()
    st.write("large.xyz", content.replace("id=s-100 ", "id=s-777 "))
    output = st.run(case("killed", **slow), status=2)
    st.check("the list of structures is no longer the same" in output, output)
    st.write("large.xyz", content)
    output = st.run(case("nothing", restart_mode="'restart'"), status=2)
    st.check("no journal" in output and not os.path.exists("nothing"), output)
    st.run(case("killed", restart_mode="'from_scratch'"))
    st.check(os.path.isdir("killed/run.journal.old") and os.path.exists("killed/run.h5.old"), "old results are kept")


def stopped():
    slow = dict(larger=True, file="'large.xyz'", minimizer="'fire'", fmax=1e-7, smax=1e-6, max_steps=4000)
    # To one rank of three, which is not the one that serves the others.
    process = st.start(case("stopped", **slow), ranks=3)
    st.wait_for(lambda: kept("stopped") > 5, "some structures")
    ranks = st.ranks_of(process)
    os.kill(ranks[2], signal.SIGTERM)
    output, _ = process.communicate(timeout=st.HANG_SECONDS)
    st.check(process.returncode == 0 and "Stopped by SIGTERM" in output and "pending" in output, output)
    status = column("stopped", "status")
    st.check(np.count_nonzero(status == 3) > 0 and np.count_nonzero(status == 0) > 0, f"status {status}")
    with h5py.File("stopped/run.h5") as file:
        st.check(file.attrs["complete"] == "no", "a stopped list is not complete")
    st.run(case("stopped", pools=1, **slow), ranks=2)
    compare("stopped", "whole", "SIGTERM to one rank, then one pool of two", tolerance=1e-4)
    # Over before it begins, however fast the machine.
    path = st.write("limit.nml", st.namelist(case("limit", **slow)).replace("&control", "&control max_seconds = 1e-6"))
    output = st.run(path, ranks=2)
    st.check("Stopped by max_seconds" in output, output)


def paths():
    st.run(case("paths", trajectory_every=4), ranks=2)
    frames = {}
    with open("paths/run_trajectory.xyz") as file:
        for line in file:
            if "Lattice" in line:
                number = int(line.split("number=")[1].split()[0])
                frames.setdefault(number, []).append(int(line.split("evaluation=")[1].split()[0]))
    st.check(list(frames) == [n for n in range(N) if n not in BROKEN], f"paths of {list(frames)}")
    with h5py.File("paths/run.h5") as file:
        offset, evaluation = file["series/offset"][:], file["series/evaluation"][:]
    for number, steps in frames.items():
        st.check(steps == evaluation[offset[number]:offset[number + 1]][::4].tolist(), f"path of {number}: {steps}")
    if importlib.util.find_spec("matplotlib"):
        done = subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), "paths/run.h5"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        st.check(done.returncode == 0 and os.path.getsize("paths/run_relaxations.png") > 5000, done.stdout)
    print("paths kept every 4 points; the picture is drawn")


with st.workspace():
    sizes = write_set()
    pools_and_order(sizes)
    energies()
    folder()
    formats()
    killed()
    stopped()
    paths()
