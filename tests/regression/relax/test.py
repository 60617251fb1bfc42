#!/usr/bin/python3
"""One structure relaxed over all ranks (README.md)."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

ARGON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "argon.nml")
EPSILON, SIGMA, CUTOFF = 0.010341, 3.40, 8.5
GPA = 1 / 160.21766340


def case(outdir, extra="", **changes):
    return st.write(f"{outdir}.nml", st.namelist(ARGON, outdir=f"'{outdir}'", **changes) + extra)


def result(outdir):
    found = {name.split("/")[-1]: value for name, value in st.read_all(f"{outdir}/run.h5").items()
             if name.startswith("structures/")}
    return {name: value[0] for name, value in found.items()}


def fcc_energy(a):
    """eV an atom of the truncated potential: smooth from CUTOFF − width, width a tenth of it."""
    n = range(-4, 5)
    place = np.array([(i, j, k) for i in n for j in n for k in n], float)
    r = np.linalg.norm(np.concatenate([place + shift for shift in
                                       ([0, 0, 0], [0, .5, .5], [.5, 0, .5], [.5, .5, 0])]) * a, axis=1)
    r = r[(r > 1e-9) & (r < CUTOFF)]
    width = 0.1 * CUTOFF
    x = np.clip((r - (CUTOFF - width)) / width, 0, 1)
    switch = 1 - 10 * x**3 + 15 * x**4 - 6 * x**5
    return 0.5 * np.sum(4 * EPSILON * ((SIGMA / r)**12 - (SIGMA / r)**6) * switch)


def fcc_minimum(pressure):
    """(a, energy an atom) at the least enthalpy, by golden section."""
    low, high, golden = 4.8, 5.6, (5**0.5 - 1) / 2
    enthalpy = lambda a: fcc_energy(a) + pressure * GPA * a**3 / 4
    for _ in range(80):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if enthalpy(left) < enthalpy(right) else (left, high)
    return low, fcc_energy(low)


def same_minimum_on_all_ranks():
    a, energy = fcc_minimum(0.0)
    for ranks in (1, 2, 4):
        st.run(case(f"ranks{ranks}"), ranks=ranks)
        r = result(f"ranks{ranks}")
        st.check(r["status"] == 0, f"{ranks} ranks: not converged: {r['reason']}")
        st.check(abs(r["energy"] / 108 - energy) < 1e-8, f"{ranks} ranks: energy {r['energy'] / 108} eV/atom, not {energy}")
        st.check(abs(r["volume"] / 27 - a**3) < 2e-3, f"{ranks} ranks: volume {r['volume'] / 27}, not {a**3}")
        st.check(r["fmax"] <= 1e-5 and r["smax"] <= 1e-4, f"{ranks} ranks: fmax {r['fmax']}, smax {r['smax']}")
    with h5py.File("ranks1/run.h5") as one, h5py.File("ranks4/run.h5") as four:
        moved = np.abs(one["atoms/position"][:] - four["atoms/position"][:]).max()
        st.check(moved < 1e-6, f"positions on 1 and 4 ranks differ by {moved} Å")
        st.check(np.array_equal(one["series/evaluation"][:], four["series/evaluation"][:]), "the ways differ")
    print(f"1, 2, 4 ranks: the lattice constant of the lattice sum, {a:.5f} Å")


def pressure_and_minimizers():
    a, energy = fcc_minimum(1.0)
    for minimizer in ("lbfgs", "fire", "cg"):
        st.run(case(minimizer, minimizer=f"'{minimizer}'", cell="'isotropic'", pressure=1.0, fmax=1e-4, smax=1e-3))
        r = result(minimizer)
        st.check(r["status"] == 0, f"{minimizer}: {r['reason']}")
        st.check(abs(r["volume"] / 27 - a**3) < 0.02, f"{minimizer}: volume {r['volume'] / 27} at 1 GPa, not {a**3}")
        st.check(np.allclose(r["stress"][:3], -1.0, atol=2e-3), f"{minimizer}: stress {r['stress']} at 1 GPa")
        st.check(abs(r["enthalpy"] - r["energy"] - GPA * r["volume"]) < 1e-9, f"{minimizer}: enthalpy")
    print(f"1 GPa: {a:.5f} Å with three minimizers")


def fixed_atoms_and_symmetry():
    st.run(case("held", cell="'fixed'"), ranks=2)
    text = st.namelist(ARGON, outdir="'some'", cell="'fixed'").replace("&relax", "&relax fixed_ids = 1, 2, 108")
    st.run(st.write("some.nml", text), ranks=2)
    with h5py.File("some/run.h5") as some, h5py.File("held/run.h5") as held:
        start = read_positions("some/end.xyz")
        before = rattled_start()
        moved = np.linalg.norm(some["atoms/position"][:] - before, axis=1)
        st.check(np.all(moved[[0, 1, 107]] < 1e-12) and moved[2] > 1e-3, f"fixed_ids: moves {moved[[0, 1, 107, 2]]}")
        st.check(np.allclose(start[0], some["atoms/position"][0], atol=1e-9), "end.xyz holds other positions")
        st.check(some["structures/energy"][0] > held["structures/energy"][0] + 1e-6, "fixed atoms cost no energy")
    # A sheared crystal without noise keeps its group, which forbids some of the shears; the free way does not end elsewhere.
    st.write("sheared.xyz", "4\nLattice=\"5.5 0.1 0 0.1 5.5 0 0 0 5.2\" Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n"
             "Ar 0 0 0\nAr 0.05 2.75 2.6\nAr 2.75 0.05 2.6\nAr 2.8 2.8 0\n")
    text = st.namelist(ARGON, outdir="'kept'", keep_symmetry=".true.")
    text = text.replace("prototype = 'fcc'  species = 'Ar'  a = 5.5  supercell = 3, 3, 3  rattle = 0.2", "file = 'sheared.xyz'")
    output = st.run(st.write("kept.nml", text))
    st.check("symmetry operations kept" in output, output)
    r = result("kept")
    st.check(r["status"] == 0, f"keep_symmetry: {r['reason']}")
    cell = r["cell"]
    st.check(np.allclose([cell[0, 2], cell[1, 2], cell[2, 0], cell[2, 1]], 0, atol=1e-12), f"a forbidden shear: {cell}")
    st.check(abs(cell[0, 1] - cell[1, 0]) < 1e-12 and abs(cell[0, 0] - cell[1, 1]) < 1e-12, f"a and b differ: {cell}")
    print("fixed atoms stay, symmetry is kept")


def read_positions(path):
    with open(path) as file:
        lines = file.read().splitlines()
    return np.array([line.split()[1:4] for line in lines[2:2 + int(lines[0])]], float)


def rattled_start():
    st.run(case("start", cell="'fixed'", max_steps=1))
    with h5py.File("start/run.h5") as file:
        st.check(file["structures/evaluations"][0] == 1 and file["structures/status"][0] == 1, "max_steps = 1")
        return file["atoms/position"][:]


def interrupted():
    st.run(case("whole", trajectory_every=3))
    whole = result("whole")
    # The step cap: more steps are allowed to a restart, another cell is not.
    output = st.run(case("capped", trajectory_every=3, max_steps=8), ranks=2)
    st.check(result("capped")["status"] == 1 and "Ended" in output, output)
    output = st.run(case("capped", trajectory_every=3), ranks=2)
    st.check("restart" in output and "max_steps: 8" in output, output)
    same(result("capped"), whole, "after the step cap")
    with h5py.File("capped/run.h5md") as file:
        steps = file["particles/all/position/step"][:]
        st.check(np.all(np.diff(steps) > 0) and len(steps) > 4, f"frames of the trajectory: {steps}")
    output = st.run(case("capped", trajectory_every=3, cell="'isotropic'"), status=2)
    st.check("cell" in output and "restart" in output, output)
    output = st.run(case("capped", trajectory_every=3))
    st.check("is complete" in output, output)

    # SIGTERM and SIGKILL: a larger crystal, fire and a strict limit make it last.
    slow = dict(minimizer="'fire'", fmax=1e-9, smax=1e-9, max_steps=100000, checkpoint_every=1)
    larger = lambda outdir: st.write(f"{outdir}.nml", st.namelist(ARGON, outdir=f"'{outdir}'", **slow)
                                     .replace("3, 3, 3", "8, 8, 8"))
    for outdir, number in (("ended", signal.SIGTERM), ("killed", signal.SIGKILL)):
        process = st.start(larger(outdir))
        st.wait_for(lambda: os.path.exists(f"{outdir}/run.restart.h5"), "a checkpoint")
        if number == signal.SIGKILL:
            st.kill_all(process)
        else:
            process.send_signal(number)
            output = process.communicate(timeout=st.HANG_SECONDS)[0]
            st.check(process.returncode == 0 and "Stopped by SIGTERM" in output, output)
            st.check(result(outdir)["status"] == 3, "a stopped relaxation is pending")
        text = st.namelist(f"{outdir}.nml", fmax=0.01, smax=0.1)
        output = st.run(st.write(f"{outdir}.nml", text), ranks=2)
        st.check("restart" in output and "evaluations, of" in output, output)
        st.check(result(outdir)["status"] == 0, f"{outdir}: {result(outdir)['reason']}")
    print("step cap, SIGTERM, SIGKILL: continued to the same minimum")


def same(r, reference, what):
    st.check(r["status"] == reference["status"], f"{what}: status {r['status']}: {r['reason']}")
    st.check(abs(r["energy"] - reference["energy"]) < 1e-6, f"{what}: energy {r['energy']}, not {reference['energy']}")
    st.check(abs(r["volume"] / reference["volume"] - 1) < 1e-4, f"{what}: volume {r['volume']}, not {reference['volume']}")
    st.check(abs(r["initial_energy"] - reference["initial_energy"]) < 1e-9, f"{what}: the start is another")


def example():
    text = open(os.path.join(st.SOURCE, "input", "relax_argon.nml")).read()
    st.run(st.write("example.nml", text), ranks=2)
    found = st.read_all("out/relaxed_argon.h5")
    a, _ = fcc_minimum(1.0)
    st.check(found["structures/status"][0] == 0, "input/relax_argon.nml does not converge")
    st.check(abs((found["structures/volume"][0] / 64)**(1 / 3) - a) < 1e-3, "input/relax_argon.nml: lattice constant")
    st.check(os.path.exists("out/argon_1GPa.cif") and os.path.exists("out/relaxed_argon.h5md"), "its files")
    print("input/relax_argon.nml: the lattice constant at 1 GPa")


def failures_and_pictures():
    st.write("close.xyz", "2\nLattice=\"8 0 0 0 8 0 0 0 8\" Properties=species:S:1:pos:R:3 pbc=\"T T T\"\nAr 0 0 0\nAr 0.7 0 0\n")
    text = st.namelist(ARGON, outdir="'close'").replace("&relax", "&relax minimum_distance = 1.0")
    text = text.replace("prototype = 'fcc'  species = 'Ar'  a = 5.5  supercell = 3, 3, 3  rattle = 0.2", "file = 'close.xyz'")
    st.run(st.write("close.nml", text))
    r = result("close")
    st.check(r["status"] == 2 and r["reason"], f"atoms too near: status {r['status']}, {r['reason']}")
    import importlib.util
    if importlib.util.find_spec("matplotlib"):
        done = subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), "whole/run.h5"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        st.check(done.returncode == 0 and os.path.getsize("whole/run_relaxation.png") > 5000, done.stdout)
    print("a start that cannot be is reported; the picture is drawn")


def before_dynamics():
    """&relax with calculation = 'md': the dynamics begins at the minimum that the relaxation finds."""
    text = st.namelist(ARGON, outdir="'dynamics'", calculation="'md'", trajectory_every=0)
    text += "&dynamics ensemble = 'nve' temperature = 1.0 timestep = 2.0 steps = 10 /\n"
    output = st.run(st.write("dynamics.nml", text), ranks=2)
    series = st.thermo("dynamics/run.h5")
    energy = fcc_minimum(0.0)[1]
    st.check(abs(series["potential_energy"][0] / 108 - energy) < 1e-8 and "relaxed first" in output,
             f"dynamics begins at {series['potential_energy'][0]} eV/atom, not {energy}")
    st.check(abs(series["temperature"][0] - 1.0) < 1e-6, "temperature of the start")
    output = st.run(st.write("dynamics.nml", text.replace("keep_symmetry = .false.", "keep_symmetry = .true.")), status=2)
    st.check("&relax keep_symmetry: does not go with calculation = 'md'" in output, output)
    print("dynamics begins at the minimum")


with st.workspace():
    same_minimum_on_all_ranks()
    before_dynamics()
    pressure_and_minimizers()
    fixed_atoms_and_symmetry()
    interrupted()
    failures_and_pictures()
    example()
