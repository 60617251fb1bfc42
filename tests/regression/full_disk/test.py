#!/usr/bin/python3
"""A full disk: clear error, checkpoint kept, run continues when there is room (README.md)."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

LIQUID = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart", "liquid.nml")
CHANGES = dict(steps=1000, checkpoint_every=50, trajectory_every=10)

with st.workspace() as folder:
    os.mkdir("small")
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", "small"],
                                           stderr=subprocess.DEVNULL).returncode:
        st.skip("mounting a tmpfs needs root and the right to mount")
    try:
        st.run(st.write("whole.nml", st.namelist(LIQUID, outdir="'whole'", **CHANGES)), ranks=2)
        path = st.write("small.nml", st.namelist(LIQUID, outdir="'small'", **CHANGES))
        output = st.run(path, ranks=2, status=1)
        messages = [line for line in output.splitlines() if line.startswith("spinel: ")]
        st.check(len(messages) == 1, f"not one error message:\n{output}")
        st.check("No space left on device" in messages[0] and "small/run." in messages[0], f"file or cause is not named: {messages[0]}")
        print(messages[0])
        st.check(os.path.exists("small/run.restart.h5"), "no checkpoint left")
        subprocess.run(["mount", "-o", "remount,size=200m", "small"], check=True)
        st.run(path, ranks=2)
        st.compare_files("small/run.h5", "whole/run.h5")
        st.compare_files("small/run.h5md", "whole/run.h5md")
        print("continued with room again: the same numbers")
    finally:
        subprocess.run(["umount", "small"], check=False)
