#!/usr/bin/env bash
# 565 policies over the enterprises and people of a demo city (BENCH_SCALE, 1 = the full city), beside npm
# feelin.
set -euo pipefail
cd "$(dirname "$0")/.."
scale=${BENCH_SCALE:-1}
(cd bench/matching && [ -d node_modules ] || npm ci --silent)
[ -f "var/bench-$scale/demo.json" ] || build/citybrain demo --data "var/bench-$scale" --scale "$scale" --fill-only
build/matching_bench "var/bench-$scale"
