#!/usr/bin/python3
"""A continued run equals the undisturbed one (README.md)."""
import os
import random
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np
import spinel_testing as st

LIQUID = os.path.join(os.path.dirname(os.path.abspath(__file__)), "liquid.nml")

def case(path, outdir, **changes):
    return st.write(path, st.namelist(LIQUID, outdir=f"'{outdir}'", **changes))


def assert_same(outdir, reference, what):
    st.compare_files(f"{outdir}/run.h5", f"{reference}/run.h5")
    n = st.compare_files(f"{outdir}/run.h5md", f"{reference}/run.h5md")
    with open(f"{outdir}/final.xyz") as a, open(f"{reference}/final.xyz") as b:
        st.check(a.read() == b.read(), f"{what}: final structures differ")
    print(f"{what}: bitwise the same ({n} trajectory datasets)")


ENSEMBLES = {
    "nve": dict(ensemble="'nve'"), "bussi": dict(ensemble="'nvt'", thermostat="'bussi'"),
    "langevin": dict(ensemble="'nvt'", thermostat="'langevin'"),
    "nose_hoover": dict(ensemble="'nvt'", thermostat="'nose_hoover'"),
    "npt_isotropic": dict(ensemble="'npt'", coupling="'isotropic'"), "npt_full": dict(ensemble="'npt'", coupling="'full'"),
}


def cut_in_two():
    for name, changes in ENSEMBLES.items():
        ranks = 2 if name != "nve" else 3
        st.run(case("a.nml", f"whole_{name}", **changes), ranks=ranks)
        # 90 is no multiple of anything but thermo and analysis schedules, so the cut adds work the whole run never did.
        st.run(case("b.nml", f"parts_{name}", steps=90, **changes), ranks=ranks)
        st.run(case("b.nml", f"parts_{name}", **changes), ranks=ranks)
        assert_same(f"parts_{name}", f"whole_{name}", f"cut in two, {name}")


def stopped_by_signal():
    changes = dict(steps=1500, checkpoint_every=0, trajectory_every=500)
    st.run(case("a.nml", "whole", **changes))
    stops = 0
    for attempt in range(4):
        process = st.start(case("b.nml", "stopped", **changes))
        printed = st.wait_for_loop(process) + "".join(process.stdout.readline() for _ in range(random.randrange(40)))
        process.send_signal(signal.SIGTERM)
        output = printed + process.communicate()[0]
        st.check(process.returncode == 0, f"exit status {process.returncode} after SIGTERM:\n{output}")
        stops += "Stopped by SIGTERM" in output
        if "complete" in output.lower():
            break
    st.check(stops > 0, "SIGTERM always came after the end")
    st.run(case("b.nml", "stopped", **changes))
    assert_same("stopped", "whole", f"SIGTERM {stops} times")


def other_ranks():
    st.run(case("a.nml", "one", steps=120), ranks=1)
    st.run(case("b.nml", "other", steps=60), ranks=1)
    st.run(case("b.nml", "other", steps=120), ranks=3)
    a, b = st.thermo("one/run.h5"), st.thermo("other/run.h5")
    st.check(np.array_equal(a["step"], b["step"]), "thermo steps differ after a restart on other ranks")
    for name in ("potential_energy", "kinetic_energy", "total_energy"):
        deviation = np.max(np.abs(b[name] / a[name] - 1.0))
        st.check(deviation < 1e-9, f"{name} deviates by {deviation:.2e} after a restart on 3 ranks instead of 1")
    print("1 rank, then 3: the same to round-off")


def refused_and_kept():
    output = st.run(case("c.nml", "nothing", restart_mode="'restart'"), status=2)
    st.check("restart" in output and not os.path.exists("nothing"), f"restart without a checkpoint:\n{output}")
    st.run(case("c.nml", "first", steps=30))
    for what, changes in (("supercell", {}), ("species", dict(species="'Kr'", pairs="'Kr-Kr'")),
                          ("ensemble", dict(ensemble="'nve'")), ("timestep", dict(timestep=2.0))):
        if what == "supercell":
            st.write("d.nml", st.namelist(LIQUID, outdir="'first'").replace("7, 7, 7", "7, 7, 6"))
        else:
            case("d.nml", "first", **changes)
        output = st.run("d.nml", status=2)
        st.check(f"d.nml:" in output and what in output, f"a changed {what} must be named:\n{output}")
    before = st.read_all("first/run.h5")
    output = st.run(case("e.nml", "first", steps=30))
    st.check("complete" in output.lower(), f"a complete run says so:\n{output}")
    st.run(case("f.nml", "first", steps=40, restart_mode="'from_scratch'"))
    kept = st.read_all("first/run.h5.old")
    st.check(all(st.identical(before[n], kept[n]) for n in before), "the old result file was not kept as run.h5.old")
    st.check(os.path.exists("first/run.h5md.old"), "the old trajectory was not kept")
    print("refusals name their reason; old results are kept")


with st.workspace():
    cut_in_two()
    stopped_by_signal()
    other_ranks()
    refused_and_kept()
