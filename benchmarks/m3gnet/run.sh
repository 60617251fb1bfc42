#!/usr/bin/env bash
# M3GNet-MP-2021.2.8 on rattled MgO, float32, one thread a rank: Spinel (1 and 2 ranks) and eager.py, the same network in
# eager PyTorch, in turn.
#   benchmarks/m3gnet/run.sh [rounds] [path of spinel]
# Prints ms per atom and step (Spinel: its MD loop with neighbor lists; eager.py: without) and the memory that the atoms
# take, at the peak and beyond a run of 8 atoms: median [min … max] over rounds, and medians of ratios within each round.
# EAGER_4096=1 runs eager.py on 4,096 atoms too, which takes 14 GB. ROWS=file keeps the raw numbers, and adds to those there.
# SPINEL_DATA: folder with m3gnet/M3GNet-MP-2021.2.8-PES.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${1:-5}
spinel=${2:-$root/build/release/spinel}
. "$root/scripts/mpi_environment.sh" 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rows=${ROWS:-$work/rows}
python=/usr/bin/python3
"$root/scripts/import_model.py" "${SPINEL_DATA:-$root/../shared/data}/m3gnet/M3GNet-MP-2021.2.8-PES" "$work/model.h5" >&2
for n in 1 2 4 8; do $python "$here/eager.py" rattle $n "$work/$((8 * n * n * n)).xyz"; done

run_eager() { # atoms steps → "ms bytes"
  $python "$here/eager.py" time "$work/model.h5" "$work/$1.xyz" --steps "$2" |
    $python -c 'import json, sys; row = json.load(sys.stdin); print(row["ms_per_atom_step"], row["peak_bytes"])'
}
run_spinel() { # atoms steps ranks [name] → "ms bytes", the bytes of all ranks
  local name=${4:-md}
  sed -e "s|OUTDIR|$work/$name|; s|STRUCTURE|$work/$1.xyz|; s|MODEL|$work/model.h5|; s|STEPS|$2|" "$here/md.nml" \
    >"$work/$name.nml"
  rm -rf "${work:?}/$name"
  mpirun -n "$3" --bind-to none "$spinel" "$work/$name.nml" >"$work/$name.log" || { cat "$work/$name.log" >&2; return 1; }
  $python - "$work/$name/md.h5" "$3" <<'END'
import sys
import h5py
with h5py.File(sys.argv[1]) as file:
    timing = file["timing"]
    print(1e3 / timing["atom_steps_per_second"][()], int(sys.argv[2]) * timing["memory_per_rank"][()])
END
}
for _ in $(seq "$rounds"); do
  {
    echo "eager-8 $(run_eager 8 5) eager-64 $(run_eager 64 20) eager-512 $(run_eager 512 4)" \
      "spinel-8 $(run_spinel 8 20 1) spinel-64 $(run_spinel 64 40 1) spinel-512 $(run_spinel 512 10 1)" \
      "spinel-4096 $(run_spinel 4096 3 1) two-8 $(run_spinel 8 20 2) two-512 $(run_spinel 512 10 2)" \
      "two-4096 $(run_spinel 4096 3 2)"
    run_spinel 512 10 1 side >"$work/side.row" &
    other=$(run_spinel 512 10 1)
    wait $!
    echo "side-512 $(cut -d' ' -f1 "$work/side.row") 0 here-512 ${other%% *} 0"
    if [ "${EAGER_4096:-0}" = 1 ]; then echo "eager-4096 $(run_eager 4096 1)"; fi
  } | paste -sd ' ' >>"$rows"
done
PYTHONPATH=$here/.. $python - "$rows" <<'END'
import sys
from rounds import Rounds
show = Rounds(sys.argv[1]).show
for program in ("eager", "spinel", "two"):
    title = {"eager": "eager PyTorch", "spinel": "Spinel", "two": "Spinel, 2 ranks"}[program]
    for atoms in (64, 512, 4096):
        show(f"{title}, {atoms} atoms", lambda row: row[f"{program}-{atoms}"][0], "ms/atom/step")
    for atoms in (512, 4096):
        show(f"{title}, {atoms} atoms, memory",
             lambda row: (row[f"{program}-{atoms}"][1] - row[f"{program}-8"][1]) / atoms / 1e6, "MB/atom")
for atoms in (64, 512, 4096):
    show(f"eager / Spinel, {atoms} atoms", lambda row: row[f"eager-{atoms}"][0] / row[f"spinel-{atoms}"][0])
show("eager / Spinel, 512 atoms, memory",
     lambda row: (row["eager-512"][1] - row["eager-8"][1]) / (row["spinel-512"][1] - row["spinel-8"][1]))
show("Spinel, time an atom, 4,096 / 512 atoms", lambda row: row["spinel-4096"][0] / row["spinel-512"][0])
for atoms in (512, 4096):
    show(f"Spinel, efficiency 1 → 2 ranks, {atoms} atoms",
         lambda row: row[f"spinel-{atoms}"][0] / (2 * row[f"two-{atoms}"][0]))
show("Spinel, two runs of 512 atoms side by side, speed kept",
     lambda row: 2 * row["spinel-512"][0] / (row["side-512"][0] + row["here-512"][0]))
END
