"""Phases by principal components: the first component against temperature, the plane of the first two, the spectrum. By
trained networks: confidence against temperature, learning by confusion, the extrapolation to an infinite lattice."""
import numpy as np

from plots.common import plt, text
from plots.ising import T_CRITICAL


def largest(file):
    """The group of the largest lattice and its name."""
    return max(((group["components"].shape[1] * group["components"].shape[2], name, group)
                for name, group in file["phase"].items()), key=lambda row: row[0])[1:]


def method(file):
    return text(file["phase"].attrs.get("method", "pca"))


def draw_order(file, title):
    if method(file) != "pca":
        return None
    name, group = largest(file)
    if "order" not in group:
        return None
    temperature = group["temperature"][:]
    figure, (top, middle) = plt.subplots(2, 1, figsize=(7, 6.5), sharex=True)
    edge = np.sqrt(np.prod(group["components"].shape[1:]))
    first = group["projections"][:, 0] + (group["mean"][:] * group["components"][0]).sum()
    top.scatter(group["projection_temperature"][:], first / edge, s=3, alpha=0.15, lw=0, color="tab:blue",
                label="configurations")
    top.errorbar(temperature, group["order"][:], group["order_error"][:], color="black", fmt="o-", ms=3, lw=1.0,
                 label="<|p$_1$|>")
    top.set_ylabel("first projection p$_1$ / √N")
    middle.errorbar(temperature, group["fluctuation"][:], group["fluctuation_error"][:], color="tab:red", fmt="o-", ms=3,
                    lw=1.0, label="<p$_1$²> − <|p$_1$|>²")
    middle.set_ylabel("fluctuation of p$_1$")
    middle.set_xlabel("temperature (|J|/k$_B$)")
    for axis in (top, middle):
        axis.axvline(T_CRITICAL, color="0.5", lw=0.9, ls="--", label=f"exact T$_c$ = {T_CRITICAL:.4f}")
    if "transition" in group:
        t, dt = group["transition/temperature"][()], group["transition/temperature_error"][()]
        p, dp = group["transition/fluctuation_peak"][()], group["transition/fluctuation_peak_error"][()]
        top.axvspan(t - dt, t + dt, color="tab:green", alpha=0.25, lw=0, label=f"<p$_1$²> falls steepest: {t:.3f} ± {dt:.3f}")
        middle.axvspan(p - dp, p + dp, color="tab:orange", alpha=0.25, lw=0, label=f"peak: {p:.3f} ± {dp:.3f}")
    for axis in (top, middle):
        legend = axis.legend(fontsize=8, loc="upper right")
        for handle in legend.legend_handles if hasattr(legend, "legend_handles") else legend.legendHandles:
            handle.set_alpha(None if hasattr(handle, "get_facecolor") is False else max(0.5, handle.get_alpha() or 1.0))
    top.set_title(f"{title} ({name})")
    figure.align_ylabels()
    return figure


def draw_plane(file, title):
    if method(file) != "pca":
        return None
    name, group = largest(file)
    projections = group["projections"][:]
    if projections.shape[1] < 2:
        return None
    figure, axis = plt.subplots(figsize=(7, 5.2))
    points = axis.scatter(projections[:, 0], projections[:, 1], c=group["projection_temperature"][:], s=7, cmap="coolwarm",
                          alpha=0.7, lw=0)
    bar = figure.colorbar(points, ax=axis, label="temperature (|J|/k$_B$)")
    bar.solids.set_alpha(1.0)
    axis.set_xlabel("first principal component")
    axis.set_ylabel("second principal component")
    axis.set_title(f"{title} ({name})")
    return figure


def draw_spectrum(file, title):
    if method(file) != "pca":
        return None
    name, group = largest(file)
    ratios = group["explained_variance_ratio"][:]
    components = group["components"][:]
    shown = min(4, len(components))
    figure = plt.figure(figsize=(9.5, 4.2))
    grid = figure.add_gridspec(2, 4, width_ratios=[2.4, 0.15, 1, 1])
    axis = figure.add_subplot(grid[:, 0])
    n = min(len(ratios), 50)
    axis.semilogy(np.arange(1, n + 1), ratios[:n], "o-", ms=3.5, lw=0.8)
    axis.set_xlabel("component")
    axis.set_ylabel("explained variance ratio")
    axis.set_title(f"{title} ({name})", fontsize=10)
    for k in range(shown):
        picture = figure.add_subplot(grid[k // 2, 2 + k % 2])
        reach = np.abs(components[k]).max()
        picture.imshow(components[k], cmap="RdBu", vmin=-reach, vmax=reach, origin="lower")
        picture.set_title(f"component {k + 1}", fontsize=9)
        picture.axis("off")
    return figure


def sizes_with(file, dataset):
    """Names and groups of the lattice sizes that have a dataset, small ones first."""
    found = [(name, group) for name, group in file["phase"].items() if hasattr(group, "keys") and dataset in group]
    edge = lambda name: np.prod([float(word) for word in name.lstrip("L").split("x")]) ** (1 if "x" in name else 2)
    return sorted(found, key=lambda row: edge(row[0]))


def color_of(k, n):
    return plt.get_cmap("viridis")(0.85 * k / max(1, n - 1))


def mark_exact(axis):
    axis.axvline(T_CRITICAL, color="0.5", lw=0.9, ls="--", zorder=0, label=f"exact T$_c$ = {T_CRITICAL:.4f}")


def draw_confidence(file, title):
    sizes = sizes_with(file, "confidence")
    if not sizes:
        return None
    figure, (whole, near) = plt.subplots(1, 2, figsize=(11, 4.6), gridspec_kw={"width_ratios": [1, 1.25]})
    (low, ordered), (disordered, high) = file["phase/windows"][:]
    crossings = []
    for k, (name, group) in enumerate(sizes):
        color = color_of(k, len(sizes))
        t, p, dp = (group[key][:] for key in ("temperature", "confidence", "confidence_error"))
        label = name
        if "transition" in group:
            at, error = group["transition/temperature"][()], group["transition/temperature_error"][()]
            crossings.append(at)
            label += f": T$_c$(L) = {at:.4f} ± {error:.4f}"
        for axis in (whole, near):
            if len(group["confidence_of_network"]) > 1:
                for own in group["confidence_of_network"][:]:
                    axis.plot(t, own, color=color, lw=0.5, alpha=0.35)
            axis.errorbar(t, p, dp, color=color, fmt="o-", ms=3, lw=1.1, label=label)
        if "transition" in group:
            near.errorbar([at], [0.5], xerr=[error], color=color, fmt="D", ms=6, mfc="white", mew=1.4, capsize=4, zorder=5)
    temperatures = np.concatenate([group["temperature"][:] for _, group in sizes])
    for (first, last), name in (((low, ordered), "shown as ordered"), ((disordered, high), "shown as disordered")):
        whole.axvspan(max(first, temperatures.min()), min(last, temperatures.max()), lw=0,
                      color="tab:blue" if "dis" not in name else "tab:red", alpha=0.1, label=name)
    whole.set_ylabel("confidence: probability of disorder")
    middle = np.mean(crossings) if crossings else T_CRITICAL
    near.set_xlim(max(ordered, middle - 0.35), min(disordered, middle + 0.35))
    near.axhline(0.5, color="0.7", lw=0.8, zorder=0)
    for axis in (whole, near):
        mark_exact(axis)
        axis.set_xlabel("temperature (|J|/k$_B$)")
    handles, labels = whole.get_legend_handles_labels()
    shown = [k for k, label in enumerate(labels) if label.startswith("shown")]
    whole.legend([handles[k] for k in shown], [labels[k] for k in shown], fontsize=8, loc="center left")
    near.legend(fontsize=8, loc="upper left")
    figure.suptitle(title)
    return figure


def draw_confusion(file, title):
    sizes = sizes_with(file, "accuracy")
    if not sizes:
        return None
    figure, axis = plt.subplots(figsize=(7.5, 4.8))
    for k, (name, group) in enumerate(sizes):
        color = color_of(k, len(sizes))
        t, a, da = (group[key][:] for key in ("trial_temperature", "accuracy", "accuracy_error"))
        label = name
        if "transition" in group:
            at, error = group["transition/temperature"][()], group["transition/temperature_error"][()]
            label += f": peak at {at:.3f} ± {error:.3f}"
            axis.errorbar([at], [np.interp(at, t, a)], xerr=[error], color=color, fmt="D", ms=6, mfc="white", mew=1.4,
                          capsize=4, zorder=5)
        axis.errorbar(t, a, da, color=color, fmt="o-", ms=3, lw=1.1, label=label)
    accuracies = np.concatenate([group["accuracy"][:] for _, group in sizes])
    bottom = accuracies.min() - 0.35 * (1.0 - accuracies.min())
    axis.plot(t, group["guess"][:], color="0.6", lw=0.9, ls=":", label="always the larger side")
    axis.set_ylim(bottom, 1.0 + 0.04 * (1.0 - bottom))
    mark_exact(axis)
    axis.set_xlabel("trial temperature (|J|/k$_B$)")
    axis.set_ylabel("accuracy on configurations kept out of training")
    axis.legend(fontsize=8, loc="lower left")
    axis.set_title(title)
    return figure


def draw_extrapolation(file, title):
    if "phase/extrapolation" not in file:
        return None
    group = file["phase/extrapolation"]
    edge, t, dt = group["edge"][:], group["temperature"][:], group["temperature_error"][:]
    t_c, dt_c, slope, nu = (group[key][()] for key in ("t_c", "t_c_error", "slope", "nu"))
    figure, axis = plt.subplots(figsize=(6.5, 4.4))
    x = edge ** (-1.0 / nu)
    line = np.linspace(0.0, 1.08 * x.max(), 50)
    axis.plot(line, t_c + slope * line, color="tab:blue", lw=1.0)
    axis.errorbar(x, t, dt, color="tab:blue", fmt="o", ms=5, capsize=3, label="T$_c$(L)")
    axis.errorbar([0.0], [t_c], [dt_c], color="tab:red", fmt="D", ms=6, capsize=4, clip_on=False, zorder=5,
                  label=f"L → ∞: {t_c:.4f} ± {dt_c:.4f}")
    for k in range(len(edge)):
        axis.annotate(f"L = {edge[k]:g}", (x[k], t[k]), textcoords="offset points", xytext=(6, -12), fontsize=8)
    axis.axhline(T_CRITICAL, color="0.5", lw=0.9, ls="--", zorder=0, label=f"exact T$_c$ = {T_CRITICAL:.4f}")
    axis.set_xlim(left=0.0)
    axis.set_xlabel("L$^{-1/ν}$, ν = " + f"{nu:.3g}")
    axis.set_ylabel("temperature (|J|/k$_B$)")
    axis.legend(fontsize=8)
    axis.set_title(title)
    return figure


DRAWINGS = [("order", "phase", draw_order), ("plane", "phase", draw_plane), ("spectrum", "phase", draw_spectrum),
            ("confidence", "phase", draw_confidence), ("confusion", "phase", draw_confusion),
            ("extrapolation", "phase", draw_extrapolation)]
