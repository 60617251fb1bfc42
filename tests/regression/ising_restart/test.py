#!/usr/bin/python3
"""Stopped and continued Ising runs (README.md)."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

INPUT = """&control
  calculation = 'ising'  prefix = 'run'  outdir = '{outdir}'  seed = 5  restart_mode = 'auto'  max_seconds = {limit}
/
&output
  checkpoint_seconds = {every}
/
&parallel
  pools = {pools}
/
&ising
  {keys}
/
"""
CASES = {
    "chains": (0, "size = 16, 48  temperatures = 2.1, 2.3, 2.5  replicas = 2  burn_in = 100  sweeps = 150000"
                  "  configurations = 7  series = .true.  correlation = .true.  measure_every = 10"),
    "tempering": (0, "size = 32  t_min = 2.0  t_max = 2.6  n_t = 5  replicas = 2  tempering = .true.  exchange_every = 7"
                     "  burn_in = 100  sweeps = 800000  configurations = 7  series = .true.  measure_every = 20"),
    "split": (1, "size = 256  temperatures = 2.1, 2.3  burn_in = 100  sweeps = 150000  configurations = 7  update = 'heat_bath'"
                 "  measure_every = 20"),
}
CHECKPOINT = "parts/run.restart.h5"


def write(name, outdir, limit=0.0, every=1800.0):
    pools, keys = CASES[name]
    return st.write(f"{outdir}.nml", INPUT.format(**locals()))


def saved():
    """When the checkpoint was written last; 0: never."""
    return os.stat(CHECKPOINT).st_mtime_ns if os.path.exists(CHECKPOINT) else 0


def start_and_wait(path, ranks=None):
    """A run that has written a checkpoint of its own by now, or is at its end."""
    before = saved()
    process = st.start(path, ranks=ranks)
    st.wait_for(lambda: saved() != before or process.poll() is not None, "a checkpoint")
    return process


for name in CASES:
    with st.workspace():
        st.run(write(name, "whole"), ranks=2)

        stops = 0
        for ranks in (1, 3):
            stops += "Stopped by max_seconds" in st.run(write(name, "parts", limit=0.05), ranks=ranks)
        st.check(stops > 0, "no run was stopped by max_seconds")
        process = start_and_wait(write(name, "parts", every=0.05))
        process.send_signal(signal.SIGUSR1)
        output, _ = process.communicate()
        st.check(process.returncode == 0, f"exit status {process.returncode} after SIGUSR1:\n{output}")
        stops += "Stopped by SIGUSR1" in output
        kills = 0
        for ranks in (2, 4):
            process = start_and_wait("parts.nml", ranks)
            kills += process.poll() is None
            st.kill_all(process)
        st.check(stops > 0 and kills > 0, f"only {stops} stops and {kills} kills came before the end")
        st.run(write(name, "parts"), ranks=2)
        for file in ("run.h5", "run.samples.h5"):
            st.compare_files(f"parts/{file}", f"whole/{file}")
        print(f"{name}: the same after {stops} stops and {kills} kills")
        before = os.stat("parts/run.h5").st_mtime_ns
        st.check("is complete" in st.run("parts.nml"), "a complete run is not recognised")
        st.check(os.stat("parts/run.h5").st_mtime_ns == before, "a complete run was touched")

        pools, keys = CASES[name]
        for change, word in (("burn_in = 99", "burn_in"), ("seed = 6", None)):
            key = change.split()[0]
            text = INPUT.format(outdir="parts", limit=0.0, every=1800.0, pools=pools, keys=keys)
            text = text.replace("seed = 5", change) if key == "seed" else text.replace("burn_in = 100", change)
            output = st.run(st.write("changed.nml", text), status=2 if word else 0)
            st.check(word is None or word in output, output)
