"""Latent vectors of crystals: where they lie, what they know, and what was made of those that were searched for."""
import numpy as np

from .common import label, plt, text, unit

BLUE, ORANGE = "#14507f", "#c2711c"


def draw_latents(file, title):
    """A map of latent vectors colored by each property, and how much every dimension holds."""
    if "map" not in file["latents"]:
        return None
    place = file["latents/map"][:]
    names = list(file["properties"]) if "properties" in file else []
    figure, axes = plt.subplots(1, len(names) + 1 if names else 2, figsize=(4.6 * (len(names) + 1 if names else 2), 4.0),
                                squeeze=False, layout="constrained")
    axes = axes[0]
    for axis, name in zip(axes, names or [None]):
        color = None
        if name is not None:
            labels = file["known"][name]
            source = labels if np.isfinite(labels[:]).any() else file["properties"][name]
            color = source[:]
        order = np.argsort(color, kind="stable") if color is not None else np.arange(len(place))
        low, high = np.nanquantile(color, [0.01, 0.99]) if color is not None else (None, None)
        shown = axis.scatter(*place[order].T, c=color[order] if color is not None else BLUE, s=6, lw=0, cmap="viridis",
                             vmin=low, vmax=high, rasterized=True)
        if color is not None:
            figure.colorbar(shown, ax=axis, label=label(name, unit(source)))
        axis.set_xlabel("first principal component")
        axis.set_ylabel("second")
    kl = np.sort(file["latents/kl"][:])[::-1]
    axes[-1].bar(np.arange(1, len(kl) + 1), kl, width=0.85, color=BLUE)
    axes[-1].axhline(0.1, color="0.3", lw=1, ls="--")
    axes[-1].grid(axis="x", visible=False)
    axes[-1].set_xlabel("dimensions of the latent vector, sorted")
    axes[-1].set_ylabel("KL divergence (nats)")
    axes[-1].set_title(f"{kl.sum():.1f} nats, {np.sum(kl > 0.1)} of {len(kl)} in use", fontsize=10)
    figure.suptitle(title)
    return figure


def draw_target(file, title):
    """What the judge says of the crystals that were made, around what was wanted; and of each what the model had said."""
    rows, target = file["crystals"], file["target"]
    judged = rows["judged"][:]
    judged = np.where(rows["status"][:] == 0, judged, np.nan)
    if not np.isfinite(judged).any():
        return None
    name, of = text(target.attrs["property"]), unit(target["value"])
    value, width = target["value"][()], target["tolerance"][()]
    said = file["latents"][name] if "latents" in file and name in file["latents"] else None
    figure, axes = plt.subplots(1, 1 if said is None else 2, figsize=(5.2 if said is None else 9.8, 4.0), squeeze=False,
                                layout="constrained")
    axis = axes[0][0]
    axis.hist(judged[np.isfinite(judged)], bins=40, color=BLUE)
    axis.axvspan(value - width, value + width, color=ORANGE, alpha=0.25, lw=0)
    axis.set_xlabel(f"{label(name, of)} by the judge")
    axis.set_ylabel("crystals")
    axis.set_title(f"{target['hits'][()]:,} of {target['tried'][()]:,} within {width:g} of {value:g}", fontsize=10)
    if said is not None:
        axis = axes[0][1]
        axis.scatter(said[:][rows["latent"][:]], judged, s=8, lw=0, color=BLUE, alpha=0.6)
        axis.axhspan(value - width, value + width, color=ORANGE, alpha=0.25, lw=0)
        ends = [np.nanmin(np.append(judged, said[:])), np.nanmax(np.append(judged, said[:]))]
        axis.plot(ends, ends, color="0.3", lw=1, ls="--")
        axis.set_xlabel(f"{label(name, of)} that the model says of the latent vector")
        axis.set_ylabel("the same by the judge, of the crystal")
    figure.suptitle(title)
    return figure


DRAWINGS = [("latents", "latents", draw_latents), ("target", "target", draw_target)]
