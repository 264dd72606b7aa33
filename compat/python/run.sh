#!/bin/sh
# Tells the story to an okapi of its own: sh compat/python/run.sh path/to/okapi
# Exit code 77: python3 or its pip is missing, so nothing was tested.
set -eu
okapi=$(realpath "$1")
client=python
cd "$(dirname "$0")"
. ../report.sh

command -v python3 >/dev/null || skip 'python3 is needed'
for sdk in newest two-years-old; do
  packages=.cache/$sdk
  wanted=requirements/$sdk.txt
  # The copy comes last, so an interrupted installation is repeated.
  if ! cmp -s "$wanted" "$packages/requirements.txt"; then
    python3 -m pip --version >/dev/null 2>&1 || skip 'pip is needed (python3-pip)'
    rm -rf "$packages"
    PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --no-deps \
      --disable-pip-version-check --target "$packages" -r "$wanted"
    cp "$wanted" "$packages/requirements.txt"
  fi
  tell "stripe-python $(sed -n 's/^stripe==//p' "$wanted")" ' \.\.\. ok$' \
    env PYTHONPATH="$packages" OKAPI_SDK="$sdk" python3 -B -m unittest -v story
done
exit $failed
