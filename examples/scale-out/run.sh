#!/bin/sh
# Starts four okapi processes behind nginx on loopback and shows that every key always reaches its
# state; then what happens when a process dies, and when one is stopped and started again.
#   sh examples/scale-out/run.sh [path/to/okapi]
# PORT is nginx's (12110). Needs Debian's nginx-light and curl.
set -eu
okapi=${1:-build/okapi}
port=${PORT:-12110}
here=$(cd "$(dirname "$0")" && pwd)
nginx=$(command -v nginx || echo /usr/sbin/nginx)
[ -x "$nginx" ] || { echo "run.sh: nginx is missing (apt-get install nginx-light)" >&2; exit 77; }
[ -x "$okapi" ] || { echo "run.sh: $okapi is missing; build it, or name it" >&2; exit 2; }

dir=$(mktemp -d)
chmod 755 "$dir"
nginx_pid=
cleanup() {
  for pid in $nginx_pid $(cat "$dir"/*.okapi.pid 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

start() { # number, port
  : >"$dir/$1.out"
  "$okapi" --port "$2" --quiet --snapshot "$dir/$1.snapshot" --save-on-exit >"$dir/$1.out" 2>&1 &
  echo $! >"$dir/$1.okapi.pid"
  until grep -q ready "$dir/$1.out"; do
    kill -0 "$(cat "$dir/$1.okapi.pid")" || { cat "$dir/$1.out" >&2; exit 1; }
    sleep 0.05
  done
  sed -n 's/.*:\([0-9]*\)$/\1/p' "$dir/$1.out" >"$dir/$1.port"
}

servers=
for n in 1 2 3 4; do
  start $n 0
  servers="$servers    server 127.0.0.1:$(cat "$dir/$n.port") max_fails=0;\\
"
done
sed -e "s#@DIR@#$dir#; s#@PORT@#$port#; s#@SERVERS@#${servers%??}#" "$here/nginx.conf.in" >"$dir/nginx.conf"
"$nginx" -c "$dir/nginx.conf" -p "$dir" 2>/dev/null &
nginx_pid=$!
url=http://127.0.0.1:$port
until curl -s -o /dev/null "$url/_okapi/health"; do
  kill -0 "$nginx_pid" 2>/dev/null || { cat "$dir/nginx.log" >&2; exit 1; }
  sleep 0.05
done

keys=$(seq 40)
fail() { echo "run.sh: $*" >&2; exit 1; }
# Prints "status process" of a read of the key's customer.
read_back() { # key number, bearer or basic
  if [ "$2" = bearer ]; then
    set -- -H "Authorization: Bearer sk_test_fleet$1"
  else
    set -- -u "sk_test_fleet$1:"
  fi
  curl -s -o /dev/null -w '%{http_code} %header{okapi-process}\n' "$@" "$url/v1/customers/cus_ada"
}

for key in $keys; do
  curl -sf -o /dev/null "$url/v1/customers" -u "sk_test_fleet$key:" -d id=cus_ada -d name="Ada $key" ||
    fail "key $key could not create its customer"
  read_back "$key" bearer >"$dir/$key.home"
  read_back "$key" basic | cmp -s - "$dir/$key.home" || fail "key $key has two homes"
  grep -q '^200 ' "$dir/$key.home" || fail "key $key did not reach its state"
done
echo "40 keys, each found by Bearer and by Basic at one process:"
cat "$dir"/*.home | sort | uniq -c

# A process is stopped and started again: its keys find what they left.
victim=$(cut -d: -f2 "$dir/1.home")
for n in 1 2 3 4; do [ "$(cat "$dir/$n.port")" = "$victim" ] && break; done
kill "$(cat "$dir/$n.okapi.pid")"
while kill -0 "$(cat "$dir/$n.okapi.pid")" 2>/dev/null; do sleep 0.05; done
start "$n" "$victim"
for key in $keys; do
  read_back "$key" bearer | cmp -s - "$dir/$key.home" || fail "key $key lost its state by a restart"
done
echo "process $victim was stopped and started again: all 40 keys have their state"

# A process dies: its keys are empty accounts elsewhere, the others notice nothing.
kill -9 "$(cat "$dir/$n.okapi.pid")"
lost=0
kept=0
for key in $keys; do
  answer=$(read_back "$key" bearer)
  if grep -q ":$victim\$" "$dir/$key.home"; then
    [ "${answer%% *}" = 404 ] || fail "key $key of the dead process got $answer"
    curl -sf -o /dev/null "$url/v1/customers" -u "sk_test_fleet$key:" -d id=cus_ada ||
      fail "key $key cannot go on elsewhere"
    lost=$((lost + 1))
  else
    [ "$answer" = "$(cat "$dir/$key.home")" ] || fail "key $key moved although its process lives"
    kept=$((kept + 1))
  fi
done
[ "$lost" -gt 0 ] && [ "$kept" -gt 0 ] || fail "the keys do not spread: $lost lost, $kept kept"
echo "process $victim was killed: $lost keys start anew elsewhere, $kept keys noticed nothing"
