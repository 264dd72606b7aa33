#!/bin/sh
# Builds okapi, starts it on a free port and plays the three models of usage-based pricing through
# Stripe's own paths: fixed fee and overage, pay as you go, credit burndown. Months pass on test clocks;
# every invoice is printed with its explanation.
set -eu
cd "$(dirname "$0")/.."

packages="g++ cmake ninja-build pkg-config libcpp-httplib-dev nlohmann-json3-dev libyaml-cpp-dev libssl-dev zlib1g-dev libcli11-dev libboost-dev libhpdf-dev libkainjow-mustache-dev"
missing=""
for package in $packages; do
  [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
  echo "Installing$missing …"
  sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

echo "Building …"
[ -f build/build.ninja ] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build --parallel 2 --target okapi | tail -n 1

log=$(mktemp)
build/okapi serve --port 0 --quiet >"$log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$log"' EXIT INT TERM
for _ in $(seq 100); do
  grep -q ready "$log" && break
  kill -0 "$server"
  sleep 0.05
done
url=$(sed -n 's/^okapi ready on //p' "$log" | head -n 1)
echo "okapi runs on $url"

for page in fixed-fee-and-overage pay-as-you-go credit-burndown; do
  build/okapi replay "examples/$page.md" --url "$url" --explain
done
