#!/usr/bin/python3
"""Signals and max_seconds end a run cleanly (README.md)."""
import contextlib
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

LIQUID = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart", "liquid.nml")
ENDLESS = dict(steps=100000000, checkpoint_every=0, trajectory_every=0, thermo_every=50)


def started(outdir, ranks=None, **changes):
    path = st.write(f"{outdir}.nml", st.namelist(LIQUID, outdir=f"'{outdir}'", **{**ENDLESS, **changes}))
    process = st.start(path, ranks=ranks)
    st.wait_for_step(process, 50)
    return process


def has_received(pid, number):
    """Is a signal that was sent before no longer waiting to be delivered?"""
    with open(f"/proc/{pid}/status") as file:
        pending = [int(line.split()[1], 16) for line in file if line.startswith(("SigPnd", "ShdPnd"))]
    return not any(mask >> (number - 1) & 1 for mask in pending)


def send_until_the_end(process, pid, number):
    """A second signal counts only from some time after the first: until it does."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
    return process.poll() is not None


def ended_cleanly(process, outdir, what):
    begin = time.time()
    output, _ = process.communicate(timeout=st.HANG_SECONDS)
    st.check(process.returncode == 0, f"{what}: exit status {process.returncode}\n{output}")
    st.check(os.path.exists(f"{outdir}/run.restart.h5"), f"{what}: no checkpoint")
    st.check(not [n for n in os.listdir(outdir) if n.endswith(".tmp")], f"{what}: left temporary files")
    st.thermo(f"{outdir}/run.h5")
    print(f"{what}: clean end after {time.time() - begin:.2f} s")


with st.workspace():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        process = started(number.name)
        process.send_signal(number)
        ended_cleanly(process, number.name, f"{number.name}, no mpirun")

    process = started("one_of_three", ranks=3)
    ranks = st.ranks_of(process)
    st.check(len(ranks) == 3, f"expected 3 ranks, found {ranks}")
    os.kill(ranks[1], signal.SIGTERM)
    ended_cleanly(process, "one_of_three", "SIGTERM to one rank of three")

    process = started("through_mpirun", ranks=2)
    process.send_signal(signal.SIGUSR1)
    ended_cleanly(process, "through_mpirun", "SIGUSR1 through mpirun")

    # A rank that hangs keeps the others from their next step, so the second signal meets a run still at work.
    process = started("twice", ranks=3)
    ranks = st.ranks_of(process)
    os.kill(ranks[2], signal.SIGSTOP)
    os.kill(ranks[0], signal.SIGTERM)
    st.wait_for(lambda: has_received(ranks[0], signal.SIGTERM), "the delivery of a signal")
    st.check(process.poll() is None, "the run ended without its third rank")
    begin = time.time()
    st.wait_for(lambda: send_until_the_end(process, ranks[0], signal.SIGTERM), "the end")
    output, _ = process.communicate(timeout=st.HANG_SECONDS)
    st.check(process.returncode != 0, f"after two signals the run must end at once, not cleanly:\n{output}")
    st.check(not os.path.exists("twice/run.restart.h5"), "two signals: no checkpoint was to be expected")
    print(f"second signal: ended after {time.time() - begin:.2f} s with status {process.returncode}")

    path = st.write("limit.nml", st.namelist(LIQUID, outdir="'limit'", **ENDLESS).replace("&control", "&control max_seconds = 2"))
    begin = time.time()
    output = st.run(path, ranks=2)
    st.check(os.path.exists("limit/run.restart.h5"), "max_seconds: no checkpoint")
    st.check("max_seconds" in output, f"max_seconds: the end is not explained:\n{output}")
    print(f"max_seconds = 2: clean end after {time.time() - begin:.2f} s")
