#!/bin/sh
# Tells the story to an okapi of its own: sh compat/ruby/run.sh path/to/okapi
# Exit code 77: ruby is missing or the SDK cannot be had, so nothing was tested.
#
# okapi's own tests run where RubyGems is out of reach, so that is a reason to skip, not to fail.
set -eu
okapi=$(realpath "$1")
client=ruby
cd "$(dirname "$0")"
. ../report.sh

for command in ruby gem; do
  command -v $command >/dev/null || skip "$command is needed"
done
ruby -e 'require "minitest"' 2>/dev/null || skip 'minitest is needed (ruby-minitest)'

mkdir -p .cache
for sdk in newest:19.5.0 two-years-old:13.1.0; do
  version=${sdk#*:}
  gems=$PWD/.cache/$version
  if [ ! -d "$gems/gems/stripe-$version" ] &&
    ! gem install --no-document --install-dir "$gems" stripe -v "$version" \
      >.cache/gem.log 2>&1; then
    skip "stripe-ruby $version could not be installed, see compat/ruby/.cache/gem.log"
  fi
  # Minitest's verbose report: Class#test_name = 0.12 s = .
  tell "stripe-ruby $version" ' s = \.$' \
    env OKAPI_SDK="${sdk%:*}" GEM_PATH="$gems:$(gem env path)" ruby story.rb --verbose
done
exit $failed
