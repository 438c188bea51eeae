#!/usr/bin/env bash
# Instructions that brain's work takes, counted by callgrind, beside those recorded last: a change shows here
# where a busy machine's clock would hide it. Writes bench/results/instructions.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
record=bench/results/instructions.txt
count() { # NAME FUNCTION COMMAND...
  local name=$1 function=$2 out
  shift 2
  out=$(valgrind --tool=callgrind --toggle-collect="$function" --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
  local before
  before=$(awk -v n="$name" '$1 == n {print $2}' "$record" 2>/dev/null || true)
  if [ -n "$before" ]; then
    printf '%s: %s instructions, %+.2f %% of %s\n' "$name" "$out" \
      "$(awk -v a="$out" -v b="$before" 'BEGIN {print (a - b) / b * 100}')" "$before"
  else
    printf '%s: %s instructions\n' "$name" "$out"
  fi
  echo "$name $out" >>"$record.part"
}
rm -f "$record.part"
count bulk_16384x565 'citybrain::brain::CatalogueRun::batch*' build/bulk_bench 16384
count one_7040x565 'citybrain::brain::CatalogueRun::subject*' build/one_bench 1000
count compile_565 'citybrain::brain::Catalogue::compile*' build/load_bench
count load_2825 'citybrain::brain::Model::load*' build/load_bench
mv "$record.part" "$record"
