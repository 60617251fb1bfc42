"""Molecular dynamics: thermo series, spread of a committee, radial distribution, displacement and velocity correlation."""
import h5py
import numpy as np

from plots.common import column, label, plt, unit


def draw_thermo(file, title):
    """Temperature, energies, pressure and the drift of the conserved quantity against time."""
    group = file["thermo"]
    time, time_unit = column(group, "time")
    panels = []
    temperature, temperature_unit = column(group, "temperature")
    if temperature is not None:
        panels.append((label("temperature", temperature_unit), [(temperature, None)]))
    energies = [(name, *column(group, name)) for name in ("potential_energy", "kinetic_energy", "total_energy")]
    energies = [(name, values, u) for name, values, u in energies if values is not None]
    if energies:
        # Side by side on one axis their changes vanish beside their values: draw each relative to its mean.
        panels.append((label("energy − mean", energies[0][2]),
                       [(values - values.mean(), name.replace("_energy", "")) for name, values, _ in energies]))
    pressure, pressure_unit = column(group, "pressure")
    if pressure is not None:
        panels.append((label("pressure", pressure_unit), [(pressure, None)]))
    conserved, conserved_unit = column(group, "conserved")
    if conserved is not None:
        panels.append((label("conserved − start", conserved_unit), [(conserved - conserved[0], None)]))
    volume, volume_unit = column(group, "volume")
    if volume is not None and np.ptp(volume) > 1e-9 * abs(volume[0]):
        panels.append((label("volume", volume_unit), [(volume, None)]))
    if time is None or len(time) < 2 or not panels:
        return None
    figure, axes = plt.subplots(len(panels), 1, sharex=True, figsize=(7, 1.1 + 1.7 * len(panels)), squeeze=False)
    for axis, (name, curves) in zip(axes[:, 0], panels):
        for values, curve_name in curves:
            axis.plot(time, values, lw=1.2, label=curve_name)
        axis.set_ylabel(name)
        axis.ticklabel_format(axis="y", useOffset=False, style="plain" if np.ptp(axis.get_ylim()) > 1e-3 else "sci",
                              scilimits=(0, 0) if np.ptp(axis.get_ylim()) <= 1e-3 else (-3, 5))
        if any(curve_name for _, curve_name in curves):
            axis.legend(ncol=3, fontsize=8)
    start = file["thermo_start"][()] if "thermo_start" in file else 0.0
    if start > time[0]:
        for axis in axes[:, 0]:
            axis.axvspan(time[0], start, color="0.92", lw=0, zorder=0)
        axes[0, 0].text(time[0], 1.02, " equilibration", transform=axes[0, 0].get_xaxis_transform(), fontsize=8, color="0.4")
    axes[-1, 0].set_xlabel(label("time", time_unit))
    axes[0, 0].set_title(title)
    figure.align_ylabels()
    return figure


def curves(group):
    """(abscissa name, values, unit), [(name, dataset)]"""
    x = next(name for name in ("distance", "time") if name in group)
    return (x, group[x][:], unit(group[x])), [
        (name, item) for name, item in group.items()
        if isinstance(item, h5py.Dataset) and item.ndim == 1 and name not in (x, "windows")]


def draw_rdf(file, title):
    (x_name, x, x_unit), lines = curves(file["rdf"])
    figure, axis = plt.subplots(figsize=(6, 4))
    for name, dataset in lines:
        axis.plot(x, dataset[:], lw=1.4, label=name)
    axis.axhline(1.0, color="0.6", lw=0.8, ls="--")
    axis.set_xlim(0, x[-1])
    axis.set_ylim(bottom=0)
    axis.set_xlabel(label(x_name, x_unit))
    axis.set_ylabel("radial distribution function g(r)")
    if len(lines) > 1:
        axis.legend()
    axis.set_title(title)
    return figure


def draw_msd(file, title):
    (_, x, x_unit), lines = curves(file["msd"])
    if len(x) < 2:
        return None
    figure, axis = plt.subplots(figsize=(6, 4))
    for name, dataset in lines:
        (line,) = axis.plot(x, dataset[:], lw=1.4, label=name)
        diffusion, error = (file[f"msd/{which}/{name}"][()] if f"msd/{which}/{name}" in file else np.nan
                            for which in ("diffusion", "diffusion_error"))
        if np.isfinite(diffusion):
            # D is the slope of a line fitted to the second half (over six); the line goes through that half's middle.
            half = slice(len(x) // 2, None)
            fit = dataset[half].mean() + 6 * diffusion * (x[half] - x[half].mean())
            value = f"{diffusion:.4g}" + (f" ± {error:.1g}" if np.isfinite(error) else "")
            axis.plot(x[half], fit, ls="--", lw=1.6, color="black", alpha=0.6,
                      label=f"D = {value} {unit(file[f'msd/diffusion/{name}'])}")
    axis.set_xlim(left=0)
    axis.set_ylim(bottom=0)
    axis.set_xlabel(label("time", x_unit))
    axis.set_ylabel(label("mean squared displacement", unit(lines[0][1])))
    axis.legend()
    axis.set_title(title)
    return figure


def draw_vacf(file, title):
    (_, x, x_unit), lines = curves(file["vacf"])
    if len(x) < 2:
        return None
    figure, axis = plt.subplots(figsize=(6, 4))
    for name, dataset in lines:
        values = dataset[:]
        axis.plot(x, values / values[0] if values[0] else values, lw=1.4, label=name)
    axis.axhline(0.0, color="0.6", lw=0.8)
    axis.set_xlim(0, x[-1])
    axis.set_xlabel(label("time", x_unit))
    axis.set_ylabel("velocity autocorrelation, normalized")
    if len(lines) > 1:
        axis.legend()
    axis.set_title(title)
    return figure


def draw_spread(file, title):
    """How far the models of a committee are apart, against time."""
    group = file["spread"]
    time, time_unit = column(group, "time")
    if time is None or len(time) < 2:
        return None
    figure, (forces, energy) = plt.subplots(2, 1, sharex=True, figsize=(7, 5), height_ratios=(2, 1))
    for name, words in (("force_max", "largest"), ("force_rms", "root mean square"), ("force_mean", "mean")):
        values, force_unit = column(group, name)
        forces.plot(time, values, lw=1.2, label=words)
    if "threshold" in group:
        threshold = group["threshold"][()]
        above = group["force_max"][:] > threshold
        forces.axhline(threshold, color="0.4", lw=1.0, ls="--", label=f"threshold, {above.sum()} frames above")
        forces.plot(time[above], group["force_max"][:][above], ls="", marker="o", ms=3.5, color="black", zorder=3)
    forces.set_ylim(bottom=0)
    forces.set_ylabel(label("force", force_unit))
    forces.legend(ncol=2, fontsize=8)
    forces.set_title(f"{title}: spread of {group['models'][()]} models")
    values, energy_unit = column(group, "energy")
    if energy_unit == "eV/atom":
        values, energy_unit = 1000 * values, "meV/atom"
    energy.plot(time, values, lw=1.2)
    energy.set_ylim(0, 1.1 * values.max() or 1)
    energy.set_ylabel(label("energy", energy_unit))
    energy.set_xlabel(label("time", time_unit))
    figure.align_ylabels()
    return figure


DRAWINGS = [("thermo", "thermo", draw_thermo), ("spread", "spread", draw_spread), ("rdf", "rdf", draw_rdf),
            ("msd", "msd", draw_msd), ("vacf", "vacf", draw_vacf)]
