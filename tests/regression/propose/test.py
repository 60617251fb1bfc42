#!/usr/bin/python3
"""calculation = 'propose' (README.md)."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
import h5py
import numpy as np
import spinel_testing as st

INPUT = os.path.join(st.SOURCE, "input", "propose_ternary_oxides.nml")
OXIDES = os.path.join(st.SOURCE, "input", "oxides.xyz")


def write_input(prefix, keys, control="", outdir="out"):
    return st.write(f"{outdir}_{prefix}.nml", f"""&control
  calculation = 'propose'  prefix = '{prefix}'  outdir = '{outdir}'  {control}
/
&propose
  {keys}
/
""")


def texts(group):
    offset, data = group["offset"][:], group["bytes"][:].tobytes()
    return [data[a:b].decode() for a, b in zip(offset, offset[1:])]


def candidates(prefix):
    with h5py.File(f"out/{prefix}.dataset.h5") as file:
        offset, number = file["structure/atom_offset"][:], file["atom/atomic_number"][:]
        return ([number[a:b] for a, b in zip(offset, offset[1:])], texts(file["id"]), texts(file["text/generator"]),
                texts(file["text/parent"]), file["scalar/probability"][:])


def example():
    st.run(INPUT, ranks=2)
    atoms, ids, generators, parents, probability = candidates("ternary_oxides")
    st.check(len(atoms) == 1000, f"{len(atoms)} candidates")
    st.check(all(len(set(a)) == 3 and 8 in a for a in atoms), "a candidate is no ternary oxide")
    st.check(ids == [f"ternary_oxides-{k + 1}" for k in range(1000)], "the ids")
    counts = {name: generators.count(name) for name in set(generators)}
    st.check(counts == {"substitution": 400, "prototypes": 200, "partial": 200, "random": 200}, f"the shares are {counts}")
    with open(OXIDES) as file:
        known = [line.split("id=")[1].split()[0] for line in file if "id=" in line]
    st.check(set(parents) <= set(known), f"parents: {set(parents)}")
    ionic = np.array([g != "random" for g in generators])
    st.check(np.all(probability[ionic] > 1e-3) and np.all(np.isnan(probability[~ionic])), "the probabilities")
    with open("out/ternary_oxides_candidates.csv") as file:
        st.check(len(file.readlines()) == 1001, "the table of candidates")
    with h5py.File("out/ternary_oxides.h5") as file:
        st.check(file["generators/accepted"][:].sum() == 1000, "the counts")

    evaluation = st.write("evaluation.nml", f"""&control
  calculation = 'evaluate'  prefix = 'evaluation'  outdir = 'out'
/
&structure
  file = 'out/ternary_oxides.dataset.h5'
/
&evaluate
  relax = .false.  reference = '{OXIDES}'  bootstrap = 2
/
""")
    printed = st.run(evaluation, ranks=2)
    for what in ("valid_structure", "unique", "novel"):
        row = next(line.split() for line in printed.splitlines() if line.split()[:1] == [what])
        st.check(row[1] == "1,000", f"evaluate: {row}")


def kills():
    keys = f"known = '{OXIDES}'  generators = 'substitution', 'partial: 0.1', 'random: 0.1'  threshold = 1e-5  count = 6000"
    st.run(write_input("run", keys, outdir="whole"), ranks=1)
    path = write_input("run", keys, "restart_mode = 'auto'", outdir="killed")
    journal = "killed/run.journal/0"
    killed, sizes = 0, []
    for ranks in (2, 1, 2):
        before = os.path.getsize(journal) if os.path.exists(journal) else 0
        process = st.start(path, ranks=ranks)
        st.wait_for(lambda: process.poll() is not None or
                    (os.path.exists(journal) and os.path.getsize(journal) > before + 30000), "a segment")
        killed += process.poll() is None
        st.kill_all(process)
        sizes.append(os.path.getsize(journal))
    st.check(killed >= 2 and sizes[0] < sizes[-1], f"{killed} kills, journal {sizes}")
    st.run(path, ranks=2)
    n = st.compare_files("killed/run.dataset.h5", "whole/run.dataset.h5")
    n += st.compare_files("killed/run.h5", "whole/run.h5")
    changed = st.run(write_input("run", keys + "  stol = 0.2", "restart_mode = 'auto'", outdir="killed"), status=2)
    st.check("stol" in changed, changed)
    print(f"{killed} kills, {n} arrays the same")


def lists():
    st.run(write_input("again", f"known = '{OXIDES}'  generators = 'structures'  structures = 'out/ternary_oxides.dataset.h5'"
                       "  count = 2000"), ranks=2)
    atoms, ids, generators, parents, _ = candidates("again")
    st.check(len(atoms) == 1000 and set(generators) == {"structures"}, f"{len(atoms)} candidates of a list of 1000")
    st.check(parents == [f"ternary_oxides-{k + 1}" for k in range(1000)], "where candidates of a list are from")
    for keys, words in ((f"known = '{OXIDES}'  elements = 'Xq'", "elements"),
                        ("known = 'none.xyz'", "none.xyz"),
                        (f"known = '{OXIDES}'  generators = 'random'  compositions = 'Mg0.5 O'", "compositions"),
                        (f"known = '{OXIDES}'  generators = 'model'  model = '{OXIDES}'", "model")):
        printed = st.run(write_input("wrong", keys), status=2)
        st.check("out_wrong.nml:" in printed and words in printed, printed)


def model():
    text = ""
    for k, (a, b) in enumerate([(a, b) for a in ("Na", "K", "Rb", "Cs") for b in ("F", "Cl", "Br")] * 3):
        x = 3.4 + 0.1 * (k % 12)
        text += (f'2\nLattice="{x} 0 0 0 {x} 0 0 0 {x}" Properties=species:S:1:pos:R:3 id=s{k} pbc="T T T"\n'
                 f"{a} 0 0 0\n{b} {x / 2} {x / 2} {x / 2}\n")
    st.write("salts.xyz", text)
    st.run(st.write("train.nml", """&control
  calculation = 'train'  prefix = 'salts'  outdir = 'out'
/
&dataset
  file = 'salts.xyz'  test_fraction = 0.0
/
&model
  kind = 'crystal_flow'  width = 16  convolutions = 1  frequencies = 2
/
&train
  epochs = 5  batch_size = 16
/
"""))
    keys = "generators = 'model'  model = 'out/salts.model.h5'  count = 20  elements = 'Na', 'K', 'Cl', 'F'  threshold = 1e-4"
    for ranks in (1, 2):
        st.run(write_input(f"made{ranks}", keys), ranks=ranks)
    made = candidates("made1")
    st.check(0 < len(made[0]) <= 20 and set(made[2]) == {"model"}, f"{len(made[0])} crystals of a generator")
    st.check(all(set(a) <= {9, 11, 17, 19} for a in made[0]), "elements of a generator")
    with h5py.File("out/made1.dataset.h5") as a, h5py.File("out/made2.dataset.h5") as b:
        for name in ("atom/position", "structure/cell", "atom/atomic_number"):
            st.check(np.array_equal(a[name][:], b[name][:]), f"{name} of a generator differs on two ranks")


with st.workspace():
    example()
    kills()
    lists()
    model()
