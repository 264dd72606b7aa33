#!/bin/sh
# Installs what the tests need, builds, runs every test: the Release build, then everything once
# more under the address and undefined-behaviour sanitizers. Works as root or with sudo, and
# offline once the packages are there; a second run only builds what changed.
#   sh tests/run.sh            both builds
#   sh tests/run.sh release    only the first
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
  libhpdf-dev libkainjow-mustache-dev libmimalloc-dev; do
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

build_and_test build -DCMAKE_BUILD_TYPE=Release
if [ "${1:-}" != release ]; then
  build_and_test build-san -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1 -DOKAPI_SANITIZE=ON
fi
