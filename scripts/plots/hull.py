"""Convex hulls: binary, ternary and quaternary phase diagrams, and how far entries or candidates lie above the hull."""
import re

import matplotlib.patheffects
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.layout_engine import PlaceHolderLayoutEngine

from plots.common import plt

STABLE, TIE_LINE = "#14507f", "#7f9fb8"
SHOWN_ABOVE = 0.2  # eV/atom: colors end here
# Light near the hull, dark far above it; without the end that is lost on white.
COLORS = LinearSegmentedColormap.from_list("above", plt.get_cmap("plasma_r")(np.linspace(0.1, 1, 128)))
HALO = [matplotlib.patheffects.withStroke(linewidth=2, foreground="white")]


class Phases:
    """The entries of /hull: formulas, fractions [entry][element], energies, facets."""

    def __init__(self, file):
        group = file["hull"]
        self.elements = list(group["elements"].asstr()[:])
        self.formula = list(group["formula"].asstr()[:])
        # "L1_0:TiAl a=3.98" of a computed prototype; other identifiers mean nothing on a picture.
        names = [re.match(r"([^\s:]+):[A-Z][A-Za-z0-9.,]*(\s|$)", text) for text in group["id"].asstr()[:]]
        computed = group["structure"][:] >= 0 if "structure" in group else np.zeros(len(names), bool)
        self.prototype = [name[1] if name and own else "" for name, own in zip(names, computed)]
        self.formation = group["formation_energy"][:]
        self.above = group["energy_above_hull"][:]
        self.stable = group["stable"][:] != 0
        self.facets = group["facets"][:] if "facets" in group else np.zeros((0, len(self.elements)), int)
        begin, number = group["composition/begin"][:], group["composition/element"][:]
        columns = {z: i for i, z in enumerate(np.unique(number))}
        self.fractions = np.zeros((len(self.formula), len(columns)))
        entry = np.repeat(np.arange(len(self.formula)), np.diff(begin))
        self.fractions[entry, [columns[z] for z in number]] = group["composition/amount"][:]
        self.fractions /= self.fractions.sum(axis=1, keepdims=True)

    def order(self, wanted):
        """Elements, and the columns of fractions, in another order."""
        self.elements = [self.elements[i] for i in wanted]
        self.fractions = self.fractions[:, wanted]

    def richest_first(self):
        """First the element that phases near the hull hold most of: on top of a triangle or tetrahedron they spread out."""
        content = self.fractions[self.above <= SHOWN_ABOVE / 2].mean(axis=0)
        self.order(np.argsort(-content, kind="stable"))

    def corners(self):
        """One entry of each stable composition, by falling number of elements."""
        seen, chosen = set(), []
        for entry in np.flatnonzero(self.stable):
            key = tuple(np.round(self.fractions[entry], 6))
            if key not in seen:
                seen.add(key)
                chosen.append(entry)
        return np.array(sorted(chosen, key=lambda e: (np.count_nonzero(self.fractions[e]), self.formula[e])), int)

    def unstable(self, limit):
        """Entries above the hull by at most `limit`, the nearest last, so that they are drawn on top."""
        chosen = np.flatnonzero(~self.stable & (self.above <= limit))
        return chosen[np.argsort(-self.above[chosen], kind="stable")]

    def tie_lines(self):
        """Pairs of entries that an edge of a facet joins."""
        pairs = {tuple(sorted((int(a), int(b)))) for facet in self.facets for a in facet for b in facet if a != b}
        return np.array(sorted(pairs), int).reshape(-1, 2)


def pretty(formula):
    return re.sub(r"(\d+\.?\d*)", r"$_{\1}$", formula)


def subscripted(prototype):
    """D0_22 as the Strukturbericht writes it."""
    return re.sub(r"_(\w+)", r"$_{\\mathrm{\1}}$", prototype)


def color_bar(figure, points, axis, **options):
    bar = figure.colorbar(points, ax=axis, **options)
    bar.set_label("energy above hull (eV/atom)")
    bar.outline.set_visible(False)


def spread(wanted, gap):
    """Places as near to the wanted ones as can be, none closer to the next than `gap`."""
    order = np.argsort(wanted, kind="stable")
    blocks = []  # [sum of wanted − offset, count]: runs of labels that push each other
    for value in np.asarray(wanted, float)[order]:
        blocks.append([value, 1])
        while len(blocks) > 1:
            (sum_a, n_a), (sum_b, n_b) = blocks[-2:]
            if sum_b / n_b - sum_a / n_a >= gap * (n_a + n_b) / 2:
                break
            blocks[-2:] = [[sum_a + sum_b, n_a + n_b]]
    places = np.empty(len(order))
    at = 0
    for total, n in blocks:
        places[order[at:at + n]] = total / n + gap * (np.arange(n) - (n - 1) / 2)
        at += n
    return places


def draw_binary(phases, title):
    x = phases.fractions[:, 1]
    depth = max(-phases.formation.min(), 0.02)
    shown = phases.formation <= max(1.2 * depth, 0.1)
    top = max(phases.formation[shown].max() + 0.08 * depth, 0.15 * depth)
    figure, axis = plt.subplots(figsize=(8, 5.6))
    corners = phases.corners()
    order = corners[np.argsort(x[corners])]
    axis.plot(x[order], phases.formation[order], color=STABLE, lw=1.8, zorder=2)
    shown = phases.unstable(np.inf)
    points = axis.scatter(x[shown], phases.formation[shown], c=phases.above[shown], cmap=COLORS, vmin=0, vmax=SHOWN_ABOVE,
                          s=34, edgecolors="white", linewidths=0.6, zorder=3)
    axis.scatter(x[order], phases.formation[order], color=STABLE, s=62, edgecolors="white", linewidths=0.9, zorder=4)
    axis.set_ylim(-1.32 * depth, top)
    axis.set_xlim(-0.03, 1.03)
    for entry in order:
        if np.count_nonzero(phases.fractions[entry]) > 1:
            axis.annotate(pretty(phases.formula[entry]), (x[entry], phases.formation[entry]), xytext=(0, -9),
                          textcoords="offset points", ha="center", va="top", fontsize=10, color=STABLE, weight="bold")
        if phases.prototype[entry]:
            shift = -22 if np.count_nonzero(phases.fractions[entry]) > 1 else -9
            axis.annotate(subscripted(phases.prototype[entry]), (x[entry], phases.formation[entry]), xytext=(0, shift),
                          textcoords="offset points", ha="center", va="top", fontsize=8, color=STABLE)
    label_unstable(axis, phases, x, shown, top)
    hidden = np.count_nonzero(phases.formation > top)
    if hidden:
        axis.text(0.5, 0.985, f"{hidden} {'entry' if hidden == 1 else 'entries'} above", transform=axis.transAxes, ha="center", va="top", fontsize=8,
                  color="0.45")
    axis.axhline(0, color="0.6", lw=0.8, zorder=1)
    axis.set_xlabel(f"{phases.elements[0]}$_{{1-x}}${phases.elements[1]}$_x$:  x")
    axis.set_ylabel("formation energy (eV/atom)")
    axis.set_title(title)
    if len(shown):
        color_bar(figure, points, axis, extend="max", pad=0.02)
    return figure


def label_unstable(axis, phases, x, shown, top):
    """The formula of the lowest entry of each unstable composition; the names of prototypes of all."""
    groups = {}
    for entry in shown:
        if phases.formation[entry] <= top:
            groups.setdefault(round(x[entry], 6), []).append(entry)
    stable = {round(value, 6) for value in x[phases.stable]}
    chosen, names = [], []
    for key, entries in sorted(groups.items()):
        lowest = min(entries, key=lambda e: phases.formation[e])
        for entry in entries:
            formula = pretty(phases.formula[entry]) if entry == lowest and key not in stable else ""
            if formula or phases.prototype[entry]:
                chosen.append(entry)
                names.append(f"{formula} {subscripted(phases.prototype[entry])}".strip())
    if not chosen or len(chosen) > 60:
        return
    # Labels right of their points; those that would meet move up or down.
    height = axis.get_ylim()[1] - axis.get_ylim()[0]
    places = np.empty(len(chosen))
    columns = []  # of labels that could meet
    for i in np.argsort(x[chosen], kind="stable"):
        longest = max((len(re.sub(r"[$_{}\\]|mathrm", "", names[j])) for j in columns[-1]), default=0) if columns else 0
        if columns and x[chosen[i]] - x[chosen[columns[-1][0]]] < 0.012 * longest + 0.02:
            columns[-1].append(i)
        else:
            columns.append([i])
    for column in columns:
        places[column] = spread([phases.formation[chosen[i]] + 0.012 * height for i in column], 0.036 * height)
        # Below a stable phase is its own name.
        floor = [phases.formation[e] for e in np.flatnonzero(phases.stable)
                 if any(abs(x[e] - x[chosen[i]]) < 1e-6 for i in column)]
        if floor:  # from there upwards
            lowest = max(floor) + 0.024 * height
            for i in sorted(column, key=lambda i: phases.formation[chosen[i]]):
                places[i] = max(phases.formation[chosen[i]] + 0.012 * height, lowest)
                lowest = places[i] + 0.036 * height
    for entry, name, y in zip(chosen, names, places):
        axis.text(x[entry] + 0.008, y, name, va="center", ha="left", fontsize=8, color="0.25", zorder=5, path_effects=HALO)


def triangle(fractions):
    """Places in the Gibbs triangle: the first element on top, then left and right."""
    return np.stack([0.5 * fractions[:, 0] + fractions[:, 2], np.sqrt(0.75) * fractions[:, 0]], axis=1)


def draw_ternary(phases, title):
    phases.richest_first()
    place = triangle(phases.fractions)
    figure, axis = plt.subplots(figsize=(8.4, 6.4))
    axis.set_aspect("equal")
    axis.axis("off")
    for level in np.arange(0.1, 0.95, 0.1):  # lines of equal fraction of each element
        for i in range(3):
            ends = np.zeros((2, 3))
            ends[:, i] = level
            ends[0, (i + 1) % 3] = ends[1, (i + 2) % 3] = 1 - level
            axis.plot(*triangle(ends).T, color="0.92", lw=0.7, zorder=0)
    axis.add_collection(LineCollection(place[phases.tie_lines()], colors=TIE_LINE, linewidths=1.0, zorder=1))
    axis.plot(*triangle(np.eye(3)[[0, 1, 2, 0]]).T, color="0.25", lw=1.4, zorder=1)
    shown = phases.unstable(SHOWN_ABOVE)
    points = axis.scatter(*place[shown].T, c=phases.above[shown], cmap=COLORS, vmin=0, vmax=SHOWN_ABOVE, s=26,
                          edgecolors="white", linewidths=0.5, zorder=2)
    corners = phases.corners()
    axis.scatter(*place[corners].T, color=STABLE, s=58, edgecolors="white", linewidths=0.9, zorder=3)
    label_ternary(axis, phases, place, corners)
    if len(shown):
        color_bar(figure, points, axis, shrink=0.62, pad=0.03)
    axis.set_title(title, pad=8)
    axis.set_xlim(-0.1, 1.1)
    axis.set_ylim(-0.09, 0.93)
    hidden = np.count_nonzero(~phases.stable) - len(shown)
    if hidden:
        axis.text(0.0, 0.0, f"not shown: {hidden} entries more than {SHOWN_ABOVE} eV/atom above", fontsize=7.5, color="0.45",
                  transform=axis.transAxes)
    return figure


def label_ternary(axis, phases, place, corners):
    for entry in corners:
        fraction = phases.fractions[entry]
        kinds = np.count_nonzero(fraction)
        # Elements outside their corner, binaries outside their edge, ternaries above their point.
        if kinds == 1:
            shift = [(0, 12), (-13, -9), (13, -9)][int(np.argmax(fraction))]
            axis.annotate(phases.formula[entry], place[entry], xytext=shift, textcoords="offset points", ha="center",
                          va="center", fontsize=13, weight="bold")
        elif kinds == 2:
            absent = int(np.argmin(fraction))
            shift, align = [((0, -9), "center"), ((9, 3), "left"), ((-9, 3), "right")][absent]
            axis.annotate(pretty(phases.formula[entry]), place[entry], xytext=shift, textcoords="offset points", ha=align,
                          va="top" if absent == 0 else "center", fontsize=9, color=STABLE)
        else:
            axis.annotate(pretty(phases.formula[entry]), place[entry], xytext=(0, 7), textcoords="offset points",
                          ha="center", va="bottom", fontsize=9, color=STABLE, weight="bold",
                          bbox={"facecolor": "white", "alpha": 0.65, "edgecolor": "none", "pad": 0.6}, zorder=4)


# The first element on top.
TETRAHEDRON = np.array([[0.5, np.sqrt(3) / 6, np.sqrt(2 / 3)], [0, 0, 0], [1, 0, 0], [0.5, np.sqrt(0.75), 0]])


def draw_quaternary(phases, title):
    phases.richest_first()
    place = phases.fractions @ TETRAHEDRON
    figure = plt.figure(figsize=(11, 7.2), layout=PlaceHolderLayoutEngine(False, False))  # placed by hand
    axis = figure.add_axes([-0.03, -0.06, 0.74, 1.12], projection="3d")
    axis.set_axis_off()
    axis.view_init(elev=12, azim=-80)
    axis.set_box_aspect((1, np.sqrt(0.75), np.sqrt(2 / 3)), zoom=1.13)
    for a, b in phases.tie_lines():
        # Lines inside lighter than those on the surface.
        inside = np.count_nonzero(phases.fractions[a] + phases.fractions[b]) == 4
        axis.plot(*place[[a, b]].T, color=TIE_LINE, lw=0.5 if inside else 0.8, alpha=0.35 if inside else 0.75)
    for a in range(4):
        for b in range(a):
            behind = a == 3  # the corner at the back
            axis.plot(*TETRAHEDRON[[a, b]].T, color="0.55" if behind else "0.2", lw=1.0 if behind else 1.5)
    shown = phases.unstable(SHOWN_ABOVE / 2)
    points = axis.scatter(*place[shown].T, c=phases.above[shown], cmap=COLORS, vmin=0, vmax=SHOWN_ABOVE / 2, s=14,
                          linewidths=0, alpha=0.8, depthshade=False)
    corners = phases.corners()
    axis.scatter(*place[corners].T, color=STABLE, s=40, edgecolors="white", linewidths=0.8, depthshade=False)
    for i, element in enumerate(phases.elements):
        outward = TETRAHEDRON[i] + 0.12 * (TETRAHEDRON[i] - TETRAHEDRON.mean(axis=0))
        if i == 3:
            outward += [0.035, 0, 0.025]  # its point would hide it
        axis.text(*outward, element, fontsize=15, weight="bold", ha="center", va="center", path_effects=HALO, zorder=20)
    # Numbers at the points, formulas beside: names would hide each other.
    compounds = [e for e in corners if np.count_nonzero(phases.fractions[e]) > 1]
    rows = 26
    for number, entry in enumerate(compounds, 1):
        axis.text(*(place[entry] + [0, 0, 0.02]), str(number), fontsize=7.5, ha="center", va="bottom", color=STABLE,
                  path_effects=HALO, zorder=15)
        column, row = divmod(number - 1, rows)
        figure.text(0.715 + 0.135 * column, 0.9 - 0.0295 * row, str(number), fontsize=8.5, color=STABLE, ha="right")
        figure.text(0.723 + 0.135 * column, 0.9 - 0.0295 * row, pretty(phases.formula[entry]), fontsize=8.5, color=STABLE)
    if len(shown):
        bar = figure.colorbar(points, cax=figure.add_axes([0.7, 0.085, 0.26, 0.016]), orientation="horizontal")
        bar.set_label("energy above hull (eV/atom)", fontsize=9)
        bar.outline.set_visible(False)
    figure.suptitle(title, x=0.36, y=0.975)
    return figure


def draw_hull(file, title):
    phases = Phases(file)
    draw = {2: draw_binary, 3: draw_ternary, 4: draw_quaternary}.get(len(phases.elements))
    if draw is None or not len(phases.facets):
        return draw_distances(file["hull/energy_above_hull"][:], title, "entries")
    return draw(phases, title)


def draw_candidates(file, title):
    return draw_distances(file["candidates/energy_above_hull"][:], title, "candidates")


def draw_distances(above, title, what):
    """How many lie how far above the hull."""
    above = above[np.isfinite(above)]
    if not len(above):
        return None
    low, high = min(above.min(), 0.0), max(np.quantile(above, 0.95), 0.3)
    figure, axis = plt.subplots(figsize=(7, 4.2))
    axis.hist(np.clip(above, low, high), bins=np.linspace(low, high, 61), color=STABLE, alpha=0.85)
    axis.axvline(0, color="0.3", lw=1)
    axis.set_xlabel("energy above hull (eV/atom)" + (f"; the last bar: {high:.2g} and more" if above.max() > high else ""))
    axis.set_ylabel(what)
    counts = [(limit, np.count_nonzero(above <= limit)) for limit in (1e-9, 0.025, 0.1)]
    words = [f"{n} {'on or below the hull' if limit < 1e-6 else f'within {limit} eV/atom'}" for limit, n in counts]
    axis.text(0.98, 0.95, f"{len(above)} {what}\n" + "\n".join(words), transform=axis.transAxes, ha="right", va="top",
              fontsize=9)
    axis.set_title(title)
    return figure


DRAWINGS = [("hull", "hull", draw_hull), ("candidates", "candidates", draw_candidates)]
