#!/usr/bin/env bash
# Builds web/dist when a source is newer than it.
set -euo pipefail
cd "$(dirname "$0")/../web"
export PATH="$(cat ../third_party/node.path):$PATH"
stamp=dist/.built
digest=$(git ls-files -co --exclude-standard . | LC_ALL=C sort | xargs sha256sum 2>/dev/null | sha256sum | cut -d' ' -f1)
[ "$(cat "$stamp" 2>/dev/null)" = "$digest" ] && exit 0
echo "[build] web pages"
npm run --silent build >dist.log 2>&1 || { cat dist.log; exit 1; }
rm -f dist.log
printf '%s\n' "$digest" >"$stamp"
