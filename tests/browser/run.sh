#!/bin/sh
# Drives the dashboard of an okapi of its own in a real browser:
#   sh tests/browser/run.sh path/to/okapi [files of tests]
# Exit code 77: chromium, node or npm is missing, so nothing was tested.
set -eu
okapi=$(realpath "$1")
shift
cd "$(dirname "$0")"
for command in chromium node npm; do
  if ! command -v "$command" >/dev/null; then
    echo "tests/browser: $command is missing; nothing was tested"
    exit 77
  fi
done
# npm writes this file last, so an interrupted installation is repeated.
if [ ! -f node_modules/.package-lock.json ] ||
  [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
fi
[ $# -gt 0 ] || set -- *.test.mjs
exec "$okapi" exec --quiet --now 2026-01-01T00:00:00Z -- \
  node --test --test-concurrency=1 "$@"
