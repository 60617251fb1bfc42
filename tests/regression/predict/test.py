#!/usr/bin/python3
"""calculation = 'predict' (README.md)."""
import csv
import gzip
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import cgcnn_numpy as reference
import h5py
import numpy as np
import spinel_testing as st

N = 90
BROKEN = {5: "Xq", 17: "'Xe'", 40: "broken"}  # number: a word of the reason


def crystal(rng):
    n = int(rng.integers(1, 6))
    cell = rng.uniform(3.0, 6.0) * (np.eye(3) + rng.uniform(-0.3, 0.3, (3, 3)))
    if np.linalg.det(cell) < 0:
        cell[2] *= -1
    return [reference.SYMBOLS[k] for k in rng.integers(0, 7, n)], cell, rng.random((n, 3)) @ cell


def write_set(path):
    """The crystals, and their extended XYZ: three of them cannot be predicted."""
    rng = np.random.default_rng(3)
    crystals = [crystal(rng) for _ in range(N)]
    text = ""
    for number, (symbols, cell, positions) in enumerate(crystals):
        names = list(symbols)
        if number in BROKEN:
            names[0] = {5: "Xq", 17: "Xe", 40: names[0]}[number]
        lattice = " ".join(repr(float(x)) for x in cell.ravel())
        name = "" if number == 2 else f'id="mp-{number}" '
        text += (f'{len(names)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3 {name}density={0.1 * number} '
                 f'volume={float(np.linalg.det(cell))!r} e_form={0.01 * number} pbc="T T T"\n')
        for k, (name, p) in enumerate(zip(names, positions)):
            x = "broken" if number == 40 and k == 0 else repr(float(p[0]))
            text += f"{name} {x} {float(p[1])!r} {float(p[2])!r}\n"
    st.write(path, text)
    return crystals


def case(outdir, models, structures="set.xyz", more="", control=""):
    names = ", ".join(f"'{m}'" for m in models)
    return st.write(f"{outdir}.nml", f"""&control
  calculation = 'predict'  prefix = 'run'  outdir = '{outdir}'  {control}
/
&predict
  models = {names}
  structures = '{structures}'
  {more}
/
""")


def predictions(outdir):
    with h5py.File(f"{outdir}/run.h5") as file:
        found = {name: item[()] for name, item in file["predictions"].items()}
        found.update({f"failed/{name}": item[()] for name, item in file["failed"].items()})
        found["complete"] = file.attrs["complete"]
        return found


def against_numpy():
    crystals = write_set("set.xyz")
    first = reference.make_cgcnn("a.h5", 1)
    second = reference.make_cgcnn("b.h5", 2, element_embedding=True, orig_atom_fea_len=7, atom_fea_len=16, n_h=1,
                                  radius=5.0, max_num_nbr=0, nbr_fea_len=20, gaussian_step=0.25, gaussian_max=4.75,
                                  gaussian_width=0.4)
    expected = np.array([[reference.cgcnn(*model, *c)[0] for model in (first, second)] for c in crystals])
    good = np.array([k not in BROKEN for k in range(N)])
    output = st.run(case("one", ["a.h5", "b.h5"], more="csv = .true.  target = 'e_form'"), ranks=1)
    found = predictions("one")
    st.check(found["complete"] == "yes", "not complete")
    member = found["member"][:, :, 0] if found["member"].ndim == 3 else found["member"]
    scale = 1 + np.abs(expected)  # dense crystals have hundreds of neighbors in the second model
    error = (np.abs(member - expected) / scale)[good].max()
    st.check(error < 2e-5, f"predictions differ by {error}")
    st.check(np.allclose(found["value"][good], expected[good].mean(1), atol=2e-5, rtol=2e-5), "mean of the models")
    st.check(np.allclose(found["spread"][good], expected[good].std(1, ddof=1), atol=2e-5, rtol=2e-5), "spread of the models")
    st.check(np.isnan(found["value"][~good]).all() and (found["status"] == np.where(good, 0, 2)).all(), "status")
    st.check(found["id"][0] == b"mp-0" and found["id"][2] == b"set.xyz frame 2", f"ids {found['id'][:3]}")
    st.check(list(found["failed/number"]) == sorted(BROKEN), f"failed: {found['failed/number']}")
    for number, reason in zip(found["failed/number"], found["failed/reason"]):
        st.check(BROKEN[number] in reason.decode(), f"reason of {number}: {reason}")
    line = sum(len(c[0]) + 2 for c in crystals[:40]) + 3
    st.check(f"set.xyz:{line}:" in found["failed/reason"][2].decode(), f"no line {line}: {found['failed/reason'][2]}")
    st.check("3" in output and "Xq" in output and "MAE" in output, output)
    with h5py.File("one/run.h5") as file:
        mae = np.abs(expected.mean(1) - 0.01 * np.arange(N))[good].mean()
        st.check(abs(file["comparison/mae"][()] - mae) < 2e-5 * (1 + mae), "MAE")
        st.check(file["predictions/value"].attrs["unit"] == "eV/atom", "unit")
    rows = list(csv.DictReader(open("one/run_predictions.csv")))
    st.check(len(rows) == N and rows[5]["formation_energy_per_atom"] == "", "rows of the CSV")
    st.check(all(float(r["spread"]) == s for r, s, g in zip(rows, found["spread"], good) if g), "CSV spread")
    print(f"two CGCNNs: {N} crystals, largest difference from numpy {error:.1e}")
    return found


def ranks_and_formats(one):
    for ranks in (2, 4):
        st.run(case(f"r{ranks}", ["a.h5", "b.h5"], more="target = 'e_form'"), ranks=ranks)
        same("one", f"r{ranks}", f"{ranks} ranks")
    with open("set.xyz", "rb") as plain, gzip.open("packed.xyz.gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
    st.run(case("gz", ["a.h5", "b.h5"], "packed.xyz.gz"), ranks=2)
    st.check(st.identical(predictions("gz")["value"], one["value"]), "gzip: other values")
    os.mkdir("files")
    frames = open("set.xyz").read().split("\n")
    at = 0
    for number in range(12):
        n = int(frames[at]) + 2
        st.write(f"files/{number:02}.xyz", "\n".join(frames[at:at + n]) + "\n")
        at += n
    st.run(case("folder", ["a.h5", "b.h5"], "files"), ranks=3)
    st.check(st.identical(predictions("folder")["value"], one["value"][:12]), "folder: other values")


def datasets(one):
    st.write("convert.nml", "&control\n  calculation = 'convert'  prefix = 'set'  outdir = 'data'\n/\n"
             "&convert\n  sources = 'set.xyz'  minimum_distance = 0.0\n/\n")
    st.run("convert.nml", ranks=2)
    kept = [k for k in range(N) if k not in (5, 40)]  # the atom of an unknown element is for the model to find
    st.run(case("dataset", ["a.h5", "b.h5"], "data/set.dataset.h5", more="target = 'e_form'"), ranks=2)
    found = predictions("dataset")
    for name in ("value", "spread", "member", "target"):
        st.check(st.identical(found[name], one[name][kept]), f"dataset: {name} differs")
    st.check(found["id"][0] == b"mp-0", f"dataset: ids {found['id'][:3]}")
    output = st.run(case("unlabelled", ["a.h5"], "data/set.dataset.h5", more="target = 'none'"), status=2)
    st.check("'none'" in output and "e_form" in output, output)
    print("from a dataset: the same predictions")


def same(a, b, what):
    mine, theirs = predictions(a), predictions(b)
    for name in mine:
        st.check(name in theirs and np.array_equal(mine[name], theirs[name]) or st.identical(mine[name], theirs[name]),
                 f"{what}: {name} differs")
    print(f"{what}: the same predictions")


def restarts():
    """From what a killed run left: some chunks, the last one torn."""
    text = lambda outdir: case(outdir, ["a.h5", "b.h5"], more="target = 'e_form'", control="restart_mode = 'auto'")
    st.run(text("cut"), ranks=2)
    for name in os.listdir("cut/run.journal"):
        path = f"cut/run.journal/{name}"
        os.truncate(path, os.path.getsize(path) - 700)
    os.remove("cut/run.h5")
    output = st.run(text("cut"), ranks=3)
    st.check("done already" in output, output)
    same("one", "cut", "after a restart on other ranks")
    st.write("cut.nml", open("cut.nml").read().replace("'auto'", "'restart'").replace("a.h5", "c.h5"))
    reference.make_cgcnn("c.h5", 9)
    output = st.run("cut.nml", status=2)
    st.check("models" in output, output)
    # No time at all: nothing is done, and then everything.
    st.run(case("late", ["a.h5", "b.h5"], more="target = 'e_form'",
                control="restart_mode = 'auto'  max_seconds = 1.0e-6"), ranks=2)
    found = predictions("late")
    st.check(found["complete"] == "no" and (found["status"] == 3).sum() > 0, "max_seconds did not stop it")
    st.run(text("late"), ranks=1)
    same("one", "late", "after max_seconds")


def others():
    crystals = write_set("set.xyz")
    perceptron = reference.make_perceptron("mlp.h5", 4)
    relu = reference.make_perceptron("relu.h5", 5, activation="relu", hidden=[16])
    st.run(case("mlp", ["mlp.h5", "relu.h5"]), ranks=2)
    member = predictions("mlp")["member"]
    for number, (symbols, cell, _) in enumerate(crystals):
        if number in BROKEN:
            continue
        for k, model in enumerate((perceptron, relu)):
            expected = reference.perceptron(*model, symbols, [0.1 * number, np.linalg.det(cell)])[0]
            st.check(abs(member[number, k] - expected) < 2e-5 * max(1, abs(expected)),
                     f"perceptron, crystal {number}: {member[number, k]} for {expected}")
    classifier = reference.make_cgcnn("class.h5", 6, task="classification", property="is_metal", unit="")
    st.run(case("class", ["class.h5"]), ranks=2)
    probability = predictions("class")["probability"]
    for number in (0, 1, 30):
        st.check(np.allclose(probability[number], reference.cgcnn(*classifier, *crystals[number]), atol=1e-5), "classes")
    for name, words, text in (
            ("strict", ["Xq"], case("strict", ["a.h5"], more="strict = .true.")),
            ("mixed", ["no ensemble", "models"], case("mixed", ["a.h5", "mlp.h5"])),
            ("absent", ["none.h5", "models"], case("absent", ["none.h5"])),
            ("nofile", ["none.xyz", "structures"], case("nofile", ["a.h5"], "none.xyz"))):
        output = st.run(text, ranks=2, status=None)
        st.check(all(word in output for word in words), f"{name}: {output}")
    st.run("--check", case("checked", ["a.h5"]))
    st.check(not os.path.exists("checked"), "--check made something")
    st.write("short.xyz", open("set.xyz").read() + "7\n")
    output = st.run(case("short", ["a.h5"], "short.xyz"), status=2)
    st.check("short.xyz:" in output and "comment line" in output, output)
    print("perceptrons, classes, wrong inputs: as they should be")


def published():
    """The published weights on the test part of mp_20, against the authors' own code; and the example of input/."""
    source = os.path.join(st.DATA, "cgcnn")
    script = os.path.join(st.SOURCE, "scripts", "import_model.py")
    test = os.path.join(st.DATA, "mp_20", "test.xyz.gz")
    if not os.path.exists(test) or not os.path.isdir(source):
        print(f"published weights: skipped, no {source} or {test}")
        return
    with open(os.path.join(source, "reference_mp20_test.json")) as file:
        expected = json.load(file)["predictions"]
    for name, target, mae in (("formation-energy-per-atom", "formation_energy_per_atom", 0.068), ("band-gap", "band_gap", 0.589)):
        subprocess.run([sys.executable, script, os.path.join(source, name + ".pth.tar"), name + ".h5"], check=True,
                       stdout=subprocess.DEVNULL)
        st.run(case(target, [name + ".h5"], test, more=f"target = '{target}'"), ranks=2)
        with h5py.File(f"{target}/run.h5") as file:
            value, found = file["predictions/value"][:], file["comparison/mae"][()]
        away = np.abs(value - np.array(expected[name]))
        agree = np.mean(away <= 0.01)
        print(f"{name}: MAE {found:.4f}, within 0.01 of the authors' code {100 * agree:.2f} %, largest {away.max():.3f}")
        st.check(abs(found / mae - 1) < 0.02, f"{name}: MAE {found}, expected {mae}")
        if target == "formation_energy_per_atom":
            st.check(agree >= 0.95, f"{name}: {agree} agree")


def shipped():
    """The model of this repository: the example of input/, and its error where there is data."""
    st.run(os.path.join(st.SOURCE, "input", "predict_formation_energy.nml"), ranks=2)
    with h5py.File("out/formation_energy.h5") as file:
        value = file["predictions/value"][:]
    st.check(len(value) == 4 and np.all(value < -0.5), f"salts: {value}")
    test = os.path.join(st.DATA, "mp_20", "test.xyz.gz")
    if os.path.exists(test):
        model = os.path.join(st.SOURCE, "models", "formation_energy.h5")
        st.run(case("shipped", [model], test, more="target = 'formation_energy_per_atom'"), ranks=2)
        with h5py.File("shipped/run.h5") as file:
            found = file["comparison/mae"][()]
        st.check(abs(found - 0.0435) < 1e-4, f"the shipped model: MAE {found}")
    print("the shipped model: as its card says")


with st.workspace():
    one = against_numpy()
    ranks_and_formats(one)
    datasets(one)
    restarts()
    others()
    published()
    shipped()
