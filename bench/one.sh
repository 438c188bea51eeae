#!/usr/bin/env bash
# One subject against 565 policies: a firm against those for firms and a person against those for people, of
# the demo city, 32,768 of each in turn; beside the same one by one. Made-up facts, where one subject is all
# kinds at once, stand as a line of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
all=$(awk -v s="${BENCH_SCALE:-1}" 'BEGIN {printf "%d", 500000 * s}')
facts=$(bench/city_facts.sh "$all")
subjects=$((all < 32768 ? all : 32768))
build/one_bench --made-up "$subjects"
build/one_bench "$facts" "$subjects"
