#!/usr/bin/python3
"""Training: the same on any number of ranks, in pools or in turn, and bitwise the same when stopped and continued."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

INPUT = """&control
  calculation = 'train'  prefix = 'run'  outdir = '{outdir}'  seed = {seed}  restart_mode = '{mode}'  max_seconds = {limit}
/
&dataset
  {data}
/
&model
  {model}
/
&train
  epochs = {epochs}  batch_size = {batch}  learning_rate = {rate}
  {more}
/
&parallel
  pools = {pools}
/
"""
PREDICT = """&control
  calculation = 'predict'  prefix = 'said'  outdir = '{outdir}'
/
&predict
  models = {models}  structures = 'all.xyz'
/
"""
DEFAULTS = {"seed": 3, "mode": "auto", "limit": 0.0, "epochs": 8, "batch": 10, "rate": 0.01, "pools": 1,
            "more": "average_decay = 0.9  warm_up = 0.5  clip_norm = 10.0  weight_decay = 0.01",
            "data": "file = 'crystals.xyz'  target = 'value'  validation_fraction = 0.1  test_fraction = 0.2",
            "model": "width = 16  convolutions = 2  crystal_width = 16  radius = 5.0  max_neighbors = 8  gaussians = 26"}


def make_crystals(path, first=0, n=80):
    random = np.random.default_rng(5)
    lines = []
    for k in range(first + n):
        count = int(random.integers(1, 7))
        edge = 3.2 * count ** (1 / 3) * random.uniform(0.95, 1.1, 3)
        symbols = random.choice(["Na", "Cl", "K", "Br"], count)
        places = (np.arange(count)[:, None] * [0.37, 0.61, 0.23] + random.uniform(0, 0.1, (count, 3))) % 1 * edge
        value = np.mean([{"Na": 0.3, "Cl": -1.2, "K": 0.9, "Br": -0.4}[s] for s in symbols]) + 0.02 * np.prod(edge) / count
        if k < first:
            continue
        lines.append(f"{count}\nLattice=\"{edge[0]} 0 0 0 {edge[1]} 0 0 0 {edge[2]}\" Properties=species:S:1:pos:R:3 "
                     f"id=made-{k} value={value} class={int(value > 0.3)} band_gap={max(0.0, value)} size={count}\n")
        lines += ["%s %.8f %.8f %.8f\n" % (s, *p) for s, p in zip(symbols, places)]
    st.write(path, "".join(lines))


def write(outdir, **changes):
    return st.write(f"{outdir}.nml", INPUT.format(outdir=outdir, **{**DEFAULTS, **changes}))


def check_prediction(outdir, *models):
    """The model files alone say of the crystals what the training said of validation and test part."""
    names = ", ".join(f"'{outdir}/{m}'" for m in models)
    st.run(st.write("predict.nml", PREDICT.format(outdir=outdir, models=names)))
    said, trained = st.read_all(f"{outdir}/said.h5"), st.read_all(f"{outdir}/run.h5")
    place = {i: k for k, i in enumerate(said["predictions/id"])}
    order = [place[i] for i in trained["train/predictions/id"]]
    key = "probability" if "predictions/probability" in said else "value"
    values = {key: "prediction", "spread": "spread"} if len(models) > 1 else {key: "prediction"}
    for mine, theirs in values.items():
        difference = np.max(np.abs(said[f"predictions/{mine}"][order] - trained[f"train/predictions/{theirs}"]))
        st.check(difference < 2e-5, f"{outdir}: {mine} by predict differs by {difference:.1e}")
        print(f"{outdir}: {mine} by predict the same to {difference:.1e}")


def losses(outdir, group="train/member_1"):
    return st.read_all(f"{outdir}/run.h5")[f"{group}/step_loss"]


def compare(outdir, what):
    n = st.compare_files(f"{outdir}/run.h5", "whole/run.h5")
    st.compare_files(f"{outdir}/run.model.h5", "whole/run.model.h5")
    print(f"{what}: the same ({n} datasets)")


with st.workspace():
    make_crystals("crystals.xyz")
    make_crystals("all.xyz", 0, 90)
    long = {"epochs": 12}
    output = st.run(write("whole", **long), ranks=2)
    st.check("Complete" in output and "elements: 2" in output and "band gap: metal" in output, output)
    whole = st.read_all("whole/run.h5")
    st.check(len(losses("whole")) == 12 * 6, "steps")
    mae = whole["train/member_1/history/validation_mae"]
    st.check(mae.min() < 0.6 * mae[0], f"nothing was learned: {mae}")
    error = np.abs(whole["train/predictions/prediction"] - whole["train/predictions/target"])
    test = whole["train/predictions/part"] == 2
    st.check(test.sum() == 16 and len(set(whole["train/predictions/id"])) == 24, "parts")
    groups = [g.decode() for g in whole["train/quality/group"]]
    st.check(abs(whole["train/quality/mae"][groups.index("test")] - error[test].mean()) < 1e-9, "MAE of the test part")

    check_prediction("whole", "run.model.h5")

    # Stopped and killed, each time continued.
    st.check("Stopped by max_seconds" in st.run(write("parts", limit=0.001, **long), ranks=2), "max_seconds")
    path = write("parts", **long)
    for sent, epoch in ((signal.SIGTERM, 1), (signal.SIGUSR1, 3), (signal.SIGKILL, 5)):
        process = st.start(path, ranks=2)
        st.wait_for_step(process, epoch)
        if sent == signal.SIGKILL:
            st.kill_all(process)
            break
        for pid in st.descendants(process.pid):  # the ranks, as a launcher would pass it on
            os.kill(pid, sent)
        output, _ = process.communicate()
        st.check(process.returncode == 0 and f"Stopped by {sent.name}" in output, output)
        st.check(os.path.exists("parts/run.model.h5"), "no model of a run that was stopped")
    st.run(path, ranks=2)
    compare("parts", "max_seconds, SIGTERM, SIGUSR1 and SIGKILL")
    st.check("all done" in st.run(path, ranks=1), "a complete run is not recognised")
    compare("parts", "a complete run read again on one rank")

    # Other numbers of ranks.
    for ranks in (1, 2, 3):
        st.run(write(f"ranks{ranks}", epochs=9), ranks=ranks)
        difference = np.max(np.abs(losses(f"ranks{ranks}")[:50] / losses("ranks1")[:50] - 1))
        st.check(difference < 1e-5, f"{ranks} ranks: losses differ by {difference:.1e}")
        print(f"{ranks} ranks: losses of 50 steps within {difference:.1e}")

    # Ensembles and learning curves, in pools and in turn.
    several = {"more": "ensemble = 2  n_train = 20, 56  loss = 'l2'  optimizer = 'sgd'", "epochs": 3}
    output = st.run(write("turn", **several))
    st.run(write("pools", pools=2, **several), ranks=2)
    st.compare_files("pools/run.h5", "turn/run.h5")
    turn = st.read_all("turn/run.h5")
    members = turn["train/n_56/predictions/members"]
    st.check(members.shape == (2, 24) and not np.allclose(members[0], members[1]), "members")
    st.check(np.allclose(turn["train/n_56/predictions/prediction"], members.mean(0), rtol=1e-12), "mean")
    st.check(np.allclose(turn["train/n_56/predictions/spread"], members.std(0, ddof=1), rtol=1e-9), "spread")
    st.check(list(turn["train/learning_curve/n_train"]) == [20, 56] and "calibration" in output, output)
    st.check(all(os.path.exists(f"turn/run_n{n}_{m}.model.h5") for n in (20, 56) for m in (1, 2)), os.listdir("turn"))

    # Classes, perceptrons, files as parts.
    st.run(write("classes", data=DEFAULTS["data"].replace("'value'", "'class'"), epochs=10,
                 model=DEFAULTS["model"] + "  task = 'classification'"), ranks=2)
    check_prediction("classes", "run.model.h5")
    probability = st.read_all("classes/run.h5")["train/predictions/prediction"]
    st.check(np.allclose(probability.sum(1), 1.0), "probabilities")
    make_crystals("others.xyz", 80, 10)
    st.run(write("files", model="kind = 'mlp'  hidden = 16, 16", more="schedule = 'plateau'  element_references = .true.  ensemble = 2",
                 data="file = 'crystals.xyz'  split = 'files'  test_file = 'others.xyz'  target = 'value'  descriptors = 'size'"), ranks=2)
    ids = [i.decode() for i in st.read_all("files/run.h5")["train/predictions/id"]]
    check_prediction("files", "run_1.model.h5", "run_2.model.h5")
    st.check(ids == [f"made-{k}" for k in range(80, 90)], f"ids {ids}")

    # The example.
    st.run(st.write("example.nml", st.namelist(os.path.join(st.SOURCE, "input", "train_rare_gases.nml"), epochs=10,
                                               file=f"'{st.SOURCE}/input/rare_gases.xyz'")))
    history = st.read_all("out/rare_gases.h5")["train/member_1/history/validation_mae"]
    st.check(history.min() < 0.7 * history[0], f"the example learns nothing: {history}")

    # What goes wrong.
    output = st.run(write("nan", rate=1e30, more="optimizer = 'sgd'"), ranks=2, status=1)
    st.check("the loss is" in output and "made-" in output and output.count("spinel:") == 1, output)
    for change, words in (({"batch": 20}, "batch_size"), ({"seed": 4}, "seed"),
                          ({"model": DEFAULTS["model"].replace("width = 16", "width = 17")}, "width")):
        output = st.run(write("parts", **{**long, **change}), ranks=1, status=2)
        st.check(words in output and "cannot change" in output, output)
    with open("crystals.xyz") as file:
        content = file.read()
    st.write("crystals.xyz", content.replace("id=made-0", "id=other-0"))
    output = st.run(write("parts", **long), status=2)
    st.check("other data" in output, output)

    for name in ("whole", "turn"):
        done = subprocess.run(["/usr/bin/python3", os.path.join(st.SOURCE, "scripts", "plot.py"), f"{name}/run.h5"],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        st.check(done.returncode == 0 and os.path.exists(f"{name}/run_parity.png"), done.stdout)
    st.check(os.path.exists("turn/run_learning_curve.png") and os.path.exists("turn/run_calibration.png"), done.stdout)
