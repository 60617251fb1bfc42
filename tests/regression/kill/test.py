#!/usr/bin/python3
"""Kill -9 at random moments, 12 times, then the same numbers (README.md): test.py [seed]"""
import contextlib
import os
import random
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

LIQUID = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart", "liquid.nml")
CHANGES = dict(steps=2400, checkpoint_every=20, trajectory_every=20, thermo_every=10)
KILLS, RANKS = 12, 2
ROWS = 2400 // 10 // KILLS  # of the thermo table between two kills, on average

MARK = f"SPINEL_TEST={os.getpid()}"
os.environ.update([MARK.split("=")])

seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)
print(f"seed {seed}")
rng = random.Random(seed)

with st.workspace():
    st.run(st.write("whole.nml", st.namelist(LIQUID, outdir="'whole'", **CHANGES)), ranks=RANKS)
    path = st.write("killed.nml", st.namelist(LIQUID, outdir="'killed'", **CHANGES))
    killed = resumed = 0
    while killed < KILLS:
        process = st.start(path, ranks=RANKS)
        # While it starts, or after some rows of the table.
        rows = rng.randrange(-3, 2 * ROWS - 4)
        printed = st.wait_for_loop(process) if rows >= 0 else process.stdout.readline()
        printed += "".join(process.stdout.readline() for _ in range(rows))
        if "Complete" in printed or process.poll() is not None:
            # The run got to its end before its killer: begin another one.
            printed += process.communicate()[0]
            st.check(process.returncode == 0, f"resuming failed after {killed} kills:\n{printed}")
            st.compare_files("killed/run.h5md", "whole/run.h5md")
            for name in os.listdir("killed"):
                os.remove(os.path.join("killed", name))
            continue
        ranks = st.ranks_of(process)
        if killed % 2 and ranks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(ranks), signal.SIGKILL)
            process.communicate(timeout=st.HANG_SECONDS)
            st.wait_for(lambda: not st.processes_with(MARK), "the end of the other rank")
        else:
            st.kill_all(process)
        killed += 1
        resumed += os.path.exists("killed/run.restart.h5")
    st.run(path, ranks=RANKS)
    st.check(resumed > KILLS // 4, f"only {resumed} of {KILLS} kills left a checkpoint to resume from")
    st.compare_files("killed/run.h5", "whole/run.h5")
    st.compare_files("killed/run.h5md", "whole/run.h5md")
    print(f"{killed} kills, {resumed} resumed from a checkpoint: the same numbers")
