"""Phases by principal components: the first component against temperature, the plane of the first two, the spectrum."""
import numpy as np

from plots.common import plt
from plots.ising import T_CRITICAL


def largest(file):
    """The group of the largest lattice and its name."""
    return max(((group["components"].shape[1] * group["components"].shape[2], name, group)
                for name, group in file["phase"].items()), key=lambda row: row[0])[1:]


def draw_order(file, title):
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


DRAWINGS = [("order", "phase", draw_order), ("plane", "phase", draw_plane), ("spectrum", "phase", draw_spectrum)]
