#!/usr/bin/env bash
# 565 policies for 500,000 firms and 500,000 people of the demo city, each against the policies of its kind:
# 282.5 million evaluations, results written, beside the same one by one (a sample, scaled; equal digests).
# Made-up facts, where one subject is all kinds at once, stand as a line of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
subjects=$(awk -v s="${BENCH_SCALE:-1}" 'BEGIN {printf "%d", 500000 * s}')
facts=$(bench/city_facts.sh "$subjects")
build/bulk_bench --made-up "$subjects"
build/bulk_bench "$facts" "$subjects"
