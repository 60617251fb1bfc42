#!/usr/bin/python3
"""Convex hulls of real entries against pymatgen's, on several ranks, and candidates against a stored hull (README.md)."""
import csv
import importlib.util
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

ENTRIES = st.data_file("hull/mp_formation_energies.csv.gz")
CONTROL = "&control calculation = 'hull' prefix = '{}' {} /\n"


def hull(prefix, keys, ranks=None, status=0, control=""):
    return st.run(st.write(f"{prefix}.nml", CONTROL.format(prefix, control) + f"&hull {keys} /\n"), ranks=ranks, status=status)


def table(path):
    with open(path, newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def parts(cell):
    """{identifier: amount} of "0.75 TiAl (mp-1) + 0.25 Al (mp-2)"."""
    found = re.findall(r"([\d.e+-]+) \S+ \((\S+)\)", cell)
    return {name: float(amount) for amount, name in found}


def compare(rows, golden):
    st.check(len(rows) == len(golden), f"{len(rows)} rows for {len(golden)} entries")
    for entry in golden:
        row = rows[entry["id"]]
        st.check(abs(float(row["energy_above_hull"]) - entry["e_above_hull"]) < 1e-8, f"{entry}\n{row}")
        st.check((row["stable"] == "yes") == (entry["e_above_hull"] < 1e-9), f"{entry}\n{row}")
        if "inverse_hull_distance" in entry:
            st.check(abs(float(row["inverse_hull_distance"]) - entry["inverse_hull_distance"]) < 1e-6, f"{entry}\n{row}")
        mine = parts(row["decomposition"])
        if any(abs(mine.get(name, 0) - amount) > 2e-6 for name, amount in entry["decomposition"].items()):
            # Another mixture: it must have the same energy.
            energy = sum(amount * float(rows[name]["formation_energy_per_atom"]) for name, amount in mine.items())
            st.check(abs(energy - entry["e_form"] + entry["e_above_hull"]) < 1e-5, f"{entry}\n{row}")


def elements(name):
    return ", ".join(f"'{element}'" for element in name.split("-"))


def plot(path):
    if importlib.util.find_spec("matplotlib") is None:
        return
    done = subprocess.run([sys.executable, "-W", "error::UserWarning", os.path.join(st.SOURCE, "scripts", "plot.py"), path],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    st.check(done.returncode == 0 and ".png" in done.stdout, done.stdout)
    for picture in done.stdout.split():
        with open(picture, "rb") as file:
            st.check(file.read(8) == b"\x89PNG\r\n\x1a\n" and os.path.getsize(picture) > 8000, f"{picture} is no picture")


with st.workspace():
    with open(st.data_file("hull/mp_reference.json")) as file:
        golden = json.load(file)
    for name, rows in golden.items():
        hull(name, f"entries = '{ENTRIES}' elements = {elements(name)}", ranks=2 if name == "Co-Li-Mn-Ni-O" else None)
        compare(table(f"out/{name}_hull.csv"), rows)
        if name in ("Al-Ti", "Ni-O-Ti", "Ba-Cu-O-Y", "Al-Co-Cr-Fe-Ni-Ti"):
            plot(f"out/{name}.h5")
    with open(st.data_file("hull/Li-Fe-P-O_reference.json")) as file:
        reference = json.load(file)
    hull("total", f"entries = '{st.data_file('hull/Li-Fe-P-O_entries.json')}'")
    compare(table("out/total_hull.csv"), reference)
    with h5py.File("out/total.h5") as file:
        st.check(file["hull"].attrs["energies"] in ("total", b"total"), "kind of energies")
        facets = file["hull/facets"][:]
        st.check(facets.shape[1] == 4 and len(facets) > 40, f"{facets.shape}")
        st.check(np.all(file["hull/stable"][:][facets] == 1), "a facet has a corner off the hull")
    print(f"{len(golden) + 1} hulls agree with pymatgen's")

    # The whole database, the same on any number of ranks.
    content = open(os.path.join(st.SOURCE, "input", "hull_materials_project.nml")).read()
    content = content.replace("'../shared/data/hull/mp_formation_energies.csv.gz'", f"'{ENTRIES}'")
    for ranks in (1, 2, 4):
        st.write(f"mp{ranks}.nml", content.replace("'mp'", f"'mp{ranks}'"))
        output = st.run(f"mp{ranks}.nml", ranks=ranks)
        st.check("45611 chemical systems, 95118 compositions, 84 elements" in output, output)
        st.check(ranks == 1 or open(f"out/mp{ranks}_hull.csv").read() == open("out/mp1_hull.csv").read(),
                 f"another table on {ranks} ranks")
        if ranks > 1:
            st.compare_files(f"out/mp{ranks}.h5", "out/mp1.h5")
    whole = table("out/mp1_hull.csv")
    for name, rows in golden.items():
        compare({entry["id"]: whole[entry["id"]] for entry in rows}, rows)
    os.rename("out/mp1.h5", "out/mp.h5")

    # Candidates: all entries of a system against the stored hull, then one that the hull was made without.
    hull("same", f"reference = 'out/mp.h5' candidates = '{ENTRIES}' elements = 'Ni', 'O', 'Ti'", ranks=2)
    same = table("out/same_candidates.csv")
    for entry in golden["Ni-O-Ti"]:
        st.check(abs(float(same[entry["id"]]["energy_above_hull"]) - entry["e_above_hull"]) < 1e-8, f"{entry}")
    plot("out/same.h5")
    left = next(e for e in golden["Ni-O-Ti"] if e.get("inverse_hull_distance", 0) < -0.1)
    stable = [e for e in golden["Ni-O-Ti"] if e["e_above_hull"] < 1e-9]
    for name, chosen in (("others", [e for e in stable if e is not left]), ("one", [left])):
        st.write(f"{name}.csv", "id,formula,e_form\n" + "".join(f"{e['id']},{e['formula']},{e['e_form']!r}\n" for e in chosen))
    output = hull("joined", "entries = 'others.csv' candidates = 'one.csv'")
    found = float(table("out/joined_candidates.csv")[left["id"]]["energy_above_hull"])
    st.check(abs(found - left["inverse_hull_distance"]) < 1e-8, f"{found} for {left}")
    st.check(re.search(r"below hull\s+1;", output), output)
    content = open(os.path.join(st.SOURCE, "input", "hull_candidates.nml")).read()
    content = content.replace("'../shared/data/mp_20/test.xyz.gz'", f"'{st.data_file('mp_20/test.xyz.gz')}'")
    st.check(re.search(r"candidates\s+1500 in", st.run(st.write("candidates.nml", content), ranks=2)), "1500 candidates")

    # Elements that the hull lacks.
    st.write("xe.csv", "id,formula,e_form\na,XeF2,-0.5\nb,TiO2,-3.0\n")
    output = hull("xe", "entries = 'others.csv' candidates = 'xe.csv'", status=2, ranks=2)
    st.check("F-Xe" in output and "1 of 2" in output and not os.path.exists("out/xe.h5"), output)
    output = hull("xe", "entries = 'others.csv' candidates = 'xe.csv' missing_elements = 'report'")
    st.check("WARNING" in output and "F-Xe" in output, output)
    rows = table("out/xe_candidates.csv")
    st.check(rows["a"]["energy_above_hull"] == "" and float(rows["b"]["energy_above_hull"]) > 0, f"{rows}")
    output = hull("zero", "entries = 'xe.csv' elemental_references = 'zero'")
    rows = table("out/zero_hull.csv")
    st.check(rows["a"]["stable"] == "yes" and "reference-Xe" in rows, f"{rows}")

    # Wrong files: what, where, and nothing written.
    st.write("bad.csv", "id,formula,e_form\na,TiO2,-3.0\nb,TiO2\n")
    before = sorted(os.listdir("out"))
    for keys, words in (("entries = 'bad.csv'", "bad.csv:3"), ("entries = 'none.csv'", "no file none.csv"),
                        ("entries = 'xe.csv'", "pure element F, Xe, O, Ti"), ("reference = 'bad.csv' candidates = 'xe.csv'", "bad.csv"),
                        ("reference = 'out/xe.h5.nml' candidates = 'xe.csv'", "no file out/xe.h5.nml"),
                        ("entries = 'others.csv' elements = 'Zq'", "unknown element 'Zq'"),
                        ("entries = 'others.csv' energy_key = 'gap'", "'gap'"),
                        ("reference = 'out/same.h5' candidates = 'xe.csv'", "holds no hull")):
        for arguments in (["--check", "wrong.nml"], ["wrong.nml"]):
            st.write("wrong.nml", CONTROL.format("wrong", "") + f"&hull {keys} /\n")
            output = st.run(*arguments, status=2)
            st.check(words in output and "wrong.nml:2: &hull" in output, f"{words} is not in:\n{output}")
    st.check(sorted(os.listdir("out")) == before, "a wrong input wrote something")
    print("candidates, missing elements and wrong files as they should be")
