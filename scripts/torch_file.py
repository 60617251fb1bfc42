"""Reads the tensors of a file of torch.save without torch, and without running anything that the file contains.

A pickle is a program. Here its instructions are followed one by one, and only those that build plain containers, numbers,
texts and tensors are known; a file that names anything else is refused before that name is even looked up.
Both layouts are read: the zip archive (torch ≥ 1.6) and the stream of pickles before it.
"""
import collections
import os
import pickletools
import sys
import zipfile

import numpy as np

LARGEST_PICKLE = 64 << 20  # bytes; the tensors themselves are not in it
STORAGES = {"DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8",
            "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?"}
KNOWN = {("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"),
         ("torch._utils", "_rebuild_parameter")} | {("torch", name) for name in STORAGES}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
LITERALS = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
            "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES",
            "SHORT_BINBYTES", "BINBYTES8"}
LEGACY_MAGIC, LEGACY_VERSION = 0x1950A86A20F9469CFC6C, 1001


class Refused(Exception):
    """The file is damaged, or asks for more than tensors and plain containers."""


Name = collections.namedtuple("Name", "module name")  # what a GLOBAL names; never imported
Storage = collections.namedtuple("Storage", "dtype key count")


class Tensor:
    """A view of a storage whose numbers may still be unread."""

    def __init__(self, storage, offset, size, stride):
        whole = [offset, *size, *stride]
        if not isinstance(storage, Storage) or not all(isinstance(x, int) and x >= 0 for x in whole):
            raise Refused("malformed tensor")
        count = int(np.prod([int(n) for n in size], dtype=object)) if size else 1
        last = offset + sum((n - 1) * step for n, step in zip(size, stride)) if count else -1
        if len(size) != len(stride) or count > storage.count or last >= storage.count:
            raise Refused(f"a tensor of {list(size)} does not fit into its {storage.count} numbers")
        self.storage, self.offset, self.size, self.stride = storage, offset, tuple(size), tuple(stride)

    def array(self, storages):
        """`storages`: the flat array of each storage key."""
        flat = storages[self.storage.key][self.offset:]
        if 0 in self.size:
            return np.zeros(self.size, flat.dtype)
        strides = [step * flat.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(flat, self.size, strides).copy()


def refuse_name(module, name):
    raise Refused(f"refused: it asks for '{module}.{name}', which is neither a tensor nor a plain container; "
                  "nothing of the file was run")


def rebuild(function, arguments):
    """REDUCE: the only calls a file of tensors makes."""
    if not isinstance(function, Name) or not isinstance(arguments, tuple):
        raise Refused("refused: it calls what is no function of tensors; nothing of the file was run")
    if function.name == "OrderedDict":
        return collections.OrderedDict(*arguments)
    if function.name == "_rebuild_parameter":
        if not isinstance(arguments[0], Tensor):
            raise Refused("malformed parameter")
        return arguments[0]
    if function.name in ("_rebuild_tensor", "_rebuild_tensor_v2"):
        if len(arguments) > 6 and arguments[6]:
            raise Refused("refused: a tensor with metadata")
        return Tensor(*arguments[:4])
    return refuse_name(*function)


def storage_of(identity):
    """BINPERSID: ('storage', type, key, device, count[, view]), the view (key, offset, count) in the older layout only."""
    if not isinstance(identity, tuple) or len(identity) not in (5, 6) or identity[0] != "storage":
        raise Refused("refused: it refers to something outside that is no storage of numbers")
    kind, key, count = identity[1], identity[2], identity[4]
    if not isinstance(kind, Name) or kind.name not in STORAGES:
        raise Refused("refused: a storage of an unknown type")
    if not isinstance(key, (str, int)) or not isinstance(count, int) or count < 0:
        raise Refused("malformed storage")
    if len(identity) == 6 and identity[5] is not None:
        raise Refused("refused: a storage that is a view of another one")
    return Storage(STORAGES[kind.name], str(key), count)


class Machine:
    """Follows the instructions of one pickle."""

    def __init__(self):
        self.stack, self.marks, self.memo = [], [], {}

    def since_mark(self):
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def run(self, source):
        """`source`: a binary file; read up to the end of its pickle."""
        try:
            for opcode, argument, _ in pickletools.genops(source):
                if opcode.name == "STOP":
                    return self.stack.pop()
                self.step(opcode.name, argument)
        except Refused:
            raise
        except Exception as problem:
            raise Refused(f"damaged pickle: {problem!r}") from None
        raise Refused("damaged pickle: no end")

    def step(self, name, argument):
        stack = self.stack
        if name in ("PROTO", "FRAME"):
            return
        if name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in LITERALS:
            stack.append(argument)
        elif name == "MARK":
            self.marks.append(len(stack))
        elif name == "POP":
            stack.pop()
        elif name in ("EMPTY_LIST", "EMPTY_TUPLE", "EMPTY_DICT"):
            stack.append({"EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_DICT": dict}[name]())
        elif name == "LIST":
            stack.append(self.since_mark())
        elif name == "TUPLE":
            stack.append(tuple(self.since_mark()))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            n = int(name[-1])
            items = tuple(stack[-n:])
            if len(items) != n:
                raise IndexError("empty stack")
            stack[-n:] = [items]
        elif name == "DICT":
            items = self.since_mark()
            stack.append(dict(zip(items[::2], items[1::2])))
        elif name == "APPEND":
            item = stack.pop()
            self.container(list).append(item)
        elif name == "APPENDS":
            items = self.since_mark()
            self.container(list).extend(items)
        elif name == "SETITEM":
            value, key = stack.pop(), stack.pop()
            self.container(dict)[key] = value
        elif name == "SETITEMS":
            items = self.since_mark()
            self.container(dict).update(zip(items[::2], items[1::2]))
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(self.memo[int(argument)])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[int(argument)] = stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif name == "GLOBAL":
            stack.append(self.known(*argument.split(" ", 1)))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            stack.append(self.known(module, attribute))
        elif name == "REDUCE":
            arguments = stack.pop()
            stack.append(rebuild(stack.pop(), arguments))
        elif name == "BINPERSID":
            stack.append(storage_of(stack.pop()))
        elif name == "BUILD":  # attributes of a state dict: versions of its modules, of no use here
            stack.pop()
            self.container(collections.OrderedDict)
        elif name == "INST":
            refuse_name(*argument.split(" ", 1))
        else:
            raise Refused(f"refused: the pickle instruction {name} is not needed for tensors and plain containers; "
                          "nothing of the file was run")

    def container(self, kind):
        if not isinstance(self.stack[-1], kind):
            raise Refused(f"refused: it changes a {type(self.stack[-1]).__name__} as if it were a {kind.__name__}")
        return self.stack[-1]

    @staticmethod
    def known(module, name):
        if (module, name) not in KNOWN:
            refuse_name(module, name)
        return Name(module, name)


def storages_in(value, found):
    """All storages of the tensors in nested containers, by key; containers may contain themselves."""
    pending, seen = [value], set()
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, Tensor):
            known = found.setdefault(item.storage.key, item.storage)
            if known != item.storage:
                raise Refused(f"two storages share the key '{item.storage.key}'")
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, (list, tuple)):
            pending.extend(item)
    return found


def check_size(storage, size):
    if size != storage.count * np.dtype(storage.dtype).itemsize:
        raise Refused(f"storage '{storage.key}' holds {size} bytes where {storage.count} numbers are announced")


def read_zip(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.split("/", 1)[-1] == "data.pkl"]
            if len(names) != 1:
                raise Refused("a zip archive, but not one of torch.save: it holds no single data.pkl")
            if archive.getinfo(names[0]).file_size > LARGEST_PICKLE:
                raise Refused(f"its data.pkl is larger than {LARGEST_PICKLE >> 20} MiB")
            folder = names[0][:-len("data.pkl")]
            if folder + "byteorder" in archive.namelist() and archive.read(folder + "byteorder").strip() != b"little":
                raise Refused("its numbers are not little-endian")
            with archive.open(names[0]) as source:
                content = Machine().run(source)
            storages = {}
            for key, storage in storages_in(content, {}).items():
                info = archive.getinfo(f"{folder}data/{key}")
                if info.compress_type != zipfile.ZIP_STORED:
                    raise Refused(f"storage '{key}' is compressed, which torch.save never does")
                check_size(storage, info.file_size)
                storages[key] = np.frombuffer(archive.read(info), storage.dtype)
            return content, storages
    except Refused:
        raise
    except KeyError as problem:
        raise Refused(f"damaged: {problem.args[0]}") from None
    except Exception as problem:  # zipfile raises a dozen kinds of them
        raise Refused(f"damaged or truncated zip archive: {problem}") from None


def read_legacy(path):
    with open(path, "rb") as source:
        if Machine().run(source) != LEGACY_MAGIC or Machine().run(source) != LEGACY_VERSION:
            raise Refused("not written by torch.save")
        system = Machine().run(source)
        if not isinstance(system, dict) or system.get("little_endian") is not True:
            raise Refused("its numbers are not little-endian")
        content, keys = Machine().run(source), Machine().run(source)
        announced, storages = storages_in(content, {}), {}
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise Refused("malformed list of storages")
        for key in keys:
            count = int.from_bytes(source.read(8), "little")
            if key not in announced:
                raise Refused(f"no tensor states the type of storage '{key}'")
            size = count * np.dtype(announced[key].dtype).itemsize
            check_size(announced[key], size)
            check_size(announced[key], min(size, os.path.getsize(path) - source.tell()))
            storages[key] = np.frombuffer(source.read(size), announced[key].dtype)
        missing = sorted(announced.keys() - storages.keys())
        if missing:
            raise Refused(f"storage '{missing[0]}' is missing")
        return content, storages


def load(path):
    """What torch.save stored at `path`, and its storages: Tensor.array(storages) are the numbers. Refused, or OSError."""
    if sys.byteorder != "little":
        raise Refused("reading it needs a little-endian machine")
    with open(path, "rb") as source:
        start = source.read(4)
    return (read_zip if start == b"PK\x03\x04" else read_legacy)(path)
