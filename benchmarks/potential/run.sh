#!/usr/bin/env bash
# A trained potential on rattled silicon, float32, one thread a rank: Spinel (1 and 2 ranks) and eager.py, the same network in
# eager PyTorch, in turn; and training on mlearn's silicon likewise.
#   benchmarks/potential/run.sh [rounds] [path of spinel] [model]        model: default models/silicon.h5
# Prints µs per atom and step (Spinel: its MD loop with neighbor lists; eager.py: without), the memory that the atoms take at the
# peak and beyond a run of 8 atoms, and structures/s of training: median [min … max] over rounds, and medians of ratios within
# each round. EAGER_4096=1 runs eager.py on 4,096 atoms too. ROWS=file keeps the raw numbers, and adds to those there.
# SPINEL_DATA: folder with mlearn.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${1:-5}
spinel=${2:-$root/build/release/spinel}
model=$(realpath "${3:-$root/models/silicon.h5}")
. "$root/scripts/mpi_environment.sh" 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rows=${ROWS:-$work/rows}
python=/usr/bin/python3
structures=$(realpath "${SPINEL_DATA:-$root/../shared/data}/mlearn/Si_train.xyz")
kind=$($python -c 'import h5py, json, sys; print(json.loads(h5py.File(sys.argv[1])["/"].attrs["architecture"])["kind"])' "$model")
for n in 1 2 4 8 16; do $python "$here/eager.py" rattle $n "$work/$((8 * n * n * n)).xyz"; done

run_eager() { # atoms steps → "µs bytes"
  $python "$here/eager.py" time "$model" "$work/$1.xyz" --steps "$2" |
    $python -c 'import json, sys; row = json.load(sys.stdin); print(row["us_per_atom_step"], row["peak_bytes"])'
}
run_spinel() { # atoms steps ranks → "µs bytes", the bytes of all ranks
  sed -e "s|OUTDIR|$work/md|; s|STRUCTURE|$work/$1.xyz|; s|MODEL|$model|; s|STEPS|$2|" "$here/md.nml" >"$work/md.nml"
  rm -rf "${work:?}/md"
  mpirun -n "$3" --bind-to none "$spinel" "$work/md.nml" >"$work/md.log" || { cat "$work/md.log" >&2; return 1; }
  $python -c 'import h5py, sys; t = h5py.File(sys.argv[1])["timing"]; print(
    1e6 / t["atom_steps_per_second"][()], int(sys.argv[2]) * t["memory_per_rank"][()])' "$work/md/md.h5" "$3"
}
train_spinel() { # ranks → "structures/s 0"
  sed -e "s|OUTDIR|$work/train|; s|STRUCTURES|$structures|; s|KIND|$kind|; s|MODEL|$model|" "$here/train.nml" >"$work/train.nml"
  rm -rf "${work:?}/train"
  mpirun -n "$1" --bind-to none "$spinel" "$work/train.nml" >"$work/train.log" || { cat "$work/train.log" >&2; return 1; }
  $python -c 'import h5py, sys; print(h5py.File(sys.argv[1])["timing/samples_per_second"][()], 0)' "$work/train/train.h5"
}
train_eager() {
  $python "$here/eager.py" train "$model" "$structures" --steps 25 |
    $python -c 'import json, sys; print(json.load(sys.stdin)["structures_per_second"], 0)'
}
for _ in $(seq "$rounds"); do
  {
    echo "eager-8 $(run_eager 8 5) eager-64 $(run_eager 64 40) eager-512 $(run_eager 512 8)" \
      "spinel-8 $(run_spinel 8 50 1) spinel-64 $(run_spinel 64 200 1) spinel-512 $(run_spinel 512 40 1)" \
      "spinel-4096 $(run_spinel 4096 8 1) spinel-32768 $(run_spinel 32768 2 1) two-8 $(run_spinel 8 50 2)" \
      "two-64 $(run_spinel 64 200 2) two-512 $(run_spinel 512 40 2) two-4096 $(run_spinel 4096 8 2)" \
      "two-32768 $(run_spinel 32768 2 2)" \
      "train-eager $(train_eager) train-spinel $(train_spinel 1) train-two $(train_spinel 2)"
    if [ "${EAGER_4096:-0}" = 1 ]; then echo "eager-4096 $(run_eager 4096 2)"; fi
  } | paste -sd ' ' >>"$rows"
done
PYTHONPATH=$here/.. $python - "$rows" <<'END'
import sys
from rounds import Rounds
show = Rounds(sys.argv[1]).show
sizes = (64, 512, 4096, 32768)
for program, title in (("eager", "eager PyTorch"), ("spinel", "Spinel"), ("two", "Spinel, 2 ranks")):
    for atoms in sizes:
        show(f"{title}, {atoms} atoms", lambda row: row[f"{program}-{atoms}"][0], "µs/atom/step")
    for atoms in sizes[1:]:
        show(f"{title}, {atoms} atoms, memory",
             lambda row: (row[f"{program}-{atoms}"][1] - row[f"{program}-8"][1]) / atoms / 1e3, "kB/atom")
for atoms in sizes[:3]:
    show(f"eager / Spinel, {atoms} atoms", lambda row: row[f"eager-{atoms}"][0] / row[f"spinel-{atoms}"][0])
show("eager / Spinel, 512 atoms, memory",
     lambda row: (row["eager-512"][1] - row["eager-8"][1]) / (row["spinel-512"][1] - row["spinel-8"][1]))
for atoms in sizes:
    show(f"Spinel, efficiency 1 → 2 ranks, {atoms} atoms",
         lambda row: row[f"spinel-{atoms}"][0] / (2 * row[f"two-{atoms}"][0]))
for program, title in (("eager", "eager PyTorch"), ("spinel", "Spinel"), ("two", "Spinel, 2 ranks")):
    show(f"training, {title}", lambda row: row[f"train-{program}"][0], "structures/s")
show("training, Spinel / eager", lambda row: row["train-spinel"][0] / row["train-eager"][0])
show("training, efficiency 1 → 2 ranks", lambda row: row["train-two"][0] / (2 * row["train-spinel"][0]))
END
