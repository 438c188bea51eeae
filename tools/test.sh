#!/usr/bin/env bash
# What `make test`, `make check` and the sanitizer targets do. usage: test.sh all|check|room NAME|sanitize PRESET
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\033[1m[test]\033[0m %s\n' "$*"; }
what=${1:-all}
jobs=${JOBS:-$(nproc)}
started=$SECONDS
export CB_LAUNCHER=ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

tools/setup.sh test
export PATH="$(cat third_party/node.path):$PATH"

build=build
preset=${PRESET:-release}
if [ "$what" = sanitize ]; then preset=$2; build=build-$2; fi
targets=()
[ "$what" = room ] && targets=("$2_test")

if [ "$what" = check ]; then
  say "format"
  git ls-files '*.cc' '*.h' | xargs clang-format-14 --dry-run -Werror
fi
if [ "$what" = check ] || [ "$what" = all ]; then
  say "tidy"
  python3 tools/tidy.py
fi
say "building ($preset)"
[ -f $build/build.ninja ] || cmake --preset "$preset" >/dev/null
ninja -C $build -j "$jobs" "${targets[@]}"
if [ "$what" = check ]; then BUILD=$build tools/lint.sh; fi
if [ "$what" = all ]; then tools/web.sh; fi

postgres=$(mktemp -d /tmp/citybrain-pg.XXXXXX)
chmod 755 "$postgres"
mariadb=$(mktemp -d /tmp/citybrain-maria.XXXXXX)
chmod 755 "$mariadb"
clickhouse=$(mktemp -d /tmp/citybrain-click.XXXXXX)
chmod 755 "$clickhouse"
trap 'tools/postgres.sh stop "$postgres" || true; tools/mariadb.sh stop "$mariadb" || true
  tools/clickhouse.sh stop "$clickhouse" || true; rm -rf "$postgres" "$mariadb" "$clickhouse"' EXIT
say "starting PostgreSQL in $postgres"
CITYBRAIN_TEST_POSTGRES=$(tools/postgres.sh start "$postgres")
export CITYBRAIN_TEST_POSTGRES
say "starting MariaDB in $mariadb"
CITYBRAIN_TEST_MARIADB=$(tools/mariadb.sh start "$mariadb")
export CITYBRAIN_TEST_MARIADB
say "starting two shards of ClickHouse in $clickhouse"
CITYBRAIN_TEST_CLICKHOUSE=$(tools/clickhouse.sh start "$clickhouse" 2)
export CITYBRAIN_TEST_CLICKHOUSE
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS="second_deadlock_stack=1 suppressions=$PWD/tools/tsan.supp"
[ "$what" = sanitize ] && export CITYBRAIN_KILLS=${CITYBRAIN_KILLS:-3}

case $what in
  room) select=(-R "^$2\$") ;;
  check | sanitize) select=(-L room) ;;
  all) select=() ;;
esac
say "running"
(cd $build && ctest --output-on-failure -j 1 "${select[@]}")
say "$what: all green in $((SECONDS - started)) s"
