#!/usr/bin/python3
"""style = 'command': a program is run for each structure, its results are kept, failures are rows (doc/dft.md)."""
import os
import random
import re
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "sockets")]
import counted
import ipi
import numpy as np
import spinel_testing as st

SCRIPT = f"{sys.executable} {HERE}/script.py {{file}} {{result}} "
LJ = f"style = 'lennard_jones'  epsilon = {ipi.EPSILON}  sigma = {ipi.SIGMA}  cutoff = {ipi.CUTOFF}"


def namelist(name, calculation, potential, structure, more="", control=""):
    return st.write(f"{name}.nml", f"""&control
  calculation = '{calculation}'  prefix = '{name}'  {control}
/
&structure
  {structure}
/
&potential
  {potential}
/
{more}
""")


def command(name, misdeed="", more=""):
    return f"style = 'command'  command = '{SCRIPT} {os.getcwd()}/{name}.count {misdeed}'  {more}"


def counts(name):
    return counted.counts(f"{name}.count")


def structures(path):
    found = st.read_all(path)
    return {key.split("/")[1]: value for key, value in found.items() if key.startswith("structures/")}


def kept_calculations(name):
    return counted.kept(f"out/{name}_calculations")


def programs(word):
    """Processes that were started with this word, from this folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if f"{os.getcwd()}/{word}".encode() in file.read():
                    found.append(pid)
        except OSError:
            pass
    return found


def frames(n, odd=None):
    text = ""
    for k in range(n):
        names = ("Kr" if k == odd else "Ar", "Ar")
        text += (f'2\nLattice="{4.5 + 0.02 * k} 0 0 0.7 5 0 0 0.3 5.5" Properties=species:S:1:pos:R:3 pbc="T T T"\n'
                 f"{names[0]} 0 0 0\n{names[1]} 2.2 2.4 2.{k:02d}\n")
    return text


with st.workspace():
    # One structure, a relaxation: as the own potential; the second run computes nothing.
    st.write("one.xyz", frames(1))
    structure = "file = 'one.xyz'"
    st.run(namelist("own", "energy", LJ, structure))
    path = namelist("one", "energy", command("one"), structure, "&output\n  final_structure = 'one.xyz'\n/")
    for repetition in range(2):
        st.run(path, ranks=2)
        a, b = st.read_all("out/own.h5"), st.read_all("out/one.h5")
        for key in ("energy", "forces", "stress"):
            st.check(np.max(np.abs(a[key] - b[key])) < 1e-9, f"{key} differs")
    st.check(len(counts("one")[0]) == 1, f"one structure was computed {len(counts('one')[0])} times")
    with open("out/one.xyz") as file:
        comment = file.read().splitlines()[1]
    for words in (r"run_type=script-[0-9a-f]{8}\b", r"calculation=[0-9a-f]{16}\b", r"attempts=1\b"):
        st.check(re.search(words, comment), f"'{words}' is not in {comment}")
    relax = "&relax\n  cell = 'full'  fmax = 1e-3\n/"
    st.run(namelist("own_relax", "relax", LJ, structure, relax))
    st.run(namelist("relax", "relax", command("relax"), structure, relax))
    difference = abs(structures("out/own_relax.h5")["energy"][0] - structures("out/relax.h5")["energy"][0])
    st.check(difference < 1e-6, f"relaxed energies differ by {difference:.1e}")
    print("one structure, a relaxation: as the own potential, nothing computed twice")

    # Failures are rows with reasons; a crash is tried three times, time that is up is not.
    st.write("list.xyz", frames(6, odd=3))
    everything = "file = 'list.xyz'  all = .true."
    output = st.run(namelist("list", "energy", command("list", "crash_of_kr"), everything), ranks=2)
    found = structures("out/list.h5")
    st.check(found["status"].tolist() == [0, 0, 0, 2, 0, 0], f"{found['status']}\n{output}")
    reason = found["reason"][3].decode()
    for words in ("it ended with status 1", "script: out of cheese", "tried 3 times", ".failed/script.out"):
        st.check(words in reason, f"'{words}' is not in: {reason}")
    st.check(os.path.exists(re.search(r"see (\S+),", reason).group(1)), f"the output is not where it is said to be: {reason}")
    begun, _ = counts("list")
    st.check(len(begun) == 8, f"{len(begun)} calculations began, 5 + 3 were expected")
    for misdeed, words, more, tries in (("endless", "did not end within 1 s", "timeout = 1", 1), ("nothing", "it ended with status 0", "", 3)):
        output = st.run(namelist(misdeed, "energy", command(misdeed, misdeed, more), structure), status=1)
        st.check(words in output, f"'{words}' is not in:\n{output}")
        st.check(len(counts(misdeed)[0]) == tries, f"{misdeed}: tried {len(counts(misdeed)[0])} times")
    st.check(not [p for p in os.listdir("out/endless_calculations") if ".running" in p], "a running folder was left")
    output = st.run(namelist("missing", "energy", "style = 'command'  command = 'no_such_program {file} {result}'", structure), status=1)
    st.check("command not found" in output, output)
    print("failures: rows with reasons, tried as often as they should be")

    # While the pool of rank 0, which deals out the work, waits for its program, the other one gets on.
    for odd in (0, 1):  # one of the two is that of rank 0
        name = f"uneven_{odd}"
        st.write("uneven.xyz", frames(8, odd))
        st.run(namelist(name, "energy", command(name, "kr_waits_for=7"), "file = 'uneven.xyz'  all = .true."), ranks=2)
        _, ended = counts(name)
        st.check(len(ended) == 8 and ended[-1].startswith("Kr"), f"the slow one did not end last: {ended}")

    # Killed ten times at any moment and continued: no calculation that had ended is done again.
    n = 40
    st.write("many.xyz", frames(n))
    path = namelist("many", "energy", command("many", "slow=0.02"), "file = 'many.xyz'  all = .true.",
                    control="restart_mode = 'auto'")
    choose = random.Random(1)
    kept = {}  # calculation: how many had begun when it was first seen kept
    for kill in range(10):
        goal = len(counts("many")[0]) + choose.randint(1, 5)
        process = st.start(path, ranks=2)
        st.wait_for(lambda: len(counts("many")[0]) >= goal or process.poll() is not None, "a calculation to begin")
        time.sleep(choose.random() * 0.05)
        st.kill_all(process)
        for name in kept_calculations("many"):
            kept.setdefault(name, len(counts("many")[0]))
    output = st.run(path, ranks=2)
    begun, ended = counts("many")
    st.check(structures("out/many.h5")["status"].tolist() == [0] * n, output)
    st.check(len(kept_calculations("many")) == n, f"{len(kept_calculations('many'))} calculations were kept")
    again = [name for name, at in kept.items() if name in begun[at:]]
    st.check(not again, f"{len(again)} calculations that were kept were done again")
    st.check(len(kept) > 5 and len(begun) <= n + 20, f"{len(kept)} kept before the last run, {len(begun)} began")
    print(f"killed 10 times: {n} structures, {len(begun)} calculations began, {len(kept)} were kept by killed runs, none of them done again")

    # max_seconds: nothing begins that cannot end.
    st.write("slow.xyz", frames(30))
    output = st.run(namelist("slow", "energy", command("slow", "slow=2"), "file = 'slow.xyz'  all = .true.",
                             control="max_seconds = 15  restart_mode = 'auto'"))
    begun, ended = counts("slow")
    st.check("Stopped by max_seconds" in output, output)
    st.check(len(begun) == len(ended) and 0 < len(ended) < 30, f"{len(begun)} began, {len(ended)} ended")
    print(f"max_seconds: {len(begun)} began and ended")

    # A signal, to all ranks or to one that sleeps, ends the program: its structure stays pending and is no failure.
    everything = "file = 'list.xyz'  all = .true."
    for name, pools, one_rank in (("pools", 3, False), ("one_pool", 1, True), ("pool_of_another", 3, True)):
        gate = f"{os.getcwd()}/{name}.gate"
        path = namelist(name, "energy", command(name, f"until={gate}"), everything, f"&parallel\n  pools = {pools}\n/",
                        control="restart_mode = 'auto'")
        process = st.start(path, ranks=3)
        st.wait_for(lambda: len(counts(name)[0]) == pools, "programs to begin")
        if one_rank:
            os.kill(st.ranks_of(process)[-1], signal.SIGTERM)
        else:
            process.send_signal(signal.SIGUSR1)  # which mpirun passes on
        output, _ = process.communicate(timeout=st.HANG_SECONDS)
        st.check(process.returncode == 0 and re.search("Stopped by SIG(TERM|USR1)", output), output)
        st.check(structures(f"out/{name}.h5")["status"].tolist() == [3] * 6, output)
        st.check(not programs(f"{name}.count"), f"{name}: programs still run")
        st.write(gate, "")
        st.run(path, ranks=3)
        st.check(structures(f"out/{name}.h5")["status"].tolist() == [0] * 6, "the list was not completed")
    print("signals: the programs ended, nothing failed, all was done by the next run")

    # A run that is killed takes its program along.
    process = st.start(namelist("orphan", "energy", command("orphan", "endless"), structure))
    st.wait_for(lambda: counts("orphan")[0], "the program to begin")
    process.kill()
    process.communicate()
    st.wait_for(lambda: not programs("orphan.count"), "the end of its program")
    print("killed: its program ended too")

    # Energies of two settings do not meet in one hull, unless they are aligned.
    names = (("Ar", "Ar"), ("Kr", "Kr"), ("Kr", "Ar"))
    st.write("pairs.xyz", "".join(f'2\nLattice="5 0 0 0.7 5 0 0 0.3 5.5" Properties=species:S:1:pos:R:3 pbc="T T T"\n'
                                  f"{a} 0 0 0\n{b} 2.2 2.4 2.{k}\n" for k, (a, b) in enumerate(names)))
    for name, misdeed in (("first", ""), ("second", "other_zero")):
        st.run(namelist(name, "energy", command(name, misdeed), "file = 'pairs.xyz'  all = .true."))
    hull = """&control
  calculation = 'hull'  prefix = 'hull'
/
&hull
  entries = 'out/first_evaluated.xyz', 'out/second_evaluated.xyz'  {}
/
"""
    output = st.run(st.write("mixed.nml", hull.format("")), status=2)
    st.check("different functionals do not meet in one hull" in output and "script-" in output, output)
    output = st.run(st.write("aligned.nml", hull.format("align = 'elements'")), ranks=2)
    st.check("aligned" in output and re.search(r"Ar -?0\.1000 Kr -?0\.2000", output), output)
    found = st.read_all("out/hull.h5")
    energies = found["hull/formation_energy"]
    st.check(np.max(np.abs(energies[:3] - energies[3:])) < 1e-6, f"aligned formation energies: {energies}")
    print("two settings: refused in one hull, aligned by elements")
