#!/usr/bin/python3
"""Turns a published network into the model file of Spinel (doc/models.md).

    scripts/import_model.py M3GNet-MP-2021.2.8-PES m3gnet.h5          # a matgl folder: model.json and state.pt
    scripts/import_model.py formation-energy-per-atom.pth.tar e.h5    # a CGCNN file; atom_init.json beside it

Needs Debian's python3-numpy and python3-h5py; no torch, and nothing of the source is run.
"""
import argparse
import hashlib
import json
import os
import re
import sys

import h5py
import numpy as np

sys.dont_write_bytecode = True
import torch_file

SYMBOLS = ("H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr "
           "Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir "
           "Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr").split()
M3GNET = "C. Chen and S. P. Ong, Nature Computational Science 2, 718 (2022), doi:10.1038/s43588-022-00349-3"
MATPES = "; A. D. Kaplan et al., A Foundational Potential Energy Surface Dataset for Materials, arXiv:2503.04070 (2025)"
CGCNN = "T. Xie and J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018), doi:10.1103/PhysRevLett.120.145301"
CGCNN_UNITS = {"formation_energy_per_atom": "eV/atom", "band_gap": "eV", "bulk_moduli": "log10(GPa)"}


class ImportProblem(Exception):
    pass


def read_torch(path):
    if not os.path.isfile(path):
        raise ImportProblem(f"there is no file '{path}'")
    try:
        return torch_file.load(path)
    except torch_file.Refused as problem:
        raise ImportProblem(f"'{path}': {problem}") from None


def read_json(path):
    if not os.path.isfile(path):
        raise ImportProblem(f"there is no file '{path}'")
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except ValueError as problem:
        raise ImportProblem(f"'{path}' is not JSON: {problem}") from None


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def weights_of(state, storages, path):
    """{name: array} of a state dict."""
    if not isinstance(state, dict) or not state:
        raise ImportProblem(f"'{path}' holds no state dict")
    weights = {}
    for name, tensor in state.items():
        if not isinstance(name, str) or not name or "/" in name or not isinstance(tensor, torch_file.Tensor):
            raise ImportProblem(f"'{path}': entry {name!r} is no named tensor")
        weights[name] = tensor.array(storages)
        if not np.all(np.isfinite(weights[name])):
            raise ImportProblem(f"'{path}': '{name}' holds numbers that are not finite")
    return weights


def need(weights, name, shape, path):
    if name not in weights:
        raise ImportProblem(f"'{path}' holds no weight '{name}'")
    if weights[name].shape != shape:
        raise ImportProblem(f"'{path}': '{name}' is {weights[name].shape} where the architecture needs {shape}")


def numbers_in(text, path):
    """The numbers of "tensor([1., 2.], device='cuda:0')", as matgl writes them into model.json."""
    if isinstance(text, (int, float)):
        return np.array(float(text))
    match = re.fullmatch(r"\s*tensor\(\s*(\[?)([-+.\deE,\s]*)(\]?)\s*(,\s*\w+=[\w.':]+\s*)*\)\s*", str(text))
    try:
        values = [float(x) for x in match[2].split(",") if x.strip()]
    except (TypeError, ValueError):
        raise ImportProblem(f"'{path}': '{str(text)[:60]}' is no tensor") from None
    return np.array(values) if match[1] else np.array(values[0])


def exact(name, text, weights, state_name, path):
    """A constant of model.json, which rounds it, from state.pt where that has it too."""
    rounded = numbers_in(text, path)
    if state_name not in weights:
        return rounded
    stored = weights.pop(state_name).astype(float)
    if stored.shape != rounded.shape or not np.allclose(stored, rounded, rtol=1e-5, atol=1e-6):
        raise ImportProblem(f"'{path}': {name} differs from '{state_name}' of state.pt")
    return stored


def import_matgl(folder):
    path, state_path = os.path.join(folder, "model.json"), os.path.join(folder, "state.pt")
    description = read_json(path)
    weights = weights_of(*read_torch(state_path), state_path)
    try:
        outer = description["@class"]
        arguments = description["kwargs"]
        network = arguments["model"]
        kind, init = network["@class"], network["init_args"]
        elements, width = init["element_types"], init["dim_node_embedding"]
    except (KeyError, TypeError):
        raise ImportProblem(f"'{path}' describes no model of matgl") from None
    if outer not in ("Potential", "TransformedTargetModel") or kind != "M3GNet":
        raise ImportProblem(f"'{path}': a {outer} of {kind}; a Potential or TransformedTargetModel of M3GNet can be read")
    if not isinstance(elements, list) or not set(elements) <= set(SYMBOLS) or len(set(elements)) != len(elements):
        raise ImportProblem(f"'{path}': element_types is no list of elements")
    if arguments.get("calc_repuls"):
        raise ImportProblem(f"'{path}': a model with a nuclear repulsion (calc_repuls) cannot be read")
    need(weights, "model.embedding.layer_node_embedding.weight", (len(elements), width), state_path)
    architecture = dict(init, kind="m3gnet")
    if outer == "Potential":
        architecture["property"] = "energy"
        for key in ("data_mean", "data_std"):
            architecture[key] = float(exact(key, arguments[key], weights, key, path))
        references = np.zeros(len(elements))
        if arguments.get("element_refs") is not None:
            references = exact("element_refs", arguments["element_refs"], weights, "element_refs.property_offset", path)
        if references.shape != (len(elements),):
            raise ImportProblem(f"'{path}': {references.size} element_refs for {len(elements)} elements")
        weights.pop("element_refs.onehot", None)
    else:
        number = r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)"
        match = re.fullmatch(rf"Normalizer: Mean={number}, Std: {number}", str(arguments.get("target_transformer")))
        if not match:
            raise ImportProblem(f"'{path}': target_transformer is no Normalizer")
        architecture["property"] = "formation_energy_per_atom" if "Eform" in os.path.basename(folder) else ""
        architecture["data_mean"], architecture["data_std"] = float(match[1]), float(match[2])
        references = np.zeros(len(elements))
    architecture["element_refs"] = references.tolist()
    name = os.path.basename(os.path.abspath(folder))
    return architecture, weights, {
        "name": name, "licence": "BSD-3-Clause, Copyright (c) 2022, Materials Virtual Lab (matgl)",
        "citation": M3GNET + (MATPES if "MatPES" in name else ""), "source": f"{name}/state.pt of matgl",
        "source_sha256": sha256(state_path)}


def import_cgcnn(path, atom_init):
    content, storages = read_torch(path)
    if not isinstance(content, dict) or not {"state_dict", "args", "normalizer"} <= content.keys():
        raise ImportProblem(f"'{path}' is no CGCNN file: it lacks state_dict, args or normalizer")
    weights = weights_of(content["state_dict"], storages, path)
    weights = {name: values for name, values in weights.items() if not name.endswith("num_batches_tracked")}
    features_path = atom_init or os.path.join(os.path.dirname(path), "atom_init.json")
    table = read_json(features_path)
    try:
        arguments, normalizer = content["args"], content["normalizer"]
        size = {key: int(arguments[key]) for key in ("atom_fea_len", "n_conv", "h_fea_len", "n_h")}
        task = arguments["task"]
        mean, std = (value.array(storages).item() if isinstance(value, torch_file.Tensor) else float(value)
                     for value in (normalizer["mean"], normalizer["std"]))
        rows = sorted((int(number), row) for number, row in table.items())
        elements = [SYMBOLS[number - 1] for number, _ in rows if number > 0]
        features = np.array([row for _, row in rows], np.float32)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as problem:
        raise ImportProblem(f"'{path}' or '{features_path}' is not as CGCNN writes it: {problem!r}") from None
    if task not in ("regression", "classification"):
        raise ImportProblem(f"'{path}': unknown task '{task}'")
    if features.ndim != 2 or len(elements) != len(features):
        raise ImportProblem(f"'{features_path}' is no table of element features")
    width, neighbor_width = size["atom_fea_len"], 41  # Gaussians from 0 to 8 Å every 0.2 Å
    outputs = 2 if task == "classification" else 1
    need(weights, "embedding.weight", (width, features.shape[1]), path)
    for layer in range(size["n_conv"]):
        need(weights, f"convs.{layer}.fc_full.weight", (2 * width, 2 * width + neighbor_width), path)
    need(weights, "conv_to_fc.weight", (size["h_fea_len"], width), path)
    for layer in range(size["n_h"] - 1):
        need(weights, f"fcs.{layer}.weight", (size["h_fea_len"], size["h_fea_len"]), path)
    need(weights, "fc_out.weight", (outputs, size["h_fea_len"]), path)
    weights["element_features"] = features
    options = arguments.get("data_options")
    target = options[2] if isinstance(options, list) and len(options) == 3 and isinstance(options[2], str) else ""
    architecture = dict(size, kind="cgcnn", task=task, property=target, unit=CGCNN_UNITS.get(target, ""),
                        orig_atom_fea_len=features.shape[1], nbr_fea_len=neighbor_width, element_types=elements,
                        data_mean=mean, data_std=std, radius=8.0, max_num_nbr=12,
                        gaussian_min=0.0, gaussian_max=8.0, gaussian_step=0.2, gaussian_width=0.2)
    name = os.path.basename(path)
    return architecture, weights, {
        "name": name.removesuffix(".pth.tar"), "licence": "MIT, Copyright (c) 2018 Tian Xie (cgcnn)", "citation": CGCNN,
        "source": f"{name} of cgcnn", "source_sha256": sha256(path)}


def write(path, architecture, weights, attributes):
    """To another name first: a model file is whole or not there."""
    temporary = path + ".tmp"
    try:
        with h5py.File(temporary, "w") as file:
            file.attrs["architecture"] = json.dumps(architecture, sort_keys=True)
            for key, text in sorted(attributes.items()):
                file.attrs[key] = text
            group = file.create_group("weights")
            for name, values in sorted(weights.items()):
                group.create_dataset(name, data=values)
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


def main():
    parser = argparse.ArgumentParser(description="Turns published M3GNet (matgl) and CGCNN weights into a model file.")
    parser.add_argument("source", help="a folder with model.json and state.pt, or a .pth.tar")
    parser.add_argument("out", help="the model file to write (.h5)")
    parser.add_argument("--atom-init", help="the element features of CGCNN; default: atom_init.json beside the weights")
    parser.add_argument("--name", help="the model's name in the file; default: the name of its source")
    options = parser.parse_args()
    try:
        if os.path.isdir(options.source):
            architecture, weights, attributes = import_matgl(options.source)
        else:
            architecture, weights, attributes = import_cgcnn(options.source, options.atom_init)
        if options.name:
            attributes["name"] = options.name
        write(options.out, architecture, weights, attributes)
    except (ImportProblem, OSError) as problem:
        sys.exit(f"import_model: {problem}")
    count = sum(values.size for values in weights.values())
    print(f"{options.out}: {attributes['name']}, {architecture['kind']}, {len(weights)} arrays of {count} numbers")


if __name__ == "__main__":
    main()
