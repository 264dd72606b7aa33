#!/bin/sh
# Looks for races: the whole suite and a storm under the thread sanitizer. By hand, after threads or
# locks were changed; tests/run.sh has eight seconds of the storm. Needs clang with its run-time
# library.
#   sh tests/races/run.sh [seconds of storm]
# Run on 2026-11-30 without a race: 60 s of storm (26,424 answers, 4,298 webhooks; seed 923000655)
# and the suite, 74 tests in 335 s, the months that are told (mock/engine/months.h) and the laws
# among them.
set -eu
cd "$(dirname "$0")/../.."
jobs=${OKAPI_JOBS:-2}
[ -f build-tsan/build.ninja ] ||
  cmake -S . -B build-tsan -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug \
    "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -gline-tables-only" -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld \
    -DOKAPI_SANITIZE=thread
cmake --build build-tsan -j "$jobs"

export TSAN_OPTIONS="suppressions=$PWD/tests/races/suppressions.txt second_deadlock_stack=1"
python3 tests/races/storm.py build-tsan/okapi --seconds "${1:-60}"
# The soak measures memory, which is mostly the sanitizer's here.
ctest --test-dir build-tsan -j "$jobs" -E 'browser|compat|storm|soak' --output-on-failure
