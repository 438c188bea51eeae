#!/usr/bin/env bash
# Guarded reads by key beside a bare hello, on a demo city of scale 0.02.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f var/bench-0.02/demo.json ] || build/citybrain demo --data var/bench-0.02 --scale 0.02 --fill-only
build/http_bench var/bench-0.02
