#!/usr/bin/python3
"""The standard melt against LAMMPS (README.md): test.py RANKS"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

HERE = os.path.dirname(os.path.abspath(__file__))
QUANTITIES = {"potential_energy_per_atom": ("potential_energy", 32000), "kinetic_energy_per_atom": ("kinetic_energy", 32000),
              "total_energy_per_atom": ("total_energy", 32000), "pressure": ("pressure", 1), "temperature": ("temperature", 1)}


def main():
    ranks = int(sys.argv[1])
    structure = st.data_file("lj/melt_32000.xyz.gz")
    with open(st.data_file("lj/melt_reference.json")) as file:
        reference = json.load(file)
    rows = {row[0]: dict(zip(reference["columns"], row)) for row in reference["rows"]}
    with st.workspace():
        with open(os.path.join(HERE, "melt.nml")) as file:
            st.write("melt.nml", file.read().replace("@DATA@", structure))
        st.run("melt.nml", ranks=ranks)
        series = st.thermo("out/melt.h5")
        index = {int(step): i for i, step in enumerate(series["step"])}
        st.check(sorted(index) == list(range(0, 1001, 10)), f"thermo steps are {sorted(index)}")

        def deviation(step, name):
            column, count = QUANTITIES[name]
            expected = rows[step][name]
            return abs(series[column][index[step]] / count / expected - 1.0)

        for step, names, limit in ((0, QUANTITIES, 1e-10), (100, QUANTITIES, 1e-6), (1000, ["total_energy_per_atom"], 1e-4)):
            for name in names:
                found = deviation(step, name)
                print(f"step {step:5d} {name:28s} relative deviation {found:.2e} (limit {limit:.0e})")
                st.check(found <= limit, f"{name} at step {step} deviates by {found:.3e}")


main()
