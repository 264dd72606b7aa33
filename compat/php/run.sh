#!/bin/sh
# Tells the story to an okapi of its own: sh compat/php/run.sh path/to/okapi
# Exit code 77: php or composer is missing or the SDK cannot be had, so nothing was tested.
#
# okapi's own tests run where Packagist is out of reach, so that is a reason to skip, not to fail.
set -eu
okapi=$(realpath "$1")
client=php
cd "$(dirname "$0")"
. ../report.sh

for command in php composer; do
  command -v $command >/dev/null || skip "$command is needed"
done
for extension in curl json mbstring; do
  php -m | grep -q -x $extension || skip "php's extension $extension is needed"
done

for sdk in newest two-years-old; do
  version=$(sed -n 's|.*"stripe/stripe-php": "\(.*\)".*|\1|p' $sdk/composer.json)
  # A copy, since composer leaves its lock file beside what it reads.
  packages=.cache/$version
  mkdir -p "$packages"
  cp $sdk/composer.json "$packages"
  if [ ! -f "$packages/vendor/autoload.php" ] &&
    ! composer install --working-dir="$packages" --no-interaction >"$packages.log" 2>&1; then
    skip "stripe-php $version could not be installed, see compat/php/$packages.log"
  fi
  tell "stripe-php $version" '^ok - ' \
    env OKAPI_SDK=$sdk OKAPI_AUTOLOAD="$packages/vendor/autoload.php" php story.php
done
exit $failed
