#!/usr/bin/python3
"""The silicon potential that Spinel ships (README.md)."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

POTENTIAL = f"&potential style = 'network' model = '{st.SOURCE}/models/silicon.h5' precision = '%s' /\n"
CRYSTAL = "&structure prototype = 'diamond' species = 'Si' a = 5.47 /\n"


def forces_on_ranks():
    random = np.random.default_rng(3)
    cubic = [[0, 0, 0], [0, .5, .5], [.5, 0, .5], [.5, .5, 0]]
    unit = np.array(cubic + [[x + .25 for x in site] for site in cubic])
    places = np.concatenate([unit + [i, j, k] for i in range(2) for j in range(2) for k in range(2)]) * 5.47
    places += 0.1 * random.normal(size=places.shape)
    st.write("crystal.xyz", '64\nLattice="10.94 0 0 0 10.94 0 0 0 10.94" Properties=species:S:1:pos:R:3\n' +
             "".join("Si %.8f %.8f %.8f\n" % tuple(x) for x in places))
    forces = []
    for ranks in (1, 3):
        st.run(st.write("run.nml", f"&control calculation = 'energy' prefix = 'run' outdir = 'ranks{ranks}' /\n&structure file = "
                        "'crystal.xyz' all = .true. /\n" + POTENTIAL % "single" + "&parallel pools = 1 /\n"), ranks=ranks)
        forces.append(st.read_all(f"ranks{ranks}/run.h5")["atoms/force"])
    worst = np.abs(forces[1] - forces[0]).max()
    st.check(0.0 < worst < 1e-5, f"forces on 1 and 3 ranks differ by {worst:.1e} eV/Å")
    print(f"forces on 1 and 3 ranks the same to {worst:.1e} eV/Å")


def properties():
    text = "&control calculation = 'properties' prefix = 'run' outdir = 'properties' /\n" + CRYSTAL + POTENTIAL % "double" + """
&properties kinds = 'equation_of_state', 'elastic', 'nve' nve_steps = 300 nve_equilibration = 100 nve_temperature = 1000.0 /
"""
    st.run(st.write("properties.nml", text), ranks=2)
    found = st.read_all("properties/run.h5")
    c = found["properties/elastic/constants"]
    values = {"a": found["properties/ground_state/cell"][0, 0], "B": found["properties/equation_of_state/B0"],
              "C11": c[0, 0], "C12": c[0, 1], "C44": c[3, 3]}
    for name, expected, tolerance in (("a", 5.469, 0.005), ("B", 89.0, 0.1), ("C11", 150.0, 0.1), ("C12", 59.0, 0.1), ("C44", 75.5, 0.1)):
        st.check(abs(values[name] / expected - 1) < tolerance, f"{name} = {values[name]}, expected {expected}")
    st.check(abs(found["properties/nve/drift"]) < 0.1, f"drift {found['properties/nve/drift']} meV/atom/ps")
    print(" ".join(f"{k} {v:.3f}" for k, v in values.items()))


def errors():
    path = st.data_file("mlearn/Si_test.xyz")
    st.run(st.write("energy.nml", f"&control calculation = 'energy' prefix = 'run' outdir = 'said' /\n&structure file = '{path}' "
                    "all = .true. /\n" + POTENTIAL % "single"), ranks=2)
    energy, force, at = [], [], 0
    with open(path) as file:
        lines = file.read().splitlines()
    while at < len(lines) and lines[at].strip():
        n = int(lines[at])
        energy.append(float(re.search(r"\benergy=(\S+)", lines[at + 1])[1]))
        force += [[float(x) for x in line.split()[4:7]] for line in lines[at + 2:at + 2 + n]]
        at += n + 2
    said = st.read_all("said/run.h5")
    n = np.diff(said["atoms/offset"])
    e = 1e3 * np.abs((said["structures/energy"] - energy) / n).mean()
    f = np.abs(said["atoms/force"] - np.array(force)).mean()
    st.check(e < 2.4 and f < 0.066, f"errors {e} meV/atom, {f} eV/Å")
    print(f"errors {e:.2f} meV/atom, {f:.4f} eV/Å")


with st.workspace():
    forces_on_ranks()
    properties()
    errors()
