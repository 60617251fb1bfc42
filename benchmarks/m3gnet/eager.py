#!/usr/bin/python3
"""M3GNet in eager PyTorch, term by term as matgl codes it: one row per triple of atoms, gated MLPs on concatenated
features, forces and stress by autograd. The peer that Spinel's speed is measured against; slow on purpose, right by test.

    eager.py verify MODEL.h5 reference.xyz reference_MODEL.json    # float64 energy, forces, stress against golden values
    eager.py time MODEL.h5 STRUCTURE [--steps 5] [--precision single|double]
    eager.py rattle N STRUCTURE.xyz                                # MgO of 8·n³ atoms, displaced by 0.05 Å

`MODEL.h5`: scripts/import_model.py. Debian's python3-torch, python3-ase, python3-h5py. C. Chen and S. P. Ong, Nat. Comput. Sci.
2, 718 (2022); radial basis of `use_smooth`: E. Kocer et al., AIP Advances 9, 015021 (2019).
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
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress
from torch.nn.functional import silu

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from peer import envelope, peak_memory, write_rattled


def spherical_bessel(order, x):
    """j_l(x) by upward recurrence, as matgl's symbolic expressions are: good for x not far below l."""
    j = [torch.sin(x) / x, torch.sin(x) / x**2 - torch.cos(x) / x]
    for n in range(1, order):
        j.append((2 * n + 1) / x * j[n] - j[n - 1])
    return j[order]


def bessel_value(order, x):
    return float(spherical_bessel(order, torch.tensor(x, dtype=torch.float64)))


def bessel_roots(max_l, max_n):
    """z[l][n]: the n-th positive zero of j_l. Zeros of j_l lie between those of j_(l-1)."""
    def bisect(order, low, high):
        at_low = bessel_value(order, low)
        for _ in range(100):
            middle = 0.5 * (low + high)
            if at_low * bessel_value(order, middle) > 0:
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)
    roots = [[math.pi * (n + 1) for n in range(max_n + max_l)]]
    for order in range(1, max_l):
        before = roots[-1]
        roots.append([bisect(order, before[n], before[n + 1]) for n in range(len(before) - 1)])
    return [row[:max_n] for row in roots]


class BesselBasis:
    """sqrt(2/rc³) j_l(z_ln r/rc) / |j_(l+1)(z_ln)|, l-major."""

    def __init__(self, max_l, max_n, cutoff):
        self.cutoff, self.roots = cutoff, bessel_roots(max_l, max_n)
        self.factor = [[math.sqrt(2 / cutoff**3) / abs(bessel_value(l + 1, z)) for z in row]
                       for l, row in enumerate(self.roots)]

    def __call__(self, r):
        return torch.stack([factor * spherical_bessel(l, z * r / self.cutoff)
                            for l, row in enumerate(self.roots) for z, factor in zip(row, self.factor[l])], dim=1)


class SmoothBasis:
    """Orthogonalised combinations of sinc functions with vanishing derivatives at the cutoff."""

    def __init__(self, max_n, cutoff):
        self.max_n, self.cutoff = max_n, cutoff

    def __call__(self, r):
        rc, f = self.cutoff, []
        for n in range(self.max_n):
            a, b = (n + 1) * math.pi / rc, (n + 2) * math.pi / rc
            factor = (-1)**n * math.sqrt(2) * math.pi / rc**1.5 * (n + 1) * (n + 2) / math.sqrt((n + 1)**2 + (n + 2)**2)
            f.append(factor * (torch.sin(a * r) / (a * r) + torch.sin(b * r) / (b * r)))
        g, d = [f[0]], 1.0
        for n in range(1, self.max_n):
            e = n**2 * (n + 2)**2 / (4 * (n + 1)**4 + 1)
            d, before = 1 - e / d, d
            g.append((f[n] + math.sqrt(e / before) * g[-1]) / math.sqrt(d))
        return torch.stack(g, dim=1)


def legendre(max_l, x):
    """Y_l0 = sqrt((2l + 1)/4π) P_l(x)."""
    p = [torch.ones_like(x), x]
    for l in range(1, max_l - 1):
        p.append(((2 * l + 1) * x * p[l] - l * p[l - 1]) / (l + 1))
    return torch.stack([math.sqrt((2 * l + 1) / (4 * math.pi)) * p[l] for l in range(max_l)], dim=1)


class Graph:
    """Directed edges i → j within the cutoff, all images; ordered pairs of edges (ij, ik) within the shorter cutoff."""

    def __init__(self, atoms, cutoff, threebody_cutoff):
        from ase.neighborlist import primitive_neighbor_list
        i, j, shift, length = primitive_neighbor_list("ijSd", atoms.pbc, np.array(atoms.cell), atoms.positions, cutoff,
                                                      numbers=None, self_interaction=False)
        order = np.argsort(i, kind="stable")
        i, j, shift, length = i[order], j[order], shift[order], length[order]
        near = np.flatnonzero(length <= threebody_cutoff)
        first, second = [np.empty(0, int)], [np.empty(0, int)]
        for edges in np.split(near, np.flatnonzero(np.diff(i[near])) + 1):
            a, b = np.meshgrid(edges, edges, indexing="ij")
            other = ~np.eye(len(edges), dtype=bool)
            first.append(a[other])
            second.append(b[other])
        self.i, self.j, self.shift = torch.tensor(i), torch.tensor(j), torch.tensor(shift)
        self.ij, self.ik = torch.tensor(np.concatenate(first)), torch.tensor(np.concatenate(second))


class M3GNet:
    def __init__(self, path, dtype=torch.float64):
        with h5py.File(path, "r") as file:
            self.h = json.loads(file.attrs["architecture"])
            self.w = {name: torch.tensor(values[()]).to(dtype) for name, values in file["weights"].items()}
        self.dtype = dtype
        self.species = {symbol: n for n, symbol in enumerate(self.h["element_types"])}
        self.references = torch.tensor(self.h["element_refs"], dtype=torch.float64)
        n, l, cutoff = self.h["max_n"], self.h["max_l"], self.h["cutoff"]
        self.pair_basis = SmoothBasis(n, cutoff) if self.h["use_smooth"] else BesselBasis(l, n, cutoff)
        self.triple_basis = SmoothBasis(n * l, cutoff) if self.h["use_smooth"] else BesselBasis(l, n, cutoff)

    def linear(self, name, x):
        y = x @ self.w[name + ".weight"].T
        return y + self.w[name + ".bias"] if name + ".bias" in self.w else y

    def gated(self, name, x, layers, activate_last=True):
        value = gate = x
        for n in range(0, 2 * layers, 2):
            last = n == 2 * layers - 2
            value = self.linear(f"{name}.layers.{n}", value)
            value = value if last and not activate_last else silu(value)
            gate = self.linear(f"{name}.gates.{n}", gate)
            gate = torch.sigmoid(gate) if last else silu(gate)
        return value * gate

    def energy(self, species, vectors, graph):
        """Energy of each atom, without references."""
        i, j, ij, ik = graph.i, graph.j, graph.ij, graph.ik
        r = vectors.norm(dim=1)
        rbf = self.pair_basis(r)
        cosine = (vectors[ij] * vectors[ik]).sum(1) / (r[ij] * r[ik])
        cosine = torch.clamp(cosine, -1 + 1e-7, 1 - 1e-7)
        angular = legendre(self.h["max_l"], cosine).repeat_interleave(self.h["max_n"], dim=1)
        triple = self.triple_basis(r[ik]) * angular
        f = envelope(torch.clamp(r, max=self.h["threebody_cutoff"]), self.h["threebody_cutoff"])
        v = self.w["model.embedding.layer_node_embedding.weight"][species]
        e = silu(self.linear("model.embedding.layer_edge_embedding.layers.0", rbf))
        for block in range(self.h["nblocks"]):
            name = f"model.three_body_interactions.{block}"
            end = torch.sigmoid(self.linear(f"{name}.update_network_atom.layers.0", v))[j[ik]]
            bonds = triple * end * (f[ij] * f[ik])[:, None]
            bonds = torch.zeros(len(i), bonds.shape[1], dtype=self.dtype).index_add(0, ij, bonds)
            e = e + self.gated(f"{name}.update_network_bond", bonds, 1)
            name = f"model.graph_layers.{block}.conv"
            e = e + self.gated(f"{name}.edge_update_func", torch.cat([v[i], v[j], e], 1), 3) * self.linear(
                f"{name}.edge_weight_func", rbf)
            message = self.gated(f"{name}.node_update_func", torch.cat([v[i], v[j], e], 1), 3) * self.linear(
                f"{name}.node_weight_func", rbf)
            v = v + torch.zeros_like(v).index_add(0, j, message)
        own = self.gated("model.final_layer.gated", v, 4, activate_last=False).squeeze(1)
        return self.h["data_std"] * own + self.h["data_mean"] / len(v)

    def compute(self, atoms, graph=None):
        """(energy eV, forces eV/Å, stress eV/Å³ with tension positive)."""
        graph = graph or Graph(atoms, self.h["cutoff"], self.h["threebody_cutoff"])
        species = torch.tensor([self.species[s] for s in atoms.get_chemical_symbols()])
        positions = torch.tensor(atoms.positions, dtype=self.dtype, requires_grad=True)
        strain = torch.zeros(3, 3, dtype=self.dtype, requires_grad=True)
        deform = torch.eye(3, dtype=self.dtype) + strain
        cell = torch.tensor(np.array(atoms.cell), dtype=self.dtype) @ deform
        moved = positions @ deform
        vectors = moved[graph.j] + graph.shift.to(self.dtype) @ cell - moved[graph.i]
        energies = self.energy(species, vectors, graph)
        gradient, virial = torch.autograd.grad(energies.sum(), [positions, strain])
        total = energies.detach().double().sum() + self.references[species].sum()
        virial = 0.5 * (virial + virial.T)
        volume = abs(np.linalg.det(np.array(atoms.cell)))
        return total.item(), -gradient.numpy(), virial.numpy() / volume


class EagerM3GNet(Calculator):
    """As a calculator of ASE."""
    implemented_properties = ["energy", "free_energy", "forces", "stress"]

    def __init__(self, path, dtype=torch.float64, **options):
        super().__init__(**options)
        self.model = M3GNet(path, dtype)

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        energy, forces, stress = self.model.compute(self.atoms)
        self.results = {"energy": energy, "free_energy": energy, "forces": forces,
                        "stress": full_3x3_to_voigt_6_stress(stress)}


def verify(options):
    model = M3GNet(options.model)
    with open(options.reference) as file:
        references = json.load(file)["structures"]
    worst = np.zeros(3)
    for atoms, reference in zip(ase.io.read(options.structures, ":"), references, strict=True):
        energy, forces, stress = model.compute(atoms)
        worst = np.maximum(worst, [abs(energy - reference["energy"]), np.abs(forces - reference["forces"]).max(),
                                   np.abs(stress - reference["stress"]).max()])
    print(f"{len(references)} structures: largest error {worst[0]:.1e} eV, {worst[1]:.1e} eV/Å, {worst[2]:.1e} eV/Å³")
    if (worst > [1e-6, 1e-6, 1e-7]).any():
        raise SystemExit("FAILED")


def measure(options):
    torch.set_num_threads(1)
    model = M3GNet(options.model, torch.float32 if options.precision == "single" else torch.float64)
    atoms = ase.io.read(options.structure)
    graph = Graph(atoms, model.h["cutoff"], model.h["threebody_cutoff"])
    model.compute(atoms, graph)
    start = time.perf_counter()
    for _ in range(options.steps):
        model.compute(atoms, graph)
    each = (time.perf_counter() - start) / options.steps
    print(json.dumps({"atoms": len(atoms), "edges": len(graph.i), "triples": len(graph.ij), "precision": options.precision,
                      "ms_per_atom_step": 1e3 * each / len(atoms), "peak_bytes": peak_memory()}))


def rattle(options):
    write_rattled(options.structure, options.n, "MgO", "rocksalt", a=4.212)


def main():
    parser = argparse.ArgumentParser(description="M3GNet in eager PyTorch.")
    modes = parser.add_subparsers(required=True)
    mode = modes.add_parser("verify")
    mode.add_argument("model")
    mode.add_argument("structures")
    mode.add_argument("reference")
    mode.set_defaults(run=verify)
    mode = modes.add_parser("time")
    mode.add_argument("model")
    mode.add_argument("structure")
    mode.add_argument("--steps", type=int, default=5)
    mode.add_argument("--precision", choices=["single", "double"], default="single")
    mode.set_defaults(run=measure)
    mode = modes.add_parser("rattle")
    mode.add_argument("n", type=int)
    mode.add_argument("structure")
    mode.set_defaults(run=rattle)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
