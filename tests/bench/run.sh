#!/bin/sh
# The README's table of speed: builds what is measured, then run.py does it. Needs wrk.
#   sh tests/bench/run.sh [options of run.py]
set -eu
cd "$(dirname "$0")/../.."
command -v wrk >/dev/null || { echo "run.sh: needs wrk" >&2; exit 1; }
[ -f build/build.ninja ] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build --target okapi yardstick >/dev/null
exec python3 tests/bench/run.py "$@"
