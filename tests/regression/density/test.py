#!/usr/bin/python3
"""Continuous normalizing flows of vectors: training by both objectives, points, pictures and log densities, on any number of
ranks, killed and continued; what they refuse; and the input of the two moons."""
import importlib.util
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

TRAIN = """&control calculation = 'train' prefix = '{prefix}' outdir = 'out' seed = 5 restart_mode = '{mode}' /
&vectors {vectors} /
&model kind = 'cnf' hidden = {hidden} frequencies = 3 /
&train epochs = {epochs} batch_size = 100 learning_rate = 1e-2 average_decay = 0.95 {more} /
"""
GENERATE = """&control calculation = 'generate' prefix = '{prefix}' outdir = 'out' seed = 2 restart_mode = '{mode}' {control} /
&generate model = '{model}' {more} /
"""
LIKELIHOOD = """&control calculation = 'likelihood' prefix = '{prefix}' outdir = 'out' restart_mode = '{mode}' {control} /
&vectors {vectors} /
&likelihood model = '{model}' {more} /
"""
PLANE = "toy = 'eight_gaussians' count = 4000"


def train(prefix, vectors=PLANE, epochs=10, more="", hidden="32, 32", mode="from_scratch", ranks=1, status=0):
    text = TRAIN.format(prefix=prefix, vectors=vectors, epochs=epochs, more=more, hidden=hidden, mode=mode)
    return st.run(st.write(f"{prefix}.nml", text), ranks=ranks if ranks > 1 else None, status=status)


def generate(prefix, more="count = 1000", model="out/plane.model.h5", mode="from_scratch", control="", ranks=1, status=0):
    text = GENERATE.format(prefix=prefix, more=more, model=model, mode=mode, control=control)
    return st.run(st.write(f"{prefix}.nml", text), ranks=ranks if ranks > 1 else None, status=status)


def judge(prefix, vectors=PLANE, more="", model="out/plane.model.h5", mode="from_scratch", control="", ranks=1, status=0):
    text = LIKELIHOOD.format(prefix=prefix, vectors=vectors, more=more, model=model, mode=mode, control=control)
    return st.run(st.write(f"{prefix}.nml", text), ranks=ranks if ranks > 1 else None, status=status)


def training():
    output = train("plane")
    st.check("exact NLL" in output and "flow matching" in output, output)
    plane = st.read_all("out/plane.h5")
    history = plane["train/member_1/history/validation_nll"]
    st.check(history[-1] < history[0] - 0.1, f"nothing was learned: {history}")
    nll, part = plane["train/predictions/nll"], plane["train/predictions/part"]
    st.check(len(nll) == 800 and np.isfinite(nll).all(), nll)
    names = [name.decode() for name in plane["train/quality/group"]]
    st.check(abs(plane["train/quality/nll"][names.index("test")] - nll[part == 2].mean()) < 1e-12, plane["train/quality/nll"])
    # What the model file says of the same vectors in double precision.
    judge("all", more="csv = T")
    numbers = plane["train/predictions/id"].astype(int) - 1
    said = -st.read_all("out/all.h5")["likelihood/log_p"][numbers] / 2
    st.check(np.abs(said - nll).max() < 2e-3, f"{np.abs(said - nll).max()}")
    table = np.genfromtxt("out/all_likelihood.csv", delimiter=",", names=True)
    st.check(len(table) == 4000 and np.isfinite(table["log_p"]).all(), table.dtype)
    print(f"likelihood and training agree to {np.abs(said - nll).max():.1e}")

    # Ranks, and a run that is killed.
    losses = {1: plane["train/member_1/step_loss"]}
    for n in (2, 3):
        train(f"ranks_{n}", epochs=1, ranks=n)
        losses[n] = st.read_all(f"out/ranks_{n}.h5")["train/member_1/step_loss"]
    train("short", epochs=1)
    losses[1] = st.read_all("out/short.h5")["train/member_1/step_loss"]
    for n in (2, 3):
        st.check(np.allclose(losses[n], losses[1], rtol=1e-5), f"losses on {n} ranks")
    print(f"losses on 1, 2 and 3 ranks agree to {max(np.abs(losses[n] / losses[1] - 1).max() for n in (2, 3)):.1e}")
    more = "objective = 'likelihood' trace = 'hutchinson' tolerance = 1e-3 ensemble = 2"
    small = "toy = 'torus' count = 1000"
    train("whole", small, 4, more, "16")
    text = TRAIN.format(prefix="parts", vectors=small, epochs=4, more=more, hidden="16", mode="auto")
    process = st.start(st.write("parts.nml", text))
    st.wait_for_step(process, 2)
    st.kill_all(process)
    st.run("parts.nml")
    n = st.compare_files("out/parts.h5", "out/whole.h5")
    st.compare_files("out/parts_2.model.h5", "out/whole_2.model.h5")
    print(f"killed and continued: the same ({n} datasets)")
    train("curve", small, 1, "n_train = 200, 500")
    st.check(list(st.read_all("out/curve.h5")["train/learning_curve/n_train"]) == [200, 500], "learning curve")


def points():
    generate("one")
    with open("out/one_generated.csv") as file:
        text = file.read()
    st.check(text.startswith("x,y\n") and text.count("\n") == 1001, text[:100])
    for n in (2, 3):
        generate(f"points_{n}", ranks=n)
        st.check(st.compare_files(f"out/points_{n}.h5", "out/one.h5") >= 6, "datasets")
    value = st.read_all("out/one.h5")["vectors/value"]
    radius = np.linalg.norm(value, axis=1)
    st.check(abs(radius.mean() - 4 / np.sqrt(2)) < 0.25, f"points at a radius of {radius.mean()}")
    # What was made is data like any other.
    train("again", "file = 'out/one_generated.csv'", 1)


def pictures():
    slices = "count = 300 slices = 0.0, 0.5, 1.0 grid = 64 trajectories = 7"
    output = generate("flow", slices)
    st.check("3 of 64 × 64 points" in output, output)
    flow = {name[5:]: value for name, value in st.read_all("out/flow.h5").items() if name.startswith("flow/")}
    cell = np.diff(flow["x"])[0] * np.diff(flow["y"])[0]
    total = np.exp(flow["log_density"]).sum((1, 2)) * cell
    st.check(np.abs(total - 1).max() < 1e-3, f"densities integrate to {total}")
    ways = flow["trajectory"]
    st.check(ways.shape == (7, 101, 2), ways.shape)
    ends = st.read_all("out/flow.h5")["vectors/value"][:7]
    st.check(np.abs(ways[:, -1] - ends).max() < 1e-3, "ways end where the points are")
    if importlib.util.find_spec("matplotlib") is not None:
        done = subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), "out/flow.h5"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        st.check(done.returncode == 0 and os.path.getsize("out/flow_flow.png") > 20000, done.stdout)
    # Stopped, gone on with on other ranks.
    output = generate("parts", slices, control="max_seconds = 1e-3", mode="auto")
    st.check("Stopped by max_seconds" in output, output)
    generate("parts", slices, mode="auto", ranks=2)
    st.compare_files("out/parts.h5", "out/flow.h5")
    train("torus", "toy = 'torus' count = 4000", 6)
    generate("torus_flow", "count = 10 slices = 1.0 grid = 100", model="out/torus.model.h5")
    torus = st.read_all("out/torus_flow.h5")
    total = np.exp(torus["flow/log_density"]).mean()
    st.check(abs(total - 1) < 1e-3, f"the density on the torus integrates to {total}")
    st.check(((torus["vectors/value"] >= 0) & (torus["vectors/value"] < 1)).all(), torus["vectors/value"])
    print(f"densities integrate to 1 within {abs(total - 1):.0e}")


def likelihoods():
    few = PLANE.replace("4000", "100")
    output = judge("exact", few)
    st.check("KL" in output and "exact" in output, output)
    exact = st.read_all("out/exact.h5")
    st.check((exact["likelihood/error"] == 0).all() and (exact["likelihood/evaluations"] > 10).all(), "exact")
    judge("estimated", few, "trace = 'hutchinson' probes = 50", ranks=3)
    estimate = st.read_all("out/estimated.h5")
    pull = (estimate["likelihood/log_p"] - exact["likelihood/log_p"]) / estimate["likelihood/error"]
    st.check(np.isfinite(pull).all() and abs(pull.mean()) < 3 / np.sqrt(len(pull)) and pull.std() < 1.5,
             f"estimates are {pull.mean()} ± {pull.std()} errors off")
    print(f"estimated less exact: {pull.mean():.2f} ± {pull.std():.2f} standard errors")
    # The same of the columns of a file, in another order; and of some that cannot be.
    points = np.array([[1.0, 2.0], [2.5, 0.5], [-1.0, 3.0]])
    np.savetxt("points.csv", np.column_stack([points[:, 1], np.arange(3), points[:, 0]]), delimiter=",", header="y,what,x", comments="")
    judge("file", "file = 'points.csv'")
    np.savetxt("points.txt", points)
    judge("plain", "file = 'points.txt'")
    a, b = (st.read_all(f"out/{name}.h5")["likelihood/log_p"] for name in ("file", "plain"))
    st.check(st.identical(a, b), f"{a} {b}")
    output = judge("steps", few, "max_steps = 3")
    failed = st.read_all("out/steps.h5")
    st.check("100 failed" in output and (failed["likelihood/status"] == 2).all() and b"3 steps" in failed["likelihood/reason"][0],
             output)
    output = judge("strict", few, "max_steps = 3 strict = T", status=1)
    st.check("did not arrive" in output, output)
    # Stopped and continued.
    output = judge("judged_parts", control="max_seconds = 1e-3", mode="auto")
    st.check("Stopped by max_seconds" in output, output)
    judge("judged_parts", mode="auto", ranks=2)
    st.compare_files("out/judged_parts.h5", "out/all.h5")
    output = judge("judged_parts", PLANE.replace("4000", "3999"), mode="auto", status=2)
    st.check("&vectors count: is 3999 but was 4000" in output, output)


def refusals():
    crystals = os.path.join(st.SOURCE, "models", "perovskites.h5")
    np.savetxt("three.csv", np.random.default_rng(1).normal(size=(300, 3)), delimiter=",", header="a,b,c", comments="")
    train("three", "file = 'three.csv'", 1)
    np.savetxt("constant.csv", np.column_stack([np.arange(50.0), np.full(50, 2.0)]), delimiter=",", header="a,b", comments="")
    for call, words in (
            (lambda: generate("no", "slices = 0.5", "out/three.model.h5", status=2), "are of a flow in the plane; the model has 3"),
            (lambda: generate("no", "grid = 50", status=2), "&generate grid: needs slices"),
            (lambda: generate("no", "trajectories = 5", status=2), "&generate trajectories: needs slices"),
            (lambda: generate("no", "steps = 50", status=2), "&generate steps: is for crystals"),
            (lambda: generate("no", "compositions = 'Na Cl'", status=2), "&generate compositions: is for crystals"),
            (lambda: generate("no", "compositions = 'Sr Ti O3' tolerance = 1e-3", crystals, status=2), "&generate tolerance: is for a cnf"),
            (lambda: generate("no", "compositions = 'Sr Ti O3' slices = 0.5", crystals, status=2), "&generate slices: is for a cnf"),
            (lambda: judge("no", model=crystals, status=2), "&likelihood model: "),
            (lambda: judge("no", "file = 'three.csv'", status=2), "three.csv has no column 'x'"),
            (lambda: judge("no", "file = 'three.csv' columns = 'a', 'b', 'c'", status=2), "3 columns for a flow of 2"),
            (lambda: judge("no", "file = 'points.csv' periods = 1.0, 0.0", status=2), "&vectors periods: "),
            (lambda: judge("no", "toy = 'torus' count = 10", model="out/three.model.h5", status=2), "2 columns for a flow of 3"),
            (lambda: judge("no", more="probes = 7", status=2), "&likelihood probes: "),
            (lambda: train("no", "file = 'none.csv'", status=2), "none.csv"),
            (lambda: train("no", "file = 'three.csv' columns = 'd'", status=2), "has no column 'd'; it has 'a', 'b', 'c'"),
            (lambda: train("no", "file = 'three.csv' columns = '1', '7'", status=2), "has no column '7'"),
            (lambda: train("no", "file = 'three.csv' periods = 1.0", status=2), "1 given for 3 columns"),
            (lambda: train("no", "file = 'three.csv'", more="n_train = 299", status=2), "299 of a training part of"),
            (lambda: train("no", "file = 'constant.csv'", status=2), "column 'b' is 2")):
        output = call()
        st.check(words in output, f"'{words}' is not in\n{output}")
        st.check(not os.path.exists("out/no.h5") and not os.path.exists("out/no.model.h5"), os.listdir("out"))
    st.write("wrong.csv", "a,b\n1,2\n3,oops\n")
    output = train("no", "file = 'wrong.csv'", status=2)
    st.check("wrong.csv:3: 'oops' is no finite number" in output, output)


def example():
    """input/density_two_moons.nml, shortened."""
    with open(os.path.join(st.SOURCE, "input", "density_two_moons.nml")) as file:
        text = file.read()
    for key, value in (("epochs", 2), ("grid", 20)):
        text, n = re.subn(rf"(\b{key} *= )\S+", rf"\g<1>{value}", text)
        st.check(n == 1, f"{key} occurs {n} times")
    shutil.rmtree("out")
    st.run(st.write("example.nml", text), ranks=2)
    judged = st.read_all("out/two_moons_judged.h5")
    st.check(len(judged["likelihood/log_p"]) == 5000, "vectors")
    st.check(judged["likelihood/exact_nll"] < judged["likelihood/mean_nll"] < 1.2, judged["likelihood/mean_nll"])


with st.workspace():
    training()
    points()
    pictures()
    likelihoods()
    refusals()
    example()
