"""What the regression tests share: running spinel, reading what it wrote, and saying what went wrong.

CTest sets SPINEL (the program), SPINEL_MPIEXEC, SPINEL_SOURCE_DIR and SPINEL_DATA. SPINEL_PEER_PYTHON: a Python with
packages that tests compare with, where that of the system lacks them. By hand:
    SPINEL=build/release/spinel tests/regression/restart/test.py
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

SOURCE = os.environ.get("SPINEL_SOURCE_DIR", os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))
SPINEL = os.path.abspath(os.environ.get("SPINEL", os.path.join(SOURCE, "build/release/spinel")))
MPIEXEC = os.environ.get("SPINEL_MPIEXEC", "mpirun")
DATA = os.environ.get("SPINEL_DATA") or os.path.join(SOURCE, "..", "shared", "data")
SKIP_STATUS = 77
# After which a run hangs, and does not merely take its time; more under sanitizers.
HANG_SECONDS = float(os.environ.get("SPINEL_HANG_SECONDS", 600))
# What differs between any two runs: wall times, dates, the name of the folder.
IGNORED = ("provenance", "timing", "input", "parameters")

for name in ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "OMPI_MCA_rmaps_base_oversubscribe",
             "OMPI_MCA_mpi_yield_when_idle"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("OMPI_MCA_hwloc_base_binding_policy", "none")
os.environ.setdefault("OMPI_MCA_btl_vader_single_copy_mechanism", "none")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
try:
    with open("/proc/cpuinfo") as cpuinfo:
        if " avx512vl" in cpuinfo.read():
            os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")  # scripts/mpi_environment.sh says why
except OSError:
    pass


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIP_STATUS)


def check(condition, message):
    if not condition:
        print(f"FAILED: {message}")
        sys.exit(1)


def python_with(module):
    """A Python that has this module: the test's own, that of SPINEL_PEER_PYTHON (packages of pip), or that of the PATH."""
    for program in (os.environ.get("SPINEL_PEER_PYTHON"), sys.executable, shutil.which("python3")):
        if program and subprocess.run([program, "-c", f"import {module}"], capture_output=True).returncode == 0:
            return program
    return None


def data_file(path):
    full = os.path.join(DATA, path)
    if not os.path.exists(full):
        skip(f"no {full} (SPINEL_DATA names the folder)")
    return os.path.abspath(full)


@contextlib.contextmanager
def workspace():
    """An empty folder as the current one, removed afterwards unless the test failed and SPINEL_KEEP is set."""
    before, folder = os.getcwd(), tempfile.mkdtemp(prefix="spinel-test-")
    os.chdir(folder)
    try:
        yield folder
    finally:
        os.chdir(before)
        if os.environ.get("SPINEL_KEEP"):
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def namelist(path, **changes):
    """The text of a namelist with `key = value` replaced; a key that does not occur is an error."""
    with open(path) as file:
        content = file.read()
    for key, value in changes.items():
        pattern = re.compile(rf"\b({key}\s*=\s*)('[^']*'|\S+)")
        content, n = pattern.subn(lambda m: m.group(1) + str(value), content)
        check(n == 1, f"{path}: {key} occurs {n} times")
    return content


def write(path, content):
    with open(path, "w") as file:
        file.write(content)
    return path


def command(arguments, ranks=None):
    """ranks=None: without mpirun."""
    launcher = [] if ranks is None else [MPIEXEC, "-n", str(ranks)]
    return launcher + [SPINEL] + [str(a) for a in arguments]


def start(*arguments, ranks=None, **options):
    return subprocess.Popen(command(arguments, ranks), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            start_new_session=True, **options)


def run(*arguments, ranks=None, status=0, timeout=HANG_SECONDS):
    """Runs to the end; fails the test on another exit status (None: any). Returns what it printed."""
    process = start(*arguments, ranks=ranks)
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        print(output)
        check(False, f"{arguments} hung: no end within {timeout:g} s")
    if status is not None and process.returncode != status:
        print(output)
        check(False, f"{' '.join(command(arguments, ranks))}: exit status {process.returncode}, expected {status}")
    return output


def wait_for_step(process, step):
    """Until the thermo table has a row of this step: the run is in its loop."""
    lines = []
    while not re.match(rf"\s+{step}\s+\d", lines[-1] if lines else ""):
        line = process.stdout.readline()
        check(line, "the run ended by itself:\n" + "".join(lines))
        lines.append(line)


def wait_for_loop(process):
    """Until the header of the thermo table is out, or the end. Returns what was printed."""
    lines = []
    while not (lines and "temperature" in lines[-1] and "step" in lines[-1]):
        line = process.stdout.readline()
        lines.append(line)
        if not line:
            break
    return "".join(lines)


def kill_all(process):
    """SIGKILL to mpirun and every rank at once, as a node failure does."""
    for pid in [process.pid] + descendants(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate()


def descendants(pid):
    """Process ids of children, their children, and so on (mpirun gives ranks process groups of their own)."""
    result = []
    with contextlib.suppress(FileNotFoundError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/task/{task}/children") as file:
                for child in map(int, file.read().split()):
                    result += [child] + descendants(child)
    return result


def ranks_of(process):
    """Process ids of the ranks, smallest first."""
    found = []
    for pid in [process.pid] + descendants(process.pid):
        with contextlib.suppress(OSError):
            if os.path.realpath(f"/proc/{pid}/exe") == os.path.realpath(SPINEL):
                found.append(pid)
    return sorted(found)


def processes_with(variable):
    """Every process here that was started with this "NAME=value" in its environment and has not ended."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        # Another user's cannot be read; one that waits for its parent to take note of its end has none left.
        with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
            if variable.encode() in file.read().split(b"\0"):
                found.append(int(pid))
    return found


def wait_for(condition, what, timeout=HANG_SECONDS):
    end = time.time() + timeout
    while not condition():
        check(time.time() < end, f"waited {timeout:g} s for {what}")
        time.sleep(0.02)


def read_all(path):
    """Every dataset of an HDF5 file: {name: array}."""
    import h5py
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def thermo(path):
    """The thermo series of a result file: {column: array}."""
    import h5py
    with h5py.File(path, "r") as file:
        return {name: dataset[:] for name, dataset in file["thermo"].items()}


def identical(a, b):
    """Equal bit for bit (NaN equals NaN)."""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype == object or b.dtype == object:
        return np.array_equal(a, b)
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def compare_files(path, reference, ignore=IGNORED):
    """All datasets of two HDF5 files bitwise the same, but those whose names start with one of `ignore`."""
    mine, theirs = read_all(path), read_all(reference)
    names = {n for n in mine.keys() | theirs.keys() if not n.startswith(tuple(ignore))}
    check(names, f"{path}: nothing to compare")
    for name in sorted(names):
        check(name in mine and name in theirs, f"{name}: only in one of {path}, {reference}")
        check(identical(mine[name], theirs[name]), f"{name} differs between {path} and {reference}")
    return len(names)
