#!/usr/bin/python3
"""Bayesian optimization: commands, kills, failures, rows of a dataset (README.md): test.py [seed]"""
import csv
import importlib.util
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)
print(f"seed {seed}")
rng = random.Random(seed)


def box(prefix, command, variables="'x: 0 .. 1', 'y: 1 .. 100 log'", more="", bayes="", mode="auto"):
    return st.write(f"{prefix}.nml", f"""&control
  calculation = 'optimize'  prefix = '{prefix}'  restart_mode = '{mode}'
/
&optimize
  variables = {variables}
  command = "{command}"
  {more}
/
&bayes
  {bayes}
/
""")


def rows(prefix):
    with open(f"out/{prefix}_evaluations.csv") as file:
        return list(csv.DictReader(file))


def without_seconds(prefix):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows(prefix)]


def text(value):
    return value.decode() if isinstance(value, bytes) else value


BOWL = "awk 'BEGIN { print ({x} - 0.3)^2 + (log({y}) - 2)^2 }' OFMT=%.15g"


def ready_to_run():
    printed = st.run(os.path.join(st.SOURCE, "input", "optimize_branin.nml"))
    with h5py.File("out/branin.h5") as file:
        best = file["optimize/best"][()]
        st.check(0.397887 < best < 0.45, f"Branin's minimum was not found: {best}")
        st.check(len(file["evaluations/value"]) == 30 and file["evaluations/initial"][:].sum() == 4, "evaluations")
        after = file["evaluations/initial"][:] == 0
        st.check(np.all(np.isfinite(file["evaluations/mean"][:][after])), "no predictions")
        st.check(np.allclose(np.minimum.accumulate(file["evaluations/value"][:]), file["evaluations/best"][:]), "best so far")
    st.check("Complete:" in printed and "best" in printed, printed)
    if importlib.util.find_spec("matplotlib"):
        plot = subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), "out/branin.h5"], text=True,
                              capture_output=True)
        st.check("branin_best.png" in plot.stdout and "branin_predicted.png" in plot.stdout, plot.stdout + plot.stderr)
    print(f"optimize_branin.nml: {best:.6f}")


def marks(log):
    """How many evaluations began."""
    if not os.path.exists(log):
        return 0
    with open(log) as file:
        return len(file.readlines())


def kills():
    """The command leaves a mark where it begins: at most one more for every kill."""
    for batch, ranks in ((1, 1), (3, 2)):
        more = f"evaluations = 11  batch = {batch}"
        st.run(box(f"whole{batch}", BOWL, more=more), ranks=ranks)
        log = os.path.abspath(f"begun{batch}")
        path = box(f"killed{batch}", f"echo {{x}},{{y}} >> {log}; sleep 0.05; " + BOWL, more=more)
        killed = 0
        while killed < 4:
            wanted = rng.randrange(0, 3) + count_done(f"killed{batch}")
            in_the_middle = rng.random() < 0.5
            process = st.start(path, ranks=ranks)
            shown = 0
            while shown <= wanted and (line := process.stdout.readline()):
                shown += line[:8].strip().isdigit()
            # At the end of an evaluation, or in the middle of the next one.
            begun = marks(log)
            while in_the_middle and marks(log) == begun and process.poll() is None:
                pass
            if process.poll() is not None:
                break
            st.kill_all(process)
            killed += 1
        st.run(path, ranks=ranks)
        st.check(without_seconds(f"killed{batch}") == without_seconds(f"whole{batch}"), "other evaluations after kills")
        with open(log) as file:
            begun = file.read().split()
        st.check(len(set(begun)) == 11 and len(begun) <= 11 + killed * batch,
                 f"{len(begun)} runs of the command, {killed} kills")
        print(f"batch {batch}, {ranks} ranks: {killed} kills, {len(begun) - 11} evaluations begun again")


def count_done(prefix):
    folder = f"out/{prefix}.evaluations"
    names = os.listdir(folder) if os.path.exists(folder) else []
    return sum(os.path.exists(f"{folder}/{name}/status") for name in names)


def failures():
    command = ("case {n} in 1) echo sorry; exit 3;; 2) sleep 60;; 3) echo 1.5 apples;; 4) ;; 5) echo nan;; "
               "6) kill -9 $$;; *) echo {n};; esac")
    st.run(box("failures", command, "'n: 1 .. 9 integer'", "evaluations = 20  initial = 9  timeout = 1"))
    reasons = {int(row["n"]): row["reason"] for row in rows("failures")}
    st.check(sorted(reasons) == list(range(1, 10)), f"not every point of the box once: {reasons}")
    for n, word in ((1, "ended with status 3: sorry"), (2, "did not end within 1 s"), (3, "'apples'"), (4, "printed nothing"),
                    (5, "'nan'"), (6, "signal 9"), (7, "")):
        st.check(word in reasons[n] and (word or not reasons[n]), f"n = {n}: {reasons[n]}")
    with h5py.File("out/failures.h5") as file:
        st.check(file["optimize/best"][()] == 7 and file["optimize/n_failed"][()] == 6, "best of those that did not fail")
    # All fail: the run ends all the same.
    printed = st.run(box("nothing", "false {x}", more="evaluations = 7"))
    st.check("no evaluation has a value" in printed, printed)
    print("failures are rows with their reason")


def results_and_windows():
    command = "grep -q evaluation {file} && echo {n} > {result}; echo noise"
    st.run(box("window", command, "'n: 1 .. 40 integer', 'm: 1 .. 2 integer'",
               "evaluations = 24  batch = 2  goal = 'window'  window = 20.5, 24.5"))
    with h5py.File("out/window.h5") as file:
        value = file["evaluations/value"][:]
        hits = int(((value > 20.5) & (value < 24.5)).sum())
        st.check(file["optimize/best"][()] == hits and hits >= 6, f"{hits} of 8 within the window")
    st.run(box("high", BOWL, more="goal = 'maximize'  evaluations = 12  batch = 4", bayes="acquisition = 'thompson'"))
    best = [float(row["best"]) for row in rows("high")]
    st.check(best == sorted(best) and best[-1] > 6.5, f"highest {best[-1]}, at the corner 7.27")
    for method in ("penalization", "none"):
        st.run(box(f"by_{method}", BOWL, more="evaluations = 12  batch = 4", bayes=f"batch_method = '{method}' acquisition = 'ucb'"))
        points = {(row["x"], row["y"]) for row in rows(f"by_{method}")}
        st.check(len(points) == 12, "a point twice")
    print(f"window: {hits} of 8 hits; maximize: {best[-1]:.3f}")


def restarts():
    path = box("longer", BOWL, more="evaluations = 8")
    st.run(path)
    st.run(box("longer", BOWL, more="evaluations = 12"))
    st.run(box("at_once", BOWL, more="evaluations = 12"))
    st.check(without_seconds("longer") == without_seconds("at_once"), "a longer run is not the same as one at once")
    printed = st.run(box("longer", BOWL, more="evaluations = 12", bayes="kernel = 'rbf'"), status=2)
    st.check("&bayes kernel" in printed and "a restart cannot change it" in printed, printed)
    printed = st.run(box("none", BOWL, mode="restart"), status=2)
    st.check("there is no journal" in printed, printed)
    st.run(box("longer", BOWL, more="evaluations = 5", bayes="kernel = 'rbf'", mode="from_scratch"))
    st.check(len(rows("longer")) == 5 and os.path.exists("out/longer.h5.old"), "begun anew")
    st.check(len(os.listdir("out/longer.evaluations")) == 5, "folders of an earlier run among the new ones")
    for more, command, word in (("", "echo 1", "names neither {file} nor a variable"),
                                ("", "echo {x} {file}", "not below")):
        variables = "'x: 2 .. 1'" if word == "not below" else "'x: 1 .. 2'"
        printed = st.run(box("wrong", command, variables, more), status=2)
        st.check("wrong.nml:" in printed and word in printed, printed)
    print("longer runs go on; changes are refused; wrong keys are told")


def dataset():
    """Rock salts whose number is a smooth function of their composition."""
    elements = {"Li": 3, "Na": 11, "K": 19, "Rb": 37, "Mg": 12, "Ca": 20, "Sr": 38, "Ba": 56, "Mn": 25, "Fe": 26, "Ni": 28,
                "Zn": 30}
    anions = {"F": 9, "Cl": 17, "Br": 35, "I": 53, "O": 8, "S": 16, "Se": 34}
    frames = []
    for a in elements:
        for b in anions:
            value = 0.01 * ((elements[a] - 25.5) ** 2 + (anions[b] - 15) ** 2)
            frames.append((f"{a}{b}", a, b, value))

    def write_frames(path, unknown=()):
        with open(path, "w") as file:
            for k, (name, a, b, value) in enumerate(frames):
                label = "" if name in unknown else f"score={value} "
                file.write(f'2\nLattice="0 2.8 2.8 2.8 0 2.8 2.8 2.8 0" Properties=species:S:1:pos:R:3 id={name} '
                           f'{label}size={elements[a]} pbc="T T T"\n{a} 0 0 0\n{b} 2.8 2.8 2.8\n')

    def optimize(prefix, data, more, bayes=""):
        return st.write(f"{prefix}.nml", f"""&control
  calculation = 'optimize'  prefix = '{prefix}'  restart_mode = 'auto'
/
&optimize
  dataset = '{data}'  target = 'score'  {more}
/
&bayes
  {bayes}
/
""")

    write_frames("salts.xyz")
    best = min(frames, key=lambda frame: frame[3])
    found = {}
    for acquisition in ("log_ei", "knowledge_gradient", "thompson", "random"):
        st.run(optimize(acquisition, "salts.xyz", "purpose = 'replay'  evaluations = 30  batch = 4",
                        f"acquisition = '{acquisition}'"), ranks=2)
        table = rows(acquisition)
        st.check(len({row["id"] for row in table}) == 30, "a row twice")
        found[acquisition] = [row["id"] for row in table].index(best[0]) if best[0] in [row["id"] for row in table] else 99
    st.check(found["log_ei"] < 30 and found["knowledge_gradient"] < 30, f"{best[0]} was found at {found}")
    st.run(optimize("alone", "salts.xyz", "purpose = 'replay'  evaluations = 30  batch = 4"))
    st.check(without_seconds("alone") == without_seconds("log_ei"), "other rows on another number of ranks")
    with h5py.File("out/alone.h5") as file:
        st.check(file["optimize/optimum"][()] == best[3] and file["optimize/n_candidates"][()] == len(frames), "optimum")
    # Killed in the middle of it.
    process = st.start(optimize("stopped", "salts.xyz", "purpose = 'replay'  evaluations = 30  batch = 4"))
    for line in process.stdout:
        if line.split()[:1] == ["18"]:
            break
    st.kill_all(process)
    st.run("stopped.nml")
    st.check(without_seconds("stopped") == without_seconds("alone"), "other rows after a kill")

    unknown = {frame[0] for frame in frames[::2]} | {best[0]}
    write_frames("partly.xyz", unknown)
    printed = st.run(optimize("next", "partly.xyz", "batch = 5  features = 'composition', 'size'"))
    suggested = [row["id"] for row in rows("next")]
    st.check(len(suggested) == 5 and set(suggested) <= unknown, f"suggested {suggested}")
    st.check(all(row["value"] == "" and row["mean"] for row in rows("next")) and "process" in printed, printed)
    for more, word in (("features = 'weight'", "has no number 'weight'"), ("batch = 2 features = 'score'", "is the target")):
        printed = st.run(optimize("wrong", "partly.xyz", more), status=2)
        st.check(word in printed and "wrong.nml:" in printed, printed)
    printed = st.run(optimize("known", "salts.xyz", "batch = 2"), status=2)
    st.check("nothing to suggest" in printed, printed)
    print(f"the best of {len(frames)} rows was found at {found}; {', '.join(suggested)} are suggested")


with st.workspace():
    for part in (ready_to_run, kills, failures, results_and_windows, restarts, dataset):
        part()
