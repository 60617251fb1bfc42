"""Writes files as torch.save does, in both layouts, without torch. The names of torch they hold are stand-ins made here."""
import collections
import io
import pickle
import struct
import sys
import types
import zipfile

import numpy as np

STORAGE_OF = {"float32": "FloatStorage", "float64": "DoubleStorage", "int64": "LongStorage"}


def stand_ins():
    """Classes and functions that pickle stores under the names torch has for them."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch._utils = utils
    for name in [*STORAGE_OF.values(), "HalfStorage"]:
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    for name in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_parameter"):
        def function(*_):
            raise AssertionError("a stand-in was called")
        function.__module__, function.__qualname__, function.__name__ = "torch._utils", name, name
        setattr(utils, name, function)
    return torch, utils


TORCH, UTILS = stand_ins()


class Pickler(pickle._Pickler):
    """Arrays become tensors. `legacy`: identities of six parts, _rebuild_tensor. `evil`: an object put into every tensor."""

    def __init__(self, file, legacy, protocol=2, evil=None):
        super().__init__(file, protocol)
        self.legacy, self.evil, self.storages = legacy, evil, []

    def save(self, value, save_persistent_id=True):
        if isinstance(value, np.ndarray) and value.dtype != object:
            value = Reduced(self.tensor(value))
        return super().save(value, save_persistent_id)

    def tensor(self, array):
        stride = tuple(s // array.itemsize for s in np.array(array, order="C").strides)
        self.storages.append(np.ascontiguousarray(array).ravel())
        storage = Persistent(self.identity(len(self.storages) - 1, array.dtype, array.size))
        if self.legacy and self.evil is None:
            return UTILS._rebuild_tensor, (storage, 0, array.shape, stride)
        extra = () if self.evil is None else (self.evil,)
        return UTILS._rebuild_tensor_v2, (storage, 0, array.shape, stride, False, collections.OrderedDict(), *extra)

    def identity(self, number, dtype, count):
        kind = getattr(TORCH, STORAGE_OF[dtype.name])
        return ("storage", kind, str(number), "cpu", count) + ((None,) if self.legacy else ())

    def persistent_id(self, value):
        return value.identity if isinstance(value, Persistent) else None


class Persistent:
    def __init__(self, identity):
        self.identity = identity


class Reduced:
    def __init__(self, recipe):
        self.recipe = recipe

    def __reduce__(self):
        return self.recipe


def pickled(value, legacy, **options):
    """(pickle, storages) with torch importable while it is made."""
    kept = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update({"torch": TORCH, "torch._utils": UTILS})
    try:
        buffer = io.BytesIO()
        pickler = Pickler(buffer, legacy, **options)
        pickler.dump(value)
        return buffer.getvalue(), pickler.storages
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def zip_file(path, pickle_bytes, storages=(), compression=zipfile.ZIP_STORED, byteorder=None):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("archive/data.pkl", pickle_bytes)
        if byteorder:
            archive.writestr("archive/byteorder", byteorder)
        for number, array in enumerate(storages):
            archive.writestr(f"archive/data/{number}", array.tobytes())
        archive.writestr("archive/version", "3\n")


def legacy_file(path, pickle_bytes, storages=(), little_endian=True):
    with open(path, "wb") as file:
        for value in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": little_endian,
                                                     "type_sizes": {"short": 2, "int": 4, "long": 4}}):
            pickle.dump(value, file, 2)
        file.write(pickle_bytes)
        pickle.dump([str(number) for number in range(len(storages))], file, 2)
        for array in storages:
            file.write(struct.pack("<q", array.size) + array.tobytes())


def save(path, value, legacy, **options):
    content, storages = pickled(value, legacy, **options)
    (legacy_file if legacy else zip_file)(path, content, storages)
