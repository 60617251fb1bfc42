#!/usr/bin/python3
"""Networks that find phases in Ising configurations (README.md)."""
import importlib.util
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import numpy as np
import spinel_testing as st

T_CRITICAL = 2.0 / np.log(1.0 + np.sqrt(2.0))
CNN = os.path.join(st.SOURCE, "input", "phase_cnn.nml")


def changed(name, prefix, control="", phase=""):
    """The input CNN with another prefix and more keys, as a file."""
    text = st.namelist(CNN, prefix=f"'{prefix}'")
    return st.write(name, text.replace("&phase\n", f"&phase\n  {phase}\n").replace("&control\n", f"&control\n  {control}\n"))


def numbers(path):
    """Everything below /phase by name."""
    result = {}
    with h5py.File(path, "r") as file:
        file["phase"].visititems(lambda name, item: result.__setitem__(name, item[()]) if isinstance(item, h5py.Dataset)
                                 else None)
    return result


def windows():
    st.run(CNN, ranks=1)
    alone = numbers("out/phase_cnn.h5")
    for size in ("L8", "L16"):
        confidence, t = alone[f"{size}/confidence"], alone[f"{size}/temperature"]
        st.check(confidence[0] < 0.05 and confidence[-1] > 0.95, f"{size}: confidence {confidence}")
        st.check(np.all(alone[f"{size}/confidence_error"] >= 0.0), "errors are missing")
        at, error = alone[f"{size}/transition/temperature"], alone[f"{size}/transition/temperature_error"]
        print(f"{size}: {at:.3f} ± {error:.3f}")
        st.check(2.1 < at < 2.6 and 0.0 < error < 0.1, f"{size}: T_c(L) = {at} ± {error}")
        st.check(len(alone[f"{size}/transition/of_network"]) == 3, "networks are missing")
        # Held out: a quarter of the 80 at the temperatures that are shown, all of them elsewhere.
        st.check(alone[f"{size}/training/held_out_error_rate"][:, -1].max() < 0.06, "held-out errors")
    t_c, error = alone["extrapolation/t_c"], alone["extrapolation/t_c_error"]
    print(f"L → ∞: {t_c:.3f} ± {error:.3f}")
    st.check(abs(t_c / T_CRITICAL - 1.0) < 0.04 and 0.0 < error < 0.1, f"T_c = {t_c} ± {error}")

    with h5py.File("out/phase_cnn_1.model.h5", "r") as model:
        st.check('"phase_cnn"' in model.attrs["architecture"], "no model file")
    # One pool of two ranks sums gradients in another order; two pools train the same networks in another order.
    for pools, tolerance in ((1, 1e-3), (2, 0.0)):
        with open(changed("pools.nml", f"pools{pools}"), "a") as file:
            file.write(f"&parallel\n  pools = {pools}\n/\n")
        st.run("pools.nml", ranks=2)
        for name, value in numbers(f"out/pools{pools}.h5").items():
            st.check(np.allclose(value, alone[name], rtol=0.0, atol=tolerance * (10.0 if "chi2" in name else 1.0)),
                     f"{pools} pools: {name} differs: {value} {alone[name]}")
    return alone


def restart(alone):
    auto = "restart_mode = 'auto'"
    output = st.run(changed("stopped.nml", "stopped", auto + "  max_seconds = 0.001"))
    st.check("Stopped by max_seconds" in output and "0 of 3 networks" in output, output)
    st.run(changed("stopped.nml", "stopped", auto), ranks=2)
    again = numbers("out/stopped.h5")
    st.check(all(np.array_equal(again[name], value) for name, value in alone.items()), "a continued run differs")
    output = st.run(changed("stopped.nml", "stopped", auto, "nu = 1.1  bootstrap = 50"))
    st.check("3 are done already" in output, output)
    st.check(numbers("out/stopped.h5")["extrapolation/nu"] == 1.1, "nu has not changed")
    st.check(np.array_equal(numbers("out/stopped.h5")["L8/confidence"], alone["L8/confidence"]), "networks have changed")
    output = st.run(changed("stopped.nml", "stopped", auto, "held_out = 0.5"), status=2)
    st.check("&phase held_out" in output, output)


def confusion():
    st.run(os.path.join(st.SOURCE, "input", "phase_confusion.nml"), ranks=2)
    data = numbers("out/phase_confusion.h5")
    for size in ("L8", "L16"):
        accuracy = data[f"{size}/accuracy"]
        print(size, np.round(accuracy, 3), "peak", data.get(f"{size}/transition/temperature"))
        st.check(np.all(accuracy >= data[f"{size}/guess"] - 0.05), f"{size}: worse than guessing")
    at, error = data["L16/transition/temperature"], data["L16/transition/temperature_error"]
    st.check(abs(at / T_CRITICAL - 1.0) < 0.07 and error > 0.0, f"middle peak at {at} ± {error}")


def spins_themselves():
    st.run(changed("spins.nml", "spins", "", "blocks = 0  epochs = 1"), ranks=2)
    data = numbers("out/spins.h5")
    st.check(data["L16/confidence"][0] < 0.2 and data["L16/confidence"][-1] > 0.8, f"{data['L16/confidence']}")
    st.check(os.path.exists("out/spins_L8_2.model.h5"), "no model file of each size")


def pictures():
    if importlib.util.find_spec("matplotlib") is None:
        return
    for stem, names in (("phase_cnn", ("confidence", "extrapolation")), ("phase_confusion", ("confusion",))):
        done = subprocess.run([sys.executable, os.path.join(st.SOURCE, "scripts", "plot.py"), f"out/{stem}.h5"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        st.check(done.returncode == 0, done.stdout)
        for name in names:
            path = f"out/{stem}_{name}.png"
            st.check(path in done.stdout and os.path.getsize(path) > 5000, f"no {path}:\n{done.stdout}")


def refusals():
    base = """&control
  calculation = 'phase'  prefix = 'refused'
/
&phase
  files = 'out/ising_sizes.samples.h5'
  {}
/
"""
    window = "disordered_window = 2.8, 4"
    for keys, key, words in (
            (f"method = 'cnn'  ordered_window = 0, 1.5  {window}", "ordered_window", "no configuration of L8 lies between"),
            ("method = 'cnn'  ordered_window = 0, 1.8  disordered_window = 3.5, 4", "disordered_window", "go from 1.6 to 3"),
            (f"method = 'cnn'  ordered_window = 0, 1.8  {window}  nu = 0", "nu", "three are needed"),
            (f"method = 'cnn'  ordered_window = 0, 1.8  {window}  blocks = 6", "blocks", "the edges of L8"),
            ("method = 'confusion'  trial_temperatures = 1, 2, 2.1, 2.2, 2.3", "trial_temperatures", "one side"),
            ("method = 'confusion'  temperature_range = 2.0, 2.2", "temperature_range", "5 are needed")):
        for arguments in ((), ("--check",)):
            output = st.run(*arguments, st.write("q.nml", base.format(keys)), status=2)
            st.check(f"&phase {key}" in output and words in output, output)
        st.check(not os.path.exists("out/refused.h5"), "something was written")
    one = "&control\n  calculation = 'ising'  prefix = 'one'\n/\n&ising\n  size = 8  temperatures = 1.5, 3\n  sweeps = 50  configurations = 5\n/\n"
    st.run(st.write("one.nml", one))
    text = base.replace("ising_sizes", "one").format(f"method = 'cnn'  ordered_window = 0, 1.8  {window}  extrapolation = 'required'")
    output = st.run(st.write("q.nml", text), status=2)
    st.check("&phase extrapolation" in output and "L8 alone" in output, output)


with st.workspace():
    st.run(os.path.join(st.SOURCE, "input", "ising_sizes.nml"))
    results = windows()
    restart(results)
    confusion()
    spins_themselves()
    pictures()
    refusals()
