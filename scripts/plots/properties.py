"""Properties of a crystal as a potential predicts them: energy against volume, dimers, energy of a run of dynamics."""
import numpy as np

from plots.common import plt

DATA, FIT = "#14507f", "#c0692c"


def report(file):
    return file["properties"] if "properties" in file else file["train/properties"] if "train/properties" in file else None


def draw(file, title):
    found = report(file)
    if found is None:
        return None
    panels = [name for name in ("equation_of_state", "dimers", "nve") if name in found]
    if not panels:
        return None
    n_atoms = found["ground_state/n_atoms"][()] if "ground_state/n_atoms" in found else 1
    figure, axes = plt.subplots(1, len(panels), figsize=(4.6 * len(panels), 3.8), squeeze=False)
    for axis, name in zip(axes[0], panels):
        group = found[name]
        if name == "equation_of_state":
            axis.plot(group["volume"][:] / n_atoms, group["energy"][:] / n_atoms, "o", color=DATA, ms=4, label="potential")
            if "fit_energy" in group:
                axis.plot(group["volume"][:] / n_atoms, group["fit_energy"][:] / n_atoms, color=FIT, lw=1.2,
                          label=f"Birch–Murnaghan\n$B$ = {group['B0'][()]:.1f} GPa, $B'$ = {group['B0_prime'][()]:.1f}")
            axis.set_xlabel("volume (Å³/atom)")
            axis.set_ylabel("energy (eV/atom)")
            axis.legend(fontsize=8)
        elif name == "dimers":
            r = group["distance"][:]
            deepest = 0.0
            for pair in sorted(k for k in group if k != "distance"):
                axis.plot(r, group[pair]["energy"][:], lw=1.4, label=pair)
                deepest = min(deepest, group[pair]["energy"][:].min())
            # The wall would take all the room.
            axis.set_ylim(1.3 * deepest - 1e-3, max(1e-3, -2.0 * deepest))
            axis.axhline(0.0, color="#9a9a9a", lw=0.8)
            axis.set_xlabel("distance (Å)")
            axis.set_ylabel("energy of the pair (eV)")
            axis.legend(fontsize=8)
        else:
            energy = group["total_energy"][:]
            axis.plot(group["time"][:], 1e3 * (energy - np.mean(energy)), color=DATA, lw=0.6)
            axis.set_xlabel("time (ps)")
            axis.set_ylabel("total energy − mean (meV/atom)")
            axis.set_title(f"{group['drift'][()]:.2g} meV/atom/ps at {group['temperature'][()]:.0f} K", fontsize=10)
    figure.suptitle(title)
    figure.tight_layout()
    return figure


DRAWINGS = [("properties", "properties", draw), ("properties", "train/properties", draw)]
