#!/usr/bin/env bash
# The city on several processes and machines' worth of stores, all on loopback: restarted in turn and killed part by
# part under load, then the main job in a real Chromium while parts die. What was acknowledged must be there once.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CITYBRAIN=${CITYBRAIN:-$PWD/build/citybrain}
PATH="$(cat third_party/node.path):$PATH"
work=$(mktemp -d /tmp/citybrain-cluster.XXXXXX); chmod 755 "$work"
finish() {
  status=$?
  if [ $status != 0 ]; then for n in 1 2 3; do echo "--- process $n"; tail -20 "$work/process$n.log" 2>/dev/null || true; done; fi
  tools/cluster.sh stop "$work" >/dev/null 2>&1 || true
  rm -rf "$work"
  exit $status
}
trap finish EXIT
cluster() { tools/cluster.sh "$1" "$work" "${@:2}"; }

port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
CITYBRAIN_URL=$(cluster start "$port" 0.002 | tail -1)
export CITYBRAIN_URL

# load NAME MAY_FAIL GAP_S_MAX COMMAND…: under load, and what the load saw.
load() {
  local name=$1 may_fail=$2 gap=$3; shift 3
  (sleep 1; "$@"; sleep 1.5) | python3 tests/cluster/load.py >"$work/load.out"
  python3 - "$name" "$may_fail" "$gap" "$work/load.out" <<'PY'
import json, sys
name, may_fail, gap, path = sys.argv[1:]
saw = json.loads(open(path).read().splitlines()[-1])
print(f"[cluster] {name}: {json.dumps(saw, ensure_ascii=False)}")
assert saw["acknowledged"] > 50, "the load did nothing"
assert saw["landed"] == saw["acknowledged"], "rows acknowledged and rows landed differ"
assert may_fail == "may-fail" or saw["failed"] == 0, "a request failed"
assert saw["longest_gap_s"] < float(gap), "nobody answered for too long"
PY
}
roll() { cluster roll 2>/dev/null; }
process() { n=$(cluster kill process); sleep 1.5; cluster revive process "$n"; }
shard() { cluster kill shard 2; sleep 1; cluster revive shard 2; }
primary() { cluster kill primary >/dev/null; cluster failover; }

load "each process restarted in turn" none-fails 5 roll >&2
load "the process that leads killed" may-fail 5 process >&2
load "a shard killed and back" none-fails 5 shard >&2
load "the primary killed, its replica promoted" may-fail 5 primary >&2
cluster rejoin

echo "[cluster] the main job in a browser, while parts die"
CITYBRAIN_CLUSTER=$work node tests/browser/walk.mjs
cluster rejoin
cluster status
echo "[cluster] ledger, audit log and lake"
CITYBRAIN_STORE=$(cluster store) CITYBRAIN_COLUMNS=$(cat "$work/columns") "$CITYBRAIN" verify --data "$work/city"
echo "[cluster] the city moves to embedded stores and back"
for n in 1 2 3; do cluster end "process$n"; done
columns=$(cat "$work/columns")
"$CITYBRAIN" migrate --from "$(cluster store)" --from-columns "$columns" --to "$work/embedded"
"$CITYBRAIN" verify --data "$work/embedded"
up=$(cluster store | sed 's/dbname=city/dbname=city2/')
cluster sql "CREATE DATABASE city2"
"$CITYBRAIN" migrate --from "$work/embedded" --to "$up" --to-columns "${columns/\/citybrain?//city2?}"
echo "[cluster] green"
