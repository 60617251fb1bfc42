"""CGCNN and perceptrons in plain numpy, float64: what the program's predictions are compared with."""
import json

import h5py
import numpy as np

SYMBOLS = ["H", "C", "O", "Na", "Cl", "Ti", "Fe"]
NUMBERS = [1, 6, 8, 11, 17, 22, 26]


def softplus(x):
    return np.logaddexp(x, 0)


def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def neighbors(cell, positions, radius, k):
    """(atom, neighbor, distance) of the k nearest, nearest first, padded as the authors pad."""
    reach = [int(np.ceil(radius * np.linalg.norm(b))) + 2 for b in np.linalg.inv(cell).T]
    shifts = np.array([[a, b, c] for a in range(-reach[0], reach[0] + 1) for b in range(-reach[1], reach[1] + 1)
                       for c in range(-reach[2], reach[2] + 1)]) @ cell
    rows = []
    for i, p in enumerate(positions):
        d = np.linalg.norm(positions[:, None] + shifts[None] - p, axis=2)
        j, s = np.nonzero((d <= radius) & (d > 1e-8))
        found = sorted(zip(d[j, s], j))[:k or None]
        found += [(radius + 1, 0)] * (k - len(found))
        rows += [(i, j, d) for d, j in found]
    return rows


def cgcnn(architecture, weights, symbols, cell, positions):
    a, w = architecture, {name: np.asarray(v, float) for name, v in weights.items()}
    rows = neighbors(cell, positions, a["radius"], a["max_num_nbr"])
    i, j = np.array([r[0] for r in rows], int), np.array([r[1] for r in rows], int)
    centers = a["gaussian_min"] + a["gaussian_step"] * np.arange(a["nbr_fea_len"])
    gaussians = np.exp(-((np.array([r[2] for r in rows], float)[:, None] - centers) / a["gaussian_width"]) ** 2)
    places = [a["element_types"].index(s) for s in symbols]
    one_hot = w["element_features"] if "element_features" in w else np.eye(len(a["element_types"]))
    v = one_hot[places] @ w["embedding.weight"].T + w["embedding.bias"]

    def norm(x, path):
        return ((x - w[path + ".running_mean"]) / np.sqrt(w[path + ".running_var"] + 1e-5) * w[path + ".weight"]
                + w[path + ".bias"])

    for layer in range(a["n_conv"]):
        path = f"convs.{layer}"
        z = np.hstack([v[i], v[j], gaussians]) @ w[path + ".fc_full.weight"].T + w[path + ".fc_full.bias"]
        gate, core = np.split(norm(z, path + ".bn1"), 2, axis=1)
        sums = np.zeros_like(v)
        np.add.at(sums, i, sigmoid(gate) * softplus(core))
        v = softplus(v + norm(sums, path + ".bn2"))
    x = softplus(v.mean(0))
    x = softplus(w["conv_to_fc.weight"] @ x + w["conv_to_fc.bias"])
    for layer in range(a["n_h"] - 1):
        x = softplus(w[f"fcs.{layer}.weight"] @ x + w[f"fcs.{layer}.bias"])
    return finish(a, w["fc_out.weight"] @ x + w["fc_out.bias"])


def perceptron(architecture, weights, symbols, descriptors):
    a = architecture
    fractions = [symbols.count(s) / len(symbols) for s in a["element_types"]] if a["composition_fractions"] else []
    x = (np.array(fractions + descriptors) - weights["input_mean"]) * weights["input_scale"]
    for layer in range(len(a["hidden"]) + 1):
        if layer > 0:
            x = x * sigmoid(x) if a["activation"] == "silu" else np.maximum(x, 0)
        x = weights[f"layers.{layer}.weight"] @ x + weights[f"layers.{layer}.bias"]
    return finish(a, x)


def finish(a, x):
    if a["task"] == "classification":
        p = np.exp(x - x.max())
        return p / p.sum()
    return x * a["data_std"] + a["data_mean"]


def make_cgcnn(path, seed, **changes):
    """A model file with random weights. Returns (architecture, weights)."""
    rng = np.random.default_rng(seed)
    a = dict(kind="cgcnn", task="regression", property="formation_energy_per_atom", unit="eV/atom", data_mean=-1.2,
             data_std=0.8, element_types=SYMBOLS, atom_fea_len=20, n_conv=2, h_fea_len=24, n_h=2, orig_atom_fea_len=5,
             radius=6.0, max_num_nbr=10, nbr_fea_len=41, gaussian_min=0.0, gaussian_max=8.0, gaussian_step=0.2,
             gaussian_width=0.2)
    a.update(changes)
    f, h, out = a["atom_fea_len"], a["h_fea_len"], 2 if a["task"] == "classification" else 1

    def array(*shape):
        return (rng.standard_normal(shape) / np.sqrt(shape[-1] if len(shape) > 1 else 4)).astype(np.float32)

    w = {"embedding.weight": array(f, a["orig_atom_fea_len"]), "embedding.bias": array(f),
         "conv_to_fc.weight": array(h, f), "conv_to_fc.bias": array(h), "fc_out.weight": array(out, h), "fc_out.bias": array(out)}
    if not a.get("element_embedding"):
        w["element_features"] = array(len(SYMBOLS), a["orig_atom_fea_len"])
    for layer in range(a["n_conv"]):
        w[f"convs.{layer}.fc_full.weight"] = array(2 * f, 2 * f + a["nbr_fea_len"])
        w[f"convs.{layer}.fc_full.bias"] = array(2 * f)
        for norm, width in (("bn1", 2 * f), ("bn2", f)):
            w[f"convs.{layer}.{norm}.running_mean"] = array(width)
            w[f"convs.{layer}.{norm}.running_var"] = (0.5 + rng.random(width)).astype(np.float32)
            w[f"convs.{layer}.{norm}.weight"] = (1 + array(width)).astype(np.float32)
            w[f"convs.{layer}.{norm}.bias"] = array(width)
    for layer in range(a["n_h"] - 1):
        w[f"fcs.{layer}.weight"], w[f"fcs.{layer}.bias"] = array(h, h), array(h)
    return write(path, a, w)


def make_perceptron(path, seed, **changes):
    rng = np.random.default_rng(seed)
    a = dict(kind="mlp", task="regression", property="band_gap", unit="eV", data_mean=1.0, data_std=2.0,
             element_types=SYMBOLS, hidden=[24, 20], activation="silu", composition_fractions=True,
             composition_statistics=False, descriptors=["density", "volume"])
    a.update(changes)
    n = len(SYMBOLS) * a["composition_fractions"] + len(a["descriptors"])
    w = {"input_mean": rng.standard_normal(n).astype(np.float32), "input_scale": (0.5 + rng.random(n)).astype(np.float32)}
    widths = [n] + a["hidden"] + [1]
    for layer, (i, o) in enumerate(zip(widths, widths[1:])):
        w[f"layers.{layer}.weight"] = (rng.standard_normal((o, i)) / np.sqrt(i)).astype(np.float32)
        w[f"layers.{layer}.bias"] = rng.standard_normal(o).astype(np.float32)
    return write(path, a, w)


def write(path, architecture, weights):
    with h5py.File(path, "w") as file:
        file.attrs["architecture"] = json.dumps(architecture)
        for name, values in weights.items():
            file[f"weights/{name}"] = values
    return architecture, weights
