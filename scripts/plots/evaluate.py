"""Evaluation of a set of structures: rates with their errors, and what they come from."""
import re

import numpy as np

from .common import figure_of, plt, text

BARS, STRONG, FAINT = "#7f9fb8", "#14507f", "0.45"
WORDS = {"relaxed": "relaxed", "valid_structure": "valid structure", "valid_composition": "valid composition",
         "valid_composition_icsd24": "valid composition (ICSD24)",
         "valid": "valid in both", "unique": "unique", "novel": "novel", "unique_novel": "unique, novel",
         "stable": "stable", "stable_unique": "stable, unique", "stable_novel": "stable, novel", "sun": "S.U.N."}


def draw_rates(file, title):
    """A bar for each rate, its 95 % interval across the end."""
    rates = file["rates"]
    chosen = np.flatnonzero(rates["is_rate"][:])
    names = [WORDS.get(n, n) for n in rates["name"].asstr()[:][chosen]]
    value, low, high = (100.0 * rates[key][:][chosen] for key in ("value", "low", "high"))
    figure, axis = plt.subplots(figsize=(7, 1.2 + 0.34 * len(names)))
    places = np.arange(len(names))
    axis.barh(places, value, color=[STRONG if n == "S.U.N." else BARS for n in names], height=0.7)
    axis.errorbar(value, places, xerr=[value - low, high - value], fmt="none", ecolor="0.15", capsize=3, lw=1.2)
    for place, v, h, count in zip(places, value, high, rates["count"][:][chosen]):
        axis.text(h + 1.5, place, f"{v:.1f} %  ({count:,})", va="center", fontsize=9)
    axis.set_yticks(places, names)
    axis.invert_yaxis()
    axis.set_xlim(0, 128)
    axis.set_xticks(range(0, 101, 20))
    axis.grid(axis="y", visible=False)
    axis.set_xlabel(f"% of all {len(file['evaluation/status']):,} structures (whiskers: 95 % by bootstrap)")
    axis.set_title(title)
    return figure


def histogram(axis, values, bins, name, limit=None):
    axis.hist(values, bins=bins, color=BARS, edgecolor="white", lw=0.4)
    axis.set_xlabel(name)
    axis.set_ylabel("structures")
    if limit is not None:
        axis.axvline(limit, color="0.2", lw=1, ls="--")


def clipped(values, low, high, n=41):
    """Values inside, those beyond in the last bin at each end."""
    return np.clip(values, low, high), np.linspace(low, high, n)


def threshold(file):
    namelist = text(file["input/namelist"][()]) if "input/namelist" in file else ""
    found = re.search(r"^\s*stable_below\s*=\s*([-+\d.eEdD]+)", namelist, re.M)
    return float(found.group(1).lower().replace("d", "e")) if found else None


def draw_distributions(file, title):
    group = file["evaluation"]
    panels = []
    if "energy_above_hull" in group and np.any(np.isfinite(group["energy_above_hull"][:])):
        energy = group["energy_above_hull"][:]
        energy = energy[np.isfinite(energy)]
        low, high = max(-0.3, min(0.0, energy.min())), min(max(0.3, np.quantile(energy, 0.98)), 2.0)
        beyond = np.count_nonzero((energy > high) | (energy < low))
        name = "energy above hull (eV/atom)" + (f"; {beyond} beyond, at the ends" if beyond else "")
        panels.append(lambda axis: histogram(axis, *clipped(energy, low, high), name, threshold(file)))
    if "rmsd" in group and np.any(np.isfinite(group["rmsd"][:])):
        rmsd = group["rmsd"][:]
        rmsd = rmsd[np.isfinite(rmsd)]
        top = max(np.quantile(rmsd, 0.98), 1e-3)
        panels.append(lambda axis: histogram(axis, *clipped(rmsd, 0.0, top), "displacement by relaxation, rms (Å)"))

    def space_groups(axis):
        number = group["space_group"][:]
        symbols = group["space_group_symbol"].asstr()[:]
        found = {}
        for n, symbol in zip(number, symbols):
            if n > 0:
                found[(int(n), symbol)] = found.get((int(n), symbol), 0) + 1
        top = sorted(found.items(), key=lambda item: -item[1])[:14]
        axis.bar(range(len(top)), [count for _, count in top], color=BARS)
        axis.set_xticks(range(len(top)), [f"{s} ({n})" for (n, s), _ in top], rotation=60, ha="right", fontsize=8)
        axis.set_ylabel("structures")
        axis.set_xlabel(f"space group: the commonest of {len(found)}")
        axis.grid(axis="x", visible=False)

    def coordination(axis):
        numbers = group["coordination/number"][:]
        counts = np.bincount(numbers[numbers > 0])[:25]
        axis.bar(np.arange(len(counts)), 100.0 * counts / max(counts.sum(), 1), color=BARS)
        axis.set_xlabel("coordination number")
        axis.set_ylabel("% of atoms")
        axis.set_xlim(0, len(counts))
        axis.grid(axis="x", visible=False)

    def distances(axis):
        shortest = group["shortest_distance"][:]
        histogram(axis, *clipped(shortest[shortest > 0], 0.0, 4.5), "shortest distance in a structure (Å)")

    def atoms(axis):
        n = group["n_atoms"][:]
        n = n[n > 0]
        histogram(axis, n, np.arange(0.5, max(n.max(), 1) + 1.5) if n.max() <= 60 else 40, "atoms in the cell")
        axis.xaxis.get_major_locator().set_params(integer=True)

    panels += [space_groups, coordination, distances, atoms]
    return figure_of(panels, title)


DRAWINGS = [("rates", "rates", draw_rates), ("distributions", "evaluation", draw_distributions)]
