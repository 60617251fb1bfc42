#!/usr/bin/python3
"""Draws the usual pictures of a Spinel result file, whatever calculation it holds.

    scripts/plot.py out/argon.h5 [--output DIR] [--format png|pdf|svg]

Pictures go next to the file: out/argon_thermo.png, out/argon_rdf.png, ...
Needs Debian's python3-numpy, python3-h5py and python3-matplotlib.
"""
import argparse
import os
import sys

import h5py

from plots import (density, discover, evaluate, generation, hull, ising, latents, md, optimize, phase, properties, relax,
                   train)
from plots.common import plt, text

# (name of the picture, group of the file it draws, function of the open file and a title that returns a figure or None)
DRAWINGS = (md.DRAWINGS + relax.DRAWINGS + hull.DRAWINGS + evaluate.DRAWINGS + generation.DRAWINGS + latents.DRAWINGS +
            density.DRAWINGS + ising.DRAWINGS + phase.DRAWINGS + train.DRAWINGS + properties.DRAWINGS + optimize.DRAWINGS +
            discover.DRAWINGS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="result file, <prefix>.h5")
    parser.add_argument("--output", help="folder for the pictures (default: next to the file)")
    parser.add_argument("--format", default="png", choices=["png", "pdf", "svg"])
    arguments = parser.parse_args()
    if not os.path.exists(arguments.file):
        sys.exit(f"plot.py: {arguments.file}: no such file")
    try:
        file = h5py.File(arguments.file, "r")
    except OSError:
        sys.exit(f"plot.py: {arguments.file} is no HDF5 file; give it the <prefix>.h5 of a run")
    if "h5md" in file:
        sys.exit(f"plot.py: {arguments.file} is a trajectory; give it the <prefix>.h5 beside it")
    if "spinel_version" not in file.attrs:
        sys.exit(f"plot.py: {arguments.file} was not written by Spinel; give it the <prefix>.h5 of a run")
    folder = arguments.output or os.path.dirname(arguments.file) or "."
    os.makedirs(folder, exist_ok=True)
    stem = os.path.splitext(os.path.basename(arguments.file))[0]
    title = text(file.attrs.get("title", "")) or stem
    drawn = 0
    for name, group, draw in DRAWINGS:
        figure = draw(file, title) if group in file else None
        if figure is None:
            continue
        path = os.path.join(folder, f"{stem}_{name}.{arguments.format}")
        if figure.get_layout_engine() is None:
            figure.tight_layout()
        figure.savefig(path)
        plt.close(figure)
        print(path)
        drawn += 1
    if not drawn:
        sys.exit(f"plot.py: {arguments.file} holds nothing to draw (a run of more than one thermo row does)")


if __name__ == "__main__":
    main()
