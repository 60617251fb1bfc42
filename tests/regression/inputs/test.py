#!/usr/bin/python3
"""Every input/*.nml of molecular dynamics runs (README.md), and that of one energy."""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

paths = sorted(glob.glob(os.path.join(st.SOURCE, "input", "*.nml")))
st.check(len(paths) >= 4, f"inputs found: {paths}")
for path in paths:
    with open(path) as file:
        content = file.read()
    if not re.search(r"calculation\s*=\s*'md'", content):  # the others are run whole, each by its own test
        continue
    changes = {key: value for key, value in (("steps", 40), ("thermo_every", 10), ("trajectory_every", 20),
                                             ("checkpoint_every", 25), ("equilibration_steps", 20))
               if re.search(rf"\b{key}\s*=", content)}
    shortened = st.namelist(path, **changes).replace("'../models/", f"'{st.SOURCE}/models/")
    if "'network'" in content:  # a thousand times the cost of a pair potential
        shortened = re.sub(r"supercell\s*=\s*\d+, *\d+, *\d+", "supercell = 3, 3, 3", shortened)
    with st.workspace():
        st.run(st.write("run.nml", shortened), ranks=2)
        prefix = re.search(r"prefix\s*=\s*'([^']+)'", content).group(1)
        series = st.thermo(f"out/{prefix}.h5")
        st.check(all(np.all(np.isfinite(v)) for v in series.values()), f"{path}: thermo holds values that are not finite")
        st.check(series["step"][-1] == 40, f"{path}: last thermo step {series['step'][-1]}")
        if "'nve'" in content:
            drift = np.ptp(series["total_energy"]) / abs(series["total_energy"][0])
            st.check(drift < 5e-3, f"{path}: total energy moves by {drift:.1e}")
        print(f"{os.path.basename(path)}: {len(series['step'])} thermo rows")

with st.workspace():
    st.run(os.path.join(st.SOURCE, "input", "energy_argon.nml"), ranks=2)
    st.check(os.path.exists("out/argon_energy.h5") and os.path.exists("out/argon_energy.xyz"), "energy_argon wrote no results")
