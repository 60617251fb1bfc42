#!/bin/bash
# Lines of src/ that all tests together run: a table by file, and the whole, on standard output.
#   .ci/coverage.sh [further ctest options]
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/install.sh gcovr
scripts/setup.sh
[ -f build/coverage/build.ninja ] || cmake --preset coverage >/dev/null
cmake --build build/coverage -- --quiet
find build/coverage -name '*.gcda' -delete
ctest --test-dir build/coverage --parallel "$(nproc)" --output-on-failure "$@"
gcovr --root . --filter 'src/' --object-directory build/coverage --sort-percentage
