#!/usr/bin/python3
"""Both sides of the i-PI protocol in plain Python and numpy, written from its description, not from Spinel's sources: what the
socket tests hold Spinel against. Run as a program it is a client with Lennard-Jones forces that can misbehave:

    ipi.py STRUCTURE ADDRESS [MISDEED]
"""
import os
import re
import socket
import struct
import sys
import time

import numpy as np

HARTREE, BOHR = 27.211386245988, 0.529177210903
EPSILON, SIGMA, CUTOFF = 0.01, 2.5, 6.0


def lennard_jones(cell, positions, epsilon=EPSILON, sigma=SIGMA, cutoff=CUTOFF, periodic=(True, True, True)):
    """Energy (eV), forces (eV/Å), virial −dE/dstrain (eV) of pairs below the cutoff, plainly cut, over all images."""
    fractional = positions @ np.linalg.inv(cell)
    positions = (fractional - np.floor(fractional) * np.array(periodic)) @ cell
    heights = 1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    reach = [int(np.ceil(cutoff / h)) + 1 if p else 0 for h, p in zip(heights, periodic)]
    n = np.stack(np.meshgrid(*[np.arange(-r, r + 1) for r in reach], indexing="ij"), -1).reshape(-1, 3)
    energy, forces, virial = 0.0, np.zeros_like(positions), np.zeros((3, 3))
    for i, x in enumerate(positions):
        d = (positions[:, None, :] + (n @ cell)[None, :, :] - x).reshape(-1, 3)
        r2 = (d ** 2).sum(1)
        d = d[(r2 > 1e-12) & (r2 < cutoff ** 2)]
        r2 = (d ** 2).sum(1)
        s6 = (sigma ** 2 / r2) ** 3
        energy += 0.5 * (4 * epsilon * (s6 ** 2 - s6)).sum()
        slope = 24 * epsilon * (2 * s6 ** 2 - s6) / r2  # −dE/dr / r
        forces[i] = -(slope[:, None] * d).sum(0)
        virial += 0.5 * np.einsum("k,ki,kj->ij", slope, d, d)
    return energy, forces, virial


def receive(sock, count):
    data = b""
    while len(data) < count:
        part = sock.recv(count - len(data))
        if not part:
            raise ConnectionError("closed")
        data += part
    return data


def header(sock, word):
    sock.sendall(word.ljust(12).encode())


def read_header(sock):
    return receive(sock, 12).decode().strip()


def doubles(sock, count):
    return np.array(struct.unpack(f"<{count}d", receive(sock, 8 * count)))


def listen(address):
    if address.startswith("unix:"):
        path = "/tmp/ipi_" + address[5:]
        if os.path.exists(path):
            os.unlink(path)
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
    else:
        host, port = address.rsplit(":", 1)
        server = socket.socket(socket.AF_INET)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, int(port)))
    server.listen(8)
    return server


def evaluate(sock, cell, positions, initialize=False):
    """The server's side: energy (eV), forces (eV/Å), virial (eV) of what the client answers. Lattice vectors travel as columns."""
    header(sock, "STATUS")
    word = read_header(sock)
    if initialize or word == "NEEDINIT":
        header(sock, "INIT")
        sock.sendall(struct.pack("<ii", 3, 5) + b"hello")
        header(sock, "STATUS")
        word = read_header(sock)
    assert word == "READY", word
    header(sock, "POSDATA")
    sock.sendall((cell.T / BOHR).astype("<f8").tobytes())
    sock.sendall((np.linalg.inv(cell).T * BOHR).astype("<f8").tobytes())
    sock.sendall(struct.pack("<i", len(positions)) + (positions / BOHR).astype("<f8").tobytes())
    header(sock, "STATUS")
    word = read_header(sock)
    assert word == "HAVEDATA", word
    header(sock, "GETFORCE")
    word = read_header(sock)
    assert word == "FORCEREADY", word
    energy = doubles(sock, 1)[0] * HARTREE
    n = struct.unpack("<i", receive(sock, 4))[0]
    forces = doubles(sock, 3 * n).reshape(n, 3) * HARTREE / BOHR
    virial = doubles(sock, 9).reshape(3, 3).T * HARTREE
    receive(sock, struct.unpack("<i", receive(sock, 4))[0])
    return energy, forces, virial


def read_extended_xyz(path):
    """Symbols, cell, periodicity of its first structure."""
    with open(path) as file:
        lines = file.read().splitlines()
    n = int(lines[0])
    cell = np.array([float(x) for x in re.search(r'Lattice="([^"]*)"', lines[1]).group(1).split()]).reshape(3, 3)
    periodic = re.search(r'pbc="([^"]*)"', lines[1])
    periodic = [word == "T" for word in periodic.group(1).split()] if periodic else [True] * 3
    return [line.split()[0] for line in lines[2:2 + n]], cell, periodic


def connect(address):
    if address.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect("/tmp/ipi_" + address[5:])
    else:
        host, port = address.rsplit(":", 1)
        sock = socket.socket(socket.AF_INET)
        sock.connect((host, int(port)))
    return sock


def serve(sock, symbols, periodic, misdeed=""):
    """The client's side, until EXIT. Misdeeds: dies, dies_once=FILE, hangs, nan, wrong_number, garbage, init, busy, slow_pieces;
    waits=FILE,N: in its Nth call, until there is this file."""
    n_calls = 0
    answer, initialized, n_busy = None, misdeed != "init", 3 if misdeed == "busy" else 0
    while True:
        word = read_header(sock)
        if word == "STATUS":
            if answer is not None and n_busy > 0:
                n_busy -= 1
                header(sock, "BUSY")
            else:
                header(sock, "HAVEDATA" if answer is not None else "READY" if initialized else "NEEDINIT")
        elif word == "INIT":
            _, n = struct.unpack("<ii", receive(sock, 8))
            text = receive(sock, n)
            assert text == b"\0", f"INIT with {text!r}"
            initialized = True
        elif word == "POSDATA":
            cell = doubles(sock, 9).reshape(3, 3).T * BOHR
            inverse = doubles(sock, 9).reshape(3, 3).T / BOHR
            assert np.allclose(cell @ inverse, np.eye(3), atol=1e-9), "the inverse is none"
            n = struct.unpack("<i", receive(sock, 4))[0]
            positions = doubles(sock, 3 * n).reshape(n, 3) * BOHR
            assert n == len(symbols), f"{n} positions for {len(symbols)} atoms"
            if misdeed == "dies":
                print("client: something went very wrong", flush=True)
                os._exit(3)
            if misdeed.startswith("dies_once="):
                mark = misdeed.split("=", 1)[1]
                if not os.path.exists(mark):
                    open(mark, "w").close()
                    os.kill(os.getpid(), 9)
            if misdeed == "hangs":
                time.sleep(1e6)
            n_calls += 1
            if misdeed.startswith("waits=") and n_calls == int(misdeed.split(",")[1]):
                print("client: waits", flush=True)
                while not os.path.exists(misdeed[6:].split(",")[0]):
                    time.sleep(0.02)
            answer = lennard_jones(cell, positions, periodic=periodic)
            if misdeed == "nan":
                answer = (float("nan"),) + answer[1:]
        elif word == "GETFORCE":
            energy, forces, virial = answer
            if misdeed == "garbage":
                sock.sendall(b"<html>\n" * 10)
                continue
            n = len(forces) + (1 if misdeed == "wrong_number" else 0)
            extra = b"{\"dipole\": 0}"
            message = "FORCEREADY".ljust(12).encode() + struct.pack("<di", energy / HARTREE, n)
            message += (np.resize(forces, (n, 3)) * BOHR / HARTREE).astype("<f8").tobytes()
            message += (virial.T / HARTREE).astype("<f8").tobytes() + struct.pack("<i", len(extra)) + extra
            if misdeed == "slow_pieces":
                for k in range(0, len(message), 37):
                    sock.sendall(message[k:k + 37])
                    time.sleep(0.002)
            else:
                sock.sendall(message)
            answer = None
        elif word == "EXIT":
            return
        else:
            raise SystemExit(f"client: unknown message {word!r}")


if __name__ == "__main__":
    misdeed = sys.argv[3] if len(sys.argv) > 3 else ""
    print("client: starts", flush=True)
    if misdeed == "never_connects":
        sys.exit("client: no licence found")
    names, _, is_periodic = read_extended_xyz(sys.argv[1])
    # One structure of a list is its client's undoing.
    if misdeed == "dies_of_kr":
        misdeed = "dies" if "Kr" in names else ""
    serve(connect(sys.argv[2]), names, is_periodic, misdeed)
