"""What the drawings share: the look of a figure, and names and units of datasets."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 130, "axes.grid": True, "grid.alpha": 0.25, "axes.spines.top": False,
                     "axes.spines.right": False, "font.size": 10, "legend.frameon": False})


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def unit(dataset):
    return text(dataset.attrs.get("unit", ""))


def label(name, unit_name):
    words = name.replace("_", " ")
    return f"{words} ({unit_name})" if unit_name else words


def column(group, name):
    return (group[name][:], unit(group[name])) if name in group else (None, "")


def figure_of(panels, title):
    """Two columns of axes, each drawn by one of the functions."""
    rows = (len(panels) + 1) // 2
    figure, axes = plt.subplots(rows, 2, figsize=(9.5, 2.9 * rows), squeeze=False, layout="constrained")
    for axis, draw in zip(axes.flat, panels):
        draw(axis)
    for axis in axes.flat[len(panels):]:
        axis.set_visible(False)
    figure.suptitle(title)
    return figure
