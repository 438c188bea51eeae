#!/usr/bin/env bash
# The pages by themselves: types, unit tests, build, size budgets, no registry host in the lock file.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$(cat third_party/node.path):$PATH"
cd web
npm run --silent typecheck
npm run --silent test
../tools/web.sh
node tools/budget.mjs
! grep -q '"resolved"' package-lock.json
echo "web: types, unit tests, build and budgets are green"
