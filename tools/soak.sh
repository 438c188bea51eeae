#!/usr/bin/env bash
# The full counts: 100 kills a window, ten minutes a fuzzer. The log goes to bench/results/soak.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
export CITYBRAIN_KILLS=${CITYBRAIN_KILLS:-100}
mkdir -p bench/results
{
  echo "# soak $(date -u +%F), $(git rev-parse --short HEAD), $CITYBRAIN_KILLS kills a window"
  tools/test.sh check
  tools/fuzz.sh "${FUZZ_SECONDS:-600}"
} 2>&1 | tee bench/results/soak.txt
