"""Rounds of discovery: hits against labels, predictions against what came, and the hull before and after."""
import numpy as np

from plots import hull
from plots.common import figure_of, text, unit

FOUND, IDEAL, CHANCE = "#14507f", "#4f9d69", "0.55"


class Labels:
    """Rows of /labels that were predicted or chosen after the first ones (round 0)."""

    def __init__(self, file):
        group = file["labels"]
        self.round = group["round"][:]
        self.hit = group["hit"][:] != 0
        self.follows_hull = "final_above_hull" in group
        self.name = "energy" if self.follows_hull else text(file["targets"].asstr()[0]).split(":")[0].strip()
        if self.follows_hull:
            self.predicted, self.value = group["predicted_above_hull"][:], group["above_hull"][:]
        else:
            self.predicted, self.value = group["predicted_" + self.name][:], group[self.name][:]
        self.sigma = group["sigma_" + self.name][:]
        self.unit = unit(group["sigma_" + self.name])
        self.of_potential = group["potential_above_hull"][:] if "potential_above_hull" in group else None
        self.known = np.isfinite(self.predicted) & np.isfinite(self.value)
        self.n_candidates = int(file["n_candidates"][()])
        self.n_possible = int(file["n_possible_hits"][()])


def draw(file, title):
    labels = Labels(file)
    if not np.any(labels.round > 0):
        return None
    panels = [lambda axis: hits(axis, labels)]
    if np.any(labels.known):
        panels += [lambda axis: parity(axis, labels), lambda axis: calibration(axis, labels), lambda axis: by_call(axis, labels)]
    if labels.of_potential is not None and np.any(np.isfinite(labels.value)):
        panels.append(lambda axis: two_levels(axis, labels))
    return figure_of(panels, title)


def hits(axis, labels):
    chosen = labels.hit[labels.round > 0]
    calls = np.arange(len(chosen) + 1)
    found = np.concatenate([[0], np.cumsum(chosen)])
    axis.plot(calls, found, color=FOUND, label="found")
    if labels.n_possible >= 0:
        left = labels.n_possible - np.count_nonzero(labels.hit[labels.round == 0])
        pool = labels.n_candidates - np.count_nonzero(labels.round == 0)
        axis.plot(calls, np.minimum(calls, left), color=IDEAL, ls="--", label="ideal")
        axis.plot(calls, calls * left / pool, color=CHANCE, ls=":", label="random")
    else:
        axis.plot(calls, calls, color=IDEAL, ls="--", label="all")
    axis.set_ylim(0, 1.08 * max(found.max(), 1) + 1)
    axis.set_xlabel("labels asked for")
    axis.set_ylabel("hits")
    axis.legend()


def compare(axis, labels, shown, values):
    """Of the labels that are shown, values against labels, by round."""
    points = axis.scatter(values[shown], labels.value[shown], c=labels.round[shown], s=9, cmap="viridis", linewidths=0)
    low = min(np.quantile(values[shown], 0.01), np.quantile(labels.value[shown], 0.01))
    high = max(np.quantile(values[shown], 0.99), np.quantile(labels.value[shown], 0.99))
    margin = 0.05 * max(high - low, 1e-6)
    axis.plot([low - margin, high + margin], [low - margin, high + margin], color="0.4", lw=1)
    axis.locator_params(axis="x", nbins=5)
    axis.set_xlim(low - margin, high + margin)
    axis.set_ylim(low - margin, high + margin)
    axis.figure.colorbar(points, ax=axis, label="round")


def two_levels(axis, labels):
    compare(axis, labels, np.isfinite(labels.value), labels.of_potential)
    axis.set_xlabel("above the hull of &potential (eV/atom)")
    axis.set_ylabel("above that of &oracle (eV/atom)")


def parity(axis, labels):
    compare(axis, labels, labels.known, labels.predicted)
    words = "above the hull then" if labels.follows_hull else labels.name.replace("_", " ")
    of = f" ({labels.unit})" if labels.unit else ""
    axis.set_xlabel(f"predicted {words}{of}")
    axis.set_ylabel(f"label{of}")


def calibration(axis, labels):
    """Shares of labels within intervals that should hold such a share."""
    z = np.abs(labels.value - labels.predicted)[labels.known] / np.maximum(labels.sigma[labels.known], 1e-300)
    expected = np.linspace(0, 1, 41)
    from statistics import NormalDist
    width = np.array([NormalDist().inv_cdf(0.5 + min(p, 0.99999) / 2) for p in expected])
    axis.plot(expected, [np.mean(z <= w) for w in width], color=FOUND)
    axis.plot([0, 1], [0, 1], color="0.4", lw=1)
    axis.set_xlabel("share that should be within the interval")
    axis.set_ylabel("share that is")


def by_call(axis, labels):
    calls = np.arange(1, len(labels.value) + 1)
    for hit, color, name in ((False, CHANCE, "others"), (True, FOUND, "hits")):
        shown = np.isfinite(labels.value) & (labels.hit == hit)
        axis.plot(calls[shown], labels.value[shown], ".", ms=4, color=color, label=name)
    low, high = np.nanquantile(labels.value, [0, 0.95])
    axis.set_ylim(low - 0.05 * (high - low) - 1e-6, high + 0.1 * (high - low) + 1e-6)
    axis.set_xlabel("label")
    words = "above the hull then" if labels.follows_hull else labels.name.replace("_", " ")
    axis.set_ylabel(words + (f" ({labels.unit})" if labels.unit else ""))
    axis.legend()


def draw_start(file, title):
    return hull.draw_hull(file["start"], f"{title}, at the start") if "hull/facets" in file["start"] else None


DRAWINGS = [("discovery", "labels", draw), ("hull_at_start", "start", draw_start)]
