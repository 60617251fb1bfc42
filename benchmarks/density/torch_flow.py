#!/usr/bin/env python3
"""The peer of compare.py: a continuous normalizing flow in PyTorch and torchdiffeq, of the same size, on one thread.

    torch_flow.py train.csv test.csv flow_matching|likelihood steps seconds [periodic]

As FFJORD (Grathwohl et al., ICLR 2019): every layer is shown the time, dopri5 with tolerance 1e-5, exact divergence, adjoint in
training. Ends after that many steps or seconds, whatever is first, and prints steps, seconds and nats per dimension of the test
points.
"""
import copy
import math
import sys
import time

import numpy as np
import torch
from torchdiffeq import odeint, odeint_adjoint

torch.set_num_threads(1)
torch.manual_seed(1)
FREQUENCIES, WIDTH, LAYERS, BATCH, RATE, DECAY, TOLERANCE = 10, 64, 3, 250, 5e-3, 0.999, 1e-5


class Flow(torch.nn.Module):
    def __init__(self, dimension, periodic):
        super().__init__()
        self.periodic = periodic
        sizes = [2 * FREQUENCIES * dimension if periodic else dimension] + [WIDTH] * LAYERS + [dimension]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a + 1, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, t, y):
        t = t.expand(len(y), 1) if t.dim() == 0 else t
        if self.periodic:
            phase = 2 * math.pi * y.unsqueeze(-1) * torch.arange(1, FREQUENCIES + 1)
            y = torch.cat([phase.cos().flatten(1), phase.sin().flatten(1)], 1)
        for layer in self.layers[:-1]:
            y = torch.nn.functional.silu(layer(torch.cat([y, t], 1)))
        return self.layers[-1](torch.cat([y, t], 1))


class WithDivergence(torch.nn.Module):
    def __init__(self, flow):
        super().__init__()
        self.flow = flow

    def forward(self, t, state):
        with torch.enable_grad():
            y = state[0].requires_grad_(True)
            v = self.flow(t, y)
            divergence = sum(torch.autograd.grad(v[:, c].sum(), y, create_graph=True)[0][:, c] for c in range(y.shape[1]))
        return v, divergence


def log_p(flow, y, solve):
    state = (y, torch.zeros(len(y)))
    noise, change = solve(WithDivergence(flow), state, torch.tensor([1.0, 0.0]), rtol=TOLERANCE, atol=TOLERANCE, method="dopri5")
    noise, change = noise[-1], change[-1]
    base = 0.0 if flow.periodic else -0.5 * (noise**2 + math.log(2 * math.pi)).sum(1)
    return base + change


def matching_loss(flow, y1):
    t = torch.rand(len(y1), 1)
    y0 = torch.rand_like(y1) if flow.periodic else torch.randn_like(y1)
    way = y1 - y0
    if flow.periodic:
        way = way - way.round()
    return ((flow(t, y0 + t * way) - way)**2).mean()


def main():
    train, test = (np.loadtxt(path, delimiter=",", skiprows=1) for path in sys.argv[1:3])
    objective, steps, seconds = sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
    periodic = len(sys.argv) > 6
    mean, std = (0.0, 1.0) if periodic else (train.mean(0), train.std(0))
    data, held = (torch.tensor((x - mean) / std, dtype=torch.float32) for x in (train, test))
    flow = Flow(data.shape[1], periodic)
    average = copy.deepcopy(flow)
    optimizer = torch.optim.AdamW(flow.parameters(), lr=RATE, weight_decay=0.0)
    begin, step, order, at = time.time(), 0, torch.randperm(len(data)), 0
    while step < steps and time.time() - begin < seconds:
        done = max(step / steps, (time.time() - begin) / seconds)
        optimizer.param_groups[0]["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * done))
        if at + BATCH > len(data):
            order, at = torch.randperm(len(data)), 0
        batch = data[order[at:at + BATCH]]
        at += BATCH
        loss = matching_loss(flow, batch) if objective == "flow_matching" else -log_p(flow, batch, odeint_adjoint).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        decay = min(DECAY, (1 + step) / (10 + step))
        with torch.no_grad():
            for slow, now in zip(average.parameters(), flow.parameters()):
                slow.lerp_(now, 1 - decay)
    took = time.time() - begin
    with torch.no_grad():
        values = torch.cat([log_p(average, part, odeint) for part in held.split(1000)])
    nll = -values.mean().item() / data.shape[1] + float(np.mean(np.log(std))) * (not periodic)
    print(step, took, nll)


main()
