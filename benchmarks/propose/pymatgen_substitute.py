#!/usr/bin/env python3
"""Times pymatgen's SubstitutionPredictor on lists of ions, a line each: "Li+ Nb5+ O2-".

    benchmarks/propose/pymatgen_substitute.py FILE

Prints seconds of processor time for all lists and how many substitutions above 0.001 there are in all."""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
from pymatgen.analysis.structure_prediction.substitution_probability import SubstitutionPredictor  # noqa: E402


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lists = [line.split() for line in file if line.strip()]
    predictor = SubstitutionPredictor(threshold=1e-3)
    start = time.process_time()
    n = sum(len(predictor.list_prediction(ions, to_this_composition=False)) for ions in lists)
    print(f"{time.process_time() - start:.6f} {n}")


if __name__ == "__main__":
    main()
