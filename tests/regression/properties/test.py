#!/usr/bin/python3
"""Properties of a potential (README.md)."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

ARGON = os.path.join(st.SOURCE, "input", "properties_argon.nml")
EPSILON, SIGMA = 0.010341, 3.40

with st.workspace():
    output = st.run(st.write("one.nml", st.namelist(ARGON)))
    one = st.read_all("out/argon_properties.h5")
    c = one["properties/elastic/constants"]
    st.check(np.abs(c - c.T).max() < 1e-3, f"C is not symmetric:\n{c}")
    st.check(abs(c[0, 1] - c[3, 3]) < 0.005 * c[0, 1], f"C12 = {c[0, 1]} is not C44 = {c[3, 3]}")
    st.check(np.abs(c[:3, 3:]).max() < 1e-3 and c[0, 0] > c[0, 1], f"not the constants of a cubic crystal:\n{c}")
    b_strain = (c[0, 0] + 2 * c[0, 1]) / 3
    # The second derivative of the energies next to the minimum, without any fit over all of them.
    v, e, p = (one[f"properties/equation_of_state/{k}"] for k in ("volume", "energy", "pressure"))
    st.check(np.abs(np.gradient(e, v)[1:-1] * 160.2177 + p[1:-1]).max() < 0.02, "pressure is not −dE/dV")
    b_fit = one["properties/equation_of_state/B0"]
    st.check(abs(b_fit / b_strain - 1) < 0.1, f"B from E(V) {b_fit}, from C {b_strain}")
    frequency = one["properties/phonons/frequency"]
    st.check(len(frequency) == 12 and np.sum(np.abs(frequency) < 1e-3) == 3 and frequency.min() > -1e-3, frequency)
    r, u = one["properties/dimers/distance"], one["properties/dimers/Ar-Ar/energy"]
    inside = r < 7.6  # below where the truncation begins
    exact = 4 * EPSILON * ((SIGMA / r) ** 12 - (SIGMA / r) ** 6)
    st.check(np.abs(u - exact)[inside].max() < 1e-9, "the dimer is not Lennard-Jones")
    st.check(one["properties/invariance/force"] < 1e-12 and abs(one["properties/nve/drift"]) < 1e-3, "invariance, drift")
    st.check("C11" in output and "Complete" in output, output)

    os.rename("out", "alone")
    st.run("one.nml", ranks=2)
    two = st.read_all("out/argon_properties.h5")
    for name in one:
        if name.startswith("properties/") and "invariance" not in name and "nve" not in name:
            scale = np.abs(one[name]).max()
            st.check(np.abs(two[name] - one[name]).max() < 1e-5 * max(scale, 1), f"{name} differs on two ranks")

    output = st.run(st.write("slab.nml", st.namelist(ARGON).replace("a = 5.3 ", "a = 5.3  vacuum = 0, 0, 10.0  periodic = .true., .true., .false. ")), status=2)
    st.check("&properties kinds: 'equation_of_state' needs a crystal" in output, output)
    output = st.run(st.write("soft.nml", st.namelist(ARGON).replace(
        "outdir = 'out'", "outdir = 'stopped'  max_seconds = 0.0001")), ranks=2)
    st.check("Stopped by max_seconds" in output and os.path.exists("stopped/argon_properties.h5"), output)

    done = subprocess.run(["/usr/bin/python3", os.path.join(st.SOURCE, "scripts", "plot.py"), "out/argon_properties.h5"],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    st.check(done.returncode == 0 and os.path.exists("out/argon_properties_properties.png"), done.stdout)
