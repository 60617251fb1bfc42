#!/usr/bin/python3
"""calculation = 'generate' (README.md)."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
import h5py
import numpy as np
import spinel_testing as st

RADII = {"Li": 0.9, "Na": 1.16, "K": 1.52, "Rb": 1.66, "Cs": 1.81, "F": 1.19, "Cl": 1.67, "Br": 1.82, "I": 2.06}
CATIONS, ANIONS = list(RADII)[:5], list(RADII)[5:]
UNSEEN = [("Na", "Br"), ("K", "Cl"), ("Cs", "F")]


def edge(a, b):
    return 2.0 / np.sqrt(3.0) * (RADII[a] + RADII[b])


def cscl(a, b, name, scale=1.0):
    x = scale * edge(a, b)
    return (f'2\nLattice="{x} 0 0 0 {x} 0 0 0 {x}" Properties=species:S:1:pos:R:3 id={name} edge={x} pbc="T T T"\n'
            f"{a} 0 0 0\n{b} {x / 2} {x / 2} {x / 2}\n")


def write_data():
    text, n = "", 0
    for a in CATIONS:
        for b in ANIONS:
            if (a, b) in UNSEEN:
                continue
            for k in range(6):
                n += 1
                text += cscl(a, b, f"s{n}", 1.0 + 0.004 * (k - 2.5))
    st.write("salts.xyz", text)
    st.write("unseen.xyz", "".join(cscl(a, b, a + b) for a, b in UNSEEN))


def train(name, model, ranks=None, epochs=60, control="", more=""):
    path = st.write(f"{name}.nml", f"""&control
  calculation = 'train'  prefix = '{name}'  outdir = 'out'  {control}
/
&dataset
  file = 'salts.xyz'  validation_fraction = 0.1  test_fraction = 0.0
/
&model
  width = 32  convolutions = 2  frequencies = 3  {model}
/
&train
  epochs = {epochs}  batch_size = 16  learning_rate = 5e-3  average_decay = 0.99  {more}
/
""")
    return st.run(path, ranks=ranks)


def generate_input(prefix, model, keys, control=""):
    return st.write(f"{prefix}.nml", f"""&control
  calculation = 'generate'  prefix = '{prefix}'  outdir = 'out'  {control}
/
&generate
  model = 'out/{model}.model.h5'  {keys}
/
""")


def generate(prefix, model, keys, ranks=None, status=0, control=""):
    return st.run(generate_input(prefix, model, keys, control), ranks=ranks, status=status)


def frames(prefix):
    """[(info text, symbols, cell, fractional)] of <prefix>_generated.xyz."""
    with open(f"out/{prefix}_generated.xyz") as file:
        lines = file.read().splitlines()
    found = []
    while lines:
        n, info, rows, lines = int(lines[0]), lines[1], lines[2:2 + int(lines[0])], lines[2 + int(lines[0]):]
        cell = np.array([float(x) for x in re.search(r'Lattice="([^"]*)"', info)[1].split()]).reshape(3, 3)
        symbols = [row.split()[0] for row in rows]
        position = np.array([[float(x) for x in row.split()[1:4]] for row in rows])
        found.append((info, symbols, cell, position @ np.linalg.inv(cell)))
    return found


def text_of(prefix):
    with open(f"out/{prefix}_generated.xyz") as file:
        return re.sub(r"id=\S+", "", file.read())


def distance(fractional):
    """How far the two atoms of a CsCl crystal are from their places, in parts of the cell."""
    d = fractional[1] - fractional[0] - 0.5
    return np.linalg.norm(d - np.round(d))


def structure_prediction():
    for kind in ("crystal_flow", "crystal_diffusion"):
        levels = "" if kind == "crystal_flow" else " levels = 100"
        train(kind, f"kind = '{kind}'{levels}", epochs=150)
        output = generate(f"{kind}_1", kind, "structures = 'unseen.xyz' count = 20")
        st.check("60 made, 0 failed" in output, output)
        found = frames(f"{kind}_1")
        st.check(len(found) == 60, len(found))
        off, volume = [], []
        for number, (info, symbols, cell, fractional) in enumerate(found):
            a, b = UNSEEN[number % 3]
            st.check(f"target={a + b}" in info and symbols == [a, b] and f"number={number}" in info, info)
            off.append(distance(fractional))
            volume.append(np.linalg.det(cell) / edge(a, b)**3)
        # Untrained, half of all places are further off than 0.4.
        st.check(np.median(off) < 0.1, f"{kind}: {np.median(off)} of the cell from the place")
        st.check(abs(np.median(volume) - 1) < 0.25, f"{kind}: volume {np.median(volume)} of the right one")
        print(f"{kind}: unseen compositions, {np.median(off):.3f} of the cell off, volume {np.median(volume):.2f}")
        generate(f"{kind}_3", kind, "structures = 'unseen.xyz' count = 20", ranks=3)
        st.check(text_of(f"{kind}_1") == text_of(f"{kind}_3"), f"{kind}: other crystals on 3 ranks")
        # Fewer samples are the first of more.
        generate(f"{kind}_few", kind, "structures = 'unseen.xyz' count = 2")
        st.check(text_of(f"{kind}_1").startswith(text_of(f"{kind}_few")), f"{kind}: other crystals of fewer samples")


def species():
    train("free", "kind = 'crystal_flow' generates_species = T conditions = 'edge'", epochs=300, more="species_weight = 5")
    for way in ("joint", "first", "data"):
        generate(way, "free", f"species = '{way}' count = 60", ranks=2)
        kinds = [sorted(symbols, key=lambda s: s in ANIONS) for _, symbols, _, _ in frames(way)]
        salts = sum(k[0] in CATIONS and k[1] in ANIONS for k in kinds)
        # Of two elements at random, 40 of 81 pairs are a cation and an anion.
        st.check(salts >= (60 if way == "data" else 45), f"{way}: {salts} of 60 are salts")
        print(f"species {way}: {salts} of 60 are salts")
    generate("some", "free", "elements = 'Na', 'Cl' count = 20")
    st.check({s for _, symbols, _, _ in frames("some") for s in symbols} <= {"Na", "Cl"}, "other elements")
    output = generate("none", "free", "species = 'data' elements = 'Na', 'K'", status=2)
    st.check("no composition of the model's training data is like that" in output, output)
    # A condition moves what it is about.
    mean = {}
    for value in (2.8, 4.2):
        generate(f"edge_{value}", "free", f"conditions = 'edge: {value}' count = 60 species = 'first'")
        mean[value] = np.mean([np.linalg.det(cell)**(1 / 3) for _, _, cell, _ in frames(f"edge_{value}")])
        st.check(f"wanted_edge={value}" in frames(f"edge_{value}")[0][0], "the condition is not told")
    st.check(mean[4.2] - mean[2.8] > 0.4, f"edges {mean}")
    output = generate("far", "free", "conditions = 'edge: 100'", status=2)
    st.check("far outside of the training data" in output, output)
    output = generate("other", "free", "conditions = 'gap: 1'", status=2)
    st.check("was trained without 'gap'" in output and "'edge'" in output, output)


def symmetry():
    generate("template", "free", "templates = 'salts.xyz' space_group = 221 count = 10 species = 'data'")
    for _, _, cell, fractional in frames("template"):
        st.check(distance(fractional) < 1e-6, fractional)
        st.check(np.allclose(cell, cell[0, 0] * np.eye(3), atol=1e-6), cell)
    output = generate("group", "free", "templates = 'salts.xyz' space_group = 225", status=2)
    st.check("no crystal of salts.xyz has the space group 225" in output, output)
    generate("family", "free", "crystal_family = 'tetragonal' count = 5")
    for _, _, cell, _ in frames("family"):
        st.check(abs(np.linalg.norm(cell[0]) - np.linalg.norm(cell[1])) < 1e-6 and abs(cell[1] @ cell[2]) < 1e-6, cell)
    # One atom has no place in a template of two.
    output = generate("impossible", "free", "templates = 'salts.xyz' compositions = 'Na3', 'NaCl' count = 2")
    st.check("2 made, 2 failed" in output and "no template has as many atoms" in output, output)
    with h5py.File("out/impossible.h5") as file:
        st.check(list(file["crystals/status"]) == [2, 0, 2, 0], file["crystals/status"][:])
        st.check(file["crystals/reason"][0].decode().startswith("no template"), file["crystals/reason"][0])


def files_and_restart():
    keys = "structures = 'unseen.xyz' count = 400 steps = 400"
    generate("whole", "crystal_flow", keys, ranks=2)
    with h5py.File("out/whole.h5") as file:
        st.check(file["crystals/cell"].shape == (1200, 3, 3) and file["atoms/position"].shape == (2400, 3), "shapes")
        st.check(file["atoms/offset"][-1] == 2400 and set(file["crystals/status"]) == {0}, "offsets")
    path = generate_input("killed", "crystal_flow", keys, "restart_mode = 'auto'")
    journal = "out/killed.journal"
    kept = lambda: sum(os.path.getsize(os.path.join(journal, f)) for f in os.listdir(journal)) if os.path.isdir(journal) else 0
    process = st.start(path, ranks=2)
    st.wait_for(lambda: kept() > 40000 or process.poll() is not None, "a few blocks")
    st.kill_all(process)
    output = st.run(path, ranks=3)
    st.check("are done already" in output, output)
    st.check(text_of("killed") == text_of("whole"), "other crystals after a kill")
    generate("cif", "crystal_flow", "compositions = 'Na Br' count = 3 cif = T")
    st.check(sorted(os.listdir("out/cif_generated")) == ["cif-1.cif", "cif-2.cif", "cif-3.cif"], os.listdir("out/cif_generated"))
    st.write("mixed.xyz", cscl("Na", "Br", "known") + cscl("Li", "Br", "other").replace("Li 0", "Mg 0"))
    output = generate("mixed", "crystal_flow", "structures = 'mixed.xyz' count = 2")
    st.check("2 made, 2 failed" in output and "other holds Mg, which the model does not know" in output, output)
    output = generate("unknown", "crystal_flow", "compositions = 'Mg O'", status=2)
    st.check("which the model does not know" in output, output)
    output = generate("masks", "crystal_flow", "species = 'joint'", status=2)
    st.check("does not generate species" in output, output)


LENNARD_JONES = "&potential style = 'lennard_jones' epsilon = 0.05 sigma = 2.6 cutoff = 7.0 truncation = 'smooth' /\n"
RELAX = "&relax cell = 'full' fmax = 1e-3 smax = 1e-2 max_steps = 300 /\n"


def goes_on(prefix, control="", generate="", evaluate="hull = 'out/hull.h5' reference = 'salts.xyz'", more="", **run):
    text = f"&control calculation = 'generate' prefix = '{prefix}' outdir = 'out' {control} /\n"
    text += f"&generate model = 'out/crystal_flow.model.h5' structures = 'unseen.xyz' count = 10 relax = T {generate} /\n"
    text += f"&evaluate {evaluate} /\n&measures targets = 'unseen.xyz' training = 'salts.xyz' /\n"
    return st.run(st.write(f"{prefix}.nml", text + LENNARD_JONES + RELAX + more), **run)


def same_numbers(a, b):
    numbers = [name for name, data in a["evaluation"].items() if isinstance(data, h5py.Dataset) and data.dtype.kind in "fiub"]
    st.check(len(numbers) > 10, list(a["evaluation"]))
    for name in numbers:
        x, y = np.asarray(a["evaluation"][name], float), np.asarray(b["evaluation"][name], float)
        st.check(x.shape == y.shape and np.allclose(x, y, atol=1e-6, equal_nan=True), f"{name}: {x} and {y}")


def unknown_elements():
    st.write("more.xyz", cscl("Na", "Br", "known") + cscl("Li", "Br", "magnesium").replace("Li 0", "Mg 0"))
    path = st.write("left_out.nml", """&control calculation = 'train' prefix = 'left_out' outdir = 'out' /
&dataset file = 'salts.xyz' split = 'files' validation_file = 'unseen.xyz' test_file = 'more.xyz' /
&model kind = 'crystal_flow' width = 16 convolutions = 1 frequencies = 2 /
&train epochs = 2 batch_size = 16 /
""")
    output = st.run(path)
    st.check("1 of validation and test: with elements that no crystal of the training part has" in output, output)
    with h5py.File("out/left_out.h5") as file:
        ids = [name.decode() for name in file["train/predictions/id"][:]]
        st.check("known" in ids and "magnesium" not in ids and np.isfinite(file["train/predictions/loss"][:]).all(), ids)


def relaxation():
    crystals = [f"'CsCl:{a}{b}'" for a in CATIONS for b in ANIONS] + [f"'bcc:{s}'" for s in RADII]
    st.run(st.write("hull.nml", "&control calculation = 'hull' prefix = 'hull' outdir = 'out' /\n"
                    f"&hull prototypes = {', '.join(crystals)} /\n" + LENNARD_JONES + RELAX))
    goes_on("chain")
    # The same in two runs.
    generate("apart", "crystal_flow", "structures = 'unseen.xyz' count = 10")
    st.check(text_of("apart") == text_of("chain"), "other crystals")
    st.run(st.write("judge.nml", "&control calculation = 'evaluate' prefix = 'judge' outdir = 'out' /\n"
                    "&structure file = 'out/apart_generated.xyz' /\n"
                    "&evaluate hull = 'out/hull.h5' reference = 'salts.xyz' /\n"
                    "&measures targets = 'unseen.xyz' training = 'salts.xyz' /\n" + LENNARD_JONES + RELAX))
    with h5py.File("out/chain_evaluated.h5") as chain, h5py.File("out/judge.h5") as judge:
        same_numbers(chain, judge)
        stable = chain["evaluation/stable"][:]
        st.check(len(stable) == 30 and stable.any() and chain["structures/energy"].shape == (30,), stable)
    st.check(os.path.exists("out/chain_evaluated_relaxed.xyz") and os.path.exists("out/chain_evaluated_evaluation.csv"),
             os.listdir("out"))
    # Stopped before it is through, wherever that is, and gone on with.
    output = goes_on("stopped", control="max_seconds = 1e-3")
    st.check("Stopped by max_seconds" in output, output)
    if os.path.exists("out/stopped_evaluated.h5"):
        with h5py.File("out/stopped_evaluated.h5") as file:
            st.check(file.attrs["complete"] == "no" and "evaluation" not in file, list(file))
    goes_on("stopped", control="restart_mode = 'restart'", ranks=2)
    with h5py.File("out/chain_evaluated.h5") as chain, h5py.File("out/stopped_evaluated.h5") as stopped:
        same_numbers(chain, stopped)
    # What is wrong with the second is told before the first begins.
    for evaluate, what in (("hull = 'out/none.h5'", "out/none.h5"), ("reference = 'none.xyz'", "none.xyz")):
        output = goes_on("wrong", evaluate=evaluate, status=2)
        st.check(what in output and not os.path.exists("out/wrong_generated.xyz"), output)


def ranks():
    losses = {}
    for n in (1, 2, 4):
        train(f"ranks_{n}", "kind = 'crystal_flow' generates_species = T", ranks=n, epochs=2)
        with h5py.File(f"out/ranks_{n}.h5") as file:
            losses[n] = file["train/member_1/history/loss"][:]
    for n in (2, 4):
        st.check(np.allclose(losses[n], losses[1], rtol=1e-5), f"losses on {n} ranks: {losses}")
    print(f"losses on 1, 2 and 4 ranks agree to {max(np.abs(losses[n] / losses[1] - 1).max() for n in (2, 4)):.1e}")


with st.workspace():
    write_data()
    structure_prediction()
    species()
    symmetry()
    files_and_restart()
    unknown_elements()
    relaxation()
    ranks()
