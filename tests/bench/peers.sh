#!/bin/sh
# Fetches the servers that okapi is measured beside, at fixed versions, each with its language's own
# client, into a folder of their own. Whatever cannot be had is named and left out.
#   sh tests/bench/peers.sh [folder]      (build/peers)
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../../build/peers}
mkdir -p "$folder" && cd "$folder" || exit 1
folder=$(pwd)

left_out() { echo "peers.sh: $1 is left out: $2" >&2; }

if [ ! -x bin/stripe-mock ]; then
  if ! command -v go >/dev/null; then
    left_out stripe-mock "needs go"
  elif ! GOBIN=$folder/bin go install github.com/stripe/stripe-mock@v0.203.0 >/dev/null 2>&1; then
    left_out stripe-mock "go install failed"
  fi
fi

if [ ! -x python/bin/localstripe ]; then
  if ! command -v python3 >/dev/null || ! python3 -m venv python >/dev/null 2>&1; then
    left_out localstripe "needs python3 with venv"
  elif ! python/bin/pip -q install localstripe==1.15.10 >/dev/null 2>&1; then
    left_out localstripe "pip install failed"
  fi
fi

# The mimic adapter is a library: its own test server, on a port, is the fastest way to run it.
if [ ! -f node/mimic.mjs ]; then
  mkdir -p node
  if ! command -v npm >/dev/null; then
    left_out "mimic adapter, stripe-stateful-mock" "needs node and npm"
  elif ! (cd node && npm install --no-audit --no-fund --silent @mimicai/adapter-stripe@0.11.1 \
    stripe-stateful-mock@0.0.16 >/dev/null 2>&1); then
    left_out "mimic adapter, stripe-stateful-mock" "npm install failed"
  else
    cat >node/mimic.mjs <<'END'
import { buildTestServer } from '@mimicai/adapter-sdk';
import { StripeAdapter } from '@mimicai/adapter-stripe';

const { server } = await buildTestServer(new StripeAdapter());
await server.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
END
  fi
fi
