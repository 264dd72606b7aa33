# Sourced by the run.sh of each client, which sets $client and $okapi and stands in its own folder.
failed=0

# Prints why something was not tested, and ends with the code that ctest takes for skipped.
skip() { # reason
  echo "compat/$client: skipped: $1"
  [ $failed = 0 ] || exit $failed
  exit 77
}

# Tells one story to an okapi of its own. Each line of its output that matches is a check passed;
# a story that checked nothing has failed. $flags are more flags for okapi.
tell() { # SDK and version, pattern, command…
  sdk=$1 pattern=$2
  shift 2
  log=.cache/$(echo "$sdk" | tr ' ' '-').log
  mkdir -p .cache
  # shellcheck disable=SC2086  # a list
  if "$okapi" exec --quiet ${flags:-} -- "$@" >"$log" 2>&1 && grep -q -e "$pattern" "$log"; then
    echo "compat/$client: $sdk: $(grep -c -e "$pattern" "$log") checks passed"
  else
    cat "$log"
    echo "compat/$client: $sdk: FAILED"
    failed=1
  fi
}
