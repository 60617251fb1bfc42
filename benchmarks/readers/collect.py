#!/usr/bin/env python3
"""Gathers structure files of many kinds for compare.py.

    benchmarks/readers/collect.py FOLDER [--generate] [--most N] [NAME=SOURCE …]

SOURCE is an unpacked source package or any folder; what in it is a structure file by its name is copied to FOLDER/NAME, at most N of it
(default 300, spread evenly), without copies of what is there already. --generate adds the collections of generate.py, which need pyxtal,
gemmi, pymatgen, ASE, phonopy and pandas. FOLDER/manifest.json says of each file where it is from, and of generated ones what is in it."""
import argparse
import hashlib
import json
import lzma
import os
import re

from peers import kind_of, text_of

LARGEST = 3_000_000  # bytes


def is_structure(path):
    kind = kind_of(path)
    if path.lower().endswith((".py", ".tex", ".png", ".rst", ".md", ".txt", ".rb", ".h5", ".lzma", ".bz2")) or kind == "unknown":
        return False
    if os.path.getsize(path) > LARGEST:
        return False
    text = text_of(path)
    if kind == "cif":  # neither reflections, nor dictionaries, nor macromolecules
        return "_cell_length_a" in text and "_atom_site" in text
    if kind == "json":
        return bool(re.search(r'"(lattice|lattice_mat|cell|sites)"', text)) and '"abi_args"' not in text and '"cells"' not in text
    if kind == "csv":
        return "_cell_length_a" in text or '"lattice"' in text
    return True


def files_below(folder):
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(where, name)


def copy_from(name, source, folder, most, manifest, seen):
    found = []
    for path in files_below(source):
        unpacked = path[:-3] if path.endswith(".xz") else path
        if os.path.islink(path) or kind_of(unpacked) == "unknown":
            continue
        with open(path, "rb") as file:
            data = file.read()
        if path.endswith(".xz"):
            data = lzma.decompress(data)
        digest = hashlib.sha256(data).hexdigest()
        if digest in seen:
            continue
        target = os.path.join(folder, name, os.path.relpath(unpacked, source))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)
        if is_structure(target):
            seen.add(digest)
            found.append((path, target))
        else:
            os.remove(target)
    kept = {found[k * len(found) // most][1] for k in range(most)} if len(found) > most else {t for _, t in found}
    for path, target in found:
        if target in kept:
            manifest[os.path.relpath(target, folder)] = {"collection": name, "kind": kind_of(target), "from": path}
        else:
            os.remove(target)
    print(f"{name:28s} {len(kept):5d} files of {len(found)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("sources", nargs="*", metavar="NAME=SOURCE")
    parser.add_argument("--generate", action="store_true")
    parser.add_argument("--most", type=int, default=300)
    options = parser.parse_intermixed_args()
    os.makedirs(options.folder, exist_ok=True)
    path = os.path.join(options.folder, "manifest.json")
    manifest = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
    seen = set()
    for source in options.sources:
        name, where = source.split("=", 1)
        copy_from(name, where, options.folder, options.most, manifest, seen)
    if options.generate:
        import generate
        generate.all_collections(options.folder, manifest)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1)
    print(f"{'all':28s} {len(manifest):5d} files")


if __name__ == "__main__":
    main()
