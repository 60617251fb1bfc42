#!/usr/bin/python3
"""Several calculations in one input (doc/sequences.md): a database is asked, what comes is relaxed, the lowest structures
are computed by another program, and their hull is drawn; killed and stopped anywhere. With SPINEL_LONG_TESTS also
input/screen_ti_al.nml, with M3GNet and pw.x."""
import os
import random
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "query"), os.path.join(HERE, "..", "sockets"), os.path.join(HERE, "..", "calculations")]
import ipi
import numpy as np
import spinel_testing as st
from counted import counts, kept
from database_server import KEY, Server

os.environ["MP_API_KEY"] = KEY
os.environ["no_proxy"] = "127.0.0.1,localhost"
SCRIPT = f"{sys.executable} {HERE}/../calculations/script.py {{file}} {{result}}"
A = 3.93  # Å: fcc at the minimum of ipi.lennard_jones, about


def document(name, symbols, places, cell):
    """A crystal as the Materials Project has it."""
    return {"material_id": name, "energy_per_atom": -1.0, "uncorrected_energy_per_atom": -1.0, "formation_energy_per_atom": 0.0,
            "energy_above_hull": 0.0,  # no help: the order is that of the potential
            "structure": {"@module": "pymatgen.core.structure", "@class": "Structure", "charge": 0,
                          "lattice": {"matrix": [[float(x) for x in row] for row in np.atleast_2d(cell)]},
                          "sites": [{"species": [{"element": s, "occu": 1}], "abc": [float(x) for x in p], "label": s,
                                     "properties": {}} for s, p in zip(symbols, places)]}}


def crystals():
    fcc = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    cube, b2 = np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]]
    tall = np.diag([1.0, 1.0, 2.0])
    rock_salt = [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    return [document("ar", ["Ar"] * 4, fcc, A * cube), document("kr", ["Kr"] * 4, fcc, A * cube),
            document("ar-cubic", ["Ar"], [[0, 0, 0]], 2.7 * cube),
            document("b2", ["Ar", "Kr"], b2, 3.2 * cube),
            document("l1_0", ["Ar", "Ar", "Kr", "Kr"], [fcc[0], fcc[3], fcc[1], fcc[2]], A * cube),
            document("l1_0-large", ["Ar", "Ar", "Kr", "Kr"] * 2,
                     [[x, y, (z + k) / 2] for k in (0, 1) for x, y, z in (fcc[0], fcc[3], fcc[1], fcc[2])], 1.01 * A * tall),
            document("b1", ["Ar", "Kr"], b2, 5.2 * np.array(rock_salt)),
            document("l1_2", ["Ar", "Ar", "Ar", "Kr"], fcc, A * cube),
            document("l1_2-again", ["Kr", "Ar", "Ar", "Ar"], fcc, 0.99 * A * cube),
            document("l1_2other", ["Ar", "Kr", "Kr", "Kr"], fcc, A * cube)]


def chain(url, counter, more="", restart="auto", misdeed="slow=0.05"):
    return f"""! A chain.
&control
  calculation = 'query'  prefix = 'known'  restart_mode = '{restart}'  outdir = 'out'  {more}
/
&query
  database = 'materials_project'  url = '{url}'  page_size = 4  retry_wait = 0.05
/
&control
  calculation = 'hull'  prefix = 'relaxed'
/
&hull
  structures = 'out/known.dataset.h5'
/
&potential
  style = 'lennard_jones'  epsilon = {ipi.EPSILON}  sigma = {ipi.SIGMA}  cutoff = {ipi.CUTOFF}
/
&relax
  cell = 'full'  keep_symmetry = .true.  fmax = 1e-3
/
&control
  calculation = 'hull'  prefix = 'computed'
/
&hull
  structures = 'out/relaxed_relaxed.xyz'  lowest = 4  relax = .false.
/
&potential
  style = 'command'  command = '{SCRIPT} {counter} {misdeed}'
/
"""


def labels(path, key):
    with open(path) as file:
        return re.findall(rf"\b{key}=\"?([^\s\"]+)", file.read())


def has_words(output, *words):
    for word in words:
        st.check(word in output, f"'{word}' is not in the output:\n{output}")


def titanium_aluminum():
    """Lattices as measured, not relaxed; one crystal twice."""
    fcc = [[0, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]]
    cube, b2 = np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]]
    hexagonal = lambda a, c: [[a, 0, 0], [-a / 2, a * 3 ** 0.5 / 2, 0], [0, 0, c]]
    d0_22 = [[-1.92, 1.92, 4.29], [1.92, -1.92, 4.29], [1.92, 1.92, -4.29]]
    x = 5 / 6
    d0_19 = [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]] + [[x, 2 * x - 1, 0.25], [2 - 2 * x, 1 - x, 0.25], [x, 1 - x, 0.25],
                                                            [1 - x, 2 - 2 * x, 0.75], [2 * x - 1, x, 0.75], [1 - x, x, 0.75]]
    return [document("al", ["Al"], [[0, 0, 0]], 4.05 / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])),
            document("ti", ["Ti"] * 2, [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]], hexagonal(2.95, 4.68)),
            document("ti-fcc", ["Ti"] * 4, fcc, 4.1 * cube),
            document("tial", ["Ti", "Al"], b2, np.diag([2.83, 2.83, 4.07])),
            document("tial-again", ["Ti", "Ti", "Al", "Al"], fcc, np.diag([4.0, 4.0, 4.07])),
            document("tial-b2", ["Ti", "Al"], b2, 3.19 * cube),
            document("tial3", ["Ti", "Al", "Al", "Al"], [[0, 0, 0], [0.5, 0.5, 0], [0.75, 0.25, 0.5], [0.25, 0.75, 0.5]], d0_22),
            document("tial3-l1_2", ["Ti", "Al", "Al", "Al"], fcc, 3.98 * cube),
            document("ti3al", ["Al"] * 2 + ["Ti"] * 6, d0_19, hexagonal(5.77, 4.64)),
            document("ti3al-l1_2", ["Al", "Ti", "Ti", "Ti"], fcc, 4.02 * cube)]


def screening():
    """input/screen_ti_al.nml, killed ten times: five compounds and three crystals of the elements by pw.x, none of them twice."""
    weights = st.data_file("m3gnet/M3GNet-MatPES-PBE-v2025.1-PES/state.pt")
    with Server(titanium_aluminum()) as server, st.workspace():
        os.environ["MP_API_ENDPOINT"] = server.url
        os.makedirs("out")
        subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "import_model.py"),
                        os.path.dirname(os.path.abspath(weights)), "out/matpes.h5"], check=True, stdout=subprocess.DEVNULL)
        path = os.path.join(st.SOURCE, "input", "screen_ti_al.nml")
        folder = "out/screen_dft_calculations"

        def results():
            names = os.listdir(folder) if os.path.isdir(folder) else []
            files = [f"{folder}/{name}/result.xyz" for name in names if "." not in name]
            return {file: os.stat(file).st_mtime_ns for file in files if os.path.exists(file)}

        choose, first, start = random.Random(5), {}, time.time()
        for kill in range(10):
            process = st.start(path, ranks=2)
            goal = choose.choice(["out/screen_known.h5", "out/screen_m3gnet.journal", folder, folder, folder])
            enough = len(results()) + (1 if kill > 3 else 0)
            st.wait_for(lambda: process.poll() is not None or (os.path.exists(goal) and (goal != folder or len(results()) >= enough)), goal)
            time.sleep(2.0 * choose.random())
            st.kill_all(process)
            for file, written in results().items():
                first.setdefault(file, written)
        output = st.run(path, ranks=2)
        kept = results()
        st.check(len(kept) == 8 and all(kept[file] == written for file, written in first.items()), f"kept at first {first}, then {kept}")
        taken = {name.split("-")[0] for name in labels("out/screen_dft_evaluated.xyz", "id")}
        st.check({"al", "ti", "tial", "tial3", "ti3al"} <= taken, f"computed were {taken}")
        print(output)
        print(f"screen_ti_al.nml: killed 10 times, {len(first)} of 8 results of pw.x kept by killed runs, none computed again; "
              f"{time.time() - start:.0f} s")
        if python := st.python_with("matplotlib"):
            subprocess.run([python, os.path.join(st.SOURCE, "scripts", "plot.py"), "out/screen_dft.h5"], check=True)


with Server(crystals()) as server:
    with st.workspace():
        # The whole chain, on two ranks and on one.
        path = st.write("chain.nml", chain(server.url, os.path.abspath("count"), misdeed=""))
        output = st.run(path, ranks=2)
        has_words(output, "Calculation 1 of 3: query 'known'", "Calculation 3 of 3: hull 'computed'",
                  "(the 4 lowest by energy_above_hull, and elements)")
        for prefix in ("known", "relaxed", "computed"):
            st.check(os.path.exists(f"out/{prefix}.h5"), f"no results of {prefix}:\n{output}")
        names = labels("out/computed_evaluated.xyz", "id")
        crystals_taken = sorted(name.split("-")[0] for name in names)  # of two that are the same either one
        st.check(crystals_taken == ["ar", "ar", "b2", "kr", "l1_0", "l1_2", "l1_2other"], f"the lowest are {names}")
        above = dict(zip(labels("out/relaxed_relaxed.xyz", "id"), map(float, labels("out/relaxed_relaxed.xyz", "energy_above_hull"))))
        st.check(len(above) == 10 and above["b1"] > above["b2"] > 1e-3 and above["l1_0"] < 1e-4, f"above the hull: {above}")
        relaxed, computed = (set(labels(f"out/{p}.xyz", "run_type")) for p in ("relaxed_relaxed", "computed_evaluated"))
        st.check(len(relaxed) == 1 and len(computed) == 1 and relaxed.pop().startswith("lennard_jones-")
                 and computed.pop().startswith("script-"), f"run types {relaxed} {computed}")
        st.check(len(counts("count")[1]) == 7, f"{len(counts('count')[1])} calculations")
        whole = st.read_all("out/computed.h5")
        energies = dict(zip((str(x, "utf8") if isinstance(x, bytes) else x for x in whole["hull/id"]), whole["hull/energy_above_hull"]))
        st.check(all(abs(energies[name] - above[name]) < 1e-5 for name in energies), f"two hulls: {energies}, {above}")
        asked = len(server.asked)
        output = st.run(path)
        st.check(len(counts("count")[1]) == 7, "a calculation was done again")
        st.check(len(server.asked) == asked + 1, f"{len(server.asked) - asked} requests in a chain that was complete")  # the version
        print("the chain: seven of ten crystals are computed, the same hull by both; again: nothing is done again")

        output = st.run(st.write("few.nml", """&control
  calculation = 'hull'  prefix = 'few'
/
&hull
  structures = 'out/relaxed_relaxed.xyz'  lowest = 50  relax = .false.  elements = 'Ar', 'Kr'
/
&potential
  style = 'lennard_jones'  epsilon = 0.01  sigma = 2.5  cutoff = 6.0
/
"""))
        has_words(output, "NOTE", "only 5 distinct compounds with a number 'energy_above_hull'")

        # Energies of two methods do not meet, also not with a hull of an earlier run.
        hull = "&control\n  calculation = 'hull'  prefix = 'mixed'\n/\n&hull\n  {}\n/\n"
        for keys in ("entries = 'out/relaxed_relaxed.xyz', 'out/computed_evaluated.xyz'",
                     "reference = 'out/relaxed.h5'  candidates = 'out/computed_evaluated.xyz'"):
            output = st.run(st.write("mixed.nml", hull.format(keys)), status=2)
            has_words(output, "lennard_jones-", "script-")
        st.run(st.write("any.nml", hull.format("reference = 'out/relaxed.h5'  candidates = 'out/computed_evaluated.xyz'  run_type = 'any'")))
        output = st.run(st.write("evaluate.nml", """&control
  calculation = 'evaluate'  prefix = 'set'
/
&structure
  file = 'out/computed_evaluated.xyz'
/
&evaluate
  hull = 'out/relaxed.h5'  relax = .false.
/
"""))
        has_words(output, "WARNING", "energies of the set are of script-", "those of the hull of lennard_jones-")
        print("two methods: refused in one hull, and told where they are compared")

    with st.workspace():
        # Killed at ten moments, then continued: the same results, no calculation that was kept done again.
        path = st.write("chain.nml", chain(server.url, os.path.abspath("count")))
        choose = random.Random(3)
        seen = {}
        for kill in range(10):
            process = st.start(path, ranks=2)
            goal = choose.choice(["out", "out/known.h5", "out/relaxed.journal", "out/relaxed.h5", "count", "count", "count"])
            began = len(counts("count")[0])
            st.wait_for(lambda: process.poll() is not None or (os.path.exists(goal) if goal != "count" else
                        len(counts("count")[0]) > began), goal)
            time.sleep(choose.random() * 0.2)
            st.kill_all(process)
            for name in kept("out/computed_calculations"):
                seen.setdefault(name, len(counts("count")[0]))
        output = st.run(path, ranks=2)
        begun, ended = counts("count")
        st.check(len(kept("out/computed_calculations")) == 7, f"{len(ended)} calculations ended")
        again = st.read_all("out/computed.h5")
        for key in ("hull/energy_above_hull", "hull/formation_energy", "hull/stable"):
            st.check(np.array_equal(whole[key], again[key]), f"{key} is another after kills")
        twice = [name for name, at in seen.items() if name in begun[at:]]
        st.check(not twice, f"{len(twice)} calculations that were kept were done again")
        print(f"killed 10 times: {len(begun)} calculations began, 7 kept, the same hull")

    with st.workspace():
        # max_seconds holds for all together; a signal ends all.
        path = st.write("chain.nml", chain(server.url, os.path.abspath("count"), "max_seconds = 2", misdeed="slow=1"))
        output = st.run(path)
        has_words(output, "Stopped by max_seconds")
        output = st.run(st.write("chain.nml", chain(server.url, os.path.abspath("count"), misdeed="slow=1")))
        has_words(output, "Complete: out/computed.h5")
        server.trouble = lambda path, query, n: time.sleep(0.3)
        begun = len(server.asked)
        process = st.start(st.write("chain.nml", chain(server.url, os.path.abspath("count"), restart="from_scratch")))
        st.wait_for(lambda: len(server.asked) > begun or process.poll() is not None, "its begin")
        process.terminate()
        output, _ = process.communicate(timeout=st.HANG_SECONDS)
        server.trouble = None
        has_words(output, "Stopped by SIGTERM", "Calculations 2 to 3 were not begun")
        st.check(process.returncode == 0, f"status {process.returncode}")
        print("max_seconds and SIGTERM: what was not begun is told")

    with st.workspace():
        # A later calculation finds what an earlier one writes by any of its names, also beside the input.
        os.mkdir("inputs")
        potential = f"&potential\n  style = 'lennard_jones'  epsilon = {ipi.EPSILON}  sigma = {ipi.SIGMA}  cutoff = {ipi.CUTOFF}\n/\n"
        output = st.run(st.write("inputs/two.nml", f"""&control
  calculation = 'relax'  prefix = 'minimum'
/
&structure
  prototype = 'fcc'  species = 'Ar'  a = 4.2  supercell = 2, 2, 2
/
{potential}&relax
  cell = 'full'
/
&output
  final_structure = 'minimum.cif'
/
&control
  calculation = 'md'  prefix = 'warm'
/
&structure
  file = '../out/minimum.cif'
/
{potential}&dynamics
  steps = 5  temperature = 10.0
/
&control
  calculation = 'energy'  prefix = 'once'
/
&structure
  file = 'out/minimum_relaxed.xyz'
/
{potential}"""), ranks=2)
        has_words(output, "Complete after 5 steps", "Complete: out/once.h5")
        print("relaxed, heated and computed once more in one input")

    with st.workspace():
        # --check, and errors before anything is done.
        good = chain(server.url, os.path.abspath("count"))
        has_words(st.run("--check", st.write("good.nml", good)), "calculation 2 reads what an earlier one writes", "no errors found")
        begun = len(server.asked)
        for before, after, words in (
                ("prefix = 'computed'", "prefix = 'relaxed'", ("&control prefix: 'relaxed' is that of the calculation on line 8",)),
                ("! A chain.", "&output\n/", ("&output", "before the first &control")),
                ("style = 'command'", "style = 'm3gnet'  model = 'none.h5'  !", ("&potential model", "none.h5")),
                ("&hull\n  structures = 'out/known.dataset.h5'", "&hull\n  structures = 'elsewhere.h5'", ("&hull structures", "no file")),
                ("lowest = 4", "lowest = -1", ("&hull lowest", "out of range")),
                ("lowest = 4", "lowest_by = 'energy'", ("&hull lowest_by", "needs lowest"))):
            st.check(before in good, before)
            output = st.run(st.write("bad.nml", good.replace(before, after, 1)), status=2)
            has_words(output, *words)
            st.check(not os.path.exists("out") and len(server.asked) == begun, f"something was done before: {words}")
        print("errors of later calculations are found before the first begins")

if os.environ.get("SPINEL_LONG_TESTS") and shutil.which("pw.x"):
    screening()
