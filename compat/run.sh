#!/bin/sh
# Tells the story of usage-based billing with every SDK whose language is here, plays the Stripe
# CLI, and runs the suites that SDKs ship for stripe-mock:
#   sh compat/run.sh path/to/okapi [client...]
# One line for each client and version of its SDK, and one for each client that was skipped, with
# the reason. Exit code 1: one of them failed; 77: nothing was tested.
set -eu
okapi=$(realpath "$1")
shift
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- cli suites node python go java ruby php dotnet

result=77
for client; do
  if [ "$client" = dotnet ]; then
    echo 'compat/dotnet: skipped: there is no story in it yet'
    continue
  fi
  mkdir -p "$client/.cache"
  log=$client/.cache/run.log
  code=0
  sh "$client/run.sh" "$okapi" >"$log" 2>&1 || code=$?
  case $code in
    0)
      grep '^compat/' "$log"
      [ $result = 1 ] || result=0
      ;;
    77) grep '^compat/' "$log" ;;
    *)
      cat "$log"
      grep -q '^compat/.*FAILED$' "$log" || echo "compat/$client: FAILED"
      result=1
      ;;
  esac
done
exit $result
