"""The trajectory of restart_run as h5py sees it: H5MD 1.1 (nongnu.org/h5md), units and values."""
import sys

import h5py
import numpy as np

MASK = (1 << 64) - 1


def noise(atom, step, component):
    x = (atom * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9 + (component + 1) * 0x94D049BB133111EB) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return ((x ^ (x >> 31)) >> 11) * 2.0**-53


with h5py.File(sys.argv[1], "r") as f:
    assert list(f["h5md"].attrs["version"]) == [1, 1]
    assert f["h5md/creator"].attrs["name"] == "Spinel"
    assert f["h5md/author"].attrs["name"]
    assert list(f["h5md/modules/units"].attrs["version"]) == [1, 0]
    everything = f["particles/all"]
    box = everything["box"]
    assert box.attrs["dimension"] == 3 and list(box.attrs["boundary"]) == ["periodic"] * 3
    assert box["edges/value"].shape == (5, 3, 3)
    assert np.array_equal(box["edges/value"][4], [[10 + 0.1 * 4, 0, 0], [2, 11, 0], [-1, 3, 12]])
    units = {"position": "Angstrom", "velocity": "Angstrom fs-1", "force": "kJ mol-1 Angstrom-1", "image": None}
    for name, unit in units.items():
        value = everything[name]["value"]
        assert value.shape == (5, 2000, 3), name
        assert value.attrs.get("unit") == unit, name
        assert list(everything[name]["step"]) == [0, 1, 2, 3, 4]
        assert list(everything[name]["time"]) == [0, 0.5, 1, 1.5, 2]
        assert everything[name]["time"].attrs["unit"] == "fs"
    for atom, step in ((0, 0), (1999, 4), (777, 2)):
        expected = [length * noise(atom, step, k) for k, length in enumerate((10, 11, 12))]
        assert list(everything["position/value"][step, atom]) == expected, (atom, step)
    assert h5py.check_enum_dtype(everything["species"].dtype) == {"Li": 0, "O": 1, "Fe": 2}
    assert np.array_equal(everything["species"][:], np.arange(2000) % 3)
    assert np.array_equal(everything["id"][:], np.arange(2000))
    assert list(f["observables/temperature/value"]) == [300, 301, 302, 303, 304]
    assert f["observables/temperature/value"].attrs["unit"] == "K"
    assert list(f["observables/temperature/step"]) == [0, 1, 2, 3, 4]
    assert f["parameters/input"][()].decode() == "&control\n/\n"
print("h5py", h5py.__version__, "reads it")
