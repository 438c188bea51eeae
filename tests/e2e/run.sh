#!/usr/bin/env bash
# The city end to end: fills a small demo city, serves it with a treasury of its own, walks it over HTTP
# and in a real Chromium, backs it up while it serves, restores and verifies the copy.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${CITYBRAIN:-build/citybrain}
export PATH="$(cat third_party/node.path):$PATH"
work=$(mktemp -d /tmp/citybrain-e2e.XXXXXX)
server=
finish() {
  status=$?
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  if [ $status != 0 ]; then echo "--- server log"; tail -40 "$work/server.log" 2>/dev/null || true; fi
  rm -rf "$work"
  exit $status
}
trap finish EXIT
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')

echo "[e2e] filling"
"$program" demo --data "$work/city" --scale 0.002 --fill-only
"$program" demo --data "$work/city" --scale 0.002 --port "$port" >"$work/server.log" 2>&1 &
server=$!
export CITYBRAIN_URL=http://127.0.0.1:$port
for _ in $(seq 100); do
  python3 - "$CITYBRAIN_URL/readyz" <<'PY' && break
import sys, urllib.request
try:
    urllib.request.urlopen(sys.argv[1], timeout=1)
except Exception:
    sys.exit(1)
PY
  kill -0 "$server"
  sleep 0.3
done

echo "[e2e] HTTP"
python3 tests/e2e/walk.py "$program" "$work"
echo "[e2e] browser"
node tests/browser/walk.mjs
node tests/browser/editor.mjs
node tests/browser/returns.mjs
node tests/browser/pages.mjs

echo "[e2e] backup of the living city, restore, verify"
"$program" backup --data "$work/city" --to "$work/backup"
"$program" verify --data "$work/city"
"$program" restore --from "$work/backup" --data "$work/restored"
"$program" verify --data "$work/restored"
if "$program" restore --from "$work/backup" --data "$work/restored" 2>/dev/null; then
  echo "a restore over a city was not refused"; exit 1
fi
printf x >>"$work/backup/columns.duckdb"
if "$program" restore --from "$work/backup" --data "$work/restored2" 2>/dev/null; then
  echo "a tampered backup was restored"; exit 1
fi
echo "[e2e] an empty city, its first password set while it serves"
"$program" serve --data "$work/empty" --port "$((port + 1))" >"$work/empty.log" 2>&1 &
empty=$!
for _ in $(seq 100); do grep -q 'serves at' "$work/empty.log" && break; kill -0 "$empty"; sleep 0.3; done
echo a-first-password | "$program" admin --data "$work/empty" --login admin
python3 - "http://127.0.0.1:$((port + 1))" <<'PY'
import json, sys, urllib.error, urllib.request
def login(password):
    body = json.dumps({"login": "admin", "password": password}).encode()
    headers = {"Content-Type": "application/json", "X-Requested-With": "citybrain"}
    try:
        with urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/api/session", body, headers)) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, None
assert login("a-first-password")[0] == 200, "the first password does not log in"
assert login("another-password")[0] in (401, 403), "a wrong password logs in"
with urllib.request.urlopen(sys.argv[1] + "/api/session") as reply:
    assert json.load(reply)["city"]["demo"] is False, "an empty city says it is a demo"
PY
if "$program" serve --data "$work/empty" --port 0 2>"$work/second.log"; then echo "two servers on one city"; exit 1; fi
grep -q 'another citybrain process holds' "$work/second.log"
kill "$empty"; wait "$empty"
echo "[e2e] green"
