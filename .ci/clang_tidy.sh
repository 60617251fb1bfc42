#!/bin/bash
# clang-tidy with .clang-tidy over the sources of src/, or those given. Fails where it reports anything.
#   .ci/clang_tidy.sh [src/folder/file.cpp ...]
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/install.sh clang-tidy
scripts/setup.sh
# clang cannot read the headers that GCC precompiles for build/release.
[ -f build/debug/build.ninja ] || cmake --preset debug >/dev/null
cmake --build build/debug --target spinel_build_info -- --quiet
if [ $# -gt 0 ]; then files=("$@"); else mapfile -t files < <(git ls-files 'src/*.cpp'); fi
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build/debug --quiet --warnings-as-errors='*' \
  --extra-arg=-Wno-unknown-warning-option
