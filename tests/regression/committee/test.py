#!/usr/bin/python3
"""Committees of potentials: mean, spread, and what it does in molecular dynamics (README.md)."""
import importlib.util
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st
from random_m3gnet import write_model

ARGON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "argon.nml")
MODELS = "'a.h5', 'b.h5', 'c.h5'"
ENERGY = """&control calculation = 'energy' prefix = 'run' outdir = '{outdir}' /
&structure prototype = 'fcc' species = '{species}' a = 5.3 supercell = 2, 2, 3 rattle = 0.1 /
&potential style = '{style}' model = {model} /
"""


def energy(outdir, model=MODELS, style="m3gnet", species="Ar", **options):
    path = st.write(f"{outdir}.nml", ENERGY.format(outdir=outdir, model=model, style=style, species=species))
    return st.run(path, **options)


def means_and_spreads():
    members = []
    for name in "abc":
        energy(name, f"'{name}.h5'")
        members.append(st.read_all(f"{name}/run.h5"))
    stack = lambda key: np.array([m[key] for m in members])
    for outdir, style, ranks in (("one", "m3gnet", None), ("three", "network", 3)):
        output = energy(outdir, style=style, ranks=ranks)
        found = st.read_all(f"{outdir}/run.h5")
        n_atoms = len(found["forces"])
        for key in ("energy", "forces", "stress"):
            st.check(np.allclose(found[key], stack(key).mean(axis=0), rtol=1e-12, atol=1e-12), f"{outdir}: {key}")
        st.check(np.isclose(found["spread/energy"], stack("energy").std(ddof=1) / n_atoms, rtol=1e-9), f"{outdir}: E")
        deviation = stack("forces") - stack("forces").mean(axis=0)
        expected = np.sqrt((deviation**2).sum(axis=(0, 2)) / 2)
        st.check(np.allclose(found["spread/force"], expected, rtol=1e-9, atol=1e-12), f"{outdir}: spread of forces")
        st.check("3 models" in output and f"on atom {expected.argmax() + 1} " in output, output)
    print(f"means and spreads of three models: {expected.mean():.3g} eV/Å on average")


def case(outdir, models=MODELS, threshold=None, action="dump", **changes):
    text = st.namelist(ARGON, outdir=f"'{outdir}'", **changes).replace(MODELS, models)
    if threshold:
        text = text.replace("spread_every", f"spread_threshold = {threshold!r} spread_action = '{action}' spread_every")
    return st.write(f"{outdir}.nml", text)


def frames(path):
    """[(comment, columns of the atoms)] of an extended XYZ file."""
    found = []
    with open(path) as file:
        while line := file.readline():
            n = int(line)
            comment = file.readline()
            found.append((comment, np.array([file.readline().split()[1:] for _ in range(n)], dtype=float)))
    return found


def number(comment, key):
    return float(re.search(rf" {key}=(\S+)", comment).group(1))


def same(outdir, reference):
    st.compare_files(f"{outdir}/run.h5", f"{reference}/run.h5")
    st.compare_files(f"{outdir}/run.h5md", f"{reference}/run.h5md")
    with open(f"{outdir}/run_uncertain.xyz") as a, open(f"{reference}/run_uncertain.xyz") as b:
        st.check(a.read() == b.read(), f"frames of {outdir} and {reference} differ")


def series_and_frames():
    st.run("--check", case("plain"), ranks=2)
    st.run(case("plain"), ranks=2)
    plain = st.read_all("plain/run.h5")
    spread = plain["spread/force_max"]
    st.check(plain["spread/step"].tolist() == list(range(0, 41, 4)), f"steps {plain['spread/step']}")
    st.check(np.allclose(plain["spread/time"], plain["spread/step"] * 0.004), "times")
    st.check(np.all(spread > 0) and np.all(plain["spread/force_mean"] <= plain["spread/force_rms"])
             and np.all(plain["spread/force_rms"] <= spread), "mean ≤ rms ≤ largest")
    st.check(not os.path.exists("plain/run_uncertain.xyz"), "frames without a threshold")
    st.run(case("seldom", spread_every=25), ranks=2)
    for key, values in st.thermo("seldom/run.h5").items():
        st.check(st.identical(values, plain["thermo/" + key]), f"looking changes {key}")

    # Between the values there are, so that some frames exceed it and some do not.
    ordered = np.sort(spread)
    threshold = float(ordered[7:9].mean())
    output = st.run(case("whole", threshold=threshold), ranks=2)
    uncertain = plain["spread/step"][spread > threshold]
    st.check(0 < len(uncertain) < len(spread) and f"in {len(uncertain)} frames" in output, output)
    found = frames("whole/run_uncertain.xyz")
    st.check([number(c, "step") for c, _ in found] == uncertain.tolist(), "frames of other steps")
    forces = "Properties=species:S:1:pos:R:3:velo:R:3:forces:R:3:force_spread:R:1 "
    for comment, atoms in found:
        at = plain["spread/step"].tolist().index(int(number(comment, "step")))
        st.check(forces in comment and "Lattice=" in comment and atoms.shape == (48, 10), comment)
        st.check(atoms[:, 9].max() == spread[at] == number(comment, "force_spread_max"), "largest spread of a frame")
        st.check(np.isclose(atoms[:, 9].mean(), plain["spread/force_mean"][at]), "mean spread of a frame")
        st.check(number(comment, "energy_spread") == plain["spread/energy"][at], "spread of a frame's energy")
    with h5py.File("whole/run.h5") as file:
        st.check(file["spread/frames"][()] == len(uncertain) and file["spread/threshold"][()] == threshold, "numbers")
        st.check(file["spread/force_max"].attrs["unit"] == "eV/Å" and file["spread/energy"].attrs["unit"] == "eV/atom",
                 "units")
    thermo = st.thermo("whole/run.h5")
    for comment, _ in found:
        if (step := int(number(comment, "step"))) in thermo["step"]:
            row = thermo["step"].tolist().index(step)
            st.check(np.isclose(number(comment, "energy"), thermo["potential_energy"][row], rtol=1e-12), "energy")
    print(f"{len(found)} of {len(spread)} frames are uncertain")
    return threshold, uncertain


def frame_is_a_structure():
    """Another run reads a frame, and finds the energy and forces that were written with it."""
    comment, atoms = frames("whole/run_uncertain.xyz")[-1]
    text = ENERGY.format(outdir="again", species="Ar", style="m3gnet", model=MODELS)
    text = re.sub("&structure .*", "&structure file = 'whole/run_uncertain.xyz' /", text)
    st.run(st.write("again.nml", text))
    again = st.read_all("again/run.h5")
    st.check(np.isclose(again["energy"], number(comment, "energy"), rtol=1e-9), "energy of a frame read again")
    st.check(np.allclose(again["forces"], atoms[:, 6:9], atol=1e-9), "forces of a frame read again")
    st.check(np.allclose(again["spread/force"], atoms[:, 9], atol=1e-9), "spread of a frame read again")


def lists_and_relaxations():
    text = ENERGY.format(outdir="list", species="Ar", style="m3gnet", model=MODELS)
    text = re.sub("&structure .*", "&structure file = 'whole/run_uncertain.xyz' all = .true. /", text)
    st.run(st.write("list.nml", text), ranks=3)
    written = [number(comment, "energy") for comment, _ in frames("whole/run_uncertain.xyz")]
    found = st.read_all("list/run.h5")
    st.check(np.allclose(found["structures/energy"], written, rtol=1e-9), "energies of a list")
    # The spread of the first one is that of its members alone.
    members = []
    for name in "abc":
        one = text.replace(MODELS, f"'{name}.h5'").replace("outdir = 'list'", f"outdir = 'alone_{name}'")
        st.run(st.write(f"alone_{name}.nml", one.replace("all = .true.", "frame = 0")))
        members.append(st.read_all(f"alone_{name}/run.h5"))
    forces = np.array([m["forces"] for m in members])
    spread = np.sqrt(((forces - forces.mean(axis=0))**2).sum(axis=(0, 2)) / 2)
    energy_spread = np.std([m["energy"] for m in members], ddof=1) / len(spread)
    for column, expected in (("energy_spread", energy_spread), ("force_spread", spread.mean()),
                             ("largest_force_spread", spread.max())):
        st.check(np.isclose(found[f"structures/{column}"][0], expected, rtol=1e-6), f"{column} of a list")
    # Models of random weights have no minimum near: some steps downhill.
    text = ENERGY.format(outdir="relaxed", species="Ar", style="m3gnet", model=MODELS).replace("'energy'", "'relax'")
    st.run(st.write("relaxed.nml", text + "&relax fmax = 0.001 max_steps = 12 /\n"), ranks=2)
    found = st.read_all("relaxed/run.h5")
    st.check(found["structures/energy"][0] < found["structures/initial_energy"][0], "a relaxation went up")
    energies, forces = [], []
    for name in "abc":
        text = ENERGY.format(outdir=f"end_{name}", species="Ar", style="m3gnet", model=f"'{name}.h5'")
        text = re.sub("&structure .*", "&structure file = 'relaxed/run_relaxed.xyz' /", text)
        st.run(st.write("end.nml", text))
        energies.append(st.read_all(f"end_{name}/run.h5")["energy"])
        forces.append(st.read_all(f"end_{name}/run.h5")["forces"])
    st.check(np.isclose(found["structures/energy"][0], np.mean(energies), rtol=1e-9), "energy of a relaxed structure")
    spread = np.sqrt(((forces - np.mean(forces, axis=0))**2).sum(axis=(0, 2)) / 2)
    st.check(np.isclose(found["structures/largest_force_spread"][0], spread.max(), rtol=1e-6), "spread where it ended")
    st.check(np.isclose(found["structures/energy_spread"][0], np.std(energies, ddof=1) / len(spread), rtol=1e-6), "its energy")


def stop_and_go_on(threshold, uncertain):
    path = case("stopped", threshold=threshold, action="stop")
    for step in uncertain:
        output = st.run(path, ranks=2)
        st.check(f"Stopped by a force spread of" in output or step == 40, output)
        st.check(step == 40 or f"after step {step} of 40" in output, output)
        st.check(os.path.exists("stopped/run.restart.h5"), "no checkpoint")
    if step != 40:
        st.check("Complete" in st.run(path, ranks=2), "the rest of the run")
    same("stopped", "whole")
    print(f"stopped {len(uncertain)} times and continued: bitwise the same")


def cut_and_killed(threshold):
    st.run(case("cut", threshold=threshold, steps=20), ranks=2)
    with open("whole/run_uncertain.xyz") as file:
        text = file.read()
    later = [m.start() for m in re.finditer(r"^48\n", text, re.MULTILINE)]
    # What a kill leaves: frames after the checkpoint, the last one in half, also in the middle of its comment.
    for end in (len(text) - 10, later[-1] + 30):
        with open("cut/run_uncertain.xyz", "a") as file:
            file.write(text[later[-3]:end])
        shutil.copytree("cut", f"cut_{end}")
        st.run(case(f"cut_{end}", threshold=threshold), ranks=2)
        same(f"cut_{end}", "whole")
    # Frames that were taken away are not missed.
    os.remove("cut/run_uncertain.xyz")
    st.run(case("cut", threshold=threshold), ranks=2)
    st.check(all(number(c, "step") > 20 for c, _ in frames("cut/run_uncertain.xyz")), "frames of before")
    st.compare_files("cut/run.h5", "whole/run.h5")

    path, kills = case("killed", threshold=threshold), 0
    for rows in (1, 4):
        process = st.start(path, ranks=2)
        st.wait_for_loop(process)
        for _ in range(rows):
            process.stdout.readline()
        kills += process.poll() is None
        st.kill_all(process)
    st.run(path, ranks=2)
    same("killed", "whole")
    print(f"cut, and killed {kills} times: bitwise the same")


def models_come_and_go(threshold):
    st.run(case("changed", models="'a.h5'", steps=20))
    st.check("spread/step" not in st.read_all("changed/run.h5"), "a spread of one model")
    output = st.run(case("changed", threshold=threshold, steps=40))
    st.check("model" in output and "changed since the checkpoint" in output, output)
    st.check(st.read_all("changed/run.h5")["spread/step"].tolist() == list(range(24, 41, 4)), "rows of the committee")


def stop_at_the_start():
    path = case("start", threshold=1e-6, action="stop", steps=8)
    for step in (0, 4):
        st.check(f"after step {step} of 8" in st.run(path), f"no stop at step {step}")
    # At the last step there is nothing left to stop.
    st.check("Complete after 8 steps" in st.run(path), "the last step")
    st.check([number(c, "step") for c, _ in frames("start/run_uncertain.xyz")] == [0, 4, 8], "frames 0, 4, 8")
    st.run(case("start", threshold=1e-6, steps=8, restart_mode="'from_scratch'"))
    st.check(len(frames("start/run_uncertain.xyz")) == len(frames("start/run_uncertain.xyz.old")) == 3, "kept as .old")


def picture():
    if importlib.util.find_spec("matplotlib") is None:
        return
    done = subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), "whole/run.h5"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    st.check(done.returncode == 0 and "whole/run_spread.png" in done.stdout, done.stdout)


def errors():
    for outdir, options, words in (
            ("kind", dict(style="painn"), ("a.h5", "'m3gnet'", "'painn'")),
            ("property", dict(style="network", model="'a.h5', 'p.h5'"), ("p.h5", "no interatomic potential")),
            ("missing", dict(model="'a.h5', 'none.h5'"), ("none.h5",)),
            ("element", dict(model="'a.h5', 'k.h5'"), ("k.h5", "'Ar'"))):
        output = energy(outdir, status=2, ranks=2 if outdir in ("kind", "missing") else None, **options)
        st.check(all(word in output for word in (f"{outdir}.nml:3: &potential model",) + words), output)
        st.check(output.count("spinel: ") == 1 and not os.path.exists(outdir), output)
    print("wrong models are named")


with st.workspace():
    for number_of_model, name in enumerate("abc"):
        write_model(f"{name}.h5", number_of_model)
    # One that sees less far.
    write_model("c.h5", 2, cutoff=4.2, threebody_cutoff=3.9)
    write_model("k.h5", 3, element_types=["Xe", "Kr"])
    shutil.copy(os.path.join(st.SOURCE, "models", "formation_energy.h5"), "p.h5")
    means_and_spreads()
    errors()
    threshold, uncertain = series_and_frames()
    frame_is_a_structure()
    lists_and_relaxations()
    stop_and_go_on(threshold, uncertain)
    cut_and_killed(threshold)
    models_come_and_go(threshold)
    stop_at_the_start()
    picture()
