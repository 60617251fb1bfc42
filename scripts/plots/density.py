"""Continuous normalizing flows in the plane: densities at several times, velocities, and the ways of points from noise to data."""
import numpy as np
from matplotlib.collections import LineCollection

from .common import plt, text

MAP = plt.get_cmap("magma")


def bare(axis, x, y, color=None):
    """A square without ticks."""
    axis.set_xlim(*x)
    axis.set_ylim(*y)
    axis.set_aspect("auto")
    axis.set_box_aspect(1)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(False)
    for spine in axis.spines.values():
        spine.set_visible(color is None)
        spine.set_color("0.8")
    if color is not None:
        axis.set_facecolor(color)


def window(flow, ways):
    """What is drawn of the grid: a period, or two and a half deviations and what the ways need."""
    ends = []
    for c, name in enumerate("xy"):
        centers = flow[name][:]
        half = 0.5 * (centers[1] - centers[0])
        low, high = centers[0] - half, centers[-1] + half
        if flow["period"][c] == 0:
            middle, reach = 0.5 * (low + high), 0.3125 * (high - low)
            if len(ways):
                reach = max(reach, 1.05 * np.nanmax(np.abs(ways[:, :, c] - middle)))
            low, high = max(low, middle - reach), min(high, middle + reach)
        ends.append((low, high))
    return ends


def pieces(way, periods):
    """Straight pieces of a way, without those that leap over the edge of a period."""
    ends = np.stack([way[:-1], way[1:]], axis=1)
    leap = np.abs(ends[:, 1] - ends[:, 0])
    return np.where(((periods > 0) & (leap > 0.5 * periods)).any(1)[:, None, None], np.nan, ends)


def draw_flow(file, title):
    """A row of densities, and below it the velocities that make them; at the end points that were made, and their ways."""
    flow = file["flow"]
    times, ways, periods = flow["time"][:], flow["trajectory"][:], flow["period"][:]
    density = np.exp(flow["log_density"][:])
    if not np.isfinite(density).any():
        return None
    names = [text(name) for name in flow["column"][:]]
    (x0, x1), (y0, y1) = window(flow, ways)
    corners = []
    for c, name in enumerate("xy"):
        centers = flow[name][:]
        half = 0.5 * (centers[1] - centers[0])
        corners += [centers[0] - half, centers[-1] + half]
    n = len(times) + 1
    figure, axes = plt.subplots(2, n, figsize=(2.1 * n, 4.9), layout="constrained", squeeze=False)
    velocity = flow["velocity"][:]
    fastest = np.quantile(np.linalg.norm(velocity, axis=-1), 0.98)
    vx, vy = np.meshgrid(flow["velocity_x"][:], flow["velocity_y"][:])
    for k, t in enumerate(times):
        image = dict(extent=corners, origin="lower", interpolation="bilinear")
        # Each against its own peak: that of the data is many times that of the noise.
        axes[0][k].imshow(density[k], cmap=MAP, vmin=0, vmax=np.nanquantile(density[k], 0.998), **image)
        axes[1][k].imshow(density[k]**0.5, cmap="Greys", vmin=0, vmax=2.2 * np.nanquantile(density[k], 0.998)**0.5, **image)
        # Directions as they are on paper; slow ones would be points, so that lengths go with the root of the speed.
        arrow = velocity[k] / np.array([x1 - x0, y1 - y0])
        speed = np.linalg.norm(velocity[k], axis=-1)
        arrow *= (np.sqrt(np.minimum(speed / fastest, 1)) / np.maximum(np.linalg.norm(arrow, axis=-1), 1e-12))[..., None]
        axes[1][k].quiver(vx, vy, arrow[..., 0], arrow[..., 1], speed, cmap="viridis", clim=(0, fastest), scale=15,
                          scale_units="width", width=0.007, pivot="mid")
        bare(axes[0][k], (x0, x1), (y0, y1), MAP(0.0))
        bare(axes[1][k], (x0, x1), (y0, y1))
        kind = " (noise)" if t == 0 else " (data)" if t == 1 else ""
        axes[0][k].set_title(f"t = {t:g}{kind}", fontsize=10)
    axes[0][0].set_ylabel("density")
    axes[1][0].set_ylabel("velocity")
    points = file["vectors/value"][:]
    points = points[np.isfinite(points).all(1)]
    axes[0][-1].scatter(points[:5000, 0], points[:5000, 1], s=1.2, lw=0, color=MAP(0.75), alpha=0.6, rasterized=True)
    bare(axes[0][-1], (x0, x1), (y0, y1), MAP(0.0))
    axes[0][-1].set_title(f"{min(len(points), 5000):,} points", fontsize=10)
    for way in ways:
        lines = LineCollection(pieces(way, periods), cmap="viridis", lw=0.9, alpha=0.85)
        lines.set_array(flow["trajectory_time"][:-1])
        axes[1][-1].add_collection(lines)
    if len(ways):
        axes[1][-1].scatter(*ways[:, 0].T, s=5, lw=0, color=plt.get_cmap("viridis")(0.0), zorder=3)
        axes[1][-1].scatter(*ways[:, -1].T, s=9, lw=0, color="#c2711c", zorder=4)
    bare(axes[1][-1], (x0, x1), (y0, y1))
    axes[1][-1].set_title("ways from noise to data", fontsize=10)
    axes[1][0].set_xlabel(names[0], fontsize=8)
    axes[1][-1].set_ylabel(names[1], fontsize=8, rotation=0, labelpad=8)
    axes[1][-1].yaxis.set_label_position("right")
    figure.suptitle(title)
    return figure


DRAWINGS = [("flow", "flow", draw_flow)]
