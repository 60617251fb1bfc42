#!/usr/bin/python3
"""The end of a job that fails under mpirun (README.md)."""
import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

HERE = os.path.dirname(os.path.abspath(__file__))
LIQUID = os.path.join(HERE, "..", "restart", "liquid.nml")
ARGON = os.path.join(HERE, "..", "structure_lists", "argon.nml")
WAITING, ENOUGH = 400, 300  # seconds
MARK = f"SPINEL_TEST={os.getpid()}"

os.environ.update([MARK.split("=")])
os.environ["OMPI_MCA_odls_base_sigkill_timeout"] = str(WAITING)


def nobody_left(what):
    st.wait_for(lambda: not st.processes_with(MARK), f"the last process of {what}")


def communicate(process, what):
    try:
        return process.communicate(timeout=ENOUGH)
    except subprocess.TimeoutExpired:
        st.kill_all(process)
        st.check(False, f"{what}: mpirun was left to wait for its ranks")


def wrong_input(name, words, ranks):
    process = subprocess.Popen(st.command([name], ranks), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    what = f"{name} on {ranks} ranks"
    output, errors = communicate(process, what)
    st.check(process.returncode == 2, f"{what}: exit status {process.returncode}\n{output}{errors}")
    st.check(output == "", f"{what}: on standard output:\n{output}")
    st.check(errors.startswith("spinel: ") and errors.count("\n") == 1 and words in errors, f"{what}: not one message:\n{errors}")
    nobody_left(what)


def one_rank_fails(path, words, ranks):
    process = subprocess.Popen(st.command([path], ranks), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    what = f"{path} on {ranks} ranks"
    _, errors = communicate(process, what)
    st.check(process.returncode == 1, f"{what}: exit status {process.returncode}\n{errors}")
    st.check(words in errors and all(line.startswith("spinel: ") for line in errors.splitlines()), f"{what}:\n{errors}")
    nobody_left(what)


def a_rank_killed(path, progress, ranks, number):
    process = st.start(path, ranks=ranks)
    progress(process)
    found = st.ranks_of(process)
    st.check(len(found) == ranks, f"expected {ranks} ranks, found {found}")
    os.kill(found[number], signal.SIGKILL)
    what = f"{path} on {ranks} ranks, number {number} killed"
    output, _ = communicate(process, what)
    st.check(process.returncode == 128 + signal.SIGKILL, f"{what}: exit status {process.returncode}\n{output}")
    st.check("signal 9" in output, f"{what}: mpirun does not say why:\n{output}")
    nobody_left(what)


def structures(path):
    """Cells of rattled argon that no minimizer gets to the limit asked for."""
    rng = random.Random(4)
    place = [(i, j, k) for i in range(4) for j in range(4) for k in range(4) if (i + j + k) % 2 == 0]
    lines = []
    for _ in range(400):
        lines += [str(len(place)), 'Lattice="10.8 0 0 0 10.8 0 0 0 10.8" Properties=species:S:1:pos:R:3 pbc="T T T"']
        lines += ["Ar " + " ".join(f"{2.7 * x + rng.gauss(0, 0.1):.6f}" for x in p) for p in place]
    st.write(path, "\n".join(lines) + "\n")


def first_results(outdir, process):
    st.wait_for(lambda: os.path.isdir(f"{outdir}/run.journal") or process.poll() is not None, "the journal")


version = subprocess.run([st.MPIEXEC, "--version"], text=True, capture_output=True).stdout
if "Open MPI" not in version and "OpenRTE" not in version:
    st.skip("mpirun is not Open MPI's")
try:
    ctypes.CDLL("libpmix.so.2")
except OSError:
    st.skip("no libpmix.so.2")

with st.workspace():
    st.write("key.nml", "&control calculation = 'md' nosuchkey = 1 /\n")
    for ranks in (1, 2, 3, 4):
        wrong_input("key.nml", "nosuchkey", ranks)
        wrong_input("missing.nml", "missing.nml", ranks)
    wrong_input("--nosuchoption", "--nosuchoption", 2)
    print("wrong input: exit status 2 and one message")

    for name in ("close.nml", "close.xyz"):
        shutil.copy(os.path.join(HERE, "..", "explosion", name), ".")
    one_rank_fails("close.nml", "rank 1 of 3", 3)
    print("an error on one rank: exit status 1 and its message")

    endless = dict(steps=100000000, checkpoint_every=0, trajectory_every=0, thermo_every=50)
    path = st.write("md.nml", st.namelist(LIQUID, outdir="'md'", **endless))
    for ranks, number in ((2, 0), (2, 1), (3, 1)):
        a_rank_killed(path, lambda process: st.wait_for_step(process, 50), ranks, number)

    structures("structures.xyz")
    changes = dict(file="'structures.xyz'", minimizer="'fire'", fmax=1e-30, smax=1e-30, max_steps=100000)
    for pools, ranks, number in ((0, 2, 1), (0, 3, 0), (2, 4, 3)):
        outdir = f"list_{ranks}"
        path = st.write(f"{outdir}.nml", st.namelist(ARGON, outdir=f"'{outdir}'", pools=pools, **changes))
        a_rank_killed(path, lambda process: first_results(outdir, process), ranks, number)
    print("a rank killed: the job ends, and mpirun says why")
