"""Energy, forces and pressure of Spinel in LAMMPS, through an i-PI socket. An input of LAMMPS loads it once its atoms are there:

    units   metal
    ...
    python  spinel input 3 SELF unix:argon "Ar" format pss file scripts/lammps_spinel.py
    python  spinel invoke

LAMMPS writes its atoms to lammps.xyz, waits until Spinel connects, and asks it in every step:

    &control  calculation = 'serve' /
    &structure  file = 'lammps.xyz' /
    &serve  address = 'unix:argon' /

SELF      this LAMMPS
ADDRESS   unix:NAME or HOST:PORT, where LAMMPS listens; HOST is the machine of its first rank
ELEMENTS  one for each type of atom: "Ti Al"
SECONDS   for Spinel to connect and for each answer, 3600 if not given: input 4 SELF unix:argon "Ar" 60 format pssf

Spinel is a `fix external` named spinel on all atoms: its energy counts in pe and etotal, its virial in the pressure, f_spinel is
its energy, and forces of pair styles are added. Needs a LAMMPS with the package PYTHON and the library's functions in its program
(as Debian's); on several ranks python3-mpi4py as well.
"""
import array
import contextlib
import ctypes
import os
import socket
import struct
import sys
import traceback

BOHR, HARTREE = 0.529177210903, 27.211386245988  # Å, eV, as Spinel has them
FIX = b"spinel"
STRUCTURE = "lammps.xyz"
kept = []  # LAMMPS calls what is here


class Problem(Exception):
    """Said without a traceback."""


class Lammps:
    """The functions of LAMMPS' C library that are needed here, of the program that runs."""

    def __init__(self, capsule):
        pointer = ctypes.pythonapi.PyCapsule_GetPointer
        pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        self.handle = ctypes.c_void_p(pointer(capsule, None))
        self.library = ctypes.CDLL(None)
        if not hasattr(self.library, "lammps_set_fix_external_callback"):
            raise Problem("this LAMMPS is older than 2021 or hides its library's functions: build it with BUILD_SHARED_LIBS")
        self.library.lammps_extract_atom.restype = ctypes.c_void_p
        self.library.lammps_extract_global.restype = ctypes.c_void_p
        self.library.lammps_get_natoms.restype = ctypes.c_double
        self.is_root = self.setting("world_rank") == 0
        self.integer = {name: ctypes.c_int32 if self.setting(name) == 4 else ctypes.c_int64 for name in ("tagint", "imageint")}
        self.comm = None
        if self.setting("world_size") > 1:
            try:
                from mpi4py import MPI
            except ImportError as error:
                raise Problem(f"LAMMPS on several ranks needs the Python package mpi4py ({error})") from None
            self.comm = MPI.Comm.f2py(self.library.lammps_get_mpi_comm(self.handle))

    def setting(self, name):
        return self.library.lammps_extract_setting(self.handle, name.encode())

    def command(self, text):
        self.library.lammps_command(self.handle, text.encode())

    def units(self):
        return ctypes.string_at(self.library.lammps_extract_global(self.handle, b"units")).decode()

    def cell(self):
        """Lattice vectors, and along which of them the atoms repeat."""
        low, high = (ctypes.c_double * 3)(), (ctypes.c_double * 3)()
        xy, yz, xz, changes = ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_int()
        periodic = (ctypes.c_int * 3)()
        self.library.lammps_extract_box(self.handle, low, high, *map(ctypes.byref, (xy, yz, xz)), periodic, ctypes.byref(changes))
        x, y, z = (high[k] - low[k] for k in range(3))
        return [x, 0.0, 0.0, xy.value, y, 0.0, xz.value, yz.value, z], list(periodic)

    def per_atom(self, name, n, kind):
        """Of this rank's n atoms."""
        address = self.library.lammps_extract_atom(self.handle, name.encode())
        return (kind * n).from_address(address) if n else []

    def atoms(self):
        """Ids, types, and positions that do not jump where LAMMPS moves an atom to the other side of its box: of this rank."""
        n = self.setting("nlocal")
        rows = self.per_atom("x", n, ctypes.c_void_p)  # double **, in one piece
        positions = array.array("d", (ctypes.c_double * (3 * n)).from_address(rows[0]) if n else [])
        bits = 10 if self.integer["imageint"] is ctypes.c_int32 else 21
        mask, zero = (1 << bits) - 1, 1 << (bits - 1)
        ax, _, _, bx, by, _, cx, cy, cz = self.cell()[0]
        for i, image in enumerate(self.per_atom("image", n, self.integer["imageint"])):
            a, b, c = (image & mask) - zero, (image >> bits & mask) - zero, (image >> 2 * bits) - zero
            if a or b or c:
                positions[3 * i] += a * ax + b * bx + c * cx
                positions[3 * i + 1] += b * by + c * cy
                positions[3 * i + 2] += c * cz
        return list(self.per_atom("id", n, self.integer["tagint"])), list(self.per_atom("type", n, ctypes.c_int32)), positions

    def gather(self):
        """On the first rank the atoms of all ranks, with how many each has and their order by id."""
        mine = self.atoms()
        parts = [mine] if self.comm is None else self.comm.gather(mine)
        if parts is None:
            return None
        ids, types, positions = [], [], array.array("d")
        for some_ids, some_types, some_positions in parts:
            ids += some_ids
            types += some_types
            positions += some_positions
        return [len(part[0]) for part in parts], sorted(range(len(ids)), key=ids.__getitem__), types, positions


class Server:
    """The server's side of the protocol, for one client."""

    def __init__(self, address, seconds):
        self.seconds = seconds
        try:
            with listening(address) as listener:
                say(f"waiting for Spinel at {address}, at most {seconds:g} s")
                listener.settimeout(seconds)
                self.client = listener.accept()[0]
                say("Spinel has connected")
        except TimeoutError:
            raise Problem(f"Spinel has not connected to {address} within {seconds:g} s") from None
        except OSError as error:
            raise Problem(f"cannot listen at {address}: {error.strerror or error}") from None
        self.client.settimeout(seconds)
        if not address.startswith("unix:"):
            self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive(self, form):
        wanted, data = struct.calcsize(form), bytearray()
        while len(data) < wanted:
            part = self.client.recv(wanted - len(data))
            if not part:
                raise ConnectionResetError
            data += part
        return struct.unpack(form, data)

    def expect(self, *words):
        word = self.receive("12s")[0].decode(errors="replace").strip()
        if word not in words:
            raise Problem(f"the client answered '{word}' where {' or '.join(words)} was expected: is it Spinel?")
        return word

    def ask(self, cell, positions):
        """Energy (eV), virial (eV, 9), forces (eV/Å, 3 for each atom) for a cell (Å, rows) and positions (Å)."""
        try:
            columns = struct.pack("<9d", *(cell[3 * k + i] / BOHR for i in range(3) for k in range(3)))
            inverse = bytes(72)  # Spinel makes its own
            self.client.sendall(header("STATUS"))
            self.expect("READY")
            self.client.sendall(header("POSDATA") + columns + inverse + struct.pack("<i", len(positions) // 3) +
                                array.array("d", (x / BOHR for x in positions)).tobytes() + header("STATUS"))
            self.expect("HAVEDATA")
            self.client.sendall(header("GETFORCE"))
            self.expect("FORCEREADY")
            energy, n = self.receive("<di")
            if 3 * n != len(positions):
                raise Problem(f"the client answered with forces on {n} atoms, LAMMPS has {len(positions) // 3}")
            forces = array.array("d", (f * (HARTREE / BOHR) for f in self.receive(f"<{3 * n}d")))
            virial = [w * HARTREE for w in self.receive("<9d")]
            self.receive(f"{self.receive('<i')[0]}s")
            return energy * HARTREE, virial, forces
        except TimeoutError:
            raise Problem(f"Spinel has not answered within {self.seconds:g} s") from None
        except ConnectionError:
            raise Problem("Spinel has ended; what it printed says why") from None


@contextlib.contextmanager
def listening(address):
    if not address.startswith("unix:"):
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise Problem(f"the address '{address}' is neither unix:NAME nor HOST:PORT")
        with socket.create_server((host, int(port))) as listener:
            yield listener
        return
    path = "/tmp/ipi_" + address[5:]
    with socket.socket(socket.AF_UNIX) as other:
        if other.connect_ex(path) == 0:
            raise Problem(f"another program listens at {address} already")
    if os.path.exists(path):
        os.unlink(path)  # left by one that was killed
    with socket.create_server(path, family=socket.AF_UNIX) as listener:
        try:
            yield listener
        finally:
            os.unlink(path)


def header(word):
    return word.ljust(12).encode()


def say(text):
    ctypes.CDLL(None).fflush(None)  # what LAMMPS has printed comes first
    print("lammps_spinel:", text, flush=True)


def write_structure(lammps, elements):
    """The atoms in the order of their ids, for &structure of Spinel."""
    gathered = lammps.gather()
    if gathered is None:
        return
    _, order, types, positions = gathered
    cell, periodic = lammps.cell()
    with open(STRUCTURE, "w") as file:
        file.write('%d\nLattice="%s" Properties=species:S:1:pos:R:3 pbc="%s"\n' % (
            len(order), " ".join(map(repr, cell)), " ".join("T" if p else "F" for p in periodic)))
        for i in order:
            file.write("%s %r %r %r\n" % (elements[types[i] - 1], *positions[3 * i:3 * i + 3]))


def answer(lammps, server, external):
    """Puts Spinel's forces into `external` (double **), its energy and virial into the fix. Called on all ranks."""
    gathered, replies = lammps.gather(), None
    if gathered is not None:
        counts, order, _, positions = gathered
        sent = array.array("d")
        for i in order:
            sent += positions[3 * i:3 * i + 3]
        energy, virial, forces = server.ask(lammps.cell()[0], sent)
        placed = array.array("d", bytes(8 * len(forces)))
        for k, i in enumerate(order):
            placed[3 * i:3 * i + 3] = forces[3 * k:3 * k + 3]
        replies, begin = [], 0
        for n in counts:
            replies.append((energy, virial, placed[3 * begin:3 * (begin + n)]))
            begin += n
    energy, virial, forces = replies[0] if lammps.comm is None else lammps.comm.scatter(replies)
    if forces:
        rows = ctypes.c_void_p.from_address(external).value
        ctypes.memmove(rows, forces.buffer_info()[0], 8 * len(forces))
    xx, xy, xz, _, yy, yz, _, _, zz = virial
    lammps.library.lammps_fix_external_set_energy_global(lammps.handle, FIX, ctypes.c_double(energy))
    lammps.library.lammps_fix_external_set_virial_global(lammps.handle, FIX, (ctypes.c_double * 6)(xx, yy, zz, xy, xz, yz))


def ends_lammps_on_error(work):
    """LAMMPS would go on after an exception that Python prints for it."""
    def guarded(*arguments):
        try:
            work(*arguments)
        except BaseException as error:
            text = str(error) if isinstance(error, Problem) else traceback.format_exc()
            ctypes.CDLL(None).fflush(None)  # the log of LAMMPS
            print("ERROR: lammps_spinel:", text, file=sys.stderr, flush=True)
            if "mpi4py.MPI" in sys.modules:
                sys.modules["mpi4py.MPI"].COMM_WORLD.Abort(1)
            os._exit(1)
    return guarded


@ends_lammps_on_error
def spinel(capsule, address, elements, seconds=3600.0):
    lammps = Lammps(capsule)
    if lammps.units() != "metal":
        raise Problem(f"units {lammps.units()}: Spinel gives eV and Å, which LAMMPS takes with 'units metal'")
    if not lammps.setting("box_exist") or lammps.library.lammps_get_natoms(lammps.handle) == 0:
        raise Problem("LAMMPS has no atoms yet: 'python spinel invoke' comes after read_data or create_atoms")
    n_types = lammps.setting("ntypes")
    if len(elements.split()) != n_types:
        raise Problem(f"'{elements}' names {len(elements.split())} elements, LAMMPS has {n_types} types of atoms")
    write_structure(lammps, elements.split())
    server = Server(address, seconds) if lammps.is_root else None
    lammps.command("fix spinel all external pf/callback 1 1")
    lammps.command("fix_modify spinel energy yes virial yes")
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
                                ctypes.c_void_p)
    callback = function(ends_lammps_on_error(lambda _, step, n, ids, x, external: answer(lammps, server, external)))
    kept.append(callback)
    lammps.library.lammps_set_fix_external_callback(lammps.handle, FIX, callback, None)
