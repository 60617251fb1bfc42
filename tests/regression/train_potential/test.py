#!/usr/bin/python3
"""Training of interatomic potentials (README.md)."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

CUTOFF = 5.0
DEPTH = {"Cu": 0.34, "Au": 0.47}  # eV
REFERENCE = {"Cu": -1.3, "Au": -2.1}  # eV, of an atom alone
INPUT = """&control
  calculation = 'train'  prefix = 'run'  outdir = '{outdir}'  seed = 3  restart_mode = 'auto'
/
&dataset
  file = '{file}'  target = 'energy'  validation_fraction = 0.1  test_fraction = 0.2  {data}
/
&model
  {model}
/
&train
  epochs = {epochs}  batch_size = 8  learning_rate = {rate}  schedule = 'cosine'  average_decay = 0.9  clip_norm = 100
  energy_weight = 10, 100  precision = '{precision}'  {more}
/
"""
ENERGY = """&control calculation = 'energy' prefix = 'said' outdir = '{outdir}' /
&structure file = 'all.xyz' all = .true. /
&potential style = '{style}' model = '{outdir}/{model}' precision = 'double' /
"""
SMALL = "width = 16  convolutions = 2  cutoff = 4.0"


def morse(cell, places, symbols):
    """Energy, forces and stress (xx yy zz yz xz xy)."""
    shifts = np.array([[i, j, k] for i in range(-2, 3) for j in range(-2, 3) for k in range(-2, 3)]) @ cell
    d = places[None, :, None, :] + shifts[None, None] - places[:, None, None, :]
    r = np.linalg.norm(d, axis=-1)
    near = (r > 1e-6) & (r < CUTOFF)
    r = np.where(near, r, 1.0)
    depth = np.array([DEPTH[s] for s in symbols])
    strength = np.sqrt(depth[:, None] * depth[None])[:, :, None] * near
    q = r / CUTOFF
    envelope, slope = 1 - 10 * q**3 + 15 * q**4 - 6 * q**5, (-30 * q**2 + 60 * q**3 - 30 * q**4) / CUTOFF
    x = np.exp(-1.36 * (r - 2.8))
    e, de = x * x - 2 * x, -1.36 * (2 * x * x - 2 * x)
    pair, dpair = strength * e * envelope, strength * (de * envelope + e * slope)
    pull = (dpair / r)[..., None] * d
    virial = 0.5 * np.einsum("ijka,ijkb->ab", d, pull) / abs(np.linalg.det(cell))
    energy = 0.5 * pair.sum() + sum(REFERENCE[s] for s in symbols)
    return energy, pull.sum((1, 2)), virial


def make_structures(path, n=120, forces=True):
    random = np.random.default_rng(5)
    frames = []
    for k in range(n):
        edge = 3.8 * random.uniform(0.94, 1.08)
        cell = edge * (np.eye(3) + 0.03 * random.normal(size=(3, 3)))
        places = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]) @ cell
        kind = ("rattled", "hot")[k % 2]
        places = places + (0.05 if kind == "rattled" else 0.2) * random.normal(size=places.shape)
        keep = np.arange(4) if k % 5 else np.arange(3)
        places, symbols = places[keep], random.choice(["Cu", "Au"], 4)[keep]
        energy, force, stress = morse(cell, places, symbols)
        frames.append(f'{len(keep)}\nLattice="{" ".join("%.10f" % x for x in cell.ravel())}" Properties=species:S:1:pos:R:3'
                      f'{":forces:R:3" if forces else ""} id=made-{k} energy={energy:.10f} kind={kind} '
                      f'stress="{" ".join("%.12f" % x for x in stress.ravel())}"\n' +
                      "".join("%s %s%s\n" % (s, " ".join("%.10f" % x for x in p), "".join(" %.10f" % x for x in f) if forces else "")
                              for s, p, f in zip(symbols, places, force)))
    st.write(path, "".join(frames))


def write(outdir, **changes):
    values = {"file": "all.xyz", "data": "group = 'kind'", "model": f"kind = 'painn'  {SMALL}", "epochs": 12,
              "precision": "single", "more": "", "rate": 0.004}
    return st.write(f"{outdir}.nml", INPUT.format(outdir=outdir, **{**values, **changes}))


def table(outdir):
    """{group: {quantity: value}}"""
    found = st.read_all(f"{outdir}/run.h5")
    names = [g.decode() for g in found["train/quality/group"]]
    columns = [n.split("/")[-1] for n in found if n.startswith("train/quality/") and not n.endswith("group")]
    return {name: {c: found[f"train/quality/{c}"][k] for c in columns} for k, name in enumerate(names)}


def check_energies(outdir, style, ranks=None, model="run.model.h5"):
    """The model file alone says of the structures what the training said."""
    st.run(st.write("energy.nml", ENERGY.format(outdir=outdir, style=style, model=model)), ranks=ranks)
    said, trained = st.read_all(f"{outdir}/said.h5"), st.read_all(f"{outdir}/run.h5")
    place = {f"made-{k}": k for k in range(120)}
    chosen = [place[i.decode()] for i in trained["train/predictions/id"]]
    offset = said["atoms/offset"]
    atoms = np.concatenate([np.arange(offset[k], offset[k + 1]) for k in chosen])
    worst = [np.abs(said["structures/energy"][chosen] - trained["train/predictions/energy"]).max(),
             np.abs(said["atoms/force"][atoms] - trained["train/predictions/force"]).max(),
             np.abs(said["structures/stress"][chosen] / 160.21766340 - trained["train/predictions/stress"]).max()]
    st.check(np.all(np.array(worst) < [2e-4, 1e-4, 1e-5]), f"{outdir}: the model file differs by {worst}")
    print(f"{outdir}: energy, force, stress by the model file the same to", *("%.1e" % w for w in worst))


def losses(outdir):
    return st.read_all(f"{outdir}/run.h5")["train/member_1/step_loss"]


with st.workspace():
    make_structures("all.xyz")
    spread = {}
    for kind in ("painn", "schnet", "m3gnet"):
        more = {"painn": "  radial_functions = 8  moments = 3", "schnet": "  radial_functions = 12", "m3gnet": "  threebody_cutoff = 3.5"}[kind]
        output = st.run(write(kind, model=f"kind = '{kind}'  {SMALL}{more}", epochs=16), ranks=2)
        st.check("kind: hot" in output and "atoms of: Cu" in output, output)
        found = st.read_all(f"{kind}/run.h5")
        test = table(kind)["test"]
        force = found["train/predictions/force_target"]
        scatter = np.abs(force - force.mean()).mean()
        st.check(test["force_mae"] < 0.4 * scatter, f"{kind}: force error {test['force_mae']} of {scatter}")
        per_atom = found["train/predictions/energy_per_atom_target"]
        st.check(test["energy_mae"] < 0.5 * per_atom.std(), f"{kind}: energy error {test['energy_mae']} of {per_atom.std()}")
        print(f"{kind}: errors {1e3 * test['energy_mae']:.1f} meV/atom, {test['force_mae']:.3f} eV/Å of {scatter:.3f}")
        check_energies(kind, kind, ranks=2 if kind == "painn" else None)
    check_energies("painn", "network")
    tested = st.read_all("painn/run.h5")
    chosen = tested["train/predictions/part"] == 2
    error = np.abs(tested["train/predictions/energy_per_atom"] - tested["train/predictions/energy_per_atom_target"])[chosen]
    groups = table("painn")
    st.check(abs(groups["test"]["energy_mae"] - error.mean()) < 1e-12, "the MAE of the test part")
    st.check(groups["test, kind rattled"]["force_mae"] < groups["test, kind hot"]["force_mae"], "errors by kind")
    st.check(groups["test"]["n"] == groups["test, kind hot"]["n"] + groups["test, kind rattled"]["n"], "sizes of groups")

    # Any number of ranks; stopped and continued.
    for ranks in (1, 2, 3):
        st.run(write(f"ranks{ranks}", epochs=5), ranks=ranks)
    for ranks in (2, 3):
        difference = np.max(np.abs(losses(f"ranks{ranks}")[:50] / losses("ranks1")[:50] - 1))
        st.check(difference < 1e-5, f"{ranks} ranks: losses differ by {difference:.1e}")
        print(f"{ranks} ranks: losses of 50 steps within {difference:.1e}")
    path = write("killed", epochs=5)
    process = st.start(path, ranks=2)
    st.wait_for_step(process, 2)
    st.kill_all(process)
    st.run(path, ranks=2)
    st.compare_files("killed/run.h5", "ranks2/run.h5")
    st.compare_files("killed/run.model.h5", "ranks2/run.model.h5")

    # Going on from another model; a learning curve of an ensemble.
    st.run(write("on", model="kind = 'painn'  initial = 'painn/run.model.h5'", epochs=4), ranks=2)
    first, last = losses("painn"), losses("on")
    st.check(last[:10].mean() < 0.3 * first[:10].mean(), "initial is of no use")
    output = st.run(write("curve", more="n_train = 20, 84  ensemble = 2", epochs=4), ranks=2)
    curve = st.read_all("curve/run.h5")
    st.check(list(curve["train/learning_curve/n_train"]) == [20, 84], "the sizes of the learning curve")
    st.check(curve["train/learning_curve/force_mae"][1] < curve["train/learning_curve/force_mae"][0], "learning curve")
    spread = curve["train/n_84/predictions/force_spread"]
    st.check(spread.shape == curve["train/n_84/predictions/force"].shape and spread.min() > 0.0, "spread of forces")

    # What goes wrong.
    output = st.run(write("nan", rate=1e30, more="optimizer = 'sgd'"), ranks=2, status=1)
    st.check("is nan" in output.lower() or "is inf" in output.lower(), output)
    st.check("made-" in output and output.count("spinel:") == 1, output)
    make_structures("silent.xyz", 30, forces=False)
    output = st.run(write("silent", file="silent.xyz", epochs=1), status=2)
    st.check("no structure of silent.xyz has forces" in output and "force_weight = 0.0" in output, output)
    output = st.run(write("silent", file="silent.xyz", epochs=1, more="force_weight = 0.0"))
    st.check("there are no forces to learn from" in output, output)
    output = st.run(write("group", data="group = 'sort'"), status=2)
    st.check("&dataset group: all.xyz has no 'sort'; its texts are" in output and "'kind'" in output, output)
    output = st.run(write("other", model="kind = 'schnet'  initial = 'painn/run.model.h5'"), status=2, ranks=2)
    st.check("is of kind 'painn', not 'schnet'" in output and output.count("spinel:") == 1, output)
    with open("all.xyz") as file:
        st.write("silver.xyz", file.read().replace("Cu ", "Ag "))
    output = st.run(write("silver", file="silver.xyz", model="kind = 'painn'  initial = 'painn/run.model.h5'"), status=2)
    st.check("which the model does not know: it covers Cu Au" in output, output)
    output = st.run(st.write("wrong.nml", ENERGY.format(outdir="painn", style="schnet", model="run.model.h5")), status=2)
    st.check("schnet" in output and "painn" in output, output)

    for name, pictures in (("painn", ("parity", "loss")), ("curve", ("learning_curve",))):
        done = subprocess.run(["/usr/bin/python3", os.path.join(st.SOURCE, "scripts", "plot.py"), f"{name}/run.h5"],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        st.check(done.returncode == 0 and all(os.path.exists(f"{name}/run_{p}.png") for p in pictures), done.stdout)
