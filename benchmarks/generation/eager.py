#!/usr/bin/env python3
"""The periodic denoiser in eager PyTorch, as a generator of crystals is written there: edges as index lists, all of a batch at once.

    eager.py FILE SECONDS    µs a crystal of a call without gradients and of one with (processor time), and the largest relative
                             differences of outputs and gradients from those that generation_speed wrote
"""
import math
import sys
import time

import numpy as np
import torch

torch.set_num_threads(1)
data = np.fromfile(sys.argv[1], dtype=np.uint8)
seconds = float(sys.argv[2])
at = 0


def take(n, dtype=np.float32):
    global at
    values = np.frombuffer(data, dtype, n, at)
    at += 4 * n
    return values.copy()


width, layers, frequencies, n_types, n_crystal, n_atoms, n, n_weights = (int(x) for x in take(8, np.int32))
types = torch.from_numpy(take(n * n_atoms, np.int32).astype(np.int64))
x = torch.from_numpy(take(3 * n * n_atoms)).reshape(-1, 3)
crystal = torch.from_numpy(take(n_crystal * n)).reshape(n, n_crystal)
weights = take(n_weights)
velocity, logits, cell, gradient = take(3 * n * n_atoms), take(n * n_atoms * n_types), take(6 * n), take(n_weights)

head = -(-(3 + n_types) // 16) * 16
k = 3 * frequencies
shapes = [(n_types, width), (n_crystal, width), (1, width), (width, head), (1, head), (width, width), (1, width), (width, 16), (1, 16)]
shapes += layers * [(1, width), (width, 2 * width), (n_crystal, width), (k, width), (k, width), (width, width), (1, width),
                    (2 * width, width), (1, width), (width, width)]
parameters, place = [], 0
for rows, columns in shapes:
    parameters.append(torch.from_numpy(weights[place:place + rows * columns].reshape(rows, columns).copy()).requires_grad_())
    place += rows * columns

batch = torch.arange(n).repeat_interleave(n_atoms)
i = torch.arange(n * n_atoms).repeat_interleave(n_atoms)
j = (torch.arange(n).repeat_interleave(n_atoms * n_atoms) * n_atoms + torch.arange(n_atoms).repeat(n * n_atoms))
m = 2 * math.pi * torch.arange(1, frequencies + 1)


def norm(h, gain):
    return h * torch.rsqrt((h * h).mean(1, keepdim=True) + 1e-6) * gain


def network():
    embedding, crystal_in, last_gain, atom_head, atom_bias, cell_1, cell_bias_1, cell_2, cell_bias_2 = parameters[:9]
    phase = ((x[j] - x[i])[:, :, None] * m).reshape(-1, k)
    features = torch.cat([torch.cos(phase), torch.sin(phase)], 1)
    h = embedding[types] + (crystal @ crystal_in)[batch]
    for layer in range(layers):
        gain, atoms, own, even, odd, edge, edge_bias, node_1, node_bias, node_2 = parameters[9 + 10 * layer:19 + 10 * layer]
        u = norm(h, gain)
        first = torch.cat([atoms[:, :width], atoms[:, width:], own, even, odd])
        message = torch.cat([u[i], u[j], crystal[batch[i]], features], 1) @ first
        message = torch.nn.functional.silu(torch.nn.functional.silu(message) @ edge + edge_bias)
        mean = torch.zeros_like(h).index_add(0, i, message) / n_atoms
        h = h + torch.nn.functional.silu(torch.cat([u, mean], 1) @ node_1 + node_bias) @ node_2
    y = norm(h, last_gain)
    out = y @ atom_head + atom_bias
    v = out[:, :3]
    v = v - (torch.zeros(n, 3).index_add(0, batch, v) / n_atoms)[batch]
    mean = torch.zeros(n, width).index_add(0, batch, y) / n_atoms
    lattice = torch.nn.functional.silu(mean @ cell_1 + cell_bias_1) @ cell_2 + cell_bias_2
    return v, out[:, 3:3 + n_types], lattice[:, :6]


def timed(call):
    call()
    start, count = time.process_time(), 0
    while time.process_time() - start < seconds:
        call()
        count += 1
    return (time.process_time() - start) / count * 1e6 / n


def train():
    for p in parameters:
        p.grad = None
    loss = sum(0.5 * (out * out).sum() for out in network())
    loss.backward()


with torch.no_grad():
    call = timed(network)
    outputs = [out.numpy().ravel() for out in network()]
training = timed(train)
difference = max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(outputs, (velocity, logits, cell)))
mine = np.concatenate([p.grad.numpy().ravel() for p in parameters])
worst, place = 0.0, 0
for rows, columns in shapes:
    a, b = mine[place:place + rows * columns], gradient[place:place + rows * columns]
    worst = max(worst, np.abs(a - b).max() / max(np.abs(b).max(), 1e-30))
    place += rows * columns
print(f"{call:.4f} {training:.4f} {difference:.2e} {worst:.2e}")
