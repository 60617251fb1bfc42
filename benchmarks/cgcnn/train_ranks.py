#!/usr/bin/python3
"""Training of CGCNN on one rank and on two: samples a second of the steps, in turn, and two runs of one rank at once.

    SPINEL=build/release/spinel benchmarks/cgcnn/train_ranks.py [rounds] [epochs] [samples]

On mp_20/train (SPINEL_DATA names the folder of the data). The efficiency is speed on two ranks over twice that on one.
Two independent trainings side by side show what the machine itself takes: what they lose against twice one alone is no
communication.
"""
import os
import statistics
import subprocess
import sys
import tempfile

import h5py

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "regression"))
import spinel_testing as st

INPUT = """&control
  calculation = 'train'  prefix = 'run'  outdir = '{out}'
/
&dataset
  file = '{data}'  target = 'formation_energy_per_atom'  validation_fraction = 0  test_fraction = 0
/
&train
  epochs = {epochs}  batch_size = 256  n_train = {samples}  checkpoint_every = 0
/
"""


def start(folder, out, ranks, epochs, samples):
    path = st.write(os.path.join(folder, f"{out}.nml"), INPUT.format(
        out=os.path.join(folder, out), data=st.data_file("mp_20/train.xyz.gz"), epochs=epochs, samples=samples))
    return st.start(path, ranks=ranks)


def speed(folder, out, process):
    output, _ = process.communicate()
    st.check(process.returncode == 0, output)
    with h5py.File(os.path.join(folder, out, "run.h5"), "r") as file:
        return file["timing/samples_per_second"][()], file["timing/overlap"][()]


def show(name, values, form="10.0f"):
    print(f"{name:44s} {statistics.median(values):{form}} [{min(values):{form[2:]}} … "
          f"{max(values):{form[2:]}}]", flush=True)


def main():
    rounds, epochs, samples = (int(v) for v in (sys.argv[1:] + ["5", "2", "4096"][len(sys.argv) - 1:]))
    one, two, halves, overlaps = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            one.append(speed(folder, "one", start(folder, "one", 1, epochs, samples))[0])
            value, overlap = speed(folder, "two", start(folder, "two", 2, epochs, samples))
            two.append(value)
            overlaps.append(overlap)
            both = [start(folder, f"half{k}", 1, epochs, samples) for k in range(2)]
            halves.append(sum(speed(folder, f"half{k}", process)[0] for k, process in enumerate(both)))
    show("1 rank, crystals/s", one)
    show("2 ranks, crystals/s", two)
    show("two trainings at once, crystals/s", halves)
    show("efficiency 1 → 2 ranks", [b / (2 * a) for a, b in zip(one, two)], "10.3f")
    show("2 ranks / two trainings at once", [b / c for b, c in zip(two, halves)], "10.3f")
    show("messages on their way before backward ends", overlaps, "10.2f")


if __name__ == "__main__":
    main()
