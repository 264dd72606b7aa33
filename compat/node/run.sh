#!/bin/sh
# Tells the story to an okapi of its own: sh compat/node/run.sh path/to/okapi
# Exit code 77: node or npm is missing, so nothing was tested.
set -eu
okapi=$1
cd "$(dirname "$0")"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "compat/node: node and npm are needed; nothing was tested"
  exit 77
fi
# npm writes this file last, so an interrupted installation is repeated.
if [ ! -f node_modules/.package-lock.json ] ||
  [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
fi
exec "$okapi" exec --quiet -- node --test story.mjs
