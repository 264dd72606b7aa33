#!/bin/sh
# Instructions of one time of each hot path, counted by callgrind: the same on every machine with
# the same compiler, so that a change can be compared with tests/bench/instructions.txt.
#   sh tests/bench/instructions.sh [build folder]
set -eu
cd "$(dirname "$0")/../.."
program=${1:-build}/tests/hot_paths
command -v valgrind >/dev/null || { echo "instructions.sh: needs valgrind" >&2; exit 1; }

# What COUNT times cost, the start and the stage included.
cost() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

printf '%-8s %14s\n' path instructions
for path in get create list meter renewal; do
  few=$(cost $path 100)
  many=$(cost $path 300)
  printf '%-8s %14d\n' $path $(((many - few) / 200))
done
