#!/usr/bin/env bash
# The full counts: 100 kills a window, 200 kills of the city and 50 of the foreign database under captured
# sources of each kind, ten minutes a fuzzer. The log goes to bench/results/soak.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bench/results
{
  echo "# soak $(date -u +%F), $(git rev-parse --short HEAD)"
  tools/test.sh check
  tools/kills.sh
  tools/fuzz.sh "${FUZZ_SECONDS:-600}"
} 2>&1 | tee bench/results/soak.txt
