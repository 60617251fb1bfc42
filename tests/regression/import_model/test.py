#!/usr/bin/python3
"""scripts/import_model.py on good, malicious and damaged files (README.md)."""
import collections
import contextlib
import importlib.util
import io
import json
import os
import pickle
import random
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import h5py
import numpy as np
import spinel_testing as st
import torch_files
from hostile import BAIT, bad_tensors, evil_objects, raw_pickles
from torch_files import Persistent, Reduced

SCRIPT = os.path.join(st.SOURCE, "scripts", "import_model.py")
sys.path.insert(0, os.path.dirname(SCRIPT))
import import_model

OUT = "out.h5"


def run(*arguments):
    """(exit status is 0, what was said) of the script; in this process, which is faster than 150 interpreters."""
    said = io.StringIO()
    before, sys.argv = sys.argv, [SCRIPT, *arguments]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            import_model.main()
        return True, said.getvalue()
    except SystemExit as stop:
        return stop.code in (None, 0), said.getvalue() + str(stop.code)
    finally:
        sys.argv = before


def refused(what, words, *arguments):
    good, said = run(*arguments)
    st.check(not good, f"{what}: accepted: {said}")
    st.check(any(word in said for word in words), f"{what}: said '{said}', expected one of {words}")
    st.check(not os.path.exists(BAIT), f"{what}: the file ran its own code")
    left = [name for name in os.listdir(".") if name.startswith(OUT)]
    st.check(not left, f"{what}: left {left}")


# --- files that must be read

def cgcnn_content(rng, n_h=1, task="regression", **arguments):
    def array(*shape):
        return rng.standard_normal(shape).astype(np.float32)
    state = collections.OrderedDict()
    state["embedding.weight"], state["embedding.bias"] = array(8, 5), array(8)
    for layer in range(2):
        state[f"convs.{layer}.fc_full.weight"], state[f"convs.{layer}.fc_full.bias"] = array(16, 57), array(16)
        state[f"convs.{layer}.bn1.num_batches_tracked"] = np.array(7)
    state["conv_to_fc.weight"] = array(6, 8)
    for layer in range(n_h - 1):
        state[f"fcs.{layer}.weight"] = array(6, 6)
    state["fc_out.weight"] = array(2 if task == "classification" else 1, 6)
    return {"epoch": 3, "state_dict": state, "best_mae_error": 0.1, "normalizer": {"mean": 0.25, "std": np.array(1.5)},
            "optimizer": {"state": {7: {"momentum_buffer": array(3)}}, "param_groups": [{"lr": 0.01, "nesterov": False}]},
            "args": dict({"atom_fea_len": 8, "n_conv": 2, "h_fea_len": 6, "n_h": n_h, "task": task,
                          "data_options": ["x.json", "regression", "band_gap"]}, **arguments)}


def matgl_folder(folder, rng, legacy=False, change=None, **kwargs):
    os.makedirs(folder, exist_ok=True)
    state = collections.OrderedDict({
        "data_mean": np.array(0.1, np.float32), "data_std": np.array(1.7, np.float32),
        "model.bond_expansion.rbf.cutoff": np.array(5, np.float32),
        "model.embedding.layer_node_embedding.weight": rng.standard_normal((2, 4)).astype(np.float32),
        "element_refs.property_offset": np.array([-1.23456789, 2], np.float32),
        "element_refs.onehot": np.eye(2, dtype=np.float32)})
    description = {"@class": "Potential", "kwargs": dict({
        "model": {"@class": "M3GNet", "init_args": {"element_types": ["H", "O"], "dim_node_embedding": 4, "max_n": 3,
                                                    "cutoff": 5.0, "use_smooth": False}},
        "data_mean": "tensor(0.1)", "data_std": "tensor(1.7, device='cuda:0')",
        "element_refs": "tensor([-1.2345679,\n 2.], dtype=torch.float64)"}, **kwargs)}
    if change:
        change(description, state)
    with open(f"{folder}/model.json", "w") as file:
        json.dump(description, file)
    torch_files.save(f"{folder}/state.pt", state, legacy)
    return state


def check_weights(path, expected):
    with h5py.File(path, "r") as file:
        found = {name: values[()] for name, values in file["weights"].items()}
        attributes = {name: file.attrs[name] for name in file.attrs}
    st.check(found.keys() == expected.keys(), f"{path}: {sorted(found.keys() ^ expected.keys())}")
    for name, values in expected.items():
        st.check(st.identical(found[name], values), f"{path}: {name} differs")
    for name in ("licence", "citation", "name", "source", "source_sha256"):
        st.check(attributes.get(name), f"{path} does not say its {name}")
    return json.loads(attributes["architecture"]), attributes


def good_files():
    rng = np.random.default_rng(1)
    table = {str(z): [z, 0, 1, 0, z % 2] for z in (8, 1, 3)}
    with open("atom_init.json", "w") as file:
        json.dump(table, file)
    for legacy in (True, False):
        for task, n_h in (("regression", 1), ("regression", 3), ("classification", 2)):
            content = cgcnn_content(rng, n_h, task)
            torch_files.save("x.pth.tar", content, legacy)
            good, said = run("x.pth.tar", OUT)
            st.check(good, said)
            expected = {k: v for k, v in content["state_dict"].items() if "num_batches" not in k}
            expected["element_features"] = np.array([table[z] for z in ("1", "3", "8")], np.float32)
            architecture, attributes = check_weights(OUT, expected)
            wanted = {"kind": "cgcnn", "n_h": n_h, "n_conv": 2, "task": task, "orig_atom_fea_len": 5, "nbr_fea_len": 41,
                      "element_types": ["H", "Li", "O"], "data_mean": 0.25, "data_std": 1.5, "radius": 8.0,
                      "max_num_nbr": 12, "property": "band_gap", "unit": "eV"}
            for key, value in wanted.items():
                st.check(architecture[key] == value, f"{key} is {architecture[key]}")
            st.check("Xie" in attributes["citation"] and "MIT" in attributes["licence"], str(attributes))
        state = matgl_folder("M3GNet-own", rng, legacy)
        good, said = run("M3GNet-own", OUT)
        st.check(good, said)
        architecture, attributes = check_weights(OUT, {k: v for k, v in state.items() if k.startswith("model.")})
        st.check(architecture["element_refs"] == state["element_refs.property_offset"].astype(float).tolist(), "element_refs")
        st.check(architecture["data_std"] == float(np.float32(1.7)) and architecture["max_n"] == 3, "architecture")
        with open(OUT, "rb") as file:
            first = file.read()
        run("M3GNet-own", OUT)
        with open(OUT, "rb") as file:
            st.check(file.read() == first, "the same source gives another file")

    # Views, empty tensors, parameters, shared storages: as numpy sees them.
    import torch_file
    base = np.arange(12, dtype=np.float32)
    storage = Persistent(("storage", torch_files.TORCH.FloatStorage, "0", "cpu", 12))

    def view(offset, size, stride):
        return Reduced((torch_files.UTILS._rebuild_tensor_v2,
                        (storage, offset, size, stride, False, collections.OrderedDict())))
    parameter = Reduced((torch_files.UTILS._rebuild_parameter,
                         (view(1, (2, 2), (6, 2)), True, collections.OrderedDict())))
    views = [view(0, (3, 4), (4, 1)), view(0, (4, 3), (1, 4)), view(5, (0, 2), (2, 1)), parameter]
    content, _ = torch_files.pickled(views, False)
    torch_files.zip_file("views.pt", content, [base])
    tensors, storages = torch_file.load("views.pt")
    for tensor, expected in zip(tensors, (base.reshape(3, 4), base.reshape(3, 4).T, np.zeros((0, 2), np.float32),
                                          np.array([[1, 3], [7, 9]], np.float32))):
        st.check(st.identical(tensor.array(storages), np.ascontiguousarray(expected)), f"view {expected.shape}")
    loop = []
    loop.append(loop)
    for protocol in range(6):
        with open("plain.pkl", "wb") as file:
            pickle.dump([loop, {"a": (1, -2.5, 2**70, None, True, "ä")}, collections.OrderedDict(b=1)], file, protocol)
        with open("plain.pkl", "rb") as file:
            plain = torch_file.Machine().run(file)
        st.check(plain[0][0] is plain[0] and plain[1] == {"a": (1, -2.5, 2**70, None, True, "ä")} and plain[2] == {"b": 1},
                 f"protocol {protocol}: {plain[1:]}")
    os.remove(OUT)


# --- files that must be refused, nothing run

def malicious_files():
    # The bait works: plain pickle.loads would have run it.
    for name, evil in list(evil_objects())[:5]:
        pickle.loads(pickle.dumps(evil))
        st.check(os.path.exists(BAIT), f"{name}: the bait does not work")
        os.remove(BAIT)
    words = ("refused", "damaged", "no CGCNN file", "malformed")
    rng = np.random.default_rng(2)
    n = 0
    for what, content in raw_pickles():
        torch_files.zip_file("x.pth.tar", content)
        refused(what, words, "x.pth.tar", OUT)
        torch_files.legacy_file("x.pth.tar", content)
        refused(what + ", older layout", words + ("missing",), "x.pth.tar", OUT)
        st.write("x.pth.tar", "")
        with open("x.pth.tar", "wb") as file:
            file.write(content)
        refused(what + ", bare", words + ("not written by torch.save",), "x.pth.tar", OUT)
        n += 3
    for what, evil in evil_objects():
        for legacy in (False, True):
            for protocol in (0, 2, 4, 5) if not isinstance(evil, np.ndarray) else (2, 4):
                content = cgcnn_content(rng)
                content["args"]["note"] = evil
                data, storages = torch_files.pickled(content, legacy, protocol=max(protocol, 2))
                if protocol == 0:  # identities that are no texts need protocol 1: the evil part alone
                    data = pickle.dumps(evil, 0)
                (torch_files.legacy_file if legacy else torch_files.zip_file)("x.pth.tar", data, storages)
                refused(f"{what}, protocol {protocol}", ("refused",), "x.pth.tar", OUT)
                n += 1
            torch_files.save("x.pth.tar", cgcnn_content(rng), legacy, evil=evil)
            refused(f"{what} in the metadata of a tensor", ("refused",), "x.pth.tar", OUT)
            n += 1
    torch_files.save("x.pth.tar", cgcnn_content(rng), False, evil={"conj": True})
    refused("metadata", ("metadata",), "x.pth.tar", OUT)
    for what, tensor in bad_tensors():
        for writer, legacy in ((torch_files.zip_file, False), (torch_files.legacy_file, True)):
            content = cgcnn_content(rng)
            content["state_dict"] = collections.OrderedDict({"embedding.weight": tensor})
            content["normalizer"]["std"] = 1.5
            del content["optimizer"]
            data, _ = torch_files.pickled(content, legacy)
            writer("x.pth.tar", data, [np.arange(4, dtype=np.float32)])
            refused(f"tensor: {what}", ("malformed", "does not fit", "announced", "damaged", "states the type", "missing"),
                    "x.pth.tar", OUT)
            n += 1
    return n


def mutated_files(n):
    """Bytes changed, dropped and repeated at random: read or refused, nothing else."""
    rng, draw = np.random.default_rng(4), random.Random(5)
    originals = []
    for legacy in (False, True):
        torch_files.save("x.pth.tar", cgcnn_content(rng), legacy)
        with open("x.pth.tar", "rb") as file:
            originals.append(file.read())
    for k in range(n):
        data = bytearray(draw.choice(originals))
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(min(len(data), 3000))
            change = draw.randrange(3)
            if change == 0:
                data[at] = draw.choice(b"\x00\x80.()]}lsRQbcu\x93\x94hXKJ\x85\x86\x87\xff")
            elif change == 1:
                del data[at:at + draw.randint(1, 8)]
            else:
                data[at:at] = data[draw.randrange(len(data)):][:draw.randint(1, 30)]
        with open("x.pth.tar", "wb") as file:
            file.write(data)
        try:
            import_model.import_cgcnn("x.pth.tar", None)
        except import_model.ImportProblem:
            pass
        except Exception as problem:
            st.check(False, f"mutation {k}: {problem!r}")
    st.check(not os.path.exists(BAIT), "a mutated file ran something")


# --- damaged and wrong files

def wrong_files():
    rng = np.random.default_rng(3)
    refused("no such file", ("no file",), "none.pth.tar", OUT)
    os.makedirs("empty", exist_ok=True)
    refused("empty folder", ("no file 'empty/model.json'",), "empty", OUT)
    for legacy in (False, True):
        torch_files.save("x.pth.tar", cgcnn_content(rng), legacy)
        with open("x.pth.tar", "rb") as file:
            whole = file.read()
        for part in (0, 3, 20, len(whole) // 3, len(whole) // 2, len(whole) - 5):
            with open("cut.pth.tar", "wb") as file:
                file.write(whole[:part])
            refused(f"cut at {part}", ("truncated", "damaged", "announced", "missing"), "cut.pth.tar", OUT)
    content, storages = torch_files.pickled(cgcnn_content(rng), False)
    torch_files.zip_file("x.pth.tar", content, storages, zipfile.ZIP_DEFLATED)
    refused("compressed", ("compressed",), "x.pth.tar", OUT)
    torch_files.zip_file("x.pth.tar", content, storages, byteorder="big")
    refused("big-endian", ("little-endian",), "x.pth.tar", OUT)
    torch_files.legacy_file("x.pth.tar", *torch_files.pickled(cgcnn_content(rng), True), little_endian=False)
    refused("big-endian", ("little-endian",), "x.pth.tar", OUT)
    with zipfile.ZipFile("x.pth.tar", "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    refused("another zip archive", ("not one of torch.save",), "x.pth.tar", OUT)
    torch_files.zip_file("x.pth.tar", content, storages)
    with open("x.pth.tar", "r+b") as file:
        at = file.read().rindex(storages[0].tobytes())
        file.seek(at)
        file.write(b"\x00\x01\x02")
    refused("flipped bytes", ("damaged",), "x.pth.tar", OUT)
    for key, value, words in (("atom_fea_len", 9, ("embedding.weight",)), ("n_conv", 3, ("convs.2",)),
                              ("n_h", 2, ("fcs.0",)), ("h_fea_len", "many", ("not as CGCNN",)),
                              ("task", "ranking", ("unknown task",))):
        torch_files.save("x.pth.tar", cgcnn_content(rng, **{"task": "regression"}) | {
            "args": dict(cgcnn_content(rng)["args"], **{key: value})}, True)
        refused(f"{key} = {value}", words, "x.pth.tar", OUT)
    content = cgcnn_content(rng)
    content["state_dict"]["embedding.weight"][0, 0] = np.nan
    torch_files.save("x.pth.tar", content, True)
    refused("not finite", ("not finite",), "x.pth.tar", OUT)
    torch_files.save("x.pth.tar", cgcnn_content(rng), True)
    for table, words in (("{", ("not JSON",)), ('{"1": [1, 2]}', ("embedding.weight",)), ('{"1": [1, "x"]}', ("not as CGCNN",)),
                         ('{"200": [1, 2, 3, 4, 5]}', ("not as CGCNN",)), ('{"0": [1, 2, 3, 4, 5]}', ("no table",)),
                         ('[1]', ("not as CGCNN",))):
        st.write("bad.json", table)
        refused(f"features {table}", words, "x.pth.tar", OUT, "--atom-init", "bad.json")

    def change(key, value):
        def apply(description, _):
            description["kwargs"][key] = value
        return apply

    def inner(key, value):
        def apply(description, _):
            description["kwargs"]["model"][key] = value
        return apply

    def outer(description, _):
        description["@class"] = "Relaxer"

    def no_offset(_, state):
        state["element_refs.property_offset"] = np.zeros(3, np.float32)
    for what, apply, words in (
            ("code in a tensor text", change("element_refs", f"tensor(__import__('os').system('touch {BAIT}'))"),
             ("no tensor",)),
            ("no number", change("data_std", "tensor(1.7.3)"), ("no tensor",)),
            ("list", change("data_mean", [1]), ("no tensor",)),
            ("another standard deviation", change("data_std", "tensor(2.)"), ("differs",)),
            ("another class", inner("@class", "TensorNet"), ("TensorNet",)), ("wrapper", outer, ("Relaxer",)),
            ("no arguments", inner("init_args", None), ("describes no model",)), ("references", no_offset, ("differs",)),
            ("repulsion", change("calc_repuls", True), ("repulsion",)),
            ("element", inner("init_args", {"element_types": ["H", "Xx"], "dim_node_embedding": 4}), ("element_types",)),
            ("width", inner("init_args", {"element_types": ["H", "O"], "dim_node_embedding": 5}), ("embedding",))):
        matgl_folder("bad", rng, change=apply)
        refused(what, words, "bad", OUT)
    matgl_folder("bad", rng)
    st.write("bad/model.json", "{")
    refused("broken model.json", ("not JSON",), "bad", OUT)
    matgl_folder("good", rng)
    refused("no folder for the result", ("none/out.h5",), "good", "none/out.h5")
    process = subprocess.run([sys.executable, SCRIPT, "bad", OUT], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    st.check(process.returncode == 1 and process.stdout.startswith("import_model: ") and "Traceback" not in process.stdout,
             process.stdout)


# --- the published weights

PUBLISHED = {
    "m3gnet/M3GNet-MP-2021.2.8-PES": {"kind": "m3gnet", "data_std": 4.5861334800720215, "use_smooth": False, "units": 64,
                                      "property": "energy"},
    "m3gnet/M3GNet-MatPES-PBE-v2025.1-PES": {"kind": "m3gnet", "data_std": 3.2514967918395996, "use_smooth": True,
                                             "units": 128},
    "m3gnet/M3GNet-MP-2018.6.1-Eform": {"kind": "m3gnet", "data_mean": -1.65459073, "data_std": 1.07266128,
                                        "is_intensive": True, "property": "formation_energy_per_atom"},
    "cgcnn/formation-energy-per-atom.pth.tar": {"kind": "cgcnn", "data_mean": -1.699178719088435, "unit": "eV/atom"},
    "cgcnn/band-gap.pth.tar": {"kind": "cgcnn", "data_std": 1.4802391239920374, "n_conv": 4},
    "cgcnn/bulk-moduli.pth.tar": {"kind": "cgcnn", "unit": "log10(GPa)"}}


def published_files():
    if not os.path.isdir(os.path.join(st.DATA, "m3gnet")):
        return f"no {st.DATA}/m3gnet: the published weights were not read"
    compared = 0
    for source, wanted in PUBLISHED.items():
        source = st.data_file(source)
        good, said = run(source, OUT)
        st.check(good, said)
        with h5py.File(OUT, "r") as file:
            architecture = json.loads(file.attrs["architecture"])
            weights = {name: values[()] for name, values in file["weights"].items()}
        for key, value in wanted.items():
            st.check(architecture[key] == value, f"{source}: {key} is {architecture[key]}")
        if importlib.util.find_spec("torch") is None:
            continue
        import torch
        path = os.path.join(source, "state.pt") if os.path.isdir(source) else source
        state = torch.load(path, map_location="cpu")
        state = state.get("state_dict", state)
        for name, tensor in state.items():
            values = tensor.numpy()
            if name == "element_refs.property_offset":
                st.check(architecture["element_refs"] == values.astype(float).tolist(), f"{source}: {name}")
            elif name in ("data_mean", "data_std"):
                st.check(architecture[name] == values.item(), f"{source}: {name}")
            elif name != "element_refs.onehot":
                st.check(st.identical(weights.pop(name), values), f"{source}: {name} differs from torch")
                compared += 1
        st.check(not set(weights) - {"element_features"}, f"{source}: {sorted(weights)} are not in the source")
    os.remove(OUT)
    return f"{len(PUBLISHED)} published models; {compared} arrays compared with torch{'' if compared else ' (none here)'}"


with st.workspace():
    good_files()
    n = malicious_files()
    mutated_files(1500)
    wrong_files()
    print(f"{n} hostile files refused; {published_files()}")
