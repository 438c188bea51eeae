#!/usr/bin/env bash
# A MariaDB of our own for the tests: unprivileged, on a private port and socket, with a row binlog and
# GTIDs, in a folder that goes with it. usage: tools/mariadb.sh start DIR (prints its conninfo) | stop DIR
# MARIADB_OPTIONS in the environment goes to the server as it stands.
set -euo pipefail
action=${1:?start or stop}; dir=${2:?folder}
# From /, since the server's user may not be allowed into the folder that we are called from.
as_user() { (cd / && if [ "$(id -u)" = 0 ]; then runuser -u mysql -- "$@"; else "$@"; fi); }
case $action in
  start)
    mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
    if [ "$(id -u)" = 0 ]; then chown mysql "$dir"; fi
    fresh=0
    if [ ! -d "$dir/data/mysql" ]; then
      fresh=1
      as_user mariadb-install-db --no-defaults --datadir="$dir/data" --auth-root-authentication-method=normal \
        --skip-test-db --skip-name-resolve >"$dir/install.log" 2>&1 || { cat "$dir/install.log" >&2; exit 1; }
    fi
    if [ -f "$dir/port" ]; then
      port=$(cat "$dir/port")  # a server that was stopped comes back where its clients look for it
    else
      port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
      echo "$port" >"$dir/port"
    fi
    # shellcheck disable=SC2086
    as_user setsid mariadbd --no-defaults --datadir="$dir/data" --socket="$dir/sock" --pid-file="$dir/pid" \
      --log-error="$dir/log" --bind-address=127.0.0.1 --port="$port" --server-id=1 --skip-name-resolve \
      --log-bin=binlog --binlog-format=ROW --binlog-row-metadata=FULL --sync-binlog=1 \
      --innodb-flush-log-at-trx-commit=1 --gtid-strict-mode=1 --max-connections=200 \
      --character-set-server=utf8mb4 --max-allowed-packet=64M ${MARIADB_OPTIONS:-} >/dev/null 2>&1 </dev/null &
    for _ in $(seq 600); do
      mariadb-admin --no-defaults --socket="$dir/sock" -u root ping >/dev/null 2>&1 && break
      sleep 0.1
    done
    if [ "$fresh" = 1 ]; then
      mariadb --no-defaults --socket="$dir/sock" -u root -e "CREATE USER citybrain@'127.0.0.1' IDENTIFIED BY 'citybrain';
        GRANT ALL ON *.* TO citybrain@'127.0.0.1' WITH GRANT OPTION"
    fi
    echo "host=127.0.0.1 port=$port user=citybrain password=citybrain" | tee "$dir/conninfo"
    ;;
  stop)
    dir=$(cd "$dir" && pwd)
    mariadb-admin --no-defaults --socket="$dir/sock" -u root --shutdown-timeout=20 shutdown >/dev/null 2>&1 || true
    if [ -s "$dir/pid" ]; then kill -9 "$(cat "$dir/pid")" 2>/dev/null || true; fi
    ;;
  *) echo "mariadb.sh: '$action' is neither start nor stop" >&2; exit 2 ;;
esac
