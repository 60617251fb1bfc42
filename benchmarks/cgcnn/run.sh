#!/usr/bin/env bash
# CGCNN as published (64 wide, 3 convolutions, 12 neighbors within 8 Å): Spinel on 1 and 2 ranks, and eager.py, the same
# network in eager PyTorch on one thread, in turn.
#   benchmarks/cgcnn/run.sh [rounds] [path of spinel] [crystals of the peer]
# Prints crystals per second of training (batch 256; Spinel: its training loop, of eager.py: collation, forward, backward,
# Adam) and of prediction (Spinel: from extended XYZ to numbers, graphs included; eager.py: from graphs): median
# [min … max] over rounds, and medians of ratios within each round. ROWS=file keeps the raw numbers, and adds to those there.
# SPINEL_DATA: folder with mp_20/train.xyz.gz and cgcnn/.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${1:-5}
spinel=${2:-$root/build/release/spinel}
data=${SPINEL_DATA:-$root/../shared/data}
. "$root/scripts/mpi_environment.sh" 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rows=${ROWS:-$work/rows}
python=/usr/bin/python3
gunzip -c "$data/mp_20/train.xyz.gz" >"$work/train.xyz"
"$root/scripts/import_model.py" "$data/cgcnn/formation-energy-per-atom.pth.tar" "$work/model.h5" >&2
$python "$here/eager.py" graphs "$work/train.xyz" "$work/graphs.npz" "${3:-1536}"

run_spinel() { # name ranks dataset → rate
  rm -rf "${work:?}/$1"
  mpirun -n "$2" --bind-to none "$spinel" "$work/$1.nml" >"$work/$1.log" || { cat "$work/$1.log" >&2; return 1; }
  $python -c "import h5py, sys; print(h5py.File(sys.argv[1])['timing/' + sys.argv[2]][()])" "$work/$1/run.h5" "$3"
}
cat >"$work/train.nml" <<END
&control
  calculation = 'train'  prefix = 'run'  outdir = '$work/train'
/
&dataset
  file = '$work/train.xyz'  target = 'formation_energy_per_atom'  validation_fraction = 0.02  test_fraction = 0.02
/
&model
/
&train
  epochs = 2  batch_size = 256
/
END
cat >"$work/predict.nml" <<END
&control
  calculation = 'predict'  prefix = 'run'  outdir = '$work/predict'
/
&predict
  models = '$work/model.h5'  structures = '$work/train.xyz'
/
END
for _ in $(seq "$rounds"); do
  echo "eager-train $($python "$here/eager.py" train "$work/graphs.npz")" \
    "train-1 $(run_spinel train 1 samples_per_second) train-2 $(run_spinel train 2 samples_per_second)" \
    "eager-predict $($python "$here/eager.py" predict "$work/graphs.npz")" \
    "predict-1 $(run_spinel predict 1 crystals_per_second) predict-2 $(run_spinel predict 2 crystals_per_second)" >>"$rows"
done
$python - "$rows" <<'END'
import sys
import numpy as np
rounds = []
for line in open(sys.argv[1]):
    words = line.split()
    rounds.append({words[k]: float(words[k + 1]) for k in range(0, len(words), 2)})


def show(what, values, unit=""):
    values = np.array(values)
    print(f"{what:44s}{np.median(values):10.4g} [{values.min():.4g} … {values.max():.4g}] {unit}".rstrip())


for name, what in (("eager-train", "eager.py, training"), ("train-1", "Spinel, training, 1 rank"),
                   ("train-2", "Spinel, training, 2 ranks"), ("eager-predict", "eager.py, prediction from graphs"),
                   ("predict-1", "Spinel, prediction from XYZ, 1 rank"), ("predict-2", "Spinel, prediction from XYZ, 2 ranks")):
    show(what, [r[name] for r in rounds], "crystals/s")
show("training, Spinel 1 rank / eager.py", [r["train-1"] / r["eager-train"] for r in rounds])
show("training, efficiency 1 → 2 ranks", [r["train-2"] / r["train-1"] / 2 for r in rounds])
show("prediction, Spinel 1 rank / eager.py", [r["predict-1"] / r["eager-predict"] for r in rounds])
show("prediction, efficiency 1 → 2 ranks", [r["predict-2"] / r["predict-1"] / 2 for r in rounds])
END
