#!/usr/bin/env bash
# Instructions that brain's work takes, counted by callgrind, beside those recorded last: a change shows here
# where a busy machine's clock would hide it. A line each: name, count, change. bench.sh records them in
# bench/results/instructions.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
record=bench/results/instructions.txt
count() { # NAME FUNCTION COMMAND...
  local name=$1 function=$2 now before
  shift 2
  now=$(valgrind --tool=callgrind --toggle-collect="$function" --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
  before=$(awk -v n="$name" '$1 == n {print $2}' "$record" 2>/dev/null || true)
  awk -v n="$name" -v now="$now" -v before="$before" \
    'BEGIN {printf before ? "%s %d %+.2f%%\n" : "%s %d\n", n, now, before ? (now - before) / before * 100 : 0}'
}
count bulk_16384x565 'citybrain::brain::CatalogueRun::batch*' build/bulk_bench --made-up 16384
count one_7040x565 'citybrain::brain::CatalogueRun::subject*' build/one_bench --made-up 1000
count table_18040 'citybrain::brain::Model::evaluate*' build/table_bench
count load_565 'citybrain::brain::Model::load*' build/load_bench 1
