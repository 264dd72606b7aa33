#!/bin/sh
# The short forms: faults of the machine, and kill -9 at a few moments of each kind.
#   sh tests/faults/run.sh build/okapi
set -eu
here=$(dirname "$0")
command -v python3 >/dev/null || { echo 'python3 is not here'; exit 77; }
python3 "$here/faults.py" "$1"
python3 "$here/kill9.py" "$1" 5
