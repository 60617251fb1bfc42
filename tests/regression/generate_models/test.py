#!/usr/bin/python3
"""The generators that ship (README.md)."""
import importlib.util
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
import h5py
import numpy as np
import spinel_testing as st

# Å, of cubic cells: experiments, and what PBE gives of the compounds with two anions.
EDGES = {"Sr Ti O3": 3.95, "Ba Zr O3": 4.24, "K Ta O2 N": 4.05, "La Al O2 F": 4.0}


def example(name, **changes):
    path = os.path.join(st.SOURCE, "input", name)
    text = st.namelist(path, **changes).replace("'../models/", f"'{st.SOURCE}/models/")
    return text.replace("'../shared/data/", f"'{os.path.abspath(st.DATA)}/")


def perovskites():
    st.run(st.write("perovskites.nml", example("generate_perovskites.nml")), ranks=2)
    with h5py.File("out/found.h5") as file:
        rows, atoms = file["crystals"], file["atoms"]
        st.check(set(rows["status"][:]) == {0} and len(rows["status"]) == 80, rows["status"][:])
        right = 0
        for k, target in enumerate(rows["target"].asstr()[:]):
            cell = rows["cell"][k]
            z = atoms["atomic_number"][atoms["offset"][k]:atoms["offset"][k + 1]]
            x = atoms["position"][atoms["offset"][k]:atoms["offset"][k + 1]] @ np.linalg.inv(cell)
            edge = abs(np.linalg.det(cell))**(1 / 3)
            is_anion = np.isin(z, (7, 8, 9))
            # From one of the metals the other is half a body diagonal away, and the anions half an edge or half a face diagonal.
            d = x - x[~is_anion][0]
            d = np.abs(d - np.round(d))
            halves = sorted(int(np.sum(row > 0.25)) for row in d)
            near = np.all(np.minimum(d, 0.5 - d) < 0.12)
            right += near and halves in ([0, 1, 1, 1, 3], [0, 2, 2, 2, 3]) and abs(edge / EDGES[target] - 1) < 0.08
    print(f"{right} of 80 proposals are perovskites of the right size")
    st.check(right >= 50, f"only {right} of 80 proposals are perovskites of the right size")
    st.check(len(os.listdir("out/found_generated")) == 80, "CIF files")


def new_crystals():
    weights = os.path.join(st.DATA, "m3gnet", "M3GNet-MatPES-PBE-v2025.1-PES")
    if not (os.path.exists(weights) and os.path.exists(os.path.join(st.DATA, "mp_20"))):
        return print("generate_mp_20.nml: skipped, no M3GNet weights or MP-20")
    subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "import_model.py"), weights, "out/matpes.h5"], check=True)
    text = re.sub(r"count\s*=\s*\d+", "count = 8", example("generate_mp_20.nml"))
    output = st.run(st.write("new.nml", re.sub(r"max_steps\s*=\s*\d+", "max_steps = 20", text)), ranks=2)
    st.check("8 made, 0 failed" in output and re.search(r"stable, unique and novel|stable_unique_novel|S\.U\.N\.|sun", output), output)
    with h5py.File("out/new_evaluated.h5") as file:
        st.check(file["evaluation/energy_above_hull"].shape == (8,) and "distribution" in file, list(file))
    if importlib.util.find_spec("matplotlib") is None:
        return
    for name in ("new", "new_evaluated"):
        subprocess.run([sys.executable, "-W", "error::UserWarning", os.path.join(st.SOURCE, "scripts", "plot.py"), f"out/{name}.h5"],
                       check=True)
    st.check(os.path.exists("out/new_crystals.png") and os.path.exists("out/new_evaluated_sets.png"), os.listdir("out"))


with st.workspace():
    perovskites()
    os.makedirs("out", exist_ok=True)
    new_crystals()
