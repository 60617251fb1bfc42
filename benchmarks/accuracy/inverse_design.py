#!/usr/bin/python3
"""Inverse design on perovskites (perov_5) with models/perovskites_vae.h5: heat of formation in the lowest tenth, at an equal number of
decodings by gradient, by screening, by latent vectors at random, and beside that by substitution in the training crystals nearest to
the target. The judge is a CGCNN trained on the validation and test part, which the model never saw. Also reconstruction of the parts.

    benchmarks/accuracy/inverse_design.py [--spinel PROGRAM] [--ranks N] [--outdir FOLDER] [--seeds 1 2 3] [--count 200] [--part val|test]

What is done already is read. SPINEL_DATA: folder with the data.
"""
import argparse
import os
import random
import re
import subprocess

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
DATA = os.path.abspath(os.environ.get("SPINEL_DATA") or os.path.join(ROOT, "..", "shared", "data"))
PEROV = {part: os.path.join(DATA, "perov_5", f"{part}.xyz") for part in ("train", "val", "test")}
MODEL = os.path.join(ROOT, "models", "perovskites_vae.h5")
WANTED, WIDTH = 0.3, 0.29  # eV; a tenth of the training part is below 0.588
SIMILAR = ["Li Na K Rb Cs", "Be Mg Ca Sr Ba", "Sc Y La", "Ti Zr Hf", "V Nb Ta", "Cr Mo W", "Mn Re", "Fe Ru Os", "Co Rh Ir", "Ni Pd Pt",
           "Cu Ag Au", "Zn Cd Hg", "B Al Ga In Tl", "Si Ge Sn Pb", "As Sb Bi", "O S", "N", "F"]


def frames(path):
    with open(path) as file:
        lines = file.read().splitlines()
    at = 0
    while at < len(lines):
        n = int(lines[at])
        yield lines[at + 1], lines[at + 2:at + 2 + n]
        at += n + 2


def substituted(path, count, seed):
    """The training crystals nearest to the target, the first ones first, each with one metal or anion replaced by a similar element."""
    numbers = random.Random(seed)
    groups = {e: group.split() for group in SIMILAR for e in group.split()}
    labeled = []
    for info, atoms in frames(PEROV["train"]):
        labeled.append((abs(float(re.search(r"heat_ref=(\S+)", info)[1]) - WANTED), info, atoms))
    labeled.sort(key=lambda item: item[0])
    known = {e for _, _, atoms in labeled for e in (a.split()[0] for a in atoms)}
    with open(path, "w") as file:
        made = 0
        for _, info, atoms in labeled:
            able = [e for e in sorted({a.split()[0] for a in atoms}) if len(set(groups.get(e, [])) & known) > 1]
            if not able:
                continue
            old = numbers.choice(able)
            new = numbers.choice(sorted(set(groups[old]) & known - {old}))
            rows = [a.replace(old, new, 1) if a.split()[0] == old else a for a in atoms]
            info = re.sub(r"\b(heat_all|heat_ref|dir_gap|ind_gap|id)=\S+", "", info)
            file.write(f"{len(rows)}\n{info} id=s{made}\n" + "\n".join(rows) + "\n")
            made += 1
            if made == count:
                return


class Runs:
    def __init__(self, arguments):
        self.a = arguments
        os.makedirs(arguments.outdir, exist_ok=True)

    def run(self, name, text):
        """The output of a run; what is complete already is not repeated."""
        log = os.path.join(self.a.outdir, f"{name}.log")
        if not os.path.exists(log):
            path = os.path.join(self.a.outdir, f"{name}.nml")
            with open(path, "w") as file:
                file.write(text)
            command = ["mpirun", "-n", str(self.a.ranks), self.a.spinel, path]
            done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode:
                raise SystemExit(f"{name}:\n{done.stdout}")
            with open(log, "w") as file:
                file.write(done.stdout)
        with open(log) as file:
            return file.read()

    def control(self, calculation, prefix, seed=1):
        return (f"&control\n  calculation = '{calculation}'  prefix = '{prefix}'  outdir = '{self.a.outdir}'  seed = {seed}\n"
                "  restart_mode = 'auto'\n/\n")

    def judge(self):
        self.run("judge", self.control("train", "judge") + f"""&dataset
  file = '{PEROV["test"]}'  target = 'heat_ref'  split = 'files'  validation_file = '{PEROV["val"]}'
/
&model
  kind = 'cgcnn'
/
&train
  epochs = 200  batch_size = 64  learning_rate = 2e-3  average_decay = 0.99
/
""")
        return os.path.join(self.a.outdir, "judge.model.h5")

    def verdicts(self, name, path):
        """Shares of valid and of new crystals, of those that were made."""
        self.run(f"{name}_evaluated", self.control("evaluate", f"{name}_evaluated") + f"""&structure
  file = '{path}'
/
&evaluate
  relax = .false.  reference = '{PEROV["train"]}', '{PEROV["val"]}', '{PEROV["test"]}'
/
""")
        with h5py.File(os.path.join(self.a.outdir, f"{name}_evaluated.h5")) as file:
            rows = file["evaluation"]
            valid = (rows["valid_structure"][:] == 1) & (rows["valid_composition"][:] == 1)
            return np.mean(valid), np.mean((rows["novel"][:] == 1) & (rows["unique"][:] == 1)), rows["novel"][:] == 1

    def searched(self, search, temperature, seed, judge):
        name = f"{search}_{temperature}_{seed}"
        self.run(name, self.control("generate", name, seed) + f"""&generate
  model = '{MODEL}'  target = 'heat_ref'  target_value = {WANTED}  target_tolerance = {WIDTH}
  judge = '{judge}'  count = {self.a.count}  decodings = 2  search = '{search}'  temperature = {temperature}
/
""")
        with h5py.File(os.path.join(self.a.outdir, f"{name}.h5")) as file:
            hit, made = file["crystals/hit"][:] == 1, file["crystals/status"][:] == 0
        valid, new, novel = self.verdicts(name, os.path.join(self.a.outdir, f"{name}_generated.xyz"))
        return np.mean(hit), valid * np.mean(made), new * np.mean(made), np.sum(hit[made] & novel) / len(hit)

    def substitution(self, seed, judge):
        name = f"substituted_{seed}"
        path = os.path.join(self.a.outdir, f"{name}.xyz")
        substituted(path, self.a.count, seed)
        self.run(name, self.control("predict", name) + f"&predict\n  models = '{judge}'  structures = '{path}'\n/\n")
        with h5py.File(os.path.join(self.a.outdir, f"{name}.h5")) as file:
            hit = np.abs(file["predictions/value"][:] - WANTED) <= WIDTH
        valid, new, novel = self.verdicts(name, path)
        return np.mean(hit), valid, new, np.mean(hit & novel)

    def reconstruction(self, species):
        name = f"again_{self.a.part}_{species}"
        targets = PEROV[self.a.part]
        self.run(name, self.control("generate", name) + f"""&generate
  model = '{MODEL}'  structures = '{targets}'  count = 1  latents = 'encoded'  species = '{species}'
/
""")
        output = self.run(f"{name}_judged", self.control("evaluate", f"{name}_judged") + f"""&structure
  file = '{self.a.outdir}/{name}_generated.xyz'
/
&evaluate
  relax = .false.
/
&measures
  targets = '{targets}'
/
""")
        return [line for line in output.splitlines() if re.match(r"  set +1 ", line)][0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spinel", default=os.path.join(ROOT, "build", "release", "spinel"))
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--outdir", default="out/inverse_design")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--part", default="test", choices=["val", "test"])
    runs = Runs(parser.parse_args())
    for species in ("given", "latent"):
        print(f"reconstruction of {runs.a.part}, contents {species}: {runs.reconstruction(species).split(None, 2)[2]}")
    judge = runs.judge()
    print(f"{runs.a.count} decodings, {len(runs.a.seeds)} seeds        hits (%)     valid (%)    unique and new (%)   hits that are new (%)")
    ways = [(search, temperature) for temperature in (1, 2, 4) for search in ("screening", "gradient", "random")]
    for way, temperature in ways + [("substitution", None)]:
        results = [runs.substitution(seed, judge) if way == "substitution" else runs.searched(way, temperature, seed, judge)
                   for seed in runs.a.seeds]
        results = 100 * np.array(results)
        error = results.std(0, ddof=1) / np.sqrt(len(results)) if len(results) > 1 else np.full(results.shape[1], np.nan)
        print(f"{way if temperature is None else f'{way}, temperature {temperature}':28}" + "".join(f"  {m:5.1f} ± {e:4.1f}" for m, e in zip(results.mean(0), error)))


if __name__ == "__main__":
    main()
