"""Crystals of neon, argon and krypton that the tests of calculation = 'discover' begin with."""
import csv

import numpy as np


def frame(symbols, places, cell, info):
    text = " ".join(f'{key}="{value}"' if isinstance(value, str) else f"{key}={value!r}" for key, value in info.items())
    lines = [str(len(symbols)), f'Lattice="{" ".join(f"{x:.6f}" for x in np.ravel(cell))}" Properties=species:S:1:pos:R:3 {text}']
    return "\n".join(lines + [f"{s} " + " ".join(f"{x:.6f}" for x in np.array(p) @ cell) for s, p in zip(symbols, places)]) + "\n"


def rows(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def rare_gases():
    fcc = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    text = "".join(frame([s] * 4, fcc, 5.4 * np.eye(3), {"id": s}) for s in ("Ne", "Ar", "Kr"))
    text += frame(["Ne", "Ar", "Ar", "Ar"], fcc, 5.3 * np.eye(3), {"id": "l1_2"})
    text += frame(["Ne", "Ne", "Ar", "Ar"], [fcc[0], fcc[3], fcc[1], fcc[2]], 5.2 * np.eye(3), {"id": "l1_0"})
    text += frame(["Ne", "Kr"], [[0, 0, 0], [0.5, 0.5, 0.5]], 3.4 * np.eye(3), {"id": "b2"})
    text += frame(["Ar", "Kr"], [[0, 0, 0], [0.5, 0.5, 0.5]], 5.6 * np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]), {"id": "b1"})
    return text + frame(["Ar", "Ar", "Ne", "Kr"], [[0, 0, 0], [0.5, 0.5, 0.5], [0.25, 0.25, 0.25], [0.75, 0.75, 0.75]],
                        6.0 * np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]), {"id": "heusler"})
