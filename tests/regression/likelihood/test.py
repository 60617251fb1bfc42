#!/usr/bin/python3
"""calculation = 'likelihood' of crystals (README.md)."""
import csv
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
import h5py
import numpy as np
import spinel_testing as st

MODEL = f"model = '{st.SOURCE}/models/perovskites.h5'"
SYMBOLS = ["Sr", "Ti", "O", "O", "O"]
PLACES = np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])


def frame(name, symbols, fractional, cell, pbc="T T T"):
    rows = "".join(f"{s} {r[0]:.10f} {r[1]:.10f} {r[2]:.10f}\n" for s, r in zip(symbols, fractional @ cell))
    lattice = " ".join(f"{x:.10f}" for x in np.asarray(cell).ravel())
    return f'{len(symbols)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3 id={name} pbc="{pbc}"\n{rows}'


def likelihood_input(prefix, structures, keys="", control="", model=MODEL):
    return st.write(f"{prefix}.nml", f"&control calculation = 'likelihood' prefix = '{prefix}' outdir = 'out' {control} /\n"
                    f"&likelihood {model} structures = '{structures}' {keys} /\n")


def likelihood(prefix, structures, keys="", control="", model=MODEL, **options):
    output = st.run(likelihood_input(prefix, structures, keys, control, model), **options)
    if options.get("status", 0) != 0:
        return output
    with h5py.File(f"out/{prefix}.h5") as file:
        rows = {name: data[:] for name, data in file["likelihood"].items()}
    rows["id"], rows["reason"] = [[x.decode() for x in rows[name]] for name in ("id", "reason")]
    return output, rows


def descriptions():
    """One distorted crystal, as different files may have it."""
    numbers = np.random.default_rng(1)
    places = PLACES + 0.02 * numbers.standard_normal((5, 3))
    for name, cell in (("cubic", 3.95 * np.eye(3)),
                       ("triclinic", np.array([[3.9, 0, 0], [0.1, 3.95, 0], [-0.2, 0.15, 4.1]]))):
        order = [4, 0, 3, 1, 2]
        turn, _ = np.linalg.qr(numbers.standard_normal((3, 3)))
        turn *= np.sign(np.linalg.det(turn))
        change = np.array([[1, 2, 0], [0, 1, -1], [1, 2, 1]])
        twice = np.concatenate([places * [0.5, 1, 1], places * [0.5, 1, 1] + [0.5, 0, 0]])
        st.write(f"{name}.xyz", "".join([
            frame("given", SYMBOLS, places, cell),
            frame("moved", SYMBOLS, places + [0.31, -2.2, 0.77], cell),
            frame("reordered", [SYMBOLS[i] for i in order], places[order], cell),
            frame("turned", SYMBOLS, places, cell @ turn),
            frame("axes", SYMBOLS, np.roll(places, 1, axis=1), np.roll(cell, 1, axis=0)),
            frame("sheared", SYMBOLS, places @ np.linalg.inv(change), change @ cell),
            frame("doubled", SYMBOLS * 2, twice, np.diag([2, 1, 1]) @ cell)]))
        _, rows = likelihood(name, f"{name}.xyz", "trace = 'exact'")
        st.check(set(rows["n_atoms"]) == {5} and set(rows["dimension"]) == {18}, rows["n_atoms"])
        reduced = rows["log_p_reduced"]
        st.check(np.ptp(reduced) < 0.02, f"{name}: {dict(zip(rows['id'], reduced))}")
        # The cell that was given counts where it is primitive and likelier.
        st.check((rows["log_p"] >= reduced).all() and ((rows["log_p"] > reduced) == rows["given_cell"]).all(), rows["log_p"])
        st.check(name == "triclinic" or rows["given_cell"].sum() == 0, rows["given_cell"])
        print(f"{name}: log p {reduced[0]:.2f}, to {np.ptp(reduced):.1e} the same in seven descriptions")


def scores():
    """Perovskites as they are, and pulled out of shape."""
    numbers = np.random.default_rng(2)
    text = ""
    for a, b, edge in (("Sr", "Ti", 3.95), ("Ba", "Zr", 4.24), ("K", "Ta", 4.03)):
        symbols = [a, b, "O", "O", "O"]
        text += frame(f"{a}{b}O3", symbols, PLACES, edge * np.eye(3))
        text += frame(f"{a}{b}O3-rattled", symbols, PLACES + 0.05 * numbers.standard_normal((5, 3)), edge * np.eye(3))
        text += frame(f"{a}{b}O3-strained", symbols, PLACES, edge * np.diag([1.1, 1.0, 0.9]))
    st.write("scores.xyz", text)
    output, exact = likelihood("exact", "scores.xyz", "trace = 'exact' tolerance = 1e-4 csv = T")
    log_p = exact["log_p"].reshape(3, 3)
    st.check((log_p[:, 0] > log_p[:, 1] + 10).all() and (log_p[:, 0] > log_p[:, 2] + 10).all(), log_p)
    parts = sum(exact[name] for name in ("prior", "divergence", "scale", "orders", "measure"))
    st.check(np.allclose(parts, exact["log_p"]) and np.allclose(exact["orders"], np.log(6)), exact["orders"])
    st.check(np.allclose(exact["log_p_per_atom"], exact["log_p"] / 5) and (exact["error"] == 0).all(), exact["error"])
    lowest = exact["id"][int(np.argmin(exact["log_p_per_dimension"]))]
    st.check(re.search(rf"lowest .*: {lowest}\n", output) and "nats a dimension" in output, output)
    with open("out/exact_likelihood.csv") as file:
        table = list(csv.DictReader(file))
    st.check([row["id"] for row in table] == exact["id"], table)
    st.check(np.allclose([float(row["log_p"]) for row in table], exact["log_p"]), table)
    # Random vectors: within what they say of themselves.
    _, random = likelihood("random", "scores.xyz", "trace = 'hutchinson' probes = 16 tolerance = 1e-4")
    off = (random["log_p"] - exact["log_p"]) / random["error"]
    st.check((random["error"] > 0).all() and np.abs(off).max() < 5 and np.sqrt(np.mean(off**2)) < 2, off)
    print(f"random vectors: {np.sqrt(np.mean(off**2)):.2f} standard errors off, root mean square")
    # Of more than 31 atoms they are the default.
    numbers_of_many = numbers.random((32, 3))
    st.write("many.xyz", frame("many", ["Sr"] * 16 + ["O"] * 16, numbers_of_many, 9 * np.eye(3)))
    _, many = likelihood("many", "many.xyz", "tolerance = 1e-2 probes = 1")
    st.check(np.isnan(many["error"][0]) and np.isfinite(many["log_p"][0]), many["error"])


def failures():
    places = PLACES.copy()
    st.write("mixed.xyz", "".join([
        frame("good", SYMBOLS, places, 3.95 * np.eye(3)),
        frame("helium", ["He"] + SYMBOLS[1:], places, 3.95 * np.eye(3)),
        frame("slab", SYMBOLS, places, 3.95 * np.eye(3), pbc="T T F"),
        frame("liquid", ["O"] * 251, np.random.default_rng(4).random((251, 3)), 20 * np.eye(3))]))
    output, rows = likelihood("mixed", "mixed.xyz", "tolerance = 1e-3")
    st.check(list(rows["status"]) == [0, 2, 2, 2] and np.isnan(rows["log_p"][1:]).all(), rows["status"])
    st.check("holds He, which the model does not know" in rows["reason"][1], rows["reason"])
    st.check("not periodic in all directions" in rows["reason"][2], rows["reason"])
    st.check("251 atoms; at most 250 are possible" in rows["reason"][3], rows["reason"])
    st.check("1 done, 3 failed" in output and "helium (number 1)" in output, output)
    output = likelihood("strict", "mixed.xyz", "strict = T", status=1)
    st.check("helium: it holds He" in output, output)
    output, rows = likelihood("short", "mixed.xyz", "max_steps = 3")
    st.check("could not be followed back to noise in 3 steps" in rows["reason"][0] and "lowest" not in output, output)
    output = likelihood("property", "mixed.xyz", model=f"model = '{st.SOURCE}/models/formation_energy.h5'", status=2)
    st.check("&likelihood model" in output and "formation_energy.h5" in output, output)


def trained():
    """Models with conditions and species, and one without a density."""
    cell = 4.0 * np.eye(3)
    pairs = [(a, b) for a in ("Na", "K", "Cs") for b in ("Cl", "Br")]
    st.write("salts.xyz", "".join(frame(f"{a}{b}{k}", [a, b], np.array([[0, 0, 0], [0.5, 0.5, 0.5]]), cell * (1 + 0.01 * k))
                                  .replace("pbc=", f"edge={4 + 0.04 * k} pbc=") for a, b in pairs for k in range(5)))
    for kind in ("crystal_flow' generates_species = T conditions = 'edge", "crystal_diffusion"):
        name = kind.split("'")[0]
        st.run(st.write(f"{name}.nml", f"""&control calculation = 'train' prefix = '{name}' outdir = 'out' /
&dataset file = 'salts.xyz' validation_fraction = 0.1 test_fraction = 0.0 /
&model kind = '{kind}' width = 16 convolutions = 2 frequencies = 3 /
&train epochs = 5 batch_size = 16 learning_rate = 5e-3 /
"""))
    output, rows = likelihood("salts", "salts.xyz", model="model = 'out/crystal_flow.model.h5'", control="seed = 3")
    st.check(set(rows["status"]) == {0} and "its conditions are not given" in output, output)
    output = likelihood("none", "salts.xyz", model="model = 'out/crystal_diffusion.model.h5'", status=2)
    st.check("crystal_diffusion has no density" in output, output)


def ranks_and_restart():
    numbers = np.random.default_rng(3)
    st.write("list.xyz", "".join(frame(f"c{k}", SYMBOLS, PLACES + 0.02 * numbers.standard_normal((5, 3)),
                                       (3.8 + 0.01 * k) * np.eye(3)) for k in range(64)))
    keys = "trace = 'hutchinson' probes = 1 tolerance = 1e-3"
    for n in (1, 2, 3):
        likelihood(f"ranks_{n}", "list.xyz", keys, ranks=n)
    for n in (2, 3):
        st.compare_files(f"out/ranks_{n}.h5", "out/ranks_1.h5")
    path = likelihood_input("killed", "list.xyz", keys + " max_steps = 9999", "restart_mode = 'auto'")
    journal, begun = "out/killed.journal", {}

    def has_results():
        """A file of the journal has grown by blocks, each of some 900 bytes, since it was first seen."""
        for name in os.listdir(journal) if os.path.isdir(journal) else []:
            size = os.path.getsize(os.path.join(journal, name))
            if size > begun.setdefault(name, size) + 1500:
                return True
        return process.poll() is not None

    process = st.start(path, ranks=2)
    st.wait_for(has_results, "a few blocks")
    st.check(process.poll() is None, "the run ended before it was killed")
    st.kill_all(process)
    output = st.run(path, ranks=3)
    st.check("are done already" in output, output)
    st.compare_files("out/killed.h5", "out/ranks_1.h5")
    # Other results are not taken for these.
    output = st.run(likelihood_input("killed", "list.xyz", keys.replace("1 tol", "3 tol"), "restart_mode = 'restart'"), status=2)
    st.check("probes" in output, output)


def example():
    text = st.namelist(os.path.join(st.SOURCE, "input", "likelihood_crystals.nml"))
    text = text.replace("'../models/", f"'{st.SOURCE}/models/").replace("'oxides.xyz'", f"'{st.SOURCE}/input/oxides.xyz'")
    output = st.run(st.write("example.nml", text), ranks=2)
    st.check(re.search(r"crystals\s+\d+ done, 0 failed", output), output)
    st.check(os.path.exists("out/oxides.h5") and os.path.exists("out/oxides_likelihood.csv"), os.listdir("out"))


with st.workspace():
    descriptions()
    scores()
    failures()
    trained()
    ranks_and_restart()
    example()
