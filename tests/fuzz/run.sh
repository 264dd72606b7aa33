#!/bin/sh
# Builds the fuzzers and runs each of them for some seconds, one after the other; stops at the first
# input that breaks something and says how to send it again.
#   sh tests/fuzz/run.sh              10 minutes for each target
#   sh tests/fuzz/run.sh 60           a minute for each
#   sh tests/fuzz/run.sh 60 form url  only these
# OKAPI_FUZZ_FLAGS adds flags of libFuzzer, such as -timeout=60 where other work may stop a fuzzer
# for as long as it takes for hung (10 s).
# Needs what tests/run.sh installs, and clang (apt-get install clang). What a run finds is kept in
# build-fuzz/corpus/<target> and starts the next one; README.md says what has been run.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-600}
[ $# -eq 0 ] || shift
build=build-fuzz

command -v clang++ >/dev/null || {
  echo "tests/fuzz/run.sh: needs clang; apt-get install clang" >&2
  exit 1
}
[ -f $build/build.ninja ] || cmake -S . -B $build -G Ninja -DCMAKE_CXX_COMPILER=clang++ \
  -DOKAPI_FUZZ=ON -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -gline-tables-only"
cmake --build $build -j "${OKAPI_JOBS:-2}" --target fuzzers

# shellcheck disable=SC2046  # a list of names
[ $# -gt 0 ] || set -- $(ls tests/fuzz/seeds)
python3 tests/fuzz/from_transcripts.py tests/scenarios $build/corpus/operations
# Leaks are looked for when a run ends, not after every input that keeps memory (detect_leaks): a
# world keeps what it logs, and each search of its heap stops it for a quarter of a second, a
# thousand times.
for target; do
  mkdir -p "$build/corpus/$target" "$build/crashes"
  dictionary=tests/fuzz/dictionaries/$target.dict
  [ -f "$dictionary" ] || dictionary=tests/fuzz/dictionaries/usual.dict
  log=$build/$target.log
  # shellcheck disable=SC2086  # a list of flags
  if ! nice -n 19 "$build/tests/fuzz/fuzz_$target" "$build/corpus/$target" \
    "tests/fuzz/seeds/$target" -max_total_time="$seconds" -dict="$dictionary" -max_len=4096 \
    -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -detect_leaks=0 ${OKAPI_FUZZ_FLAGS:-} \
    -artifact_prefix="$build/crashes/$target-" >"$log" 2>&1; then
    tail -40 "$log" >&2
    echo "tests/fuzz/run.sh: $target broke; the whole report is $log" >&2
    exit 1
  fi
  # … cov: 1234 ft: 5678 corp: 90/12Kb exec/s: 1000 …
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  covered=$(sed -n 's/.*DONE *\(cov: [0-9]* ft: [0-9]* corp: [0-9]*\).*/\1/p' "$log")
  echo "$target: ${seconds}s, $executed inputs, $covered"
done
