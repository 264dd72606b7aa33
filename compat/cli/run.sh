#!/bin/sh
# Plays the Stripe CLI against an okapi of its own: sh compat/cli/run.sh path/to/okapi
# Exit code 77: node or npm is missing, or the CLI does not come for this machine.
set -eu
okapi=$(realpath "$1")
client=cli
cd "$(dirname "$0")"
. ../report.sh

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  skip 'node and npm are needed'
fi
# npm writes this file last, so an interrupted installation is repeated. No lock file: one made on
# this machine would not name the CLI's packages for other machines, which npm ci insists on.
if [ ! -f node_modules/.package-lock.json ] ||
  [ package.json -nt node_modules/.package-lock.json ]; then
  npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
fi
binary=$(find node_modules/@stripe -path '*/bin/stripe' -type f -perm -u+x | head -n 1)
[ -n "$binary" ] || skip 'the Stripe CLI does not come for this machine'

version=$(sed -n 's/^ *"version": "\(.*\)".*/\1/p' node_modules/@stripe/cli/package.json)
# The triggers leave customers for a month without anything to pay with, and still end schedules in
# good order: on an account that gives up on such subscriptions they could not.
flags=--after-retries=past_due
for part in story triggers; do
  tell "stripe-cli $version $part" '^ok [^#]*$' \
    env OKAPI_STRIPE_CLI="$PWD/$binary" node --test-reporter=tap "$part.mjs"
done
exit $failed
