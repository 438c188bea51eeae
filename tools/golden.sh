#!/usr/bin/env bash
# The surface of the program as text: routes, audit events, commands, room graph, migrations, OpenAPI.
# usage: golden.sh check|write
set -euo pipefail
cd "$(dirname "$0")/.."
action=${1:?check or write}
program=${CITYBRAIN:-build/citybrain}
out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
mkdir "$out/golden"
"$program" surface --data "$out/city" --to "$out/golden"
(cd src && sha256sum */schema/*.sql | sed 's/  /  src\//') >"$out/golden/migrations.txt"
python3 tools/room_graph.py >"$out/golden/rooms.txt"
if [ "$action" = write ]; then
  cp "$out"/golden/* tests/golden/
  git --no-pager diff --stat -- tests/golden
  exit 0
fi
status=0
for file in "$out"/golden/*; do
  name=$(basename "$file")
  if ! diff -u "tests/golden/$name" "$file"; then
    echo "golden: $name changed; if that is meant, run 'make golden' and commit the diff"
    status=1
  fi
done
exit $status
