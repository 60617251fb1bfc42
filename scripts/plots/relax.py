"""Relaxations: one step by step, or many at a glance."""
import re

import numpy as np

from .common import label, plt, text, unit

CONVERGED, NOT_CONVERGED, FAILED, PENDING = range(4)


def criteria(file):
    """fmax and smax of the input, None where the file states none."""
    namelist = text(file["input/namelist"][()]) if "input/namelist" in file else ""
    found = {key: re.search(rf"^\s*{key}\s*=\s*([-+\d.eEdD]+)", namelist, re.M) for key in ("fmax", "smax", "cell")}
    relaxes_cell = not re.search(r"^\s*cell\s*=\s*'fixed'", namelist, re.M)
    value = {key: float(match.group(1).lower().replace("d", "e")) if match else None for key, match in found.items()}
    return value["fmax"], value["smax"] if relaxes_cell else None


def series_of(file, number):
    offset = file["series/offset"]
    part = slice(offset[number], offset[number + 1])
    return {name: dataset[part] for name, dataset in file["series"].items() if name != "offset"}


def draw_one(file, title):
    """Energy, largest force, stress and volume against force evaluations."""
    if len(file["structures/status"]) != 1:
        return None
    series = series_of(file, 0)
    steps = series["evaluation"]
    if len(steps) < 2:
        return None
    n_atoms = file["structures/n_atoms"][0]
    fmax, smax = criteria(file)
    panels = [("energy", label("energy − least", unit(file["series/energy"]) + "/atom"),
               (series["energy"] - series["energy"].min()) / n_atoms, None),
              ("fmax", label("largest force", unit(file["series/fmax"])), series["fmax"], fmax)]
    if smax is not None:
        panels.append(("smax", label("stress off by", unit(file["series/smax"])), series["smax"], smax))
        panels.append(("volume", label("volume", unit(file["series/volume"])), series["volume"], None))
    figure, axes = plt.subplots(len(panels), 1, sharex=True, figsize=(7, 1.1 + 1.7 * len(panels)), squeeze=False)
    for axis, (name, name_text, values, limit) in zip(axes[:, 0], panels):
        if name == "volume":
            axis.plot(steps, values, lw=1.3)
            axis.ticklabel_format(axis="y", useOffset=False)
        else:
            positive = values > 0
            axis.semilogy(steps[positive], values[positive], lw=1.3, marker="." if len(steps) < 60 else None)
        if limit is not None:
            axis.axhline(limit, color="0.5", lw=0.9, ls="--")
            axis.text(0.0, limit, " converged below", fontsize=8, color="0.4", va="top",
                      transform=axis.get_yaxis_transform())
        axis.set_ylabel(name_text, fontsize=9)
    axes[-1, 0].set_xlabel("force evaluations")
    axes[0, 0].set_title(title)
    figure.align_ylabels()
    return figure


def draw_many(file, title):
    """Force calls, energy gained, volume changed, and how the largest force comes down."""
    group = file["structures"]
    status = group["status"][:]
    if len(status) < 2 or "series" not in file:
        return None
    tried = (status != PENDING) & (group["n_atoms"][:] > 0) & (group["evaluations"][:] > 0)
    if not tried.any():
        return None
    good = status == CONVERGED
    evaluations, n_atoms = group["evaluations"][:], np.maximum(group["n_atoms"][:], 1)
    gain = (group["initial_energy"][:] - group["energy"][:]) / n_atoms
    before = np.abs(np.linalg.det(group["initial_cell"][:]))
    change = 100 * (group["volume"][:] / np.where(before > 0, before, 1) - 1)
    fmax, _ = criteria(file)

    figure, axes = plt.subplots(2, 2, figsize=(10, 7))
    axis = axes[0, 0]
    axis.hist(evaluations[good], bins=min(40, max(8, int(np.sqrt(good.sum()) * 2))), color="C0")
    if good.any():
        axis.axvline(evaluations[good].mean(), color="black", lw=1, ls="--")
        axis.text(0.97, 0.95, f"mean {evaluations[good].mean():.1f}, median {np.median(evaluations[good]):.0f}",
                  transform=axis.transAxes, ha="right", va="top")
    axis.set_xlabel("force evaluations of the converged")
    axis.set_ylabel("structures")

    axis = axes[0, 1]
    energy_unit = unit(group["energy"])
    positive = gain[tried & (gain > 0)]
    if len(positive):
        low = max(positive.min(), 1e-6 * positive.max())
        axis.hist(positive, bins=np.geomspace(low, positive.max() * 1.0001, 30), color="C1")
        axis.set_xscale("log")
    axis.set_xlabel(label("energy gained", f"{energy_unit}/atom"))
    axis.set_ylabel("structures")

    axis = axes[1, 0]
    drawn = np.flatnonzero(tried)
    for number in drawn[np.unique(np.linspace(0, len(drawn) - 1, min(len(drawn), 300)).astype(int))]:
        series = series_of(file, number)
        positive = series["fmax"] > 0
        axis.plot(series["evaluation"][positive], series["fmax"][positive], lw=0.5, alpha=0.35,
                  color="C0" if good[number] else "C3")
    axis.set_yscale("log")
    if fmax is not None:
        axis.axhline(fmax, color="black", lw=1, ls="--")
    # A few that never end would press all others against the axis.
    axis.set_xlim(0, 1.1 * max(np.quantile(evaluations[tried], 0.98), 5))
    axis.set_ylim(bottom=max(axis.get_ylim()[0], (fmax or 1e-3) * 1e-3))
    axis.set_xlabel("force evaluations")
    axis.set_ylabel(label("largest force", unit(group["fmax"])))

    axis = axes[1, 1]
    counts = [np.sum(status == kind) for kind in (CONVERGED, NOT_CONVERGED, FAILED, PENDING)]
    if np.ptp(change[tried]) > 1e-6:
        axis.hist(change[tried], bins=30, color="C2")
        axis.set_xlabel("volume change (%)")
        axis.set_ylabel("structures")
    else:
        steps = np.sort(evaluations[good])
        axis.step(steps, np.arange(1, len(steps) + 1) / len(status) * 100, where="post")
        axis.set_xlabel("force evaluations")
        axis.set_ylabel("converged (%)")
    names = ("converged", "not converged", "failed", "pending")
    summary = ", ".join(f"{count} {name}" for count, name in zip(counts, names) if count)
    figure.suptitle(f"{title}: {summary}")
    return figure


DRAWINGS = [("relaxation", "series", draw_one), ("relaxations", "structures", draw_many)]
