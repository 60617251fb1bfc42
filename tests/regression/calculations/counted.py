"""Calculations of script.py, which notes the begin and the end of each in a file."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sockets"))
import ipi
import numpy as np


def read(path):
    """Symbols, cell, periodic, positions, and a name that no other structure has."""
    symbols, cell, periodic = ipi.read_extended_xyz(path)
    with open(path) as file:
        positions = np.array([[float(x) for x in line.split()[1:4]] for line in file.read().splitlines()[2:]])
    return symbols, cell, periodic, positions, " ".join(symbols) + " " + " ".join(f"{x:.9f}" for x in (*cell.ravel(), *positions.ravel()))


def counts(path):
    """Names of structures whose calculation began, and ended."""
    if not os.path.exists(path):
        return [], []
    with open(path) as file:
        lines = file.read().splitlines()
    return [[line.split(" ", 1)[1] for line in lines if line.startswith(word + " ")] for word in ("begin", "end")]


def kept(folder):
    """Names of structures whose results are on disk."""
    names = []
    for one in os.listdir(folder) if os.path.isdir(folder) else []:
        path = f"{folder}/{one}/structure.xyz"
        if "." not in one and os.path.exists(f"{folder}/{one}/result.xyz"):
            names.append(read(path)[4])
    return names
