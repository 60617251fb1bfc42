#!/usr/bin/python3
"""An error that one rank finds ends all of them, and says where (README.md)."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

HERE = os.path.dirname(os.path.abspath(__file__))
LIQUID = os.path.join(HERE, "..", "restart", "liquid.nml")

with st.workspace():
    for name in ("close.nml", "close.xyz"):
        shutil.copy(os.path.join(HERE, name), ".")
    output = st.run("close.nml", ranks=3, status=None)
    st.check("rank 1 of 3" in output, f"the rank is not named:\n{output}")
    st.check("step 1" in output and ("atom 3" in output or "atom 4" in output), f"step or atom are not named:\n{output}")
    print(next(line for line in output.splitlines() if "step 1" in line))
    st.check("Complete" not in output, output)
    st.check(not os.path.exists("out/run.restart.h5"), "a run that failed at its first step has no checkpoint")

    # The atoms' own velocities are right; only the forces of a potential made far too strong are not.
    st.run(st.write("good.nml", st.namelist(LIQUID, outdir="'late'", steps=60)), ranks=2)
    before = st.read_all("late/run.restart.h5")
    output = st.run(st.write("bad.nml", st.namelist(LIQUID, outdir="'late'", steps=200, epsilon=1000.0)), ranks=2,
                    status=None)
    st.check("Complete" not in output and "step 6" in output, f"the step is not named:\n{output}")
    st.check("changed since the checkpoint: &potential epsilon" in output, f"the change is not told:\n{output}")
    after = st.read_all("late/run.restart.h5")
    st.check(all(st.identical(before[n], after[n]) for n in before), "the checkpoint changed")
    print("the last checkpoint is kept")
