#!/usr/bin/python3
"""Principal components of Ising configurations (README.md)."""
import importlib.util
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

T_CRITICAL = 2.0 / np.log(1.0 + np.sqrt(2.0))


def spins_of(path, name):
    """[configuration][spin] ±1 and the temperature of each, in the order of the file."""
    with h5py.File(path, "r") as file:
        group = file[name]
        lx = group["size"][0]
        bits = np.unpackbits(group["spins"][:], axis=-1, bitorder="little")[..., :lx]
        temperature = group["temperature"][:]
        spins = 2.0 * bits.reshape(-1, bits.shape[-2] * bits.shape[-1]) - 1.0
        return spins, np.repeat(temperature, len(spins) // len(temperature))


def compare(path, name, spins, temperature):
    """A result file against numpy."""
    mean = spins.mean(0)
    variances, vectors = np.linalg.eigh((spins - mean).T @ (spins - mean) / (len(spins) - 1))
    variances, vectors = variances[::-1], vectors[:, ::-1].T
    with h5py.File(path, "r") as file:
        group = file[f"phase/{name}"]
        n = len(group["explained_variance"])
        st.check(n == min(spins.shape), f"{n} eigenvalues")
        st.check(np.allclose(group["explained_variance"][:], variances[:n], rtol=0, atol=1e-11 * variances[0]),
                 "variances differ from numpy's")
        ratio = group["explained_variance_ratio"][:]
        st.check(np.allclose(ratio, variances[:n] / variances.sum(), rtol=0, atol=1e-11), "ratios differ from numpy's")
        components = group["components"][:].reshape(-1, spins.shape[1])
        sign = np.sign((components * vectors[: len(components)]).sum(1))[:, None]
        # Round-off of a component grows with the inverse of the gap to its neighbors.
        off = np.abs(components - sign * vectors[: len(components)]).max()
        st.check(off < 1e-10, f"components differ from numpy's by {off}")
        expected = (spins - mean) @ components.T
        st.check(np.allclose(group["projections"][:], expected, rtol=0, atol=1e-10 * np.abs(expected).max()),
                 "projections differ from numpy's")
        st.check(np.array_equal(group["projection_temperature"][:], temperature), "temperatures differ")
        return {key: item[()] for key, item in group.items() if isinstance(item, h5py.Dataset)}, {
            key: item[()] for key, item in group.get("transition", {}).items()}


def textbook():
    st.run(os.path.join(st.SOURCE, "input", "ising_dataset.nml"))
    spins, temperature = spins_of("out/ising_dataset.samples.h5", "L32")
    st.check(spins.shape == (6000, 1024) and len(np.unique(temperature)) == 30, f"shape {spins.shape}")
    for ranks in (1, 3):
        st.run(os.path.join(st.SOURCE, "input", "phase_pca.nml"), ranks=ranks)
        data, transition = compare("out/phase_pca.h5", "L32", spins, temperature)
        t, dt = transition["temperature"], transition["temperature_error"]
        print(f"{ranks} ranks: T_c = {t:.4f} ± {dt:.4f}")
        st.check(abs(t / T_CRITICAL - 1) < 0.02 and 0 < dt < 0.03, f"T_c = {t} ± {dt}")
        st.check(transition["found"] > 0.99 and abs(transition["fluctuation_peak"] / T_CRITICAL - 1) < 0.04, f"{transition}")
    # The first component is the magnetization, and explains the bulk of the variance below T_c.
    st.check(np.abs(data["components"][0] * 32.0 - 1.0).max() < 0.1, "the first component is not uniform")
    m = np.abs(spins.mean(1)).reshape(30, -1).mean(1)
    st.check(np.allclose(data["order"], m, atol=0.01), "the order parameter is not |m|")
    cold = spins[temperature < 0.9 * T_CRITICAL]
    share = (cold @ data["components"][0].ravel()).var() / cold.var(0).sum()
    st.check(share > 0.9, f"below T_c the first component explains {share:.2f}")
    st.check(data["explained_variance_ratio"][0] > 0.3 > 0.03 > data["explained_variance_ratio"][1], "the spectrum has no gap")


DATASET = """&control
  calculation = 'ising'  prefix = '{prefix}'  seed = {seed}
/
&ising
  size = {size}  temperatures = 1.6, 1.9, 2.1, 2.3, 2.5, 2.8, 3.2  coupling = {coupling}  burn_in = 500  sweeps = 2000
  replicas = 2  configurations = {configurations}
/
"""
PHASE = """&control
  calculation = 'phase'  prefix = '{prefix}'
/
&phase
  files = {files}  components = 3  bootstrap = 50
/
"""


def other_shapes():
    # More spins than configurations, two files, two sizes in one of them.
    st.run(st.write("a.nml", DATASET.format(prefix="a", seed=1, size="24, 10", coupling=1, configurations=10)))
    st.run(st.write("b.nml", DATASET.format(prefix="b", seed=2, size="24", coupling=1, configurations=11)))
    both = [spins_of(f"out/{name}.samples.h5", "L24") for name in "ab"]
    for ranks in (None, 3):
        st.run(st.write("p.nml", PHASE.format(prefix="p", files="'out/a.samples.h5', 'out/b.samples.h5'")), ranks=ranks)
        compare("out/p.h5", "L24", np.concatenate([b[0] for b in both]), np.concatenate([b[1] for b in both]))
        compare("out/p.h5", "L10", *spins_of("out/a.samples.h5", "L10"))
    # The antiferromagnet's first component is the checkerboard.
    st.run(st.write("c.nml", DATASET.format(prefix="c", seed=3, size="16", coupling=-1, configurations=60)))
    st.run(st.write("p.nml", PHASE.format(prefix="p", files="'out/c.samples.h5'")), ranks=2)
    data, transition = compare("out/p.h5", "L16", *spins_of("out/c.samples.h5", "L16"))
    checkerboard = (-1.0) ** np.add.outer(np.arange(16), np.arange(16)) / 16
    st.check(abs((data["components"][0] * checkerboard).sum()) > 0.99, "the first component is not the checkerboard")
    st.check(abs(transition["temperature"] / T_CRITICAL - 1) < 0.08, f"{transition}")


def refusals():
    for files, word in (("'out/none.h5'", "no file"), ("'p.nml'", "HDF5"), ("'out/c.h5'", "samples")):
        output = st.run(st.write("q.nml", PHASE.format(prefix="q", files=files)), status=2)
        st.check(word in output and "&phase files" in output, output)
        st.check(not os.path.exists("out/q.h5"), "something was written")


def pictures():
    if importlib.util.find_spec("matplotlib") is None:
        return
    for stem, names in (("ising_dataset", ("observables", "lattice")), ("phase_pca", ("order", "plane", "spectrum"))):
        done = subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), f"out/{stem}.h5"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        st.check(done.returncode == 0, done.stdout)
        for name in names:
            path = f"out/{stem}_{name}.png"
            st.check(path in done.stdout and os.path.getsize(path) > 5000, f"no {path}:\n{done.stdout}")


with st.workspace():
    textbook()
    pictures()
    other_shapes()
    refusals()
