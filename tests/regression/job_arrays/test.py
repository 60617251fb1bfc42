#!/usr/bin/python3
"""&potential array: the runs for a list of structures as one array of jobs (doc/dft.md)."""
import os
import random
import re
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "sockets")]
import ipi
import numpy as np
import spinel_testing as st

SCRIPT = f"{sys.executable} {HERE}/../calculations/script.py {{file}} {{result}} "
SUBMIT = f"{sys.executable} {HERE}/submit.py {{list}}"
LJ = f"style = 'lennard_jones'  epsilon = {ipi.EPSILON}  sigma = {ipi.SIGMA}  cutoff = {ipi.CUTOFF}"


def namelist(name, potential, structures, control="", more=""):
    return st.write(f"{name}.nml", f"""&control
  calculation = 'energy'  prefix = '{name}'  {control}
/
&structure
  file = '{structures}'  all = .true.
/
&potential
  {potential}
/
{more}
""")


def by_array(name, structures, misdeed="", submit=SUBMIT, **more):
    command = f"style = 'command'  command = '{SCRIPT} {os.getcwd()}/{name}.count {misdeed}'"
    return namelist(name, f"{command}\n  array = '{submit}'", structures, **more)


def counts(name, word="begin"):
    if not os.path.exists(f"{name}.count"):
        return []
    with open(f"{name}.count") as file:
        return [line.split(" ", 1)[1] for line in file.read().splitlines() if line.startswith(word + " ")]


def structures(name):
    return {key.split("/")[1]: value for key, value in st.read_all(f"out/{name}.h5").items() if key.startswith("structures/")}


def frame(k, other="Ar", shift=0.0):
    """Two atoms, the second one `shift` cells outside."""
    return (f'2\nLattice="{4.5 + 0.02 * k} 0 0 0.7 5 0 0 0.3 5.5" Properties=species:S:1:pos:R:3 pbc="T T T"\n'
            f"Ar 0 0 0\n{other} {2.2 + shift * (4.5 + 0.02 * k)!r} 2.4 2.1\n")


with st.workspace():
    # As the own potential; what fails once is tried again, what fails always becomes a row with its reason.
    others = ["Ar", "Kr", "Ne", "Xe", "Ar", "He", "Ar", "Ar"]
    shifts = [0, 0, 0, 0, 0.13, 0, -3.1, 2.7]
    frames = [frame(k, *row) for k, row in enumerate(zip(others, shifts))]
    frames.insert(5, frames[0])  # the same structure again
    frames.append("2\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3\nAr 0 0 0\nAr oops 0 0\n")
    st.write("list.xyz", "".join(frames))
    st.write("all_argon.xyz", re.sub("Kr|Ne|Xe|He", "Ar", "".join(frames)))
    st.run(namelist("own", LJ, "all_argon.xyz"))
    output = st.run(by_array("list", "list.xyz", "by_species"), ranks=3)
    own, found = structures("own"), structures("list")
    st.check(found["status"].tolist() == [0, 2, 0, 2, 0, 0, 2, 0, 0, 2], f"{found['status']} {found['reason']}\n{output}")
    good = found["status"] == 0
    difference = np.max(np.abs(own["energy"][good] - found["energy"][good]))
    st.check(difference < 1e-9, f"energies differ by {difference:.1e}")
    for row, words in {1: ("it ended with status 1", "out of cheese", "tried 3 times", ".failed/script.out"), 3: ("none of the jobs",),
                       6: ("ended before the program did", "tried 3 times"), 9: ("oops",)}.items():
        for text in words:
            st.check(text in found["reason"][row].decode(), f"'{text}' is not in the reason of {row}: {found['reason'][row]}")
    begun = [name.split(" ")[1] for name in counts("list")]
    times = {kind: begun.count(kind) for kind in ("Ar", "Kr", "Ne", "Xe", "He")}
    st.check(times == {"Ar": 4, "Kr": 3, "Ne": 2, "Xe": 0, "He": 3}, f"runs of each: {times}\n{output}")
    for words in ("8 jobs: ", "4 of 8 jobs have come to a result", "1 of 4 jobs", "0 of 3 jobs"):
        st.check(words in output, f"'{words}' is not in:\n{output}")
    with open("out/list_evaluated.xyz") as file:
        attempts = re.findall(r"attempts=(\d)", file.read())
    st.check(sorted(attempts) == ["1"] * 5 + ["2"], f"attempts: {attempts}")
    st.write("good.xyz", "".join(f for f, status in zip(frames, found["status"]) if status == 0))
    output = st.run(by_array("list", "good.xyz", "by_species"))
    st.check(len(counts("list")) == 12 and "jobs" not in output, f"something was computed twice:\n{output}")
    print(f"a list of {len(frames)} structures: energies, failures, retries as they should be")

    # A command that submits nothing.
    for name, submit, words in (("missing", "no_such_program {list}", "command not found"),
                                ("idle", "echo no partition given; true {list}", "ended with status 0"),
                                ("fails", "echo no partition given; false {list}", "ended with status 1")):
        output = st.run(by_array(name, "good.xyz", submit=submit), status=2, ranks=2)
        for text in (words, f"{name}.nml:", "array", "none of its jobs has run") + (("no partition given",) if "echo" in submit else ()):
            st.check(text in output, f"'{text}' is not in:\n{output}")
    print("commands that submit nothing: each in its words")

    # A signal, to all ranks or to one, and max_seconds end the wait; jobs go on and are taken over.
    n = 12
    st.write("many.xyz", "".join(frame(k) for k in range(n)))
    for name, control in (("signal", ""), ("one_rank", ""), ("time", "max_seconds = 3")):
        gate = f"{os.getcwd()}/{name}.gate"
        path = by_array(name, "many.xyz", f"until={gate}", control=f"restart_mode = 'auto' {control}")
        process = st.start(path, ranks=3)
        st.wait_for(lambda: counts(name), "a job to begin")
        if name == "signal":
            process.send_signal(signal.SIGUSR1)  # which mpirun passes on to all ranks
        if name == "one_rank":
            os.kill(st.ranks_of(process)[2], signal.SIGUSR1)
        output, _ = process.communicate(timeout=st.HANG_SECONDS)
        st.check(process.returncode == 0 and f"Stopped by {'max_seconds' if name == 'time' else 'SIGUSR1'}" in output, output)
        st.check(structures(name)["status"].tolist() == [3] * n, f"{structures(name)['status']}")
        st.write(gate, "")
        output = st.run(by_array(name, "many.xyz", f"until={gate}", control="restart_mode = 'auto'"), ranks=2)
        st.check(structures(name)["status"].tolist() == [0] * n, output)
        st.check(len(counts(name)) == n, f"{len(counts(name))} runs of {n} structures\n{output}")
    print("stopped by a signal and by max_seconds: jobs went on, none was run twice")

    # Killed at any moment: the same.
    n = 40
    st.write("many.xyz", "".join(frame(k) for k in range(n)))
    path = by_array("killed", "many.xyz", "slow=0.1", control="restart_mode = 'auto'")
    choose = random.Random(3)
    for kill in range(6):
        goal = len(counts("killed")) + choose.randint(0, 4)
        process = st.start(path, ranks=2)
        st.wait_for(lambda: len(counts("killed")) > goal or process.poll() is not None, "a job to begin")
        time.sleep(choose.random() * 0.1)
        st.kill_all(process)
    before = len(counts("killed", "end"))
    output = st.run(path, ranks=2)
    st.check(structures("killed")["status"].tolist() == [0] * n, output)
    st.check(len(counts("killed")) == len(set(counts("killed"))) == n, f"{len(counts('killed'))} runs of {n} structures")
    st.check(before < n, "everything was done before the last run")
    print(f"killed 6 times: {n} structures, {before} had ended before the last run, each was run once")
