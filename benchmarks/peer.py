"""What the networks in eager PyTorch (m3gnet/eager.py, potential/eager.py) share."""
import ase.io
import numpy as np
from ase.build import bulk


def envelope(r, cutoff):
    """1 − 10q³ + 15q⁴ − 6q⁵, q = r/cutoff: 0 at the cutoff with its first two derivatives."""
    q = r / cutoff
    return 1 - 10 * q**3 + 15 * q**4 - 6 * q**5


def peak_memory():
    """Bytes; of this process alone, where ru_maxrss may be that of the one that started it."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def write_rattled(path, n, *crystal, **options):
    """n³ cubic cells of ase.build.bulk(*crystal), atoms displaced by 0.05 Å."""
    atoms = bulk(*crystal, cubic=True, **options).repeat(n)
    atoms.rattle(0.05, rng=np.random.default_rng(5))
    ase.io.write(path, atoms, format="extxyz", columns=["symbols", "positions"])
