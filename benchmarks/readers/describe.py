"""What the readers are compared by: atoms, composition, volume, shortest distance, space group, of one structure."""
import numpy as np
import spglib
from scipy.spatial import cKDTree

TOLERANCE = {"volume": 1e-3, "shortest": 0.02}  # relative; Å


def reduced(cell):
    """Short vectors of the same lattice: pairs first, then the third against the plane of the other two."""
    cell = np.array(cell, float)
    for _ in range(1000):
        a, b, c = cell = cell[np.argsort(np.linalg.norm(cell, axis=1), kind="stable")]
        k = np.round(a @ b / (a @ a))
        if k:
            cell[1] = b - k * a
            continue
        candidates = [c + i * a + j * b for i in range(-3, 4) for j in range(-3, 4)]
        best = min(candidates, key=np.linalg.norm)
        if np.linalg.norm(best) > np.linalg.norm(c) - 1e-9:
            break
        cell[2] = best
    return cell


def shortest_distance(cell, positions):
    """Of any two atoms, or of an atom and its own image; None: a single atom without a cell."""
    points = np.asarray(positions, float)
    if cell is None:
        if len(points) < 2:
            return None
        return float(cKDTree(points).query(points, k=2)[0][:, 1].min())
    cell = reduced(cell)
    fractions = np.linalg.solve(cell.T, points.T).T
    points = (fractions - np.floor(fractions)) @ cell
    shifts = np.array([[i, j, k] for i in (0, -1, 1) for j in (0, -1, 1) for k in (0, -1, 1)]) @ cell
    images = (shifts[:, None, :] + points[None, :, :]).reshape(-1, 3)
    return float(cKDTree(images).query(points, k=2)[0][:, 1].min())


def space_group(cell, numbers, positions, precision):
    try:
        with np.errstate(all="ignore"):
            data = spglib.get_symmetry_dataset((cell, np.linalg.solve(cell.T, positions.T).T, numbers), symprec=precision)
        return int(data.number) if data is not None else None
    except Exception:
        return None


def describe(cell, numbers, positions, disordered=False):
    """cell: None unless periodic along all three."""
    numbers = np.asarray(numbers, int)
    positions = np.asarray(positions, float).reshape(-1, 3)
    cell = None if cell is None or abs(np.linalg.det(cell)) < 1e-6 else np.asarray(cell, float)
    kinds, counts = np.unique(numbers, return_counts=True)
    out = {"atoms": len(numbers), "composition": {str(k): int(n) for k, n in zip(kinds, counts)}, "volume": None,
           "shortest": None, "group": None, "group_loose": None, "disordered": bool(disordered)}
    if not len(numbers) or not np.isfinite(positions).all():
        return out
    out["shortest"] = shortest_distance(cell, positions)
    if cell is not None:
        out["volume"] = float(abs(np.linalg.det(cell)))
        if len(numbers) <= 600 and (out["shortest"] or 0) > 0.02:
            out["group"] = space_group(cell, numbers, positions, 0.01)
            out["group_loose"] = space_group(cell, numbers, positions, 0.1)
    return out


def formula(structure):
    from ase.data import chemical_symbols
    return " ".join(f"{chemical_symbols[int(z)]}{n}" for z, n in sorted(structure["composition"].items(), key=lambda x: int(x[0])))


def difference(a, b):
    """Text of what differs in two descriptions, '' where nothing does. Volumes count where both are periodic."""
    if a["atoms"] != b["atoms"]:
        return f"atoms {a['atoms']} / {b['atoms']}"
    if a["composition"] != b["composition"]:
        return f"composition {formula(a)} / {formula(b)}"
    if a.get("molecule") or b.get("molecule"):  # read without the cell
        return ""
    if a["volume"] and b["volume"] and abs(a["volume"] / b["volume"] - 1) > TOLERANCE["volume"]:
        return f"volume {a['volume']:.3f} / {b['volume']:.3f}"
    if (a["volume"] is None) != (b["volume"] is None):
        return f"volume {a['volume']} / {b['volume']}"
    if a["shortest"] and b["shortest"] and abs(a["shortest"] - b["shortest"]) > TOLERANCE["shortest"]:
        return f"shortest distance {a['shortest']:.3f} / {b['shortest']:.3f} Å"
    # Coordinates with three digits lie at the edge of the precision: other groups count only where a coarser one does not cure it.
    if a["group"] and b["group"] and a["group"] != b["group"] and a["group_loose"] != b["group_loose"]:
        return f"space group {a['group']} / {b['group']}"
    return ""


def list_difference(mine, other):
    """Of all structures of a file; mine may hold {'refused': reason} in place of a structure."""
    if len(mine) != len(other):
        return f"structures {len(mine)} / {len(other)}"
    for k, (a, b) in enumerate(zip(mine, other)):
        if "refused" in a:
            if not b["disordered"]:
                return f"structure {k} left out: {a['refused']}"
            continue
        what = difference(a, b)
        if what:
            return what if len(mine) == 1 else f"structure {k}: {what}"
    return ""
