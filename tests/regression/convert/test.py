#!/usr/bin/python3
"""Structures and spins from files of every kind to one dataset (README.md)."""
import gzip
import json
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

HERE = os.path.dirname(os.path.abspath(__file__))
CONTROL = "&control calculation = 'convert' prefix = '{}' {} /\n"
CELLS = [np.diag([4.0, 4.0, 4.0]) + 0.1 * k * np.eye(3, k=-1) for k in range(7)]
SYMBOLS = [["Na", "Cl"], ["Mg", "O"], ["Si"], ["Fe", "Al", "O"], ["K", "Br"], ["Li", "F"], ["Ti"]]
NUMBERS = {"Na": 11, "Cl": 17, "Mg": 12, "O": 8, "Si": 14, "Fe": 26, "Al": 13, "K": 19, "Br": 35, "Li": 3, "F": 9, "Ti": 22}
FRACTIONS = [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, 0.0, 0.25]]
GAPS = [0.25 * k for k in range(7)]


def convert(prefix, keys, ranks=None, status=0, control=""):
    return st.run(st.write(f"{prefix}.nml", CONTROL.format(prefix, control) + f"&convert {keys} /\n"), ranks=ranks, status=status)


def texts(file, path):
    offset, data = file[path + "/offset"][:], bytes(file[path + "/bytes"][:])
    return [data[a:b].decode() for a, b in zip(offset, offset[1:])]


def dataset(prefix):
    """{name: array or list} of everything but the provenance."""
    result = {}
    with h5py.File(f"out/{prefix}.dataset.h5") as file:
        st.check(file.attrs["format"] == "Spinel dataset", dict(file.attrs))
        def take(name, item):
            if isinstance(item, h5py.Dataset):
                result[name] = item[()]
                result[name + " unit"] = item.attrs["unit"]
        file.visititems(take)
        for name in ["id"] + ["text/" + name for name in file.get("text", {})]:
            result[name] = texts(file, name)
    return result


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f")
                                        if isinstance(a[name], np.ndarray) else a[name] == b[name] for name in a)


def cartesian(k):
    return np.array(FRACTIONS[:len(SYMBOLS[k])]) @ CELLS[k]


def xyz(k, more=""):
    cell = " ".join(repr(x) for x in CELLS[k].ravel().tolist())
    lines = [f"{s} {x!r} {y!r} {z!r}" for s, (x, y, z) in zip(SYMBOLS[k], cartesian(k).tolist())]
    return f'{len(lines)}\nLattice="{cell}" Properties=species:S:1:pos:R:3 id=mp-{k} band_gap={GAPS[k]} {more} pbc="T T T"\n' + \
        "\n".join(lines) + "\n"


def cif(k):
    """In P1, with the Cartesian frame that a CIF has: a along x."""
    cell = CELLS[k]
    a, b, c = np.linalg.norm(cell, axis=1)
    angle = lambda u, v: np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v)))
    text = f"data_{k}\n_symmetry_space_group_name_H-M 'P 1'\n_cell_length_a {a!r}\n_cell_length_b {b!r}\n_cell_length_c {c!r}\n"
    text += f"_cell_angle_alpha {angle(cell[1], cell[2])!r}\n_cell_angle_beta {angle(cell[0], cell[2])!r}\n"
    text += f"_cell_angle_gamma {angle(cell[0], cell[1])!r}\nloop_\n_atom_site_type_symbol\n_atom_site_label\n"
    text += "_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
    for n, (s, f) in enumerate(zip(SYMBOLS[k], FRACTIONS)):
        text += f"{s} {s}{n} {f[0]} {f[1]} {f[2]}\n"
    return text.replace("np.float64(", "").replace(")", "")


def structure(k):
    return {"@module": "pymatgen.core.structure", "@class": "Structure", "charge": 0,
            "lattice": {"matrix": CELLS[k].tolist(), "pbc": [True, True, True]},
            "sites": [{"species": [{"element": s, "occu": 1}], "abc": f, "label": s, "properties": {}}
                      for s, f in zip(SYMBOLS[k], FRACTIONS)]}


def document(k):
    """As mp-api's summary documents come out of MontyEncoder."""
    return {"@module": "emmet.core.summary", "@class": "SummaryDoc", "material_id": f"mp-{k}", "band_gap": GAPS[k],
            "structure": structure(k), "is_metal": GAPS[k] == 0, "formula_pretty": "".join(SYMBOLS[k]), "origins": [],
            "symmetry": {"crystal_system": "Cubic", "number": 221 + k, "version": "1"}, "theoretical": None,
            "last_updated": {"@module": "datetime", "@class": "datetime", "string": "2024-01-01"}}


def expect_crystals(data, order):
    """The same crystals, whatever they came from."""
    st.check(data["id"] == [f"mp-{k}" for k in order], data["id"])
    offset = data["structure/atom_offset"]
    st.check(np.array_equal(np.diff(offset), [len(SYMBOLS[k]) for k in order]), offset)
    st.check(np.array_equal(data["scalar/band_gap"], [GAPS[k] for k in order]), data["scalar/band_gap"])
    st.check(data["scalar/band_gap unit"] == "eV" and data["structure/cell unit"] == "Å", data)
    st.check(np.all(data["structure/periodic"] == 7), data)
    for place, k in enumerate(order):
        cell, at = data["structure/cell"][place], slice(offset[place], offset[place + 1])
        st.check(np.allclose(cell @ cell.T, CELLS[k] @ CELLS[k].T, atol=1e-8), cell)
        st.check([NUMBERS[s] for s in SYMBOLS[k]] == data["atom/atomic_number"][at].tolist(), data["atom/atomic_number"])
        f = data["atom/position"][at] @ np.linalg.inv(cell)
        st.check(np.allclose(f - np.round(f - FRACTIONS[:len(f)]), FRACTIONS[:len(f)], atol=1e-8), f)


def write_sources():
    st.write("a.xyz", xyz(0) + xyz(1, 'group="rock salt"') + xyz(2))
    with gzip.open("b.extxyz.gz", "wt") as file:
        file.write("".join(xyz(k) for k in range(3, 7)))
    os.mkdir("cifs")
    for k in range(7):
        st.write(f"cifs/mp-{k}.cif", cif(k))
    st.write("cifs/id_prop.csv", "".join(f"mp-{k},{GAPS[k]}\n" for k in range(7)))
    os.mkdir("titled")
    for k in range(7):
        st.write(f"titled/mp-{k}.cif", cif(k))
    st.write("titled/id_prop.csv", "id,band_gap\n" + "".join(f"mp-{k},{GAPS[k]}\n" for k in range(7)))
    st.write("table.csv", ",material_id,band_gap,cif\n" + "".join(f'{k},mp-{k},{GAPS[k]},"{cif(k)}"\n' for k in range(7)))
    st.write("rows.csv", "id,structure,band_gap\n" + "".join(
        'mp-{},"{}",{}\n'.format(k, json.dumps(structure(k)).replace('"', '""'), GAPS[k]) for k in range(7)))
    st.write("docs.json", json.dumps([document(k) for k in range(7)], indent=1))
    st.write("answer.json", json.dumps({"data": [document(k) for k in range(7)], "meta": {"total": 7}}))
    st.write("entries.json", json.dumps([{"@class": "ComputedStructureEntry", "energy": -5.5 * k, "correction": 0.5,
                                          "entry_id": f"mp-{k}", "composition": {"X": 1}, "data": {"band_gap": GAPS[k]},
                                          "parameters": {"run_type": "GGA"}, "structure": structure(k)} for k in range(7)]))
    st.write("by_id.json", json.dumps({f"mp-{k}": {"structure": structure(k), "band_gap": GAPS[k]} for k in range(7)}))
    st.write("frame.json", json.dumps({"index": [f"mp-{k}" for k in range(7)], "columns": ["structure", "band_gap"],
                                       "data": [[structure(k), GAPS[k]] for k in range(7)]}))
    st.write("alone.json", json.dumps(structure(2)))
    with gzip.open("structures.json.gz", "wt") as file:
        json.dump([dict(structure(k), properties={"band_gap": GAPS[k], "id": f"mp-{k}"}) for k in range(7)], file)


def check_kinds():
    kinds = {"xyz": "sources = 'a.xyz', 'b.extxyz.gz'", "cifs": "sources = 'cifs' properties = 'band_gap'", "titled": "sources = 'titled'",
             "csv": "sources = 'table.csv'", "rows": "sources = 'rows.csv'", "docs": "sources = 'docs.json'",
             "answer": "sources = 'answer.json'", "entries": "sources = 'entries.json'", "by_id": "sources = 'by_id.json'",
             "frame": "sources = 'frame.json'", "structures": "sources = 'structures.json.gz'"}
    for prefix, keys in kinds.items():
        output = convert(prefix, keys)
        st.check("7 structures, 13 atoms" in output, output)
        expect_crystals(dataset(prefix), range(7))
    data = dataset("xyz")
    st.check(data["text/group"] == ["", "rock salt"] + 5 * [""] and data["text/source"][2:4] == ["a.xyz", "b.extxyz.gz"], data)
    data = dataset("docs")
    st.check(data["scalar/is_metal"].tolist() == [1, 0, 0, 0, 0, 0, 0], data["scalar/is_metal"])
    st.check(data["scalar/symmetry.number"][3] == 224 and data["text/formula_pretty"][3] == "FeAlO", data.keys())
    data = dataset("entries")
    st.check(data["scalar/energy"][2] == -11.0 and data["scalar/energy unit"] == "eV" and data["scalar/correction"][0] == 0.5, data)
    convert("alone", "sources = 'alone.json'")
    st.check(dataset("alone")["id"] == ["alone-0"], dataset("alone")["id"])
    convert("one_cif", "sources = 'cifs/mp-3.cif' units = 'x: y'", status=2)
    convert("one_cif", "sources = 'cifs/mp-3.cif'")
    st.check(dataset("one_cif")["id"] == ["mp-3"], dataset("one_cif")["id"])


def check_ranks():
    for prefix, sources in (("xyz", "'a.xyz', 'b.extxyz.gz'"), ("docs", "'docs.json'"), ("csv", "'table.csv'"), ("cifs", "'cifs'")):
        properties = "properties = 'band_gap'" if prefix == "cifs" else ""
        for ranks in (2, 3) if prefix == "docs" else (3,):
            convert("other", f"sources = {sources} {properties}", ranks=ranks)
            st.check(same(dataset(prefix), dataset("other")), f"{prefix} on {ranks} ranks differs from one")
    with h5py.File("out/other.h5") as result, h5py.File("out/cifs.h5") as first:
        st.check(result["convert/hash"][()] == first["convert/hash"][()], "the hash depends on the number of ranks")


def check_labels():
    """Forces, stress, units; GPa and VASP's kB."""
    st.write("labels.xyz", '2\nLattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3 stress="1 2 3 4 5 6" '
             'gap=1\nNa 0 0 0 0.1 0 0\nCl 2 2 2 -0.1 0 0\n' + xyz(2))
    convert("labels", "sources = 'labels.xyz' stress_unit = 'eV/A3' units = 'gap: meV', 'energy: eV per cell'")
    data = dataset("labels")
    st.check(data["structure/stress"][0].tolist() == [1, 2, 3, 4, 5, 6] and np.all(np.isnan(data["structure/stress"][1])), data)
    st.check(data["atom/force"][1].tolist() == [-0.1, 0, 0] and np.all(np.isnan(data["atom/force"][2])), data)
    st.check(data["scalar/gap unit"] == "meV" and data["scalar/energy unit"] == "eV per cell", data)
    st.check(np.isnan(data["scalar/energy"][1]) and data["id"] == ["labels-0", "mp-2"], data)
    convert("kbar", "sources = 'labels.xyz' stress_unit = 'kB'")
    st.check(np.allclose(dataset("kbar")["structure/stress"][0], -np.arange(1, 7) / 1602.1766208), dataset("kbar")["structure/stress"])
    convert("kept", "sources = 'labels.xyz' stress_unit = 'eV/A3' properties = 'energy'")
    st.check("scalar/gap" not in dataset("kept") and "scalar/energy" in dataset("kept"), dataset("kept").keys())


def check_dft():
    """Outputs of pw.x and CP2K, beside a file of the same ending that is none; one step did not converge."""
    os.makedirs("dft")
    for name in ["relax", "cp2k", "crash"]:
        shutil.copy(os.path.join(st.SOURCE, "tests", "fuzz", "corpus", "dft_output", f"{name}.out"), "dft")
    st.write("dft/slurm-7.out", "a job\n")
    output = convert("dft", "sources = 'dft'")
    st.check("slurm-7.out" in output and "did not converge" in output, output)
    data = dataset("dft")
    st.check(len(data["id"]) == 4 and np.allclose(sorted(data["scalar/energy"]), sorted([-16.5 * 13.605693122994] * 3 + [-1.5 * 27.211386245988])), data)
    st.check(set(data["text/code"]) == {"CP2K", "Quantum ESPRESSO"} and set(data["scalar/converged"]) == {1.0}, data)
    st.check(np.isfinite(data["atom/force"]).all(), data)
    convert("dft_one", "sources = 'dft/relax.out' format = 'dft_output'")
    st.check(len(dataset("dft_one")["id"]) == 2, "two steps")
    convert("dft_none", "sources = 'dft/slurm-7.out'", status=2)


def check_bad_records():
    """Each file of bad_records holds a good record, id 'good', and a bad one."""
    with open(os.path.join(HERE, "bad_records", "expected.txt")) as file:
        lines = [line.strip().split(": ", 2) for line in file if line.strip() and not line.startswith("#")]
    for number, (name, record, words) in enumerate(lines):
        path = os.path.join(HERE, "bad_records", name)
        output = convert("bad", f"sources = '{path}'", ranks=2 if number % 6 == 0 else None)
        with h5py.File("out/bad.h5") as file:
            ids, reasons = [[text.decode() for text in file[f"convert/bad/{what}"]] for what in ("id", "reason")]
        st.check(ids == [record] and words in reasons[0], f"{name}: {ids} {reasons}")
        st.check("1 bad records are left out" in output and f"{record}: {reasons[0]}" in output, output)
        st.check(dataset("bad")["id"] == ["good"], f"{name}: {dataset('bad')['id']}")
    found = set(os.listdir(os.path.join(HERE, "bad_records"))) - {"expected.txt"}
    st.check(found == {name for name, _, _ in lines}, found)
    before = os.stat("out/bad.dataset.h5").st_mtime_ns
    output = convert("bad", f"sources = 'a.xyz', '{os.path.join(HERE, 'bad_records', 'element.xyz')}', 'b.extxyz.gz' strict = T", ranks=2,
                     status=2)
    st.check(re.search(r"&convert sources: record 'element-1' is bad, and strict = \.true\.: .*:8: unknown element", output), output)
    st.check(os.stat("out/bad.dataset.h5").st_mtime_ns == before, "a run that fails wrote a dataset")
    output = convert("all_bad", f"sources = '{os.path.join(HERE, 'bad_records', 'element.xyz')}' minimum_distance = 50", status=2)
    st.check("all 2 records are bad" in output and not os.path.exists("out/all_bad.dataset.h5"), output)
    # Many: the first few are shown.
    st.write("many.xyz", xyz(0) + 8 * "1\n\nXx 0 0 0\n")
    output = convert("many", "sources = 'many.xyz'", ranks=3)
    st.check("8 bad records are left out" in output and "and 3 more" in output, output)
    with h5py.File("out/many.h5") as file:
        st.check(file["convert/bad/number"][:].tolist() == list(range(1, 9)), file["convert/bad/number"][:])


def check_wrong_inputs():
    cases = {"sources = 'none.xyz'": "there is no file none.xyz", "sources = 'x.dat'": "its name does not state what it is",
             "sources = 'a.xyz' format = 'cif_folder'": "a.xyz is no folder", "sources = 'cifs' format = 'xyz'": "is a folder",
             "sources = 'empty.json'": "the file is empty", "sources = 'three.json'": "neither a structure nor a list",
             "sources = 'half.json'": "the text ends inside a value", "sources = 'empty.xyz'": "the file holds no records",
             "sources = 'no_structure.csv'": "no column of structures", "sources = 'table.csv' structure_key = 'x'": "none of 'x'",
             "sources = 'table.csv' id_key = 'x'": "no column 'x'", "sources = 'cut.xyz'": "the file ends after 1 of 2 atoms",
             "sources = 'empty_folder'": "holds neither id_prop.csv nor structure files", "sources = 'a.xyz' output = 'no/x.h5'": "there is no folder no",
             "sources = 'text.h5'": "text.h5", "sources = 'a.xyz', 'text.h5'": "do not go into one dataset",
             "sources = 'a.xyz' units = 'gap: eV'": "there are no numbers 'gap'; there are 'band_gap'",
             "sources = 'a.xyz' output = 'a.xyz'": "is one of the sources"}
    os.mkdir("empty_folder")
    for name, text in (("x.dat", "x"), ("empty.json", " "), ("three.json", "{\"a\": 3}"), ("half.json", "[{\"structure\": {"), ("empty.xyz", ""),
                       ("no_structure.csv", "id,gap\na,1\n"), ("cut.xyz", xyz(0)[:-20]), ("text.h5", "text")):
        st.write(name, text)
    for number, (keys, words) in enumerate(cases.items()):
        output = convert("wrong", keys, ranks=2 if number % 5 == 0 else None, status=2)
        st.check(words in output and output.count("spinel: ") == 1 and "&convert" in output, f"{keys}:\n{output}")
        if "units" in keys:  # what is read stays
            shutil.rmtree("out/wrong.journal")
        st.check(not any(name.startswith("wrong") for name in os.listdir("out")), os.listdir("out"))
    st.run("--check", st.write("x.nml", CONTROL.format("x", "") + "&convert sources = 'a.xyz' /"))
    st.check("there is no file" in st.run("--check", st.write("x.nml", CONTROL.format("x", "") + "&convert sources = 'z.xyz' /"), status=2), "")


def kept(prefix):
    """Bytes in the journals of what is read."""
    folder = f"out/{prefix}.journal"
    return sum(os.path.getsize(f"{folder}/{name}") for name in os.listdir(folder)) if os.path.isdir(folder) else 0


def check_kill():
    """Killed while it reads, anywhere: the old dataset stays, nothing that was read is read again, and the end is the same."""
    st.write("large.xyz", "".join(xyz(k % 7) for k in range(60000)))
    keys, control = "sources = 'large.xyz'", "restart_mode = 'auto'"
    convert("whole", keys, ranks=2)
    st.check(not os.path.exists("out/whole.journal"), "the journal stays")
    convert("killed", "sources = 'a.xyz'")
    old, whole = dataset("killed"), dataset("whole")
    path = st.write("large.nml", CONTROL.format("killed", control) + f"&convert {keys} /\n")
    kills = attempts = 0
    while kills < 3:
        before = kept("killed")
        process = st.start(path, ranks=(2, 1, 3)[kills])
        st.wait_for(lambda: kept("killed") > before + 50000 or process.poll() is not None, "some records")
        if process.poll() is not None:
            # Where this test gets too little of the processor it may come too late: anew.
            attempts += 1
            st.check(attempts < 10, f"the run always ended before kill {kills + 1}: let the list be longer")
            convert("killed", "sources = 'a.xyz'")
            kills = 0
            continue
        st.kill_all(process)
        kills += 1
        st.check(same(dataset("killed"), old), "not the old dataset")
    for changed, words in ((keys + " minimum_distance = 0.1", "minimum_distance"), ("sources = 'a.xyz'", "sources")):
        output = convert("killed", changed, status=2, control=control)
        st.check(words in output and kept("killed") > 0, output)
    output = convert("killed", keys + " units = 'gap: meV'", ranks=2, status=2, control=control)
    st.check(re.search(r"are done already", output) and "there are no numbers 'gap'" in output and "not read again" in output, output)
    output = convert("killed", keys + " units = 'band_gap: meV'", ranks=3, control=control)
    st.check("60,000 are done already" in output, output)
    again = dataset("killed")
    units = [data.pop("scalar/band_gap unit") for data in (again, whole, old)]
    st.check(units == ["meV", "eV", "eV"], units)
    st.check(same(again, whole) and not os.path.exists("out/killed.journal"), "killed and continued differs from a run in one go")
    # In the middle of its writing.
    part = "out/killed.dataset.h5.part"
    convert("killed", "sources = 'a.xyz'")
    process = st.start(path, ranks=2)
    st.wait_for(lambda: os.path.exists(part) or process.poll() is not None, "the file it writes")
    st.kill_all(process)
    for _ in range(2):
        data = dataset("killed")
        data.pop("scalar/band_gap unit")
        st.check(same(data, whole) or same(data, old), "neither the old nor the new dataset")
        st.run(path, ranks=2)
    st.check(same(data, whole) and not os.path.exists(part), "the dataset after the kill")


def check_ising():
    st.run(st.write("ising.nml", """&control calculation = 'ising' prefix = 'spins' /
&ising size = 8, 12 temperatures = 1.5, 3.0 replicas = 2 burn_in = 10 sweeps = 40 configurations = 3 reweight = F /"""))
    for ranks in (1, 3):
        convert(f"ising{ranks}", "sources = 'out/spins.samples.h5'", ranks=ranks)
    with h5py.File("out/ising1.dataset.h5") as one, h5py.File("out/ising3.dataset.h5") as three, h5py.File("out/spins.samples.h5") as made:
        for name in ("configuration/offset", "configuration/size", "spin", "scalar/temperature", "scalar/magnetization", "id/bytes"):
            st.check(np.array_equal(one[name][()], three[name][()]), name)
        ids = texts(one, "id")
        st.check(len(ids) == 2 * 2 * 2 * 3, ids)
        at = ids.index("L12-t0-r0-c1")
        bits = np.unpackbits(made["L12/spins"][0, 0, 1], axis=1, bitorder="little")[:, :12]
        spins = one["spin"][one["configuration/offset"][at]:one["configuration/offset"][at + 1]].reshape(12, 12)
        st.check(np.array_equal(spins, 2 * bits.astype(int) - 1), spins)
        st.check(one["scalar/magnetization"][at] == spins.mean() and one["scalar/temperature"][at] == 1.5, "")
        st.check(one["scalar/sweep"][at] == made["L12/sweep"][1], "")


def check_list():
    """A dataset as a list of structures: the energies of the frames it was made of."""
    frame = '2\nLattice="{0} 0 0 0 {0} 0 0 0 {0}" Properties=species:S:1:pos:R:3 id=ar-{0}\nAr 0 0 0\nAr 2.7 2.7 2.7\n'
    st.write("argon.xyz", "".join(frame.format(a) for a in (5.2, 5.4, 5.6)))
    convert("argon", "sources = 'argon.xyz'")
    energies = []
    for prefix, path in (("frames", "argon.xyz"), ("list", "out/argon.dataset.h5")):
        st.run(st.write(f"{prefix}.nml", f"""&control calculation = 'energy' prefix = '{prefix}' /
&structure file = '{path}' all = .true. /
&potential style = 'lennard_jones' epsilon = 0.01 sigma = 3.4 cutoff = 8.5 /"""), ranks=2)
        with open(f"out/{prefix}_evaluated.xyz") as file:
            energies.append(re.findall(r"\benergy=(\S+)", file.read()))
    st.check(len(energies[0]) == 3 and energies[0] == energies[1], energies)
    # A dataset is a source, too.
    convert("again", "sources = 'out/argon.dataset.h5'", ranks=2)
    st.check(same(dataset("argon"), dataset("again")), dataset("again"))


def check_many_sources():
    """More files than a rank may have open."""
    os.mkdir("single")
    for number in range(1100):
        st.write(f"single/{number}.xyz", xyz(number % 7))
    sources = ",\n".join(f"'single/{number}.xyz'" for number in range(1100))
    output = convert("single", "sources = " + sources, ranks=2)
    st.check("1,100 structures" in output, output)


def check_real():
    """Real crystals by way of pymatgen's and by our own reading, and the ready-made input."""
    path = os.path.join(st.DATA, "mp_20", "val.xyz.gz")
    if not os.path.exists(path):
        return
    convert("real", f"sources = '{path}'", ranks=2)
    data = dataset("real")
    with gzip.open(path, "rt") as file:
        lines = file.read().split("\n")
    at, atoms = 0, 0
    for place in range(len(data["id"])):
        n = int(lines[at])
        st.check(f"id={data['id'][place]} " in lines[at + 1], lines[at + 1])
        value = re.search(r"formation_energy_per_atom=(\S+)", lines[at + 1]).group(1)
        st.check(float(value) == data["scalar/formation_energy_per_atom"][place], value)
        rows = np.array([line.split()[1:] for line in lines[at + 2:at + 2 + n]], dtype=float)
        st.check(np.array_equal(rows, data["atom/position"][atoms:atoms + n]), place)
        at, atoms = at + 2 + n, atoms + n
    st.check(at + 1 == len(lines) and atoms == len(data["atom/atomic_number"]), (at, len(lines)))


with st.workspace():
    write_sources()
    check_kinds()
    check_ranks()
    check_labels()
    check_dft()
    check_bad_records()
    check_wrong_inputs()
    check_ising()
    check_list()
    check_many_sources()
    check_real()
    check_kill()
    path = os.path.join(st.SOURCE, "input", "convert_perovskites.nml")
    if os.path.isdir(os.path.join(st.DATA, "perov_5")):
        with open(path) as file:
            content = file.read().replace("../shared/data", os.path.abspath(st.DATA))
        output = st.run(st.write("perovskites.nml", content), ranks=2)
        st.check("6,000 structures, 30,000 atoms" in output, output)
print("datasets as they should be")
