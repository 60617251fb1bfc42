#!/bin/bash
# The whole tree of tests under the address and undefined-behavior sanitizers.
#   .ci/sanitize.sh [further ctest options]
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
[ -f build/sanitize/build.ninja ] || cmake --preset sanitize >/dev/null
cmake --build build/sanitize -- --quiet
# Open MPI and HDF5 keep memory until the end that they call their own.
export ASAN_OPTIONS="detect_leaks=0:abort_on_error=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}" UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
exec ctest --test-dir build/sanitize --parallel "$(nproc)" --output-on-failure "$@"
