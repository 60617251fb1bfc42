"""Content of files that try to run something, or that describe tensors which do not fit (test.py)."""
import collections
import os
import shutil
import struct
import subprocess

import numpy as np
import torch_files
from torch_files import Persistent, Reduced

BAIT = "executed"  # the file that running any of it would make


class Evil:
    def __init__(self, function, *arguments):
        self.recipe = function, arguments

    def __reduce__(self):
        return self.recipe


def evil_objects():
    touch = f"open({BAIT!r}, 'w').close()"
    yield "os.system", Evil(os.system, f"touch {BAIT}")
    yield "builtins.exec", Evil(exec, touch)
    yield "builtins.eval", Evil(eval, touch)
    yield "subprocess.call", Evil(subprocess.call, ["touch", BAIT])
    yield "shutil.copy", Evil(shutil.copy, "atom_init.json", BAIT)
    yield "builtins.getattr", Evil(getattr, "a", "upper")
    yield "builtins.print", {"a": [(Evil(print, "x"),)]}
    yield "numpy objects", np.array([Evil(exec, touch)], dtype=object)
    yield "numpy scalar", np.float32(1)
    yield "numpy dtype", np.dtype("f4")
    yield "a class of the standard library", __import__("argparse").Namespace(a=1)
    yield "a set", {1, 2}
    yield "bytearray", bytearray(b"abc")


def raw_pickles():
    """Pickles written by hand; what they do under pickle.loads is their business."""
    command = b"touch " + BAIT.encode()
    text = b"\x8c" + bytes([len(command)]) + command

    def short(word):
        return b"\x8c" + bytes([len(word)]) + word
    yield "INST", b"(S'" + command + b"'\nios\nsystem\n."
    yield "INST of a known class", b"(icollections\nOrderedDict\n."
    yield "OBJ", b"(cos\nsystem\n" + text + b"o."
    yield "GLOBAL", b"cos\nsystem\n" + text + b"\x85R."
    yield "STACK_GLOBAL", b"\x80\x04" + short(b"os") + short(b"system") + b"\x93" + text + b"\x85R."
    yield "STACK_GLOBAL from the memo", (b"\x80\x04" + short(b"system") + b"\x94" + short(b"os") + b"\x94" + b"h\x01h\x00\x93"
                                         + text + b"\x85R.")
    yield "dotted name", b"\x80\x04" + short(b"collections") + short(b"OrderedDict.__init__") + b"\x93."
    yield "dotted module function", b"\x80\x04" + short(b"torch._utils") + short(b"os.system") + b"\x93" + text + b"\x85R."
    yield "names that are no texts", b"\x80\x04]]\x93."
    yield "known name elsewhere", b"\x80\x04" + short(b"os") + short(b"OrderedDict") + b"\x93."
    yield "torch's own loader", b"ctorch.storage\n_load_from_bytes\n" + b"C\x03abc\x85R."
    yield "NEWOBJ", b"\x80\x02ccollections\nOrderedDict\n)\x81."
    yield "NEWOBJ_EX", b"\x80\x04ccollections\nOrderedDict\n)}\x92."
    yield "EXT1", b"\x80\x02\x82\x01."
    yield "PERSID", b"P" + command + b"\n."
    yield "BINPERSID of a text", b"\x80\x02" + text + b"Q."
    yield "BINPERSID naming a function", b"\x80\x02(" + short(b"storage") + b"cos\nsystem\n" + text + text + b"K\x01tQ."
    yield "BINPERSID with OrderedDict", (b"\x80\x02(" + short(b"storage") + b"ccollections\nOrderedDict\n" + text + text
                                         + b"K\x01tQ.")
    yield "BINPERSID of a module", b"\x80\x02(" + short(b"module") + text + text + text + b"K\x01tQ."
    yield "BUILD of a dict", b"\x80\x02}" + b"}" + short(b"__class__") + text + b"sb."
    yield "BUILD of a name", b"\x80\x02ccollections\nOrderedDict\n}" + short(b"__reduce__") + text + b"sb."
    yield "BUILD of a tensor function", b"\x80\x02ctorch._utils\n_rebuild_tensor\n}b."
    yield "call of a storage type", b"\x80\x02ctorch\nFloatStorage\nK\x05\x85R."
    yield "call of a text", b"\x80\x02" + text + b")R."
    yield "call with no tuple", b"\x80\x02ccollections\nOrderedDict\n]R."
    yield "DUP", b"\x80\x02]2a."
    yield "ends early", b"\x80\x02]q\x00("
    yield "empty", b""
    yield "empty stack", b"\x80\x02\x86."
    yield "no mark", b"\x80\x02]e."
    yield "unknown memo", b"\x80\x02h\x07."
    yield "unknown instruction", b"\x80\x02\xff."
    yield "list as key", b"\x80\x02}]Ns."
    yield "huge text", b"\x80\x04\x8d" + struct.pack("<Q", 1 << 62) + b"abc."
    yield "huge number", b"\x80\x02\x8b" + struct.pack("<i", 2**31 - 1) + b"abc."
    yield "long decimal", b"I" + b"9" * 100000 + b"\n."
    yield "nothing but a number", b"\x80\x02K\x05."
    yield "a list that holds itself", b"\x80\x02]q\x00h\x00a."


def bad_tensors():
    """(what, tensor) that do not fit into a storage of 4 numbers."""
    kind = torch_files.TORCH.FloatStorage

    def tensor(offset, size, stride, identity=("storage", kind, "0", "cpu", 4)):
        return Reduced((torch_files.UTILS._rebuild_tensor_v2,
                        (Persistent(identity), offset, size, stride, False, collections.OrderedDict())))
    yield "offset", tensor(1, (4,), (1,))
    yield "negative offset", tensor(-1, (4,), (1,))
    yield "stride", tensor(0, (2, 2), (3, 1))
    yield "negative stride", tensor(3, (4,), (-1,))
    yield "size", tensor(0, (5,), (1,))
    yield "repeated numbers", tensor(0, (1 << 40,), (0,))
    yield "product beyond 64 bits", tensor(0, (1 << 32, 1 << 32), (0, 0))
    yield "ranks", tensor(0, (2, 2), (2,))
    yield "size that is a text", tensor(0, "22", (2, 1))
    yield "count", tensor(0, (8,), (1,), ("storage", kind, "0", "cpu", 8))
    yield "negative count", tensor(0, (0,), (1,), ("storage", kind, "0", "cpu", -1))
    yield "key", tensor(0, (4,), (1,), ("storage", kind, "7", "cpu", 4))
    yield "key that is a path", tensor(0, (4,), (1,), ("storage", kind, "../../atom_init.json", "cpu", 4))
    yield "type", tensor(0, (2,), (1,), ("storage", torch_files.TORCH.DoubleStorage, "0", "cpu", 4))
