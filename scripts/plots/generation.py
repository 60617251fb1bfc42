"""Generated crystals, and their measures: how near to their targets, and how far the distributions of two sets are."""
import numpy as np

from .common import figure_of, plt, text

COLORS = {"set": "#14507f", "random": "0.55", "substitution": "#c2711c", "perovskite": "#6a9a3b"}
NAMES = {"set": "set", "random": "random coordinates", "substitution": "substitution", "perovskite": "ideal perovskite"}
SET, REAL = "#14507f", "#c2711c"
SYMBOLS = ("- H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo "
           "Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl "
           "Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og").split()


def cumulative(axis, values, end, **style):
    """Share of the values that are at most so far, up to `end`; those that are not finite never are."""
    inside = np.sort(values[np.isfinite(values)])
    share = 100.0 * np.arange(len(inside) + 1) / max(len(values), 1)
    axis.step(np.concatenate([[0], inside, [max(end, inside[-1] if len(inside) else end)]]), np.append(share, share[-1]),
              where="post", **style)


def draw_prediction(file, title):
    """Share of targets that are matched within an rms, of the first sample and of all, beside the baselines."""
    measures = file["prediction/measures"]
    most = int(np.max(measures["samples"][:]))
    stol = np.unique(measures["stol"][:])[::-1]
    choices = [(0, "k = 1")] + ([(1, f"k = {most}")] if most > 1 else []) + [(2, "METRe: any crystal of the set")]
    figure, axes = plt.subplots(1, len(choices), figsize=(4.2 * len(choices), 4.2), sharey=True, squeeze=False,
                                layout="constrained")
    for axis, (place, name) in zip(axes[0], choices):
        for key in ("random", "substitution", "perovskite", "set"):
            if key not in file["prediction/rms"]:
                continue
            rms = file["prediction/rms"][key][:][:, 0, place]
            cumulative(axis, rms, stol[0], color=COLORS[key], lw=2.2 if key == "set" else 1.4, label=NAMES[key])
        axis.set_xlim(0, stol[0])
        axis.set_ylim(0, 102)
        axis.set_xlabel("rms distance / (V/N)$^{1/3}$")
        axis.set_title(name, fontsize=10)
    axes[0][0].set_ylabel("% of targets within it")
    axes[0][-1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    figure.suptitle(title)
    return figure


def shares(axis, ours, real, bins, name):
    """Two distributions, each as shares of its own."""
    for values, color in ((real, REAL), (ours, SET)):
        if len(values):
            axis.hist(values, bins=bins, weights=np.full(len(values), 100.0 / len(values)), histtype="step", color=color,
                      lw=1.8)
    axis.set_xlabel(name)
    axis.set_ylabel("% of crystals")


def counts(axis, ours, real, name):
    """The same of whole numbers, side by side."""
    for values, color, side in ((real, REAL, -0.2), (ours, SET, 0.2)):
        number, count = np.unique(values, return_counts=True)
        axis.bar(number + side, 100.0 * count / len(values), width=0.38, color=color)
    axis.set_xticks(np.arange(min(ours.min(), real.min()), max(ours.max(), real.max()) + 1))
    axis.grid(axis="x", visible=False)
    axis.set_xlabel(name)
    axis.set_ylabel("% of crystals")


def draw_sets(file, title):
    """Distributions of density, number of elements and energy, and how near the nearest of the other set is."""
    ours, real = file["evaluation"], file["distribution/crystals"]
    valid = (ours["valid_structure"][:] == 1) & (ours["valid_composition"][:] == 1)
    quantities = file["distribution/quantities"]
    distance = dict(zip(quantities["name"].asstr()[:], quantities["wasserstein"][:]))
    panels = []

    def compared(key, name, label, integer=False):
        a, b = ours[key][:][valid].astype(float), real[key][:].astype(float)
        a, b = a[np.isfinite(a)], b[np.isfinite(b)]
        if not len(a) or not len(b):
            return
        label += f"; Wasserstein {distance.get(name, np.nan):.3g}"
        bins = np.linspace(min(a.min(), b.min()), max(a.max(), b.max()) + 1e-9, 41)
        panels.append(lambda axis: counts(axis, a, b, label) if integer else shares(axis, a, b, bins, label))

    compared("density", "density", "density (g/cm³)")
    compared("n_elements", "elements", "number of elements", integer=True)
    # Without a distance they are of two kinds, total and formation energies.
    energy = next((name for name in ("energy", "formation_energy") if np.isfinite(distance.get(name, np.nan))), None)
    if energy is not None:
        compared("energy", energy, f"{text(energy).replace('_', ' ')} (eV/atom)")
    coverage = file["distribution/coverage"]
    cutoff = dict(zip(coverage["space"].asstr()[:], coverage["cutoff"][:]))
    names = {"amd": "distance of AMDs (Å)", "pdd": "distance of PDDs (Å)", "crystal_nn": "distance of CrystalNN fingerprints",
             "composition": "distance of compositions"}
    for key, name in names.items():
        near = file["distribution/nearest"][key]

        def nearest(axis, near=near, key=key, name=name):
            of_set, of_real = near["of_set"][:], near["of_distribution"][:]
            finite = np.concatenate([v[np.isfinite(v)] for v in (of_set, of_real)])
            end = max(2.0 * cutoff[key], np.quantile(finite, 0.98) if len(finite) else 0.0)
            cumulative(axis, of_real, end, color=REAL, lw=1.8)
            cumulative(axis, of_set, end, color=SET, lw=1.8)
            axis.axvline(cutoff[key], color="0.2", lw=1, ls="--")
            axis.set_xlim(0, end)
            axis.set_ylim(0, 102)
            axis.set_xlabel(name)
            axis.set_ylabel("% that have another within it")

        panels.append(nearest)

    def legend(axis):
        axis.axis("off")
        lines = [plt.Line2D([], [], color=color, lw=1.8) for color in (SET, REAL)]
        axis.legend(lines, ["set; to the nearest of the distribution", "distribution; to the nearest of the set"],
                    loc="center")

    panels.append(legend)
    return figure_of(panels, title)


def draw_crystals(file, title):
    """What was made: volumes, numbers of atoms, cells, and in how many crystals the most frequent elements are."""
    rows = file["crystals"]
    if "cell" not in rows:
        return None  # crystals that were read, not made
    made = rows["status"][:] == 0
    if not made.any():
        return None
    n_atoms, cells = rows["n_atoms"][:][made], rows["cell"][:][made]
    lengths = np.linalg.norm(cells, axis=2)
    cosines = np.stack([np.sum(cells[:, i] * cells[:, j], axis=1) / (lengths[:, i] * lengths[:, j])
                        for i, j in ((1, 2), (0, 2), (0, 1))])
    figure, axes = plt.subplots(2, 2, figsize=(9.5, 6.2), layout="constrained")
    axes[0][0].hist(np.abs(np.linalg.det(cells)) / n_atoms, bins=40, color=SET)
    axes[0][0].set_xlabel("volume per atom (Å³)")
    number, count = np.unique(n_atoms, return_counts=True)
    axes[0][1].bar(number, count, color=SET)
    axes[0][1].set_xlim(0, number.max() + 1)
    axes[0][1].grid(axis="x", visible=False)
    axes[0][1].set_xlabel("atoms in the cell")
    angles = np.degrees(np.arccos(np.clip(cosines.ravel(), -1, 1)))
    axes[1][0].hist(angles, bins=np.linspace(min(angles.min(), 60), max(angles.max(), 120), 61), color=SET)
    axes[1][0].set_xlabel("angles of the cell (°)")
    # Crystals that failed have no atoms.
    offset, z = file["atoms/offset"][:], file["atoms/atomic_number"][:]
    holds = np.zeros(119, int)
    for first, last in zip(offset[:-1], offset[1:]):
        holds[np.unique(z[first:last])] += 1
    most = np.argsort(-holds, kind="stable")[:25]
    most = most[holds[most] > 0]
    axes[1][1].bar(np.arange(len(most)), holds[most], color=SET)
    axes[1][1].set_xticks(np.arange(len(most)), [SYMBOLS[k] for k in most], fontsize=7)
    axes[1][1].grid(axis="x", visible=False)
    axes[1][1].set_xlabel("elements")
    for axis in axes.flat:
        axis.set_ylabel("crystals")
    axes[1][0].set_ylabel("angles")
    figure.suptitle(f"{title}: {made.sum():,} crystals")
    return figure


DRAWINGS = [("crystals", "crystals", draw_crystals), ("prediction", "prediction", draw_prediction), ("sets", "distribution", draw_sets)]
