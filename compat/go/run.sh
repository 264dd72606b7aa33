#!/bin/sh
# Tells the story to an okapi of its own: sh compat/go/run.sh path/to/okapi
# Exit code 77: go is missing or too old, so nothing was tested.
set -eu
okapi=$(realpath "$1")
client=go
cd "$(dirname "$0")"
here=$PWD
. ../report.sh

command -v go >/dev/null || skip 'go is needed'
export GOTOOLCHAIN=local
case $(go env GOVERSION) in
  go1.?.* | go1.1?* | go1.2[0-2]*) skip 'go 1.23 or newer is needed' ;;
esac

# The version is part of Go's import paths, so the older SDK tells a copy of the story.
old=.cache/two-years-old
mkdir -p "$old"
cp two-years-old/go.mod two-years-old/go.sum "$old"
sed 's|stripe/stripe-go/v86|stripe/stripe-go/v80|' story_test.go >"$old/story_test.go"

for folder in . "$old"; do
  version=$(sed -n 's|.*stripe/stripe-go/v[0-9]* v||p' "$folder/go.mod" | head -n 1)
  (cd "$folder" && go test -c -o "$here/.cache/story-$version" .)
  tell "stripe-go $version" '^--- PASS' ".cache/story-$version" -test.v
done
exit $failed
