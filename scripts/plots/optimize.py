"""Pictures of calculation = 'optimize'."""
import numpy as np

from .common import plt, text, unit


def draw_best(file, title):
    """The best value so far against evaluations, or its distance from the best of all rows where that is known."""
    number = file["evaluations/number"][:]
    best, value = file["evaluations/best"][:], file["evaluations/value"][:]
    goal = text(file["optimize/goal"][()])
    of = unit(file["evaluations/best"])
    if len(number) < 2 or np.all(np.isnan(value)):
        return None
    figure, axes = plt.subplots()
    if goal == "window":
        axes.step(number + 1, best, where="post", label="chosen")
        if "optimize/n_hits" in file:
            n, hits = int(file["optimize/n_candidates"][()]), int(file["optimize/n_hits"][()])
            axes.plot([0, number[-1] + 1], [0, hits * (number[-1] + 1) / n], "--", color="gray", label="random")
            most = min(hits, number[-1] + 1)
            axes.plot([0, most, number[-1] + 1], [0, most, most], ":", color="gray", label="ideal")
        axes.set_ylabel("values within the window")
        axes.legend()
    elif "optimize/optimum" in file:
        regret = np.abs(best - file["optimize/optimum"][()])
        axes.step(number + 1, regret, where="post")
        axes.set_yscale("symlog", linthresh=max(1e-12, 1e-3 * np.nanmax(regret)) if np.nanmax(regret) > 0 else 1e-12)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(f"distance from the best of all rows{f' ({of})' if of else ''}")
    else:
        axes.plot(number + 1, value, ".", color="gray", label="evaluations")
        axes.step(number + 1, best, where="post", label="best so far")
        positive = value[np.isfinite(value)]
        if np.all(positive > 0) and positive.max() > 100 * positive.min():
            axes.set_yscale("log")
        axes.set_ylabel(f"value{f' ({of})' if of else ''}")
        axes.legend()
    axes.set_xlabel("evaluations")
    axes.set_title(title)
    return figure


def draw_parity(file, title):
    """What was predicted before an evaluation, with its standard deviation, against what came out."""
    value, mean, sigma = (file[f"evaluations/{name}"][:] for name in ("value", "mean", "sigma"))
    known = np.isfinite(value) & np.isfinite(mean)
    if known.sum() < 2:
        return None
    figure, axes = plt.subplots()
    axes.errorbar(value[known], mean[known], sigma[known], fmt=".", elinewidth=0.7)
    ends = [min(value[known].min(), mean[known].min()), max(value[known].max(), mean[known].max())]
    axes.plot(ends, ends, "--", color="gray", linewidth=1)
    of = unit(file["evaluations/value"])
    axes.set_xlabel(f"value{f' ({of})' if of else ''}")
    axes.set_ylabel(f"predicted before{f' ({of})' if of else ''}")
    axes.set_title(title)
    return figure


DRAWINGS = [("best", "optimize", draw_best), ("predicted", "optimize", draw_parity)]
