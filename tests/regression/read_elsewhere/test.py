#!/usr/bin/python3
"""The files of a run open in h5py, MDAnalysis and ASE (README.md)."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

LIQUID = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart", "liquid.nml")
ATOMS, FRAMES, EVERY, TIMESTEP = 4 * 7**3, 5, 20, 0.004

MDANALYSIS = """
import json, warnings; warnings.simplefilter("ignore")
import MDAnalysis as mda, numpy as np
u = mda.Universe.empty(%d, trajectory=False)
u.load_new("out/run.h5md", format="H5MD", convert_units=True)
frames = [dict(time=float(t.time), box=[float(x) for x in t.dimensions], first=t.positions[0].tolist(),
               total=t.positions.astype(float).sum(axis=0).tolist(), velocities=bool(t.has_velocities), forces=bool(t.has_forces))
          for t in u.trajectory]
print(json.dumps(frames))
""" % ATOMS
ASE = """
import json, ase.io
a = ase.io.read("out/final.xyz")
print(json.dumps(dict(n=len(a), cell=a.cell.tolist(), positions=a.get_positions().tolist(), symbols=sorted(set(a.get_chemical_symbols())))))
"""


def other_python(module, program):
    """What `program` prints as JSON, run by an interpreter that has `module`; None where there is none."""
    for python in dict.fromkeys([sys.executable, shutil.which("python3"), os.environ.get("SPINEL_PYTHON_EXTRA")]):
        if python and subprocess.run([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0:
            done = subprocess.run([python, "-c", program], text=True, capture_output=True)
            st.check(done.returncode == 0, f"{module}: {done.stderr}")
            return json.loads(done.stdout.splitlines()[-1])
    print(f"no {module}: that part is left out")
    return None


with st.workspace():
    st.run(st.write("run.nml", st.namelist(LIQUID, steps=(FRAMES - 1) * EVERY)), ranks=3)
    with h5py.File("out/run.h5md") as file:
        st.check(list(file["h5md"].attrs["version"]) == [1, 1], "H5MD version")
        st.check("name" in file["h5md/author"].attrs and "name" in file["h5md/creator"].attrs, "author and creator")
        group = next(iter(file["particles"].values()))
        position = group["position"]
        st.check(position["value"].shape == (FRAMES, ATOMS, 3), f"shape {position['value'].shape}")
        steps, times = position["step"][:], position["time"][:]
        st.check(list(steps) == [EVERY * i for i in range(FRAMES)], f"steps {steps}")
        st.check(np.allclose(times, steps * TIMESTEP) or np.allclose(times, steps * TIMESTEP * 1000), f"times {times}")
        st.check(position["value"].attrs["unit"] in ("Angstrom", b"Angstrom"), "unit of positions")
        edges = group["box/edges"]
        last_box = np.array(edges["value"][-1] if isinstance(edges, h5py.Group) else edges[()])
        box_lengths = np.diagonal(last_box) if last_box.ndim == 2 else last_box
        values, images = position["value"][:], group["image"]["value"][:]
        st.check(np.all(np.isfinite(values)), "positions are finite")
        # Atoms in id order: from frame to frame no unwrapped atom jumps.
        unwrapped = values + images * box_lengths
        st.check(np.abs(np.diff(unwrapped, axis=0)).max() < 2.0, "atoms are not in the same order in every frame")

    frames = other_python("MDAnalysis", MDANALYSIS)
    if frames:
        st.check(len(frames) == FRAMES, f"MDAnalysis reads {len(frames)} frames")
        for i, frame in enumerate(frames):
            st.check(abs(frame["time"] - i * EVERY * TIMESTEP) < 1e-6, f"MDAnalysis: frame {i} at {frame['time']} ps")
            st.check(np.allclose(frame["box"], [*box_lengths, 90, 90, 90], rtol=1e-5), f"MDAnalysis: box {frame['box']}")
            st.check(np.allclose(frame["first"], values[i, 0], atol=1e-4), "MDAnalysis: first atom")
            st.check(np.allclose(frame["total"], values[i].sum(axis=0), rtol=1e-5), "MDAnalysis: sum of positions")
            st.check(frame["velocities"] and frame["forces"], "MDAnalysis: velocities and forces")
        print(f"MDAnalysis reads the same {FRAMES} frames")
    atoms = other_python("ase.io", ASE)
    if atoms:
        st.check(atoms["n"] == ATOMS and atoms["symbols"] == ["Ar"], f"ASE: {atoms['n']} atoms of {atoms['symbols']}")
        difference = np.array(atoms["positions"]) - values[-1]
        difference -= box_lengths * np.round(difference / box_lengths)
        st.check(np.abs(difference).max() < 1e-5, "ASE: final structure is not the last frame")
        print("ASE reads the final structure")
    print("h5py reads the trajectory")
