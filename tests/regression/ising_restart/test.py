#!/usr/bin/python3
"""Stopped and continued Ising runs (README.md)."""
import os
import signal
import sys
import time

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
    "chains": (0, "size = 16, 48  temperatures = 2.1, 2.3, 2.5  replicas = 2  burn_in = 100  sweeps = 40000"
                  "  configurations = 7  series = .true.  correlation = .true.  measure_every = 10"),
    "tempering": (0, "size = 32  t_min = 2.0  t_max = 2.6  n_t = 5  replicas = 2  tempering = .true.  exchange_every = 7"
                     "  burn_in = 100  sweeps = 400000  configurations = 7  series = .true.  measure_every = 20"),
    "split": (1, "size = 256  temperatures = 2.1, 2.3  burn_in = 100  sweeps = 12000  configurations = 7  update = 'heat_bath'"
                 "  measure_every = 20"),
}
RANKS = (2, 1, 4, 3)


def write(name, outdir, limit=0.0, every=1800.0):
    pools, keys = CASES[name]
    return st.write(f"{outdir}.nml", INPUT.format(**locals()))


def compare(outdir, what):
    st.compare_files(f"{outdir}/run.h5", "whole/run.h5")
    n = st.compare_files(f"{outdir}/run.samples.h5", "whole/run.samples.h5")
    print(f"{what}: the same ({n} datasets of samples)")


for name in CASES:
    with st.workspace():
        st.run(write(name, "whole"), ranks=2)

        path, parts = write(name, "parts", limit=0.3), 0
        while "\nComplete" not in st.run(path, ranks=RANKS[parts % 4]):
            parts += 1
            st.check(parts < 60, "no end")
        compare("parts", f"{name}, {parts} times stopped by max_seconds")
        before = os.stat("parts/run.h5").st_mtime_ns
        st.check("is complete" in st.run(path), "a complete run is not recognised")
        st.check(os.stat("parts/run.h5").st_mtime_ns == before, "a complete run was touched")

        path, signals = write(name, "signals"), 0
        while True:
            process = st.start(path)
            time.sleep(0.4 + 0.1 * signals)
            process.send_signal(signal.SIGUSR1)
            output, _ = process.communicate(timeout=60)
            if "\nComplete" in output or "is complete" in output:
                break
            st.check(process.returncode in (0, -signal.SIGUSR1), f"exit status {process.returncode}:\n{output}")
            signals += 1
        compare("signals", f"{name}, {signals} times SIGUSR1")

        path, kills = write(name, "killed", every=0.2), 0
        while kills < 3:
            process = st.start(path, ranks=RANKS[kills])
            time.sleep(0.8)
            st.kill_all(process)
            kills += 1
        st.run(path, ranks=2)
        compare("killed", f"{name}, killed {kills} times")

        pools, keys = CASES[name]
        for change, word in (("burn_in = 99", "burn_in"), ("seed = 6", None)):
            key = change.split()[0]
            text = INPUT.format(outdir="killed", limit=0.0, every=1800.0, pools=pools, keys=keys)
            text = text.replace("seed = 5", change) if key == "seed" else text.replace("burn_in = 100", change)
            output = st.run(st.write("changed.nml", text), status=2 if word else 0)
            st.check(word is None or word in output, output)
