#!/usr/bin/python3
"""CGCNN (T. Xie and J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018)) in eager PyTorch, operation by operation as the
paper and its authors' program do it: features of every edge gathered and joined, one linear layer over them, batch norm,
sigmoid ⊙ softplus, sum over 12 neighbors. For the speed of that way of doing it, on one thread.

    eager.py train GRAPHS.npz [--epochs 2]       # crystals/s of training, batch 256
    eager.py predict GRAPHS.npz                  # crystals/s of prediction from graphs
    eager.py graphs FILE.xyz[.gz] GRAPHS.npz N   # the graphs of the first N crystals

Debian's python3-torch, python3-ase, python3-numpy.
"""
import argparse
import time

import numpy as np

RADIUS, NEIGHBORS = 8.0, 12


def graph(atoms):
    from ase.neighborlist import neighbor_list
    i, j, d = neighbor_list("ijd", atoms, RADIUS)
    index = np.zeros((len(atoms), NEIGHBORS), np.int64)
    distance = np.full((len(atoms), NEIGHBORS), RADIUS + 1)
    for a in range(len(atoms)):
        mine = np.flatnonzero(i == a)
        mine = mine[np.argsort(d[mine], kind="stable")[:NEIGHBORS]]
        index[a, :len(mine)], distance[a, :len(mine)] = j[mine], d[mine]
    return index, distance


def make_graphs(path, out, n):
    from ase.io import iread
    numbers, indices, distances, sizes, targets = [], [], [], [], []
    for k, atoms in enumerate(iread(path, f":{n}")):
        index, distance = graph(atoms)
        numbers.append(atoms.numbers)
        indices.append(index)
        distances.append(distance)
        sizes.append(len(atoms))
        targets.append(atoms.info.get("formation_energy_per_atom", 0.0))
    np.savez(out, numbers=np.concatenate(numbers), index=np.concatenate(indices), distance=np.concatenate(distances),
             sizes=sizes, targets=targets)


def load(path):
    """One tuple a crystal, distances already expanded, as a data loader with a cache hands them out."""
    import torch
    file = np.load(path)
    centers = np.arange(0, 8.1, 0.2)
    features = np.random.default_rng(1).integers(0, 2, (101, 92)).astype(np.float32)
    at, crystals = 0, []
    for n, target in zip(file["sizes"], file["targets"]):
        part = slice(at, at + n)
        gaussians = np.exp(-((file["distance"][part][..., None] - centers) / 0.2) ** 2)
        crystals.append((torch.tensor(features[file["numbers"][part]]), torch.tensor(gaussians, dtype=torch.float32),
                         torch.tensor(file["index"][part]), torch.tensor([target], dtype=torch.float32)))
        at += n
    return crystals


def collate(crystals):
    import torch
    atoms, edges, neighbors, ranges, targets, base = [], [], [], [], [], 0
    for a, e, i, t in crystals:
        atoms.append(a)
        edges.append(e)
        neighbors.append(i + base)
        ranges.append(torch.arange(base, base + len(a)))
        targets.append(t)
        base += len(a)
    return torch.cat(atoms), torch.cat(edges), torch.cat(neighbors), ranges, torch.stack(targets)


def make_model(width=64, n_convolutions=3, hidden=128):
    import torch
    from torch import nn

    class Convolution(nn.Module):
        def __init__(self):
            super().__init__()
            self.full = nn.Linear(2 * width + 41, 2 * width)
            self.edge_norm, self.sum_norm = nn.BatchNorm1d(2 * width), nn.BatchNorm1d(width)
            self.softplus = nn.Softplus()

        def forward(self, atoms, edges, neighbors):
            n, m = neighbors.shape
            joined = torch.cat([atoms.unsqueeze(1).expand(n, m, width), atoms[neighbors], edges], dim=2)
            gated = self.edge_norm(self.full(joined).view(-1, 2 * width)).view(n, m, 2 * width)
            gate, core = gated.chunk(2, dim=2)
            sums = torch.sum(torch.sigmoid(gate) * self.softplus(core), dim=1)
            return self.softplus(atoms + self.sum_norm(sums))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Linear(92, width)
            self.convolutions = nn.ModuleList([Convolution() for _ in range(n_convolutions)])
            self.to_hidden, self.out, self.softplus = nn.Linear(width, hidden), nn.Linear(hidden, 1), nn.Softplus()

        def forward(self, atoms, edges, neighbors, ranges):
            atoms = self.embedding(atoms)
            for convolution in self.convolutions:
                atoms = convolution(atoms, edges, neighbors)
            crystals = torch.cat([torch.mean(atoms[r], dim=0, keepdim=True) for r in ranges])
            return self.out(self.softplus(self.to_hidden(self.softplus(crystals))))

    return Network()


def main():
    parser = argparse.ArgumentParser(description="CGCNN in eager PyTorch, one thread: crystals per second.")
    parser.add_argument("what", choices=("train", "predict", "graphs"))
    parser.add_argument("path")
    parser.add_argument("rest", nargs="*")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--cpu", action="store_true", help="processor time instead of wall time")
    options = parser.parse_args()
    if options.what == "graphs":
        return make_graphs(options.path, options.rest[0], int(options.rest[1]))
    import torch
    torch.set_num_threads(1)
    clock = time.process_time if options.cpu else time.perf_counter
    crystals, model = load(options.path), make_model()
    order = np.random.default_rng(2)
    optimizer = torch.optim.Adam(model.parameters(), 0.001)
    done, begin = 0, None
    for epoch in range(options.epochs):
        places = order.permutation(len(crystals))
        for first in range(0, len(places) - options.batch + 1, options.batch):
            batch = [crystals[k] for k in places[first:first + options.batch]]
            atoms, edges, neighbors, ranges, targets = collate(batch)
            if options.what == "predict":
                model.eval()
                with torch.no_grad():
                    model(atoms, edges, neighbors, ranges)
            else:
                loss = torch.nn.functional.mse_loss(model(atoms, edges, neighbors, ranges), targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            if begin is None:  # the first batch warms up
                begin = clock()
            else:
                done += len(batch)
    print(f"{done / (clock() - begin):.1f}")


if __name__ == "__main__":
    main()
