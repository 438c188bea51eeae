#!/usr/bin/env bash
# The full counts of kill -9: in each window of each room, and of the city and of the foreign databases
# under captured sources. usage: kills.sh [FILTER] (a test name's part, such as CaptureKill.OfPostgres)
# Prints what was killed how often and whether all was equal after it.
# No time limit a room: the counts of capture alone take an hour.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build}
export CITYBRAIN_KILLS=${CITYBRAIN_KILLS:-100}
export CITYBRAIN_CITY_KILLS=${CITYBRAIN_CITY_KILLS:-200}
export CITYBRAIN_SOURCE_KILLS=${CITYBRAIN_SOURCE_KILLS:-50}
rooms=(sql lake guard rail benefit)
[ $# -gt 0 ] && rooms=(rail)
ninja -C "$build" "${rooms[@]/%/_test}" >/dev/null

postgres=$(mktemp -d /tmp/citybrain-pg.XXXXXX)
chmod 755 "$postgres"
trap 'tools/postgres.sh stop "$postgres" || true; rm -rf "$postgres"' EXIT
# Without a PostgreSQL of the city's own: CITYBRAIN_KILLS_ON=sqlite.
if [ "${CITYBRAIN_KILLS_ON:-both}" = both ]; then
  CITYBRAIN_TEST_POSTGRES=$(tools/postgres.sh start "$postgres")
  export CITYBRAIN_TEST_POSTGRES
fi
failed=0
for room in "${rooms[@]}"; do
  log=$(mktemp)
  echo "== $room"
  "$build/${room}_test" --gtest_filter="*${1:-Kill}*" >"$log" 2>&1 || failed=1
  sed -nE 's/.*killed in window (.*)/\1/p' "$log" | sort | uniq -c
  grep -E ' kills.*: (equal|NOT EQUAL)|^\[  (PASSED|FAILED)|Failure' "$log" || true
  [ "$failed" = 0 ] && rm -f "$log" || echo "the whole log: $log"
done
exit $failed
