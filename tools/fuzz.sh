#!/usr/bin/env bash
# Builds every fuzzer with clang and runs each for N seconds over its corpus. usage: fuzz.sh SECONDS
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
tools/setup.sh test
[ -f build-fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
mapfile -t fuzzers < <(git ls-files 'src/*_fuzz.cc' | xargs -n1 basename | sed 's/\.cc$//')
ninja -C build-fuzz "${fuzzers[@]}"
for fuzzer in "${fuzzers[@]}"; do
  mkdir -p "fuzz/$fuzzer" "build-fuzz/corpus/$fuzzer"
  echo "[fuzz] $fuzzer for $seconds s"
  log=build-fuzz/$fuzzer.log
  if ! build-fuzz/"$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    "build-fuzz/corpus/$fuzzer" "fuzz/$fuzzer" >"$log" 2>&1; then
    tail -40 "$log"
    echo "[fuzz] $fuzzer found something: $log"
    exit 1
  fi
  grep 'stat::number_of_executed_units' "$log"
done
