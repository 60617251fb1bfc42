#!/bin/bash
# Sets up and builds everything, then runs all tests. Ends with ctest's closing line and its exit status.
#   scripts/test.sh [further ctest options, such as -L unit or -R restart]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/scripts/setup.sh"
cmake --build "$root/build/release" -- --quiet
log=$root/build/release/ctest.log
status=0
ctest --test-dir "$root/build/release" --parallel "$(nproc)" --output-on-failure "$@" 2>&1 | tee "$log" || status=$?
grep -E '^[0-9]+% tests passed|^No tests were found' "$log" | tail -1 || true
exit "$status"
