#!/usr/bin/python3
"""The sbatch templates under a real Slurm (README.md)."""
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

HERE = os.path.dirname(os.path.abspath(__file__))
LIQUID = os.path.join(HERE, "..", "restart", "liquid.nml")
TEMPLATES = os.path.join(st.SOURCE, "scripts", "slurm")

if shutil.which("sbatch") is None:
    st.skip("no sbatch")
partitions = subprocess.run(["sinfo", "-h", "-o", "%a %t"], text=True, capture_output=True, timeout=30)
if partitions.returncode or not any(line.split()[0] == "up" and line.split()[1].rstrip("*") in ("idle", "mix", "alloc")
                                    for line in partitions.stdout.splitlines()):
    st.skip("no Slurm partition is up")


def submit(template, *arguments, options=()):
    done = subprocess.run(["sbatch", "--parsable", "--ntasks=2", *options, os.path.join(TEMPLATES, template), *arguments],
                          text=True, capture_output=True, env={**os.environ, "SPINEL": st.SPINEL, "SPINEL_ROOT": st.SOURCE})
    st.check(done.returncode == 0, f"sbatch {template}: {done.stderr}")
    return done.stdout.strip().split(";")[0]


def state(job):
    done = subprocess.run(["scontrol", "show", "job", "-o", job], text=True, capture_output=True)
    return [word.split("=")[1] for word in done.stdout.split() if word.startswith("JobState=")]


def wait_for_job(job, timeout):
    st.wait_for(lambda: all(s not in ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "REQUEUED", "SUSPENDED")
                            for s in state(job)), f"job {job}", timeout)
    return state(job)


def log(name):
    with open(name) as file:
        return file.read()


with st.workspace():
    case = lambda path, **changes: st.write(path, st.namelist(LIQUID, **changes))
    job = submit("one_node.sbatch", case("one.nml", outdir="'one'", steps=50), options=["--output=one.log"])
    st.check(wait_for_job(job, 120) == ["COMPLETED"], f"one_node ended as {state(job)}:\n{log('one.log')}")
    job = submit("array.sbatch", case("a.nml", outdir="'a'", steps=50), case("b.nml", outdir="'b'", steps=60),
                 options=["--array=0-1", "--output=array-%a.log"])
    st.check(wait_for_job(job, 120) == ["COMPLETED"] * 2, f"array ended as {state(job)}")
    st.check(st.thermo("a/run.h5")["step"][-1] == 50 and st.thermo("b/run.h5")["step"][-1] == 60, "array: steps")
    print("one_node and array ran")

    # The runs of a list, as an array of jobs that Spinel submits.
    lattice = lambda k: f'1\nLattice="{4 + 0.1 * k} 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3 pbc="T T T"\nAr 0 0 0\n'
    st.write("list.xyz", "".join(map(lattice, range(5))))
    program = f"{sys.executable} {HERE}/../calculations/script.py {{file}} {{result}} {os.getcwd()}/count"
    st.run(st.write("list.nml", f"""&control calculation = 'energy'  prefix = 'list' /
&structure file = 'list.xyz'  all = .true. /
&potential
  style = 'command'  command = '{program}'
  array = 'sbatch --wait --ntasks=1 --output=list.log --array=1-2 {st.SOURCE}/scripts/dft_array.sh {{list}}'
/
"""), ranks=2)
    st.check(st.read_all("out/list.h5")["structures/status"].tolist() == 5 * [0], "a list as an array of jobs")
    with open("count") as file:
        st.check(file.read().count("begin") == 5, "not every structure was computed once")
    print("two jobs computed a list of five structures")

    job = submit("requeue_on_time_limit.sbatch", case("bad.nml", outdir="'bad'", ensemble="'nonsense'"),
                 options=["--output=bad.log"])
    st.check(wait_for_job(job, 120) == ["FAILED"], f"a wrong input ended as {state(job)}")
    st.check("not queued again" in log("bad.log"), log("bad.log"))
    print("an error ends the chain")

    # How many steps take about two minutes on this machine?
    probe = case("probe.nml", outdir="'probe'", steps=2000, trajectory_every=1000, thermo_every=1000, checkpoint_every=0)
    begin = time.time()
    st.run(probe, ranks=2)
    steps = int(2000 * 110.0 / (time.time() - begin)) // 1000 * 1000
    changes = dict(steps=steps, trajectory_every=steps // 4, thermo_every=1000, checkpoint_every=0)
    # Slurm looks at limits every half minute, and sends the signal up to a minute early.
    job = submit("requeue_on_time_limit.sbatch", case("chain.nml", outdir="'chain'", **changes),
                 options=["--time=2", "--signal=B:USR1@75", "--output=chain.log"])
    final = wait_for_job(job, 900)
    text = log("chain.log")
    st.check(final == ["COMPLETED"], f"the chain ended as {final}:\n{text}")
    st.check(text.count("queueing the next part") >= 1 and "part 2 of the chain" in text and "the run is complete" in text, text)
    st.check(st.thermo("chain/run.h5")["step"][-1] == steps, "the chain's last step")
    st.run(case("whole.nml", outdir="'whole'", **changes), ranks=2, timeout=600)
    st.compare_files("chain/run.h5", "whole/run.h5")
    print(f"{steps} steps in {text.count('of the chain starts')} jobs: the same numbers")
