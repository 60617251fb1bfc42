#!/usr/bin/python3
"""A program as style = 'command' runs it: reads extended XYZ, writes it again with energy, forces and stress.

    script.py STRUCTURE ANSWER COUNT [MISDEED]     COUNT: file to which a line is added by each call, at its begin and its end
"""
import sys
import time

import counted
import ipi
import numpy as np


def note(text):
    with open(sys.argv[3], "a") as file:
        file.write(text + "\n")


misdeed = sys.argv[4] if len(sys.argv) > 4 else ""
symbols, cell, periodic, positions, name = counted.read(sys.argv[1])
note("begin " + name)
if misdeed == "crash" or (misdeed == "crash_of_kr" and "Kr" in symbols):
    sys.exit("script: out of cheese")
if misdeed == "endless":
    time.sleep(1e6)
if misdeed == "by_species":
    print("begun", flush=True)
    if "Kr" in symbols:
        sys.exit("script: out of cheese")
    if "Ne" in symbols:  # the first time
        with open(sys.argv[3]) as file:
            if file.read().count("begin " + name) == 1:
                sys.exit("script: a bad day")
    if "He" in symbols:
        time.sleep(1e6)
if misdeed.startswith("until="):
    while not os.path.exists(misdeed[6:]):
        time.sleep(0.02)
if misdeed.startswith("kr_waits_for=") and "Kr" in symbols:  # for so many others to end, but not for ever
    for _ in range(1200):
        with open(sys.argv[3]) as file:
            if sum(line.startswith("end ") for line in file) >= int(misdeed[13:]):
                break
        time.sleep(0.1)
if misdeed.startswith("slow="):
    time.sleep(float(misdeed[5:]))
energy, forces, virial = ipi.lennard_jones(cell, positions, periodic=periodic)
if misdeed == "other_zero":  # as another program or other settings have it
    energy += 0.1 * symbols.count("Ar") - 0.2 * symbols.count("Kr")
stress = -virial / abs(np.linalg.det(cell))
if misdeed == "nothing":
    sys.exit(0)
with open(sys.argv[2], "w") as file:
    file.write(f'{len(symbols)}\nLattice="{" ".join(repr(float(x)) for x in cell.ravel())}" Properties=species:S:1:pos:R:3:forces:R:3 '
               f'energy={energy!r} stress="{" ".join(repr(float(x)) for x in stress.ravel())}"\n'.replace("np.float64(", "").replace(")", ""))
    for symbol, x, f in zip(symbols, positions, forces):
        file.write(" ".join([symbol, *(repr(float(v)) for v in (*x, *f))]) + "\n")
note("end " + name)
