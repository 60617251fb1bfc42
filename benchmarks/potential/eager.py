#!/usr/bin/python3
"""SchNet and PaiNN in eager PyTorch, as doc/models.md has them: features of neighbors by index_select, sums by index_add,
forces and stress by autograd. The peer that Spinel's speed is measured against.

    eager.py verify MODEL.h5 STRUCTURES.xyz RESULT.h5        # float64 against calculation = 'energy', all = .true.
    eager.py time MODEL.h5 STRUCTURE [--steps 5] [--precision single|double]
    eager.py train MODEL.h5 STRUCTURES.xyz [--batch 4] [--steps 20]      # energies, forces, stresses; structures/s
    eager.py rattle N STRUCTURE.xyz                          # diamond silicon of 8·n³ atoms, displaced by 0.05 Å

`MODEL.h5`: from calculation = 'train'. Debian's python3-torch, python3-ase, python3-h5py. Graphs are made before the clock starts.
"""
import argparse
import json
import math
import os
import sys
import time

import ase.io
import h5py
import numpy as np
import torch
from ase.data import atomic_numbers
from torch.nn.functional import huber_loss, silu

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from peer import envelope, peak_memory, write_rattled


def harmonics(u, degree):
    """[edge][M]: real harmonics of degree 2 … degree, with Σ_m S_lm(a) S_lm(b) = √((2l + 1)/4π) P_l(a·b)."""
    x, y, z = u.unbind(1)
    rows = [c * (5 / (4 * math.pi))**0.25 for c in (
        3**0.5 * x * y, 3**0.5 * y * z, (3 * z * z - 1) / 2, 3**0.5 * x * z, 3**0.5 / 2 * (x * x - y * y))]
    if degree > 2:
        rows += [c * (7 / (4 * math.pi))**0.25 for c in (
            0.625**0.5 * y * (3 * x * x - y * y), 15**0.5 * x * y * z, 0.375**0.5 * y * (5 * z * z - 1),
            (5 * z**3 - 3 * z) / 2, 0.375**0.5 * x * (5 * z * z - 1), 15**0.5 / 2 * z * (x * x - y * y),
            0.625**0.5 * x * (x * x - 3 * y * y))]
    return torch.stack(rows, 1)


class Graph:
    """One structure, or several one after the other: directed edges i → j within the cutoff, all images."""

    def __init__(self, frames, cutoff, species):
        from ase.neighborlist import primitive_neighbor_list
        rows = {"i": [], "j": [], "vector": [], "element": [], "frame_of_atom": [], "frame_of_edge": []}
        first = 0
        for k, atoms in enumerate(frames):
            i, j, d = primitive_neighbor_list("ijD", atoms.pbc, np.array(atoms.cell), atoms.positions, cutoff)
            order = np.argsort(i, kind="stable")
            rows["i"].append(i[order] + first)
            rows["j"].append(j[order] + first)
            rows["vector"].append(d[order])
            rows["element"].append([species[s] for s in atoms.get_chemical_symbols()])
            rows["frame_of_atom"].append(np.full(len(atoms), k))
            rows["frame_of_edge"].append(np.full(len(i), k))
            first += len(atoms)
        for name, parts in rows.items():
            setattr(self, name, torch.tensor(np.concatenate(parts)))
        self.n_atoms = torch.tensor([len(a) for a in frames], dtype=torch.float64)
        self.volume = torch.tensor([a.get_volume() for a in frames])
        self.n_frames = len(frames)


class Potential:
    def __init__(self, path, dtype=torch.float64):
        with h5py.File(path, "r") as file:
            self.h = json.loads(file.attrs["architecture"])
            self.w = {name.replace("model.", ""): torch.tensor(values[()]).to(dtype) for name, values in file["weights"].items()}
        self.dtype, self.cutoff = dtype, self.h["cutoff"]
        self.species = {symbol: n for n, symbol in enumerate(self.h["element_types"])}
        self.references = torch.tensor(self.h["element_refs"], dtype=torch.float64)

    def linear(self, name, x):
        return torch.nn.functional.linear(x, self.w[name + ".weight"], self.w.get(name + ".bias"))

    def radial(self, r):
        f, k = envelope(r, self.cutoff)[:, None], self.h["radial_functions"]
        if self.h["kind"] == "schnet":
            width = self.cutoff / (k - 1)
            return torch.exp(-0.5 * ((r[:, None] - width * torch.arange(k, dtype=r.dtype)) / width)**2), f
        n = torch.arange(1, k + 1, dtype=r.dtype)
        return torch.cat([torch.sin(n * math.pi * r[:, None] / self.cutoff) / r[:, None] * f, f], 1), f

    def repulsion(self, r, graph):
        """Ziegler, Biersack and Littmark; half of each pair's energy to either atom."""
        inner, outer = self.h["zbl_inner"], self.h["zbl_outer"]
        near = torch.nonzero(r.detach() < outer).squeeze(1)
        r, i, j = r[near], graph.i[near], graph.j[near]
        z = torch.tensor([float(atomic_numbers[s]) for s in self.h["element_types"]], dtype=self.dtype)[graph.element]
        x = r * (z[i]**0.23 + z[j]**0.23) / (0.8854 * 0.529177210903)
        phi = sum(a * torch.exp(-b * x) for a, b in (
            (0.18175, 3.19980), (0.50986, 0.94229), (0.28022, 0.40290), (0.02817, 0.20162)))
        whole = envelope(torch.clamp((r - inner) / (outer - inner), 0, 1), 1.0)
        pair = 0.5 * 14.399645478 * z[i] * z[j] / r * phi * whole
        return torch.zeros(len(graph.element), dtype=self.dtype).index_add(0, graph.i[near], pair)

    def schnet(self, s, graph, radial, f):
        for k in range(self.h["interactions"]):
            name = f"interaction_{k}_"
            filters = self.linear(name + "filter_out", silu(self.linear(name + "filter_in", radial))) * f
            x = self.linear(name + "in", s)
            m = torch.zeros_like(s).index_add(0, graph.i, x.index_select(0, graph.j) * filters)
            s = s + self.linear(name + "out", silu(self.linear(name + "middle", m)))
        return s

    def painn(self, s, graph, radial, unit):
        width, degree = self.h["width"], self.h.get("moments", 1)
        y = harmonics(unit, degree) if degree > 1 else None
        norm = lambda x: torch.sqrt(x.square().sum(1) + 0.01) - 0.1
        v = torch.zeros(len(s), 3, width, dtype=self.dtype)
        for k in range(self.h["interactions"]):
            name = f"interaction_{k}_"
            phi = self.linear(name + "message_out", silu(self.linear(name + "message_in", s)))
            message = phi.index_select(0, graph.j) * self.linear(name + "filter_out", radial)
            a, b, c, *rest = message.split(width, 1)
            s = s + torch.zeros_like(s).index_add(0, graph.i, a)
            dv = v.index_select(0, graph.j) * b[:, None] + c[:, None] * unit[:, :, None]
            v = v + torch.zeros_like(v).index_add(0, graph.i, dv)
            uv, vv = self.linear(name + "mix", v).split(width, 2)
            seen = [s, norm(vv)]
            if degree > 1:
                q = torch.zeros(len(s), y.shape[1], width, dtype=self.dtype).index_add(0, graph.i, rest[0][:, None] * y[:, :, None])
                seen += [norm(q[:, l * l - 4:(l + 1)**2 - 4]) for l in range(2, degree + 1)]
            a = self.linear(name + "update_out", silu(self.linear(name + "update_in", torch.cat(seen, 1))))
            a_vv, a_sv, a_ss = a.split(width, 1)
            v = v + a_vv[:, None] * uv
            s = s + a_ss + a_sv * (uv * vv).sum(1)
        return s

    def compute(self, graph, for_training=False):
        """Energies (eV, with references), forces (eV/Å), stresses (eV/Å³, tension positive)."""
        vector = graph.vector.to(self.dtype).requires_grad_(True)
        r = vector.norm(dim=1)
        radial, f = self.radial(r)
        s = self.w["embedding_weight"].index_select(0, graph.element)
        s = self.schnet(s, graph, radial, f) if self.h["kind"] == "schnet" else self.painn(s, graph, radial, vector / r[:, None])
        own = self.h["data_std"] * self.linear("readout_out", silu(self.linear("readout_in", s))).squeeze(1)
        if "zbl_outer" in self.h:
            own = own + self.repulsion(r, graph)
        slope, = torch.autograd.grad(own.sum(), vector, create_graph=for_training)
        force = torch.zeros(len(graph.element), 3, dtype=self.dtype).index_add(0, graph.i, slope).index_add(0, graph.j, -slope)
        product = vector[:, :, None] * slope[:, None, :]
        stress = torch.zeros(graph.n_frames, 3, 3, dtype=self.dtype).index_add(0, graph.frame_of_edge, product)
        stress = 0.5 * (stress + stress.transpose(1, 2)) / graph.volume[:, None, None].to(self.dtype)
        energy = torch.zeros(graph.n_frames, dtype=torch.float64).index_add(
            0, graph.frame_of_atom, own.double() + self.references[graph.element])
        return energy + self.h["data_mean"], force, stress


def verify(options):
    model = Potential(options.model)
    worst = np.zeros(3)
    with h5py.File(options.result, "r") as file:
        offset = file["atoms/offset"][:]
        for k, atoms in enumerate(ase.io.read(options.structures, ":")):
            energy, force, stress = model.compute(Graph([atoms], model.cutoff, model.species))
            voigt = stress[0].detach().numpy()[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
            worst = np.maximum(worst, [
                abs(energy.item() - file["structures/energy"][k]) / len(atoms),
                np.abs(force.detach().numpy() - file["atoms/force"][offset[k]:offset[k + 1]]).max(),
                np.abs(voigt - file["structures/stress"][k] / 160.21766340).max()])
    print(f"largest differences {worst[0]:.1e} eV/atom, {worst[1]:.1e} eV/Å, {worst[2]:.1e} eV/Å³")
    if (worst > [1e-7, 1e-6, 1e-8]).any():
        raise SystemExit("FAILED")


def measure(options):
    torch.set_num_threads(1)
    model = Potential(options.model, torch.float32 if options.precision == "single" else torch.float64)
    atoms = ase.io.read(options.structure)
    graph = Graph([atoms], model.cutoff, model.species)
    model.compute(graph)
    start = time.perf_counter()
    for _ in range(options.steps):
        model.compute(graph)
    each = (time.perf_counter() - start) / options.steps
    print(json.dumps({"atoms": len(atoms), "edges": len(graph.i), "us_per_atom_step": 1e6 * each / len(atoms),
                      "peak_bytes": peak_memory()}))


def train(options):
    torch.set_num_threads(1)
    model = Potential(options.model, torch.float32)
    for weight in model.w.values():
        weight.requires_grad_(True)
    optimizer = torch.optim.AdamW(list(model.w.values()), lr=1e-4)
    frames = ase.io.read(options.structures, ":")[:options.batch * options.steps]
    batches = [frames[k:k + options.batch] for k in range(0, len(frames) - options.batch + 1, options.batch)]
    graphs = [(Graph(batch, model.cutoff, model.species),
               torch.tensor([a.get_potential_energy() for a in batch]),
               torch.tensor(np.concatenate([a.get_forces() for a in batch])).float(),
               torch.tensor(np.stack([a.get_stress(voigt=False) for a in batch])).float()) for batch in batches]

    def step(graph, energy, force, stress):
        e, f, s = model.compute(graph, for_training=True)
        loss = (huber_loss(e / graph.n_atoms, energy / graph.n_atoms) + 100 * huber_loss(f, force) + 100 * huber_loss(s, stress))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(model.w.values()), 100.0)
        optimizer.step()
    step(*graphs[0])
    start = time.perf_counter()
    for graph in graphs:
        step(*graph)
    print(json.dumps({"structures_per_second": options.batch * len(graphs) / (time.perf_counter() - start)}))


def rattle(options):
    write_rattled(options.structure, options.n, "Si", "diamond", a=5.469)


def main():
    parser = argparse.ArgumentParser(description="SchNet and PaiNN in eager PyTorch.")
    modes = parser.add_subparsers(required=True)
    mode = modes.add_parser("verify")
    mode.add_argument("model")
    mode.add_argument("structures")
    mode.add_argument("result")
    mode.set_defaults(run=verify)
    mode = modes.add_parser("time")
    mode.add_argument("model")
    mode.add_argument("structure")
    mode.add_argument("--steps", type=int, default=5)
    mode.add_argument("--precision", choices=["single", "double"], default="single")
    mode.set_defaults(run=measure)
    mode = modes.add_parser("train")
    mode.add_argument("model")
    mode.add_argument("structures")
    mode.add_argument("--batch", type=int, default=4)
    mode.add_argument("--steps", type=int, default=20)
    mode.set_defaults(run=train)
    mode = modes.add_parser("rattle")
    mode.add_argument("n", type=int)
    mode.add_argument("structure")
    mode.set_defaults(run=rattle)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
