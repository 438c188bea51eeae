#!/usr/bin/env bash
# Prints the file of the facts that brain's benchmarks take: of as many firms and people of the demo city as
# SUBJECTS says, filled for it where it is not there yet (BENCH_SCALE, 1 = the full city of 500,000 firms).
# usage: city_facts.sh SUBJECTS
set -euo pipefail
cd "$(dirname "$0")/.."
subjects=$1
scale=${BENCH_SCALE:-1}
city=var/bench-$scale
facts=$city-facts-$subjects.bin
if [ ! -f "$facts" ]; then
  [ -f "$city/demo.json" ] || build/citybrain demo --data "$city" --scale "$scale" --fill-only >&2
  build/dump_facts "$city" "$facts" "$subjects" >&2
fi
echo "$facts"
