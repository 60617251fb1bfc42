#!/usr/bin/python3
"""calculation = 'ising' against exact results (README.md)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import exact
import h5py
import numpy as np
import spinel_testing as st

INPUT = """&control
  calculation = 'ising'  prefix = '{prefix}'  outdir = '{outdir}'  seed = {seed}
/
&parallel
  pools = {pools}
/
&ising
  {keys}
/
"""
deviations = []  # of all comparisons, in standard errors


def run(prefix, keys, ranks=None, seed=7, outdir="out", pools=0):
    st.run(st.write(f"{prefix}.nml", INPUT.format(**locals())), ranks=ranks)
    return h5py.File(f"{outdir}/{prefix}.h5", "r")


def compare(group, quantity, reference, what, most_error=None):
    for k, temperature in enumerate(group["temperature"][:]):
        value, error, expected = group[quantity][k], group[quantity + "_error"][k], reference(temperature)
        deviation = (value - expected) / error
        deviations.append(deviation)
        st.check(abs(deviation) < 4.5,
                 f"{what}, T = {temperature:.3f}: {quantity} {value} ± {error}, exact {expected} ({deviation:.1f} σ)")
        if most_error:
            st.check(error < most_error * abs(expected), f"{what}: error {error} of {quantity} {value} is large")


def enumeration():
    """Every algorithm and rank count; field and coupling of either sign."""
    cases = [("metropolis", 1.0, 0.0, ""), ("heat_bath", 1.0, 0.0, ""), ("wolff", 1.0, 0.0, ""),
             ("swendsen_wang", 1.0, 0.0, ""), ("metropolis", 1.0, 0.0, "tempering = .true."),
             ("metropolis", -1.0, 0.0, ""), ("wolff", -1.0, 0.0, ""), ("swendsen_wang", -1.0, 0.0, ""),
             ("metropolis", 1.0, 0.3, ""), ("heat_bath", -1.0, 0.7, ""), ("metropolis", 1.0, -0.2, "tempering = .true."),
             ("wolff", 1.0, 0.2, ""), ("swendsen_wang", -1.0, 0.5, "")]
    for number, (update, coupling, field, more) in enumerate(cases):
        sweeps = 60000 if update in ("metropolis", "heat_bath") else 25000
        ranks = (None, 2, 3)[number % 3]
        # One lattice on all ranks is another way through the code than chains side by side, and slow where it is small.
        pools = number % 2 if ranks else 0
        if pools:
            sweeps //= 10 if update in ("metropolis", "heat_bath") else 20
        keys = (f"size = 4  temperatures = 2.0, 2.3, 2.6, 3.0, 4.0  update = '{update}'  coupling = {coupling}  field = {field}"
                f"  sweeps = {sweeps}  burn_in = 500  reweight = .false.  {more}")
        file = run("small", keys, ranks, seed=number, pools=pools)
        for quantity in ("energy", "magnetization", "order", "specific_heat", "susceptibility", "binder"):
            if quantity == "magnetization" and field == 0.0:
                continue
            compare(file["ising/L4"], quantity, lambda t: exact.enumerate_square(4, t, coupling, field)[quantity],
                    f"4 × 4, {update}, J = {coupling}, h = {field} {more}")


def finite_torus():
    for update, sweeps, ranks in (("metropolis", 40000, None), ("swendsen_wang", 4000, 2), ("wolff", 4000, 3)):
        file = run("torus", f"size = 32  temperatures = 2.0, 2.25, 2.35, 3.0  update = '{update}'  sweeps = {sweeps}"
                            f"  start = 'cold'", ranks)
        for k, quantity in enumerate(("energy", "specific_heat")):
            compare(file["ising/L32"], quantity, lambda t: exact.kaufman(32, 32, t)[k], f"L = 32, {update}", 0.06)
    file = run("rectangle", "size = 24, 12  rectangle = .true.  temperatures = 2.2, 2.6  sweeps = 40000", 2)
    for k, quantity in enumerate(("energy", "specific_heat")):
        compare(file["ising/24x12"], quantity, lambda t: exact.kaufman(24, 12, t)[k], "24 × 12")


def infinite_lattice():
    """Away from T_c a lattice of 256² is the infinite one to far below the errors."""
    file = run("large", "size = 256  temperatures = 1.9, 2.1  sweeps = 1500  burn_in = 300  start = 'cold'", 2)
    compare(file["ising/L256"], "energy", exact.onsager, "L = 256", 1e-3)
    compare(file["ising/L256"], "order", exact.yang, "L = 256", 1e-3)
    file = run("large", "size = 256  temperatures = 2.7, 3.5  sweeps = 1500  burn_in = 300", 2)
    compare(file["ising/L256"], "energy", exact.onsager, "L = 256", 2e-3)


def crossing():
    file = run("binder", "size = 8, 16, 32  t_min = 2.2  t_max = 2.34  n_t = 8  update = 'swendsen_wang'  sweeps = 4000"
                         "  burn_in = 200", 2)
    t, dt = file["ising/crossings/temperature"][:], file["ising/crossings/temperature_error"][:]
    u, du = file["ising/crossings/binder"][:], file["ising/crossings/binder_error"][:]
    st.check(len(t) == 2, f"crossings: {t}")
    # The crossing of L = 8 and 16 itself lies 0.002 off.
    st.check(np.all(np.abs(t - exact.T_CRITICAL) < 0.003 + 4 * dt) and np.all(dt < 0.01), f"T_c = {t} ± {dt}")
    st.check(np.all(np.abs(u - exact.U4_CRITICAL) < 0.004 + 4 * du) and np.all(du < 0.01), f"U4* = {u} ± {du}")
    # Curves between the temperatures meet the exact torus too.
    for size in (8, 16, 32):
        for k, quantity in enumerate(("energy", "specific_heat")):
            compare(file[f"ising/L{size}/reweighted"], quantity, lambda x: exact.kaufman(size, size, x + 1e-12)[k],
                    f"reweighted, L = {size}")


def same_on_any_ranks():
    keys = ("size = 16, 66  temperatures = 2.0, 2.2, 2.4  replicas = 2  sweeps = 150  burn_in = 20  configurations = 3"
            "  correlation = .true.  series = .true.  update = '{}'")
    for update in ("metropolis", "wolff"):
        for ranks in (1, 2, 3, 4) if update == "metropolis" else (1, 2):
            run("same", keys.format(update), ranks, outdir=f"out{ranks}")
            for name in ("same.h5", "same.samples.h5"):
                st.compare_files(f"out{ranks}/{name}", f"out1/{name}")
        # One lattice on several ranks at a time.
        run("same", keys.format(update), 3 if update == "metropolis" else 2, outdir="out_pool", pools=1)
        for name in ("same.h5", "same.samples.h5"):
            st.compare_files(f"out_pool/{name}", f"out1/{name}")


def samples():
    with h5py.File("out1/same.samples.h5", "r") as file:
        for edge in (16, 66):
            group = file[f"L{edge}"]
            st.check(list(group["sweep"][:]) == [50, 100, 150], f"sweeps of configurations: {group['sweep'][:]}")
            st.check(np.all(group["written"][:] == 1), "configurations are missing")
            spins = 2.0 * np.unpackbits(group["spins"][:], axis=-1, bitorder="little")[..., :edge] - 1.0
            m = spins.mean((-1, -2))
            e = -(spins * np.roll(spins, 1, -1)).mean((-1, -2)) - (spins * np.roll(spins, 1, -2)).mean((-1, -2))
            at = group["sweep"][:] - 1
            st.check(np.allclose(m, group["magnetization"][:][..., at], atol=1e-14), "configurations and magnetization differ")
            st.check(np.allclose(e, group["energy"][:][..., at], atol=1e-14), "configurations and energy differ")
    # A run that starts from them.
    keys = "size = 66  temperatures = 2.0, 2.4  sweeps = 2  burn_in = 0  start = 'file'  start_file = 'out1/same.samples.h5'"
    file = run("goes_on", keys, 2)
    st.check(file["ising/L66/order"][0] > 0.85 > file["ising/L66/order"][1], "the start is not what the file holds")


with st.workspace():
    enumeration()
    finite_torus()
    infinite_lattice()
    crossing()
    same_on_any_ranks()
    samples()
    spread = np.sqrt(np.mean(np.square(deviations)))
    print(f"{len(deviations)} comparisons, root mean square deviation {spread:.2f} standard errors, largest "
          f"{np.max(np.abs(deviations)):.1f}")
    st.check(0.75 < spread < 1.3, "the errors are not what the deviations are")
