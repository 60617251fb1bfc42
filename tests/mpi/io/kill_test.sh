#!/bin/bash
# kill_test.sh PROGRAM MPIEXEC: kills a writing run with signal 9 twelve times at random checkpoints, on changing numbers of
# ranks; then lets it end, which it does with success only if every frame is as it should be.
set -u
program=$1 mpiexec=$2
folder=$(mktemp -d) || exit 1
export OMPI_MCA_odls_base_sigkill_timeout=0  # nobody is left to wait for
trap 'rm -rf "$folder"' EXIT
forever=1000000000
killed=0
journals=0
for round in $(seq 12); do
  ranks=$((RANDOM % 3 + 1))
  : >"$folder/log"  # here, since the launcher's own redirection may come after the look below, which would find the round before
  "$mpiexec" -n $ranks "$program" "$folder" $forever >>"$folder/log" 2>"$folder/errors" &
  launcher=$!
  # By progress, not by time: none to 19 checkpoints, then as far into the next one as it comes.
  steps=$((RANDOM % 20))
  while kill -0 $launcher 2>/dev/null; do
    [ "$(grep -c '^pid' "$folder/log")" -ge $ranks ] && [ "$(grep -c '^step' "$folder/log")" -ge $steps ] && break
    sleep 0.01
  done
  for pid in $(sed -n 's/^pid //p' "$folder/log"); do kill -9 "$pid" 2>/dev/null && killed=$((killed + 1)); done
  wait $launcher 2>/dev/null
  if grep '^rank' "$folder/errors"; then
    echo "round $round on $ranks ranks could not continue"
    exit 1
  fi
  [ -e "$folder/a.h5md.journal" ] && journals=$((journals + 1))
done
echo "$killed processes killed in 12 rounds, $journals of them in the midst of a commit"
[ $killed -ge 12 ] || { echo "too few kills to mean anything"; exit 1; }
"$mpiexec" -n 2 "$program" "$folder" 7 | grep complete
