#!/usr/bin/env bash
# clang-tidy over the C++ files changed since a revision (HEAD~1), or over all. usage: lint.sh [--all|REV]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build}
if [ "${1:-}" = --all ]; then
  mapfile -t files < <(git ls-files 'src/*.cc' 'bench/*.cc')
else
  mapfile -t files < <(git diff --name-only --diff-filter=d "${1:-HEAD~1}" -- 'src/*.cc' 'bench/*.cc' 2>/dev/null)
fi
[ ${#files[@]} -gt 0 ] || { echo "lint: no C++ file changed"; exit 0; }
echo "lint: ${#files[@]} files"
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy-14 -p "$build" --quiet
