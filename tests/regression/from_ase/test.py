#!/usr/bin/python3
"""Files of ASE to a dataset (README.md)."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

try:
    import ase.db
    import ase.io
    from ase.build import bulk, molecule
    from ase.calculators.singlepoint import SinglePointCalculator
except ImportError:
    st.skip("no ASE")
import h5py
import numpy as np

SCRIPT = os.path.join(st.SOURCE, "scripts/from_ase.py")


def script(*arguments, status=0):
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True)
    st.check(done.returncode == status, done.stdout + done.stderr)
    return done.stdout + done.stderr


with st.workspace():
    frames = []
    for k in range(3):
        atoms = bulk("Cu", a=3.6 + 0.1 * k, cubic=True)
        atoms.calc = SinglePointCalculator(atoms, energy=-1.5 * k, forces=np.full((4, 3), 0.1 * k), stress=np.arange(6) * 0.01,
                                           magmoms=np.full(4, 0.5))
        atoms.info["kind"] = "bulk"
        frames.append(atoms)
    frames.append(molecule("H2O"))
    ase.io.write("a.traj", frames)
    for name in ("b.db", "c.json"):
        with ase.db.connect(name) as database:
            for k, atoms in enumerate(frames):
                database.write(atoms, gap=0.5 * k)
    st.check("out.h5: 10 structures" in script("out.h5", "a.traj", "b.db", "c.json@id=2", "a.traj@0"), "count")
    st.run(st.write("run.nml", "&control calculation = 'convert' prefix = 'run' /\n&convert sources = 'out.h5' /\n"))
    with h5py.File("out/run.dataset.h5") as file:
        energy = file["scalar/energy"][:]
        st.check(np.array_equal(energy[[0, 1, 2, 4, 5, 6, 8, 9]], [0, -1.5, -3, 0, -1.5, -3, -1.5, 0]), energy)
        st.check(np.isnan(energy[[3, 7]]).all(), energy)
        st.check(np.allclose(file["structure/stress"][1], np.arange(6) * 0.01), file["structure/stress"][1])
        offset = file["structure/atom_offset"][:]
        st.check(np.allclose(file["atom/force"][offset[2]:offset[3]], 0.2), "forces")
        st.check(np.allclose(file["atom/magnetic_moment"][0], [0, 0, 0.5]), "moments")
        st.check(np.isnan(file["atom/force"][offset[3]]).all(), "a molecule without forces has some")
        st.check(file["scalar/gap"][5] == 0.5, file["scalar/gap"][:])
        st.check(file["structure/periodic"][3] == 0, "the molecule is periodic")
    st.check("there is no file" in script("out2.h5", "none.traj", status=1), "a file that is not there")
    st.check("ends in .h5" in script("out2.xyz", "a.traj", status=1), "another name")
    st.check(not os.path.exists("out2.h5"), "half a file")
