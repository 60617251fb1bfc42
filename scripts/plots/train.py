"""Training: loss curves, parity of predictions, errors against the spread of an ensemble, learning curves."""
import numpy as np

from plots.common import plt, text, unit

TRAIN, CHECK, TEST = "#9a9a9a", "#c0692c", "#14507f"


def sizes(train):
    """[(title, group)] of every number of training samples."""
    if "predictions" in train or any(n.startswith("member_") for n in train):
        return [("", train)]
    names = sorted((n for n in train if n.startswith("n_")), key=lambda n: int(n[2:]))
    return [(f"{int(n[2:]):,} samples", train[n]) for n in names]


def members(group):
    return [group[n] for n in sorted((n for n in group if n.startswith("member_")), key=lambda n: int(n[7:]))]


def grid(n, width=4.2, height=3.6):
    columns = min(n, 3)
    rows = -(-n // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(width * columns, height * rows), squeeze=False)
    for axis in axes.flat[n:]:
        axis.set_visible(False)
    return figure, axes.flat


def draw_loss(file, title):
    shown = [(name, members(group)) for name, group in sizes(file["train"])]
    shown = [(name, list_) for name, list_ in shown if any("history" in m for m in list_)]
    if not shown:
        return None
    figure, axes = grid(len(shown), 5.2, 3.8)
    for axis, (name, list_) in zip(axes, shown):
        handles = {}
        for member in (m for m in list_ if "history" in m):
            history = member["history"]
            epoch = history["epoch"][:]
            steps = member["step_loss"][:]
            per_epoch = max(1, len(steps) // len(epoch))
            handles["batches"], = axis.plot((np.arange(len(steps)) + 1) / per_epoch, steps, color=TRAIN, lw=0.4, alpha=0.4)
            handles["training"], = axis.plot(epoch - 0.5, history["loss"][:], color="black", lw=1.2, alpha=0.8)
        axis.set_yscale("log")
        # Batches of the first steps would take all the room.
        values = np.concatenate([m["history/loss"][:] for m in list_ if "history" in m])
        values = values[np.isfinite(values) & (values > 0)]
        if len(values):
            axis.set_ylim(0.5 * values.min(), 2.0 * values.max())
        axis.set_xlabel("epoch")
        axis.set_ylabel("loss")
        validation = [n for n in list_[0]["history"] if n.startswith("validation_")]
        first = next((n for n in ("validation_mae", "validation_cross_entropy", "validation_force_mae") if n in validation),
                     validation[0] if validation else None)
        if first:
            right = axis.twinx()
            right.grid(False)
            right.spines["right"].set_visible(True)
            for member in (m for m in list_ if "history" in m):
                series = member["history"][first]
                handles["validation"], = right.plot(member["history/epoch"][:], series[:], color=CHECK, lw=1.2, alpha=0.8)
                best = int(member["best_epoch"][()])
                right.plot([best], [series[best - 1]], "o", color=CHECK, ms=5)
            right.set_yscale("log")
            words = first[len("validation_"):].replace("_", " ")
            words = words.upper() if len(words) <= 4 else words
            right.set_ylabel(f"validation {words}" + (f" ({unit(series)})" if unit(series) else ""), color=CHECK)
        axis.legend(handles.values(), handles.keys(), loc="upper right", fontsize=8)
        axis.set_title(name or title)
    return figure


def draw_parity(file, title):
    train = file["train"]
    shown = [(name, group["predictions"]) for name, group in sizes(train) if "predictions" in group]
    shown = [(name, p) for name, p in shown
             if "prediction" in p and p["prediction"].ndim == 1 and len(p["target"])]
    if not shown:
        return None
    name_of = text(train.attrs.get("property", "")).replace("_", " ") or "value"
    of_unit = f" ({text(train.attrs['unit'])})" if train.attrs.get("unit") else ""
    figure, axes = grid(len(shown), 4.6, 4.4)
    for axis, (name, p) in zip(axes, shown):
        part, target, predicted = p["part"][:], p["target"][:], p["prediction"][:]
        chosen = part == 2 if np.any(part == 2) else part == 1
        x, y = target[chosen], predicted[chosen]
        low, high = min(x.min(), y.min()), max(x.max(), y.max())
        pad = 0.04 * (high - low or 1.0)
        ends = [low - pad, high + pad]
        axis.plot(ends, ends, color=TRAIN, lw=1, zorder=1)
        size = float(np.clip(2000 / max(len(x), 1), 2, 18))
        if "spread" in p:
            shade = p["spread"][:][chosen]
            points = axis.scatter(x, y, c=shade, s=size, cmap="viridis", lw=0, vmin=0,
                                  vmax=np.quantile(shade, 0.98) or 1, zorder=2)
            bar = figure.colorbar(points, ax=axis, fraction=0.046, pad=0.04, label=f"spread of the ensemble{of_unit}")
            bar.outline.set_visible(False)
        else:
            axis.scatter(x, y, s=size, color=TEST, alpha=0.5, lw=0, zorder=2)
        axis.set_xlim(ends)
        axis.set_ylim(ends)
        axis.set_aspect("equal")
        axis.set_xlabel(f"{name_of}, data{of_unit}")
        axis.set_ylabel(f"{name_of}, network{of_unit}")
        mae = np.mean(np.abs(y - x))
        axis.text(0.04, 0.96, f"{'test' if np.any(part == 2) else 'validation'}, {len(x):,} crystals\nMAE {mae:.4f} {text(train.attrs.get('unit', ''))}",
                  transform=axis.transAxes, va="top")
        axis.set_title(name or title)
    return figure


def draw_potential_parity(file, title):
    """Energy, force and stress, of the model against the data; a row for every number of training samples."""
    shown = [(name, group["predictions"]) for name, group in sizes(file["train"]) if "predictions" in group]
    shown = [(name, p) for name, p in shown if "force" in p]
    if not shown:
        return None
    figure, axes = plt.subplots(len(shown), 3, figsize=(12.6, 4.2 * len(shown)), squeeze=False)
    for row, (name, p) in zip(axes, shown):
        tested = 2 if np.any(p["part"][:] == 2) else 1
        of_structure = p["part"][:] == tested
        of_atom = np.repeat(of_structure, p["n_atoms"][:])
        columns = [("energy_per_atom", "energy", "eV/atom", 1.0, 1e3, "meV/atom", of_structure),
                   ("force", "force", "eV/Å", 1.0, 1.0, "eV/Å", of_atom),
                   ("stress", "stress", "GPa", 160.21766, 1.0, "GPa", of_structure)]
        for axis, (key, words, of_unit, scale, error_scale, error_unit, chosen) in zip(row, columns):
            x, y = scale * p[key + "_target"][:][chosen].ravel(), scale * p[key][:][chosen].ravel()
            known = np.isfinite(x) & np.isfinite(y)
            if not np.any(known):
                axis.set_visible(False)
                continue
            x, y = x[known], y[known]
            low, high = min(x.min(), y.min()), max(x.max(), y.max())
            pad = 0.04 * (high - low or 1.0)
            ends = [low - pad, high + pad]
            axis.plot(ends, ends, color=TRAIN, lw=1, zorder=1)
            axis.scatter(x, y, s=float(np.clip(2000 / len(x), 2, 18)), color=TEST, alpha=0.5, lw=0, zorder=2)
            axis.set_xlim(ends)
            axis.set_ylim(ends)
            axis.set_aspect("equal")
            axis.set_xlabel(f"{words}, data ({of_unit})")
            axis.set_ylabel(f"{words}, model ({of_unit})")
            axis.text(0.04, 0.96, f"{'test' if tested == 2 else 'validation'}, {len(x):,} values\n"
                      f"MAE {error_scale * np.mean(np.abs(y - x)):.4g} {error_unit}",
                      transform=axis.transAxes, va="top")
        row[1].set_title(name or title)
    figure.tight_layout()
    return figure


def draw_calibration(file, title):
    shown = [(name, group) for name, group in sizes(file["train"]) if "calibration" in group]
    if not shown:
        return None
    figure, axes = grid(len(shown))
    for axis, (name, group) in zip(axes, shown):
        spread, rmse = group["calibration/spread"], group["calibration/rmse"]
        of_unit = f" ({unit(rmse)})" if unit(rmse) else ""
        highest = 1.08 * max(spread[:].max(), rmse[:].max())
        axis.plot([0, highest], [0, highest], color=TRAIN, lw=1, label="spread = error")
        axis.plot(spread[:], rmse[:], "o-", color=TEST, ms=5, label="tenths of the test part")
        axis.set_xlim(0, highest)
        axis.set_ylim(0, highest)
        axis.set_xlabel(f"spread of the ensemble{of_unit}")
        axis.set_ylabel(f"RMSE{of_unit}")
        axis.legend(loc="lower right", fontsize=8)
        axis.set_title(name or title)
    return figure


def draw_curve(file, title):
    if "learning_curve" not in file["train"]:
        return None
    curve = file["train/learning_curve"]
    names = [n for n in ("mae", "accuracy", "energy_mae", "force_mae", "stress_mae")
             if n in curve and np.any(np.isfinite(curve[n][:]))]
    figure, axes = grid(len(names), 4.8, 3.6)
    order = np.argsort(curve["n_train"][:])
    for axis, name in zip(axes, names):
        axis.loglog(curve["n_train"][:][order], curve[name][:][order], "o-", color=TEST)
        axis.set_xlabel("training samples")
        words = name.replace("_mae", " MAE") if name != "mae" else "MAE"
        axis.set_ylabel("test " + words + (f" ({unit(curve[name])})" if unit(curve[name]) else ""))
        axis.set_title(title)
    return figure


DRAWINGS = [("loss", "train", draw_loss), ("parity", "train", draw_parity), ("parity", "train", draw_potential_parity),
            ("calibration", "train", draw_calibration), ("learning_curve", "train", draw_curve)]
