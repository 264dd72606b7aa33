#!/bin/sh
# clang-tidy and cppcheck over mock/; findings are errors. By hand: a file takes clang-tidy 10 s, so
# name the folders that changed.
#   sh tests/static/run.sh [folder of mock/, or file of it ...]     such as server store
# Needs clang, clang-tidy and cppcheck. What is switched off stands with its reason in .clang-tidy
# and tests/static/suppressions.txt.
set -eu
cd "$(dirname "$0")/../.."
jobs=${OKAPI_JOBS:-2}
# shellcheck disable=SC2046  # a list of names
[ $# -gt 0 ] || set -- $(cd mock && ls -d */ app.cc main.cc | tr -d /)

failed=0
for folder; do
  cppcheck -j "$jobs" --std=c++20 --language=c++ --enable=warning,performance,portability \
    --suppressions-list=tests/static/suppressions.txt --inline-suppr --error-exitcode=1 --quiet \
    --template='{file}:{line}: {severity}: {id}: {message}' -I mock "mock/$folder" || failed=1
done

[ -f build-tidy/build.ninja ] ||
  cmake -S . -B build-tidy -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug >/dev/null
# The one header that the folders share is all that must be compiled for it.
cmake --build build-tidy --target CMakeFiles/okapi_store.dir/cmake_pch.hxx.pch >/dev/null
for folder; do
  run-clang-tidy -quiet -j "$jobs" -p build-tidy "$PWD/mock/$folder" || failed=1
done
exit $failed
