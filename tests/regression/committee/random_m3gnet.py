"""Small M3GNet models of random weights as model files (doc/models.md)."""
import json

import h5py
import numpy as np

WIDTH, UNITS, MAX_N, MAX_L, BLOCKS = 8, 8, 3, 4, 3
ARCHITECTURE = {
    "kind": "m3gnet", "property": "energy", "element_types": ["Ar", "Kr"], "max_n": MAX_N, "max_l": MAX_L,
    "nblocks": BLOCKS, "rbf_type": "SphericalBessel", "is_intensive": False, "cutoff": 4.6, "threebody_cutoff": 4.0,
    "use_smooth": True, "use_phi": False, "include_state": False, "activation_type": "swish",
    "dim_node_embedding": WIDTH, "dim_edge_embedding": WIDTH, "units": UNITS, "data_mean": 0.0, "data_std": 0.05,
    "element_refs": [-1.0, -2.0]}


def shapes():
    """{name of a weight: its shape}, in the order of the network."""
    found = {}

    def linear(name, out, into, bias):
        found[name + ".weight"] = (out, into)
        if bias:
            found[name + ".bias"] = (out,)

    def gated(name, widths, bias):
        for branch in (".layers.", ".gates."):
            for k in range(len(widths) - 1):
                linear(f"{name}{branch}{2 * k}", widths[k + 1], widths[k], bias)

    found["embedding.layer_node_embedding.weight"] = (len(ARCHITECTURE["element_types"]), WIDTH)
    linear("embedding.layer_edge_embedding.layers.0", WIDTH, MAX_N, True)
    for b in range(BLOCKS):
        linear(f"three_body_interactions.{b}.update_network_atom.layers.0", MAX_N * MAX_L, WIDTH, True)
        gated(f"three_body_interactions.{b}.update_network_bond", (MAX_N * MAX_L, WIDTH), False)
        for part in ("edge", "node"):
            gated(f"graph_layers.{b}.conv.{part}_update_func", (3 * WIDTH, UNITS, UNITS, WIDTH), True)
            linear(f"graph_layers.{b}.conv.{part}_weight_func", WIDTH, MAX_N, False)
    gated("final_layer.gated", (WIDTH, WIDTH, UNITS, UNITS, 1), True)
    return found


def write_model(path, number, **changes):
    """Model `number` of a family: the same weights but for a tenth. `changes`: of its architecture."""
    common, own = np.random.default_rng(5), np.random.default_rng(100 + number)
    with h5py.File(path, "w") as file:
        file.attrs["architecture"] = json.dumps({**ARCHITECTURE, **changes})
        for name, shape in shapes().items():
            scale = 1.5 / np.sqrt(shape[1]) if len(shape) == 2 else 0.3
            file["weights/model." + name] = scale * (common.normal(size=shape) + 0.1 * own.normal(size=shape))
