#!/usr/bin/python3
"""Bad inputs: message, exit status 2, nothing written (README.md)."""
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

HERE = os.path.dirname(os.path.abspath(__file__))
HELPERS = [p for p in glob.glob(os.path.join(HERE, "*")) if os.path.isfile(p) and not p.endswith((".nml", ".md"))]


def problem(number, path):
    """What is wrong with how spinel took this input; None where all is as it should be."""
    name = os.path.basename(path)
    with open(path, encoding="utf-8", errors="replace") as file:
        match = re.match(r"!\s*expect(?:-run)?:\s*(.+)", file.readline())
    if not match:
        return f"{name}: the first line must be '! expect: words' or '! expect-run: words'"
    with tempfile.TemporaryDirectory() as folder:
        for other in HELPERS + [path]:
            shutil.copy(other, folder)
        before = sorted(os.listdir(folder))
        # Two ranks for a few; starting mpirun for all of them would only take time.
        ranks = 2 if number % 5 == 0 else None
        done = subprocess.run(st.command([name], ranks), cwd=folder, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=st.HANG_SECONDS)
        output = done.stdout
        if done.returncode != 2:
            return f"{name}: exit status {done.returncode}:\n{output}"
        for words in match.group(1).strip().split(" | "):
            if words.lower() not in output.lower():
                return f"{name}: '{words}' is not in the message:\n{output}"
        messages = [line for line in output.splitlines() if line.startswith("spinel: ")]
        if len(messages) != 1 or name not in messages[0]:
            return f"{name}: not one message that names the file:\n{output}"
        if sorted(os.listdir(folder)) != before:
            return f"{name}: files were written: {set(os.listdir(folder)) - set(before)}"
    return None


def shows_in_text(path):
    """What reading the text finds: unit.input asks the reader about all of these, and the program is asked about some."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return re.match(r"!\s*expect:", file.readline())


cases = sorted(glob.glob(os.path.join(HERE, "*.nml")))
st.check(cases, "no bad inputs found")
cases = [path for number, path in enumerate(cases) if number % 4 == 0 or not shows_in_text(path)]
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    problems = [p for p in pool.map(problem, range(len(cases)), cases) if p]
st.check(not problems, "\n".join(problems))
print(f"{len(cases)} bad inputs refused")
