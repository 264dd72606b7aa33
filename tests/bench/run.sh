#!/bin/sh
# The README's tables of speed: builds what is measured, fetches what it is measured beside, then
# run.py does it. Needs wrk.
#   sh tests/bench/run.sh [--quick] [--readme] [options of run.py]
set -eu
cd "$(dirname "$0")/../.."
command -v wrk >/dev/null || { echo "run.sh: needs wrk" >&2; exit 1; }
[ -f build/build.ninja ] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build --target okapi yardstick clients parts >/dev/null
case " $* " in
*" --quick "*) ;;
*) sh tests/bench/peers.sh build/peers ;;
esac
exec python3 tests/bench/run.py "$@"
