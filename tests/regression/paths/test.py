#!/usr/bin/python3
"""Files that keys name are looked for beside the input, then from the current folder: every such key (doc/output.md)."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

LJ = "&potential style = 'lennard_jones' pairs = 'Ar-Ar' epsilon = 0.0103 sigma = 3.4 cutoff = 6.0 /"
MODELS = os.path.join(st.SOURCE, "models")


def frames(symbols, n, edge, scalars=lambda k: ""):
    text = ""
    for k in range(n):
        a = edge * (1 + 0.01 * k)
        text += (f'{len(symbols)}\nLattice="{a} 0 0 0 {a} 0 0 0 {a}" Properties=species:S:1:pos:R:3 id=made-{k} pbc="T T T" '
                 f"{scalars(k)}\n")
        text += "".join(f"{s} {place * a / len(symbols):.6f} 0 0\n" for place, s in enumerate(symbols))
    return text


def make_store():
    st.write("argon.xyz", frames(["Ar"], 3, 3.8))
    st.write("salt.xyz", frames(["Na", "Cl"], 3, 5.0, lambda k: "formation_energy_per_atom=-1.5"))
    st.write("crystals.xyz", frames(["Na", "Cl"], 30, 5.0, lambda k: f"value={0.1 * k}"))
    st.write("silicon.xyz", frames(["Si"], 30, 2.7, lambda k: f"energy={-5.0 + 0.01 * k}"))
    st.write("ids.txt", "made-1\nmade-2\n")
    st.write("features.json", json.dumps({"11": [1.0, 0.0], "17": [0.0, 1.0]}))
    st.write("entries.csv", "id,formula,formation_energy_per_atom\nna,Na,0\ncl,Cl2,0\nsalt,NaCl,-2.1\n")
    for name in ("silicon", "formation_energy"):
        shutil.copy(os.path.join(MODELS, f"{name}.h5"), f"{name}_model.h5")
    st.run(st.write("hull.nml", "&control calculation = 'hull' prefix = 'hull' outdir = '.' /\n&hull entries = 'entries.csv' /\n"))
    st.run(st.write("ising.nml", "&control calculation = 'ising' prefix = 'spins' outdir = '.' /\n&ising size = 8 t_min = 1.0 "
                                 "t_max = 4.0 n_t = 6 burn_in = 10 sweeps = 40 configurations = 4 /\n"))


def cases(store):
    """(group, key, file, the input with {file})."""
    with h5py.File(f"{store}/silicon_model.h5") as model:
        kind = json.loads(model.attrs["architecture"])["kind"]
    train = "&train epochs = 1 batch_size = 4 /"
    data = f"&dataset file = '{store}/crystals.xyz' target = 'value' split = 'files' {{}} /\n&model kind = 'cgcnn' /\n{train}"
    energy = "&structure {} /\n" + LJ
    for key, calculation, name, text in (
            ("structure file", "energy", "argon.xyz", energy.format("file = '{file}'")),
            ("structure file", "relax", "argon.xyz", energy.format("file = '{file}' all = .true.")),
            ("structure file", "md", "argon.xyz", energy.format("file = '{file}'")),
            ("structure file", "properties", "argon.xyz", energy.format("file = '{file}'")),
            ("structure file", "evaluate", "salt.xyz", "&structure file = '{file}' /\n&evaluate relax = .false. /"),
            ("potential model", "energy", "silicon_model.h5",
             "&structure prototype = 'diamond' species = 'Si' a = 5.43 /\n&potential style = 'network' model = '{file}' /"),
            ("predict models", "predict", "formation_energy_model.h5",
             f"&predict models = '{{file}}' structures = '{store}/salt.xyz' /"),
            ("predict structures", "predict", "salt.xyz",
             f"&predict models = '{store}/formation_energy_model.h5' structures = '{{file}}' /"),
            ("hull entries", "hull", "entries.csv", "&hull entries = '{file}' /"),
            ("hull structures", "hull", "argon.xyz", "&hull structures = '{file}' relax = .false. /\n" + LJ),
            ("hull reference", "hull", "hull.h5", f"&hull reference = '{{file}}' candidates = '{store}/entries.csv' /"),
            ("hull candidates", "hull", "entries.csv", f"&hull reference = '{store}/hull.h5' candidates = '{{file}}' /"),
            ("evaluate hull", "evaluate", "hull.h5",
             f"&structure file = '{store}/salt.xyz' /\n&evaluate relax = .false. hull = '{{file}}' /"),
            ("evaluate reference", "evaluate", "salt.xyz",
             f"&structure file = '{store}/salt.xyz' /\n&evaluate relax = .false. reference = '{{file}}' /"),
            ("convert sources", "convert", "salt.xyz", "&convert sources = '{file}' /"),
            ("convert sources", "convert", "spins.samples.h5", "&convert sources = '{file}' /"),
            ("ising start_file", "ising", "spins.samples.h5",
             "&ising size = 8 t_min = 1.0 t_max = 4.0 n_t = 6 start = 'file' start_file = '{file}' /"),
            ("phase files", "phase", "spins.samples.h5", "&phase files = '{file}' /"),
            ("dataset file", "train", "crystals.xyz",
             "&dataset file = '{file}' target = 'value' /\n&model kind = 'cgcnn' /\n" + train),
            ("dataset validation_file", "train", "crystals.xyz", data.format("validation_file = '{file}'")),
            ("dataset test_file", "train", "ids.txt", data.format("test_file = '{file}'")),
            ("model element_features", "train", "features.json",
             f"&dataset file = '{store}/crystals.xyz' target = 'value' /\n&model kind = 'cgcnn' element_features = '{{file}}' /\n"
             + train),
            ("model initial", "train", "silicon_model.h5",
             f"&dataset file = '{store}/silicon.xyz' target = 'energy' /\n&model kind = '{kind}' initial = '{{file}}' /\n" +
             train.replace("/", "force_weight = 0.0 /"))):
        yield key, name, f"&control calculation = '{calculation}' prefix = 'run' /\n{text.format(file=name)}\n"


with st.workspace() as folder:
    for name in ("store", "inputs", "elsewhere"):
        os.mkdir(name)
    os.chdir("store")
    make_store()
    os.chdir(os.path.join(folder, "elsewhere"))
    store = os.path.join(folder, "store")
    for k, (key, name, text) in enumerate(cases(store)):
        path = st.write("../inputs/run.nml", text)
        ranks = 2 if k % 6 == 0 else None
        for place in ("../inputs", ".") if k % 3 == 0 else ("../inputs",):
            shutil.copy(os.path.join(store, name), place)
            output = st.run("--check", path, ranks=ranks, status=None)
            st.check("no errors found" in output, f"&{key} in {place}:\n{text}\n{output}")
            os.remove(os.path.join(place, name))
        output = st.run("--check", path, ranks=ranks, status=2)
        missing = f"&{key}: there is no file ../inputs/{name}, nor {name} from the current folder"
        st.check(output.count(missing) == 1, f"&{key}, where there is no file:\n{text}\n{output}")
    print(f"{k + 1} inputs found what they name")
