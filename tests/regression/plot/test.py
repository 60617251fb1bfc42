#!/usr/bin/python3
"""scripts/plot.py on a short run and on wrong files (README.md)."""
import importlib.util
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

if importlib.util.find_spec("matplotlib") is None:
    st.skip("no matplotlib")
LIQUID = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart", "liquid.nml")


def plot(*arguments):
    return subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), *arguments], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


with st.workspace():
    st.run(st.write("run.nml", st.namelist(LIQUID, steps=150)))
    done = plot("out/run.h5")
    st.check(done.returncode == 0, done.stdout)
    for name in ("thermo", "rdf", "msd", "vacf"):
        path = f"out/run_{name}.png"
        st.check(path in done.stdout, f"{path} is not announced:\n{done.stdout}")
        with open(path, "rb") as file:
            st.check(file.read(8) == b"\x89PNG\r\n\x1a\n" and os.path.getsize(path) > 5000, f"{path} is no picture")
    for path, word in (("out/run.h5md", "trajectory"), ("run.nml", "HDF5"), ("none.h5", "no such file")):
        done = plot(path)
        st.check(done.returncode != 0 and word in done.stdout and "Traceback" not in done.stdout,
                 f"{path}: {done.stdout}")
    print("four pictures; wrong files are refused")
