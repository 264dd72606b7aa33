#!/bin/sh
# Tells the story to an okapi of its own: sh compat/node/run.sh path/to/okapi
# Exit code 77: node or npm is missing, so nothing was tested.
set -eu
okapi=$(realpath "$1")
client=node
cd "$(dirname "$0")"
. ../report.sh

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  skip 'node and npm are needed'
fi
# npm writes this file last, so an interrupted installation is repeated.
if [ ! -f node_modules/.package-lock.json ] ||
  [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
fi

for package in stripe stripe-two-years-old; do
  version=$(sed -n 's/^ *"version": "\(.*\)".*/\1/p' "node_modules/$package/package.json")
  tell "stripe-node $version" '^ok ' \
    env OKAPI_SDK="$package" node --test-reporter=tap story.mjs
done
exit $failed
