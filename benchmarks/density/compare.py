#!/usr/bin/env python3
"""Flows of the toys in the plane and on the torus: nats per dimension of 5,000 points that neither has seen, of Spinel and of
the same network in PyTorch and torchdiffeq (torch_flow.py), after as many steps and after as many seconds of training, in turn.

    compare.py [--rounds 3] [--python PYTHON] [--spinel SPINEL] [--objective flow_matching|likelihood] [--steps 4000] [toy ...]

PYTHON has torch and torchdiffeq. One core each; medians with the range.
"""
import argparse
import os
import subprocess
import tempfile

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TOYS = ("two_moons", "checkerboard", "eight_gaussians", "torus")
TRAIN, TEST, BATCH = 20000, 5000, 250


def draw(toy, n, rng):
    if toy == "two_moons":
        inner, angle = rng.random(n) < 0.5, np.pi * rng.random(n)
        x = np.where(inner, 1 - np.cos(angle), np.cos(angle)), np.where(inner, 0.5 - np.sin(angle), np.sin(angle))
        return np.stack(x, 1) + 0.1 * rng.normal(size=(n, 2))
    if toy == "checkerboard":
        x = 8 * rng.random(n) - 4
        y = 2 * rng.random(n) - 4 * rng.integers(0, 2, n) + 2 * (np.floor(x / 2) % 2)
        return np.stack([x, y], 1)
    if toy == "eight_gaussians":
        angle = 2 * np.pi * rng.integers(0, 8, n) / 8
        return (4 * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.5 * rng.normal(size=(n, 2))) / np.sqrt(2)
    centers, deviations = np.array([[0.15, 0.25], [0.55, 0.95], [0.85, 0.45]]), np.array([[0.05, 0.12], [0.12, 0.06], [0.08, 0.08]])
    one = rng.integers(0, 3, n)
    return (centers[one] + deviations[one] * rng.normal(size=(n, 2))) % 1


def spinel(program, toy, objective, steps, seed):
    periods = "periods = 1.0, 1.0" if toy == "torus" else ""
    with open("run.nml", "w") as file:
        file.write(f"""
&control calculation = 'train' prefix = 'flow' restart_mode = 'from_scratch' seed = {seed} /
&vectors file = 'train.csv' {periods} validation_fraction = 0 test_fraction = 0 /
&model kind = 'cnf' hidden = 64, 64, 64 /
&train epochs = {steps * BATCH // TRAIN} batch_size = {BATCH} learning_rate = 5e-3 average_decay = 0.999 objective = '{objective}'
  checkpoint_every = 0 /
&control calculation = 'likelihood' prefix = 'judged' /
&vectors file = 'test.csv' /
&likelihood model = 'out/flow.model.h5' /
""")
    done = subprocess.run([program, "run.nml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with h5py.File("out/flow.h5") as flow, h5py.File("out/judged.h5") as judged:
        return float(flow["timing/wall"][()]), float(judged["likelihood/mean_nll"][()])


def peer(python, toy, objective, steps, seconds):
    command = [python, os.path.join(HERE, "torch_flow.py"), "train.csv", "test.csv", objective, str(steps), str(seconds)]
    done = subprocess.run(command + ["periodic"] * (toy == "torus"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [float(word) for word in done.stdout.split()]


def shown(values, digits=4):
    return f"{np.median(values):.{digits}f} [{min(values):.{digits}f} … {max(values):.{digits}f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default="python3")
    parser.add_argument("--spinel", default=os.path.join(HERE, "../../build/release/spinel"))
    parser.add_argument("--objective", default="flow_matching")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("toys", nargs="*", default=TOYS)
    a = parser.parse_args()
    program = os.path.abspath(a.spinel)
    print(f"load {os.getloadavg()[0]:.1f}")
    for toy in a.toys:
        ours, equal_steps, equal_seconds = [], [], []
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            for k in range(a.rounds):
                rng = np.random.default_rng(k + 1)
                for name, n in (("train", TRAIN), ("test", TEST)):
                    np.savetxt(f"{name}.csv", draw(toy, n, rng), delimiter=",", header="x,y", comments="")
                ours.append(spinel(program, toy, a.objective, a.steps, k + 1))
                equal_steps.append(peer(a.python, toy, a.objective, a.steps, 1e9))
                equal_seconds.append(peer(a.python, toy, a.objective, a.steps, ours[-1][0]))
            os.chdir("/")
        print(f"{toy}, {a.objective}, {a.steps} steps, load {os.getloadavg()[0]:.1f}")
        print(f"  Spinel               {shown([s for s, _ in ours], 1)} s, NLL {shown([n for _, n in ours])}")
        print(f"  torch, equal steps   {shown([r[1] for r in equal_steps], 1)} s, NLL {shown([r[2] for r in equal_steps])}")
        print(f"  torch, equal seconds {shown([r[0] for r in equal_seconds], 0)} steps, NLL {shown([r[2] for r in equal_seconds])}",
              flush=True)


main()
