#!/bin/sh
# Replays the pages of examples/ against an okapi of their own, as examples/quickstart.sh does, and
# looks for the figures that the pages promise.
#   tests/examples/run.sh OKAPI
set -eu
cd "$(dirname "$0")/../.."
okapi=$1
answers=$(mktemp)
trap 'rm -f "$answers"' EXIT

# expect PAGE LINE…: every request answers 200, and the summary says each LINE (runs of blanks
# count as one).
expect() {
  page=$1
  shift
  "$okapi" replay "examples/$page.md" --explain >"$answers" || { cat "$answers"; exit 1; }
  for line in "$@"; do
    tr -s ' ' <"$answers" | grep -qF -- "$line" ||
      { cat "$answers"; echo "missing: $line"; exit 1; }
  done
  echo "$page: every request answered 200, $# figures as promised"
}

expect fixed-fee-and-overage \
  " 0 hypernian_tokens 200.00 = 200.00" \
  " 100000 hypernian_tokens 200.00 = 200.00" \
  " 100001 hypernian_tokens 200.00 = 200.00" \
  " 100005 hypernian_tokens 200.00 + 0.01 = 200.01" \
  " 150000 hypernian_tokens 200.00 + 50.00 = 250.00" \
  " 1000000 hypernian_tokens 200.00 + 900.00 = 1,100.00"

expect pay-as-you-go \
  " 100001 api_calls 100.00 + 101.00 + 100.00 = 301.00" \
  " 150000 api_calls 150.00 + 150.00 + 150.00 + 50.00 = 500.00" \
  "tier 2, volume, above 100000: 100001 × \$0.001 = 10000.1 minor units, rounded to 10000"

expect credit-burndown \
  " 45000000 hypernian_tokens 200.00 + 44,900.00 - 44,900.00 = 200.00" \
  " 60000000 hypernian_tokens 200.00 + 59,900.00 - 59,900.00 = 200.00" \
  " 30000003 hypernian_tokens 200.00 + 29,900.00 - 15,200.00 = 14,900.00" \
  " credits 120,000.00 - 44,900.00 - 59,900.00 - 15,200.00 = 0.00"

expect self-service-saas \
  "-0001 0.00 = 0.00" \
  "-0002 20.00 = 20.00" \
  "-0003 -10.00 + 25.00 = 15.00" \
  "-0004 50.00 = 50.00" \
  "-0005 -23.21 + 9.29 + 20.00 = 6.08"

expect invoicing-by-hand \
  " 2,400.00 + 300.00 - 270.00 + 193.19 = 2,623.19" \
  "-0001-CN-01, after payment, given back -\$233.17" \
  "quote_accept, usd"

expect ai-company \
  " 200000 hypernian_tokens 200.00 + 100.00 - 50.00 = 250.00" \
  " 130000 hypernian_tokens 200.00 + 30.00 = 230.00" \
  " credits 50.00 - 50.00 = 0.00"
