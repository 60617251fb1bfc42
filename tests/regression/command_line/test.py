#!/usr/bin/python3
"""The command line (README.md)."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import spinel_testing as st

QUICKSTART = os.path.join(st.SOURCE, "input", "quickstart.nml")

with st.workspace():
    overview = st.run("--help")
    for word in ("md", "energy", "&dynamics", "&potential", "--check"):
        st.check(word in overview, f"--help does not mention {word}:\n{overview}")
    for topic, word in (("md", "&dynamics"), ("&dynamics", "timestep"), ("dynamics", "timestep")):
        st.check(word in st.run("--help", topic), f"--help {topic} does not mention {word}")
    output = st.run("--help", "dynamcs", status=2)
    st.check("dynamics" in output, f"--help with a wrong topic names no near one:\n{output}")

    st.check(st.run("--version").startswith("spinel "), "--version")
    keywords = st.run("--keywords")
    with open(os.path.join(st.SOURCE, "doc", "keywords.md")) as file:
        st.check(file.read() == keywords, "doc/keywords.md is not what --keywords prints: write it anew")

    calculations = re.findall(r"^  (\w+) ", overview[overview.index("Calculations"):overview.index("Groups of")], re.M)
    st.check({"md", "energy", "train"} <= set(calculations), f"--help lists {calculations}")
    for calculation in calculations:
        example = re.search(r"Ready to run: input/(\S+)", st.run("--help", calculation))
        st.check(example, f"--help {calculation} names no example")
        st.check(os.path.exists(os.path.join(st.SOURCE, "input", example[1])), f"{calculation}: no input/{example[1]}")

    os.environ["MP_API_KEY"] = "0" * 32  # a key, without which a query of the Materials Project is an error
    for name in sorted(n for n in os.listdir(os.path.join(st.SOURCE, "input")) if n.endswith(".nml")):
        output = st.run("--check", os.path.join(st.SOURCE, "input", name), status=None)
        # Some take what another run writes, a model, or data: that is not here, and is all that may be wrong.
        absent = any(words in output for words in ("there is no file", "cannot open", "is not there"))
        st.check("no errors found" in output or absent, f"{name}:\n{output}")
    st.run("--check", QUICKSTART, ranks=2)
    for arguments in ([], ["--no-such-option"], [QUICKSTART, "one-too-many"], ["no-such-file.nml"]):
        output = st.run(*arguments, status=2)
        st.check(output.strip(), f"{arguments}: no message")
    output = st.run("no-such-file.nml", ranks=2, status=2)
    st.check(output.count("no-such-file.nml: ") <= 1, f"printed more than once:\n{output}")
    st.check(not os.listdir("."), f"files were written: {os.listdir('.')}")
    print("command line as described")
