"""Ising Monte Carlo: observables against temperature for several lattice sizes, Binder crossing, correlations, lattices."""
import os

import h5py
import numpy as np

from plots.common import plt

T_CRITICAL = 2.0 / np.log(1.0 + np.sqrt(2.0))  # Onsager, in |J|/k_B
U4_CRITICAL = 0.61069                          # of the periodic square lattice


def systems(file):
    """[(Lx, Ly, group)] from the smallest lattice to the largest."""
    groups = [item for item in file["ising"].values() if isinstance(item, h5py.Group) and "temperature" in item
              and "size" in item and item["size"].ndim == 1]
    return sorted(((*item["size"][:], item) for item in groups), key=lambda row: row[0] * row[1])


def colors(n):
    return plt.cm.viridis(np.linspace(0.0, 0.85, max(n, 2)))[:n]


def name(lx, ly):
    return f"L = {lx}" if lx == ly else f"{lx} × {ly}"


def mark_critical(axis, file):
    """The exact transition, where the model has one and the axis reaches it."""
    low, high = axis.get_xlim()
    if file["ising/field"][()] == 0.0 and low < T_CRITICAL < high:
        axis.axvline(T_CRITICAL, color="0.5", lw=0.9, ls="--", zorder=0)
        return True
    return False


def yang(temperature):
    """Spontaneous magnetization of the infinite lattice (Yang 1952)."""
    with np.errstate(over="ignore"):
        inner = 1.0 - np.sinh(2.0 / temperature) ** -4.0
    return np.where(temperature < T_CRITICAL, np.clip(inner, 0.0, None) ** 0.125, 0.0)


def curve(axis, group, quantity, color, label=None):
    """Measured points with error bars, and the reweighted line with its band where there is one."""
    temperature, value, error = (group[key][:] for key in ("temperature", quantity, quantity + "_error"))
    if f"reweighted/{quantity}" in group:
        t, y, dy = (group["reweighted/" + key][:] for key in ("temperature", quantity, quantity + "_error"))
        axis.plot(t, y, color=color, lw=1.0)
        axis.fill_between(t, y - dy, y + dy, color=color, alpha=0.2, lw=0)
    axis.errorbar(temperature, value, error, color=color, fmt="o", ms=3, lw=0.9, capsize=1.5, label=label)


def draw_observables(file, title):
    rows = systems(file)
    if not rows or all(len(group["temperature"]) < 2 for *_, group in rows):
        return None
    antiferromagnet = file["ising/coupling"][()] < 0.0
    panels = [("order", "|staggered magnetization|" if antiferromagnet else "|magnetization|"),
              ("energy", "energy per spin (|J|)"), ("specific_heat", "specific heat per spin (k$_B$)"),
              ("susceptibility", "susceptibility per spin (1/|J|)"), ("binder", "Binder cumulant U$_4$")]
    figure, axes = plt.subplots(2, 3, figsize=(12, 6.6), sharex=True)
    for axis, (quantity, label) in zip(axes.flat, panels):
        for (lx, ly, group), color in zip(rows, colors(len(rows))):
            curve(axis, group, quantity, color, name(lx, ly))
        axis.set_ylabel(label)
        axis.xaxis.set_tick_params(labelbottom=True)
    axes[0, 1].yaxis.set_tick_params(rotation=0)
    largest = max(group["susceptibility"][:].max() for *_, group in rows)
    if np.isfinite(largest) and largest > 30.0:
        axes[1, 0].set_yscale("log")
    axes[1, 1].set_ylim(-0.05, 0.7)
    low, high = axes[0, 0].get_xlim()
    exact = mark_critical(axes[0, 0], file)
    if exact:
        t = np.linspace(low, high, 800)
        axes[0, 0].plot(t, yang(t), color="0.3", lw=0.9, ls=":", zorder=0)
        axes[1, 1].axhline(U4_CRITICAL, color="0.5", lw=0.9, ls="--", zorder=0)
        for axis in axes.flat[1:5]:
            mark_critical(axis, file)
    axes[0, 0].set_xlim(low, high)
    for axis in (axes[1, 0], axes[1, 1], axes[0, 2]):
        axis.set_xlabel("temperature (|J|/k$_B$)")
    legend = axes[1, 2]
    legend.axis("off")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    if exact:
        handles += [plt.Line2D([], [], color="0.5", lw=0.9, ls="--"), plt.Line2D([], [], color="0.3", lw=0.9, ls=":")]
        labels += [f"exact T$_c$ = {T_CRITICAL:.4f}, U$_4$* = {U4_CRITICAL:.4f}", "infinite lattice (Yang)"]
    legend.legend(handles, labels, loc="center left", fontsize=10)
    figure.suptitle(title)
    figure.align_ylabels(axes[:, 0])
    return figure


def draw_binder(file, title):
    """U4 of neighboring sizes about their crossings."""
    if "ising/crossings" not in file:
        return None
    t, dt, u, du = (file[f"ising/crossings/{key}"][:] for key in ("temperature", "temperature_error", "binder",
                                                                 "binder_error"))
    pairs = file["ising/crossings/size"][:]
    figure, axis = plt.subplots(figsize=(7, 5))
    rows = systems(file)
    width = max(0.012, 4.0 * np.ptp(t), 5.0 * dt.max())
    low, high = min(t.min(), T_CRITICAL) - width, max(t.max(), T_CRITICAL) + width
    extent = []
    for (lx, ly, group), color in zip(rows, colors(len(rows))):
        curve(axis, group, "binder", color, name(lx, ly))
        if "reweighted/binder" in group:
            x, y = group["reweighted/temperature"][:], group["reweighted/binder"][:]
            extent += list(np.interp([low, high], x, y))
    for (small, large), *point in zip(pairs, t, dt, u, du):
        axis.errorbar(point[0], point[2], point[3], point[1], fmt="s", ms=5, color="crimson", capsize=2, zorder=5,
                      label=f"{small} and {large}: T = {point[0]:.4f} ± {point[1]:.4f}, U$_4$ = {point[2]:.4f} ± {point[3]:.4f}")
    axis.set_xlim(low, high)
    if extent:
        axis.set_ylim(min(extent) - 0.01, max(extent) + 0.01)
    if mark_critical(axis, file):
        axis.axhline(U4_CRITICAL, color="0.5", lw=0.9, ls="--", zorder=0)
    axis.set_xlabel("temperature (|J|/k$_B$)")
    axis.set_ylabel("Binder cumulant U$_4$")
    axis.legend(fontsize=8, loc="lower left")
    axis.set_title(title)
    return figure


def draw_correlation(file, title):
    """Correlation function of the largest lattice and correlation lengths of all."""
    rows = [row for row in systems(file) if "correlation" in row[2]]
    if not rows:
        return None
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4))
    lx, ly, group = rows[-1]
    g, dg, temperature = group["correlation/g"][:], group["correlation/g_error"][:], group["temperature"][:]
    r = group["correlation/distance"][1:]
    shown = np.unique(np.linspace(0, len(temperature) - 1, min(8, len(temperature))).astype(int))
    for k, color in zip(shown, plt.cm.coolwarm(np.linspace(0, 1, len(shown)))):
        positive = g[k] > 0
        left.errorbar(r[positive], g[k][positive], dg[k][positive], color=color, lw=1.1, marker=".", ms=4,
                      label=f"T = {temperature[k]:.4g}")
    left.set_yscale("log")
    left.set_xlabel("distance r (sites)")
    left.set_ylabel(f"<s(0) s(r)>, {name(lx, ly)}")
    left.legend(fontsize=8)
    for (lx, ly, group), color in zip(rows, colors(len(rows))):
        xi, error = (group["correlation/length_second_moment" + tail][:] for tail in ("", "_error"))
        right.errorbar(group["temperature"][:], xi / lx, error / lx, color=color, marker="o", ms=3, lw=1.0, capsize=1.5,
                       label=name(lx, ly))
    mark_critical(right, file)
    right.set_yscale("log")
    right.set_xlabel("temperature (|J|/k$_B$)")
    right.set_ylabel("second-moment correlation length / L")
    right.legend(fontsize=8)
    figure.suptitle(title)
    return figure


def draw_lattice(file, title):
    """The last configuration at temperatures below, near and above the transition, from the samples file beside."""
    path = os.path.splitext(file.filename)[0] + ".samples.h5"
    if not os.path.exists(path):
        return None
    lx, ly, group = systems(file)[-1]
    with h5py.File(path, "r") as samples:
        here = samples.get(group.name.split("/")[-1])
        if here is None or "spins" not in here:
            return None
        written, temperature = here["written"][:], here["temperature"][:]
        usable = np.flatnonzero(written[:, 0].any(axis=1))
        if not len(usable):
            return None
        wanted = [usable[0], usable[np.argmin(np.abs(temperature[usable] - 0.95 * T_CRITICAL))],
                  usable[np.argmin(np.abs(temperature[usable] - T_CRITICAL))],
                  usable[np.argmin(np.abs(temperature[usable] - 1.1 * T_CRITICAL))], usable[-1]]
        wanted = sorted(set(wanted))
        figure, axes = plt.subplots(1, len(wanted), figsize=(0.6 + 2.9 * len(wanted), 3.5), squeeze=False)
        edge_x, edge_y = min(lx, 1024), min(ly, 1024)  # a corner of what no screen can show
        for axis, t in zip(axes[0], wanted):
            last = np.flatnonzero(written[t, 0])[-1]
            bits = here["spins"][t, 0, last, :edge_y, : (edge_x + 7) // 8]
            spins = np.unpackbits(bits, axis=-1, bitorder="little")[:, :edge_x]
            axis.imshow(spins, cmap="cividis", vmin=0, vmax=1, interpolation="nearest", origin="lower")
            axis.set_title(f"T = {temperature[t]:.4g}", fontsize=10)
            axis.set_xticks([])
            axis.set_yticks([])
            axis.grid(False)
            for spine in axis.spines.values():
                spine.set_visible(True)
    part = "" if (edge_x, edge_y) == (lx, ly) else f", {edge_x} × {edge_y} of it"
    figure.suptitle(f"{title}: {lx} × {ly} spins{part}", fontsize=11)
    return figure


DRAWINGS = [("observables", "ising", draw_observables), ("binder", "ising", draw_binder),
            ("correlation", "ising", draw_correlation), ("lattice", "ising", draw_lattice)]
