#!/usr/bin/env python3
"""Energies and forces of any ASE calculator for another program, through an i-PI socket: the way to Python's models.

    scripts/ase_client.py CALCULATOR STRUCTURE ADDRESS [name=value ...] [--device cpu|cuda] [--no-stress]

CALCULATOR  emt, lj, chgnet, mace:MODEL, uma:MODEL, or module:name, such as ase.calculators.morse:MorsePotential or my.py:make.
            `name` is a class or function that is called with the name=value pairs and returns a calculator.
STRUCTURE   file that ASE reads; it gives the species in their order. Positions and cell come through the socket.
ADDRESS     unix:NAME or HOST:PORT, where the program listens.

With Spinel:  &potential  style = 'socket'  command = 'python3 scripts/ase_client.py chgnet {file} {address}' /
Needs ase and the package of the model.
"""
import argparse
import ast
import importlib
import importlib.util
import os
import sys


def need(module, package):
    try:
        return importlib.import_module(module)
    except ImportError as error:
        sys.exit(f"ase_client: {error}: this calculator needs the Python package {package}")


def existing(path, what):
    if not os.path.exists(path):
        sys.exit(f"ase_client: {what}: the file {path} does not exist")
    return path


def by_name(text):
    """What 'module:name' or 'file.py:name' is."""
    place, _, name = text.rpartition(":")
    if place.endswith(".py"):
        spec = importlib.util.spec_from_file_location("calculator_module", existing(place, text))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = need(place, place.split(".")[0])
    if not hasattr(module, name):
        sys.exit(f"ase_client: {text}: {place} has no {name}")
    return getattr(module, name)


def make_calculator(text, device, settings):
    kind, _, model = text.partition(":")
    if kind == "emt":
        return need("ase.calculators.emt", "ase").EMT(**settings)
    if kind == "lj":
        return need("ase.calculators.lj", "ase").LennardJones(**settings)
    if kind == "chgnet":
        return need("chgnet.model", "chgnet").CHGNetCalculator(use_device=device, **settings)
    if kind == "mace":
        mace = need("mace.calculators", "mace-torch")
        return mace.MACECalculator(model_paths=existing(model, text), device=device, **{"default_dtype": "float64", **settings})
    if kind == "uma":
        fairchem = need("fairchem.core", "fairchem-core")
        unit = need("fairchem.core.units.mlip_unit", "fairchem-core")
        predictor = unit.load_predict_unit(existing(model, text), device=device)
        return fairchem.FAIRChemCalculator(predictor, **{"task_name": "omat", **settings})
    if ":" not in text:
        sys.exit(f"ase_client: '{text}' is none of emt, lj, chgnet, mace:MODEL, uma:MODEL, module:name")
    return by_name(text)(**settings)


def setting(text):
    name, equals, value = text.partition("=")
    if not equals:
        sys.exit(f"ase_client: '{text}' is not name=value")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calculator")
    parser.add_argument("structure")
    parser.add_argument("address")
    parser.add_argument("settings", nargs="*", metavar="name=value")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--no-stress", action="store_true", help="for calculators that have none: the virial is then zero")
    options = parser.parse_args()
    need("ase", "ase")
    from ase.calculators.calculator import PropertyNotImplementedError
    from ase.calculators.socketio import SocketClient
    from ase.io import read

    atoms = read(existing(options.structure, "STRUCTURE"), index=0)
    atoms.calc = make_calculator(options.calculator, options.device, dict(map(setting, options.settings)))
    if options.address.startswith("unix:"):
        client = SocketClient(unixsocket=options.address[5:])
    else:
        host, _, port = options.address.rpartition(":")
        client = SocketClient(host=host, port=int(port))
    try:
        client.run(atoms, use_stress=not options.no_stress)
    except PropertyNotImplementedError as error:
        sys.exit(f"ase_client: the calculator has no {error}; without stress: --no-stress")


if __name__ == "__main__":
    main()
