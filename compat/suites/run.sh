#!/bin/sh
# The SDKs' own test suites, which were written for stripe-mock and come inside their packages, against
# okapi in its place: sh compat/suites/run.sh path/to/okapi
# Exit code 77: no language of them is here.
set -eu
okapi=$(realpath "$1")
client=suites
cd "$(dirname "$0")"
here=$PWD
. ../report.sh
flags='--unknown-ids synthesize'
ran=no

# --- stripe-python
python=$(sed -n 's/^stripe==//p' requirements.txt)
if ! command -v python3 >/dev/null || ! python3 -m pip --version >/dev/null 2>&1; then
  echo 'compat/suites: skipped: stripe-python needs python3 and pip (python3-pip)'
else
  ran=yes
  packages=$here/.cache/python
  if ! cmp -s requirements.txt "$packages/requirements.txt"; then
    rm -rf "$packages"
    mkdir -p "$packages"
    grep -v '^stripe==' requirements.txt >"$packages/others.txt"
    export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
    python3 -m pip install --quiet --target "$packages/lib" -r "$packages/others.txt"
    # Only the source package has the tests.
    python3 -m pip download --quiet --no-deps --no-binary stripe --dest "$packages" "stripe==$python"
    tar -xzf "$packages/stripe-$python.tar.gz" -C "$packages"
    cp requirements.txt "$packages/requirements.txt"
  fi
  # Left out: a nested path of charges that today's API no longer has.
  tell "stripe-python $python suite" '^tests/.*PASSED' \
    sh -c 'cd "$0/stripe-$1" && STRIPE_MOCK_PORT=${OKAPI_URL##*:} PYTHONPATH="$0/lib" exec \
      python3 -B -m pytest -v -o addopts= -p no:cacheprovider tests/api_resources tests/services \
      tests/test_generated_examples.py tests/test_integration.py tests/test_raw_request.py \
      --deselect "tests/api_resources/test_list_object.py::TestListObject::test_retrieve_maintains_list_properties"' \
    "$packages" "$python"
fi

# --- stripe-go
go=$(sed -n 's|.*stripe/stripe-go/v[0-9]* v||p' go.mod)
if ! command -v go >/dev/null; then
  echo 'compat/suites: skipped: stripe-go needs go'
else
  ran=yes
  export GOTOOLCHAIN=local GOFLAGS=-mod=mod
  source=$here/.cache/stripe-go-$go
  if [ ! -f "$source/ready" ]; then
    rm -rf "$source"
    mkdir -p .cache
    module=$(go mod download -json "github.com/stripe/stripe-go/v${go%%.*}@v$go" |
      sed -n 's/.*"Dir": "\(.*\)",*/\1/p')
    cp -r "$module" "$source"
    chmod -R u+w "$source"
    # It insists on HTTP/2, which okapi does not speak; nothing that it tests depends on that.
    sed -i '/resp.ProtoMajor != 2/,/^\t}/d' "$source/testing/testing.go"
    touch "$source/ready"
  fi
  flags='--unknown-ids synthesize --https-port=0'
  # Left out: parameters that the API has renamed since that SDK was made.
  skipped='^(TestAccountsRejectPost|TestFinancialConnectionsSessionsPost2)(Service|Client)?$'
  for folder in . example; do
    binary=$here/.cache/go-$(echo "$folder" | tr . r)-$go.test
    [ -x "$binary" ] || (cd "$source/$folder" && go test -c -o "$binary" .)
    tell "stripe-go $go suite $(echo "$folder" | sed 's/^\.$/root/')" '^--- PASS' \
      sh -c 'cd "$0" && STRIPE_MOCK_PORT=${OKAPI_HTTPS_URL##*:} exec "$1" -test.v -test.skip "$2"' \
      "$source/$folder" "$binary" "$skipped"
  done
fi

[ $ran = yes ] || skip 'no language of the suites is here'
exit $failed
