#!/bin/bash
# run.sh BUILD MODEL.h5 [FOLDER [RANKS]]: relaxes every 7th structure of mp_20/test, rattled and strained, with Spinel and
# with ASE's FIRE (and cell filter FILTER, by default UnitCellFilter) on the same energies to the same criteria.
# BUILD holds spinel and single_points (ninja single_points); data from ../shared/data or $SPINEL_DATA.
set -eu
here=$(dirname "$(realpath "$0")")
build=$(realpath "$1") model=$(realpath "$2") folder=${3:-relax_benchmark} ranks=${4:-2}
data=$(realpath "${SPINEL_DATA:-$here/../../../shared/data}")
. "$here/../../scripts/mpi_environment.sh"
mkdir -p "$folder"
cd "$folder"
/usr/bin/python3 "$here/make_structures.py" "$data/mp_20/test.xyz.gz" set.xyz
sed "s|'model.h5'|'$model'|" "$here/relax.nml" >relax.nml
mpirun -n "$ranks" "$build/spinel" relax.nml
/usr/bin/python3 "$here/ase_relax.py" "$build/single_points" relax.nml set.xyz fire.json FIRE "${FILTER:-UnitCellFilter}"
/usr/bin/python3 "$here/compare.py" out/relax.h5 fire.json
