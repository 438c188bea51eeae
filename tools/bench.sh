#!/usr/bin/env bash
# Runs benchmarks; each prints `bench NAME ours=… other=… ratio=… unit=…`, both sides measured in that
# run. usage: bench.sh all|NAME
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh build
export PATH="$(cat third_party/node.path):$PATH"
[ -f build/build.ninja ] || cmake --preset release >/dev/null
names=(landing projection capture_postgres capture_mariadb catalog rows matching payments http feel bulk one table load instructions)
[ "$1" = all ] || names=("${1//-/_}")  # bench-capture-mariadb is capture_mariadb
mkdir -p bench/results
for name in "${names[@]}"; do
  if [ -x "bench/$name.sh" ]; then
    ninja -C build >/dev/null
    command=("bench/$name.sh")
  else
    ninja -C build "${name}_bench" >/dev/null
    command=("build/${name}_bench")
  fi
  echo "[bench] $name"
  "${command[@]}" | tee "bench/results/$name.txt.part"
  { echo "# $(date -u +%F), $(nproc) cores, $(git rev-parse --short HEAD)"; cat "bench/results/$name.txt.part"; } >"bench/results/$name.txt"
  rm "bench/results/$name.txt.part"
done
