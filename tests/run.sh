#!/bin/sh
# Installs what the tests need, builds, runs every test: the Release build with g++, then all but
# the browser and most SDKs once more with clang, under the address and undefined-behaviour
# sanitizers. Works as root or with sudo, and offline once the packages are there; a second run only
# builds what changed.
#   sh tests/run.sh                         both builds
#   sh tests/run.sh release                 only the first
#   CC=clang CXX=clang++ sh tests/run.sh    both with this compiler, in folders of their own
set -eu
cd "$(dirname "$0")/.."
jobs=${OKAPI_JOBS:-2}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "tests/run.sh: missing packages need root or sudo: $*" >&2
    exit 1
  fi
}

missing=
for package in g++ cmake ninja-build ccache pkg-config libcpp-httplib-dev nlohmann-json3-dev \
  libyaml-cpp-dev libssl-dev zlib1g-dev libcli11-dev doctest-dev libboost-dev \
  libhpdf-dev libkainjow-mustache-dev libmimalloc-dev clang libclang-rt-dev lld binutils; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
# These may have come from elsewhere than Debian: the command counts.
for pair in node:nodejs npm:npm curl:curl python3:python3 pip3:python3-pip chromium:chromium; do
  command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
done
if [ -n "$missing" ]; then
  as_root apt-get update -qq
  # shellcheck disable=SC2086  # a list of names
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi

build_and_test() { # folder, cmake options…
  folder=$1
  shift
  [ -f "$folder/build.ninja" ] || cmake -S . -B "$folder" -G Ninja "$@"
  cmake --build "$folder" -j "$jobs"
  ctest --test-dir "$folder" -j "$jobs" --output-on-failure
}

# Folders are named for a compiler that was asked for: cmake keeps the first it saw.
suffix=${CXX:+-${CXX##*/}}
build_and_test "build$suffix" -DCMAKE_BUILD_TYPE=Release
if [ "${1:-}" != release ]; then
  # So both compilers see the sources; and without optimization clang takes a third of the time here
  # that g++ takes with -O1 (2.4 s a file instead of 7.4).
  build_and_test "build-san$suffix" -DCMAKE_CXX_COMPILER="${CXX:-clang++}" \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld \
    -DOKAPI_SANITIZE=ON
fi
