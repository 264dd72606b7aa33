#!/bin/bash
# What okapi tells shells and man: bash completes by it, zsh and fish take it where they are, and
# the page names every command and flag of --help.
set -euo pipefail
okapi=$(realpath "$1")

check() { # what, expected, seen
  [ "$2" = "$3" ] || { echo "$1: expected '$2', got '$3'"; exit 1; }
}

eval "$("$okapi" completions bash)"
complete_line() { # words…: what bash would offer for the last of them
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _okapi
  echo "${COMPREPLY[*]}"
}
check 'a command' advance "$(complete_line okapi adv)"
check 'a flag of the server' --https-port "$(complete_line okapi --https)"
check 'a flag of a command' --explain "$(complete_line okapi replay --ex)"
check 'a command of a command' save "$(complete_line okapi snapshot sa)"
check 'nothing' '' "$(complete_line okapi nothing-like-it)"

for shell in zsh fish; do
  "$okapi" completions $shell >/dev/null
  if command -v $shell >/dev/null; then
    "$okapi" completions $shell | $shell --no-execute
  else
    echo "$shell is not here: its completions are not parsed"
  fi
done

# The words after -- are the command's, also behind a flag whose value may be missing.
for flags in '' '--https-port' '--https-port 0' '--https-port=0' '--https-port 0 --quiet'; do
  # shellcheck disable=SC2086  # a list
  heard=$("$okapi" exec $flags -- sh -c 'echo "$@"' sh a -x -- --port)
  check "exec $flags" 'a -x -- --port' "$heard"
done
check 'exec without --' 'a b' "$("$okapi" exec --quiet echo a b)"

page=$("$okapi" man | sed 's/\\-/-/g; s/\\e/\\/g')
for word in $("$okapi" --help | grep -oE '(^|[ ,])--[a-z-]+' | tr -d ' ,' | sort -u); do
  grep -qF -e "$word" <<<"$page" || { echo "man does not name $word"; exit 1; }
done
for command in serve replay exec snapshot reset advance explain healthcheck coverage; do
  grep -qx ".SS $command" <<<"$page" || { echo "man does not name the command $command"; exit 1; }
done
if "$okapi" completions tcsh 2>/dev/null; then
  echo 'tcsh is no shell that okapi knows'
  exit 1
fi
echo 'help: all is well'
