#!/usr/bin/env bash
# A PostgreSQL 15 of our own for the tests: unprivileged, on a private port, in a folder that goes with
# it. usage: tools/postgres.sh start DIR [PORT [SETTINGS]] (prints its conninfo) | stop DIR
set -euo pipefail
bin=/usr/lib/postgresql/15/bin
action=${1:?start or stop}; dir=${2:?folder}
# From /, since the server's user may not be allowed into the folder that we are called from.
as_user() { (cd / && if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi); }
case $action in
  start)
    mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
    if [ ! -f "$dir/data/PG_VERSION" ]; then
      as_user "$bin/initdb" -D "$dir/data" -U citybrain -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    fi
    port=${3:-$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')}
    as_user "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "-p $port -k $dir -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=on -c synchronous_commit=on -c wal_level=logical -c max_replication_slots=20 -c max_wal_senders=20 ${4:-}" start >/dev/null
    echo "host=127.0.0.1 port=$port user=citybrain dbname=postgres" | tee "$dir/conninfo"
    ;;
  stop) dir=$(cd "$dir" && pwd); as_user "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null || true ;;
  *) echo "postgres.sh: '$action' is neither start nor stop" >&2; exit 2 ;;
esac
