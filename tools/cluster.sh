#!/usr/bin/env bash
# A whole cluster on loopback, from the demo city: PostgreSQL with a synchronous replica, two ClickHouse
# shards, three processes of citybrain, haproxy in front. For trying, and for the tests; one machine.
# usage: tools/cluster.sh start DIR [PORT [SCALE]]   fills on the first start; prints the address
#        tools/cluster.sh status DIR
#        tools/cluster.sh kill DIR process|shard|primary [N]     kill -9; of processes, the one that leads
#        tools/cluster.sh failover DIR                           the replica becomes the primary
#        tools/cluster.sh rejoin DIR                             the killed server becomes its replica
#        tools/cluster.sh revive DIR process|shard N
#        tools/cluster.sh roll DIR                               restarts each process in turn
#        tools/cluster.sh store DIR                              prints how processes name the store
#        tools/cluster.sh sql DIR SQL                            asks the primary
#        tools/cluster.sh end DIR process1|treasury|…            ends one of them in peace
#        tools/cluster.sh stop DIR
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
program=${CITYBRAIN:-$here/build/citybrain}
bin=/usr/lib/postgresql/15/bin
action=${1:?start, status, kill, failover, rejoin, revive, roll, store, sql, end or stop}; dir=${2:?folder}
say() { printf '\033[1m[cluster]\033[0m %s\n' "$*" >&2; }
die() { echo "cluster.sh: $*" >&2; exit 1; }
as_postgres() { (cd / && if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi); }
free_ports() { python3 -c 'import socket,sys
s=[socket.socket() for _ in range(int(sys.argv[1]))]
[x.bind(("127.0.0.1",0)) for x in s]
print(*[x.getsockname()[1] for x in s])' "$1"; }
[ "$action" = start ] && mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
of() { cat "$dir/$1"; }
[ "$action" = start ] || [ -f "$dir/filled" ] || die "there is no cluster in $dir; start it first"
runs() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

# --- PostgreSQL: servers 1 and 2; the file `primary` says which takes writes ---------------------------
postgres_settings="-c listen_addresses=127.0.0.1 -c max_connections=300 -c wal_level=logical -c max_wal_senders=20 -c wal_sender_timeout=4s"
run_postgres() { # N
  as_postgres "$bin/pg_ctl" -D "$dir/pg$1/data" -l "$dir/pg$1/log" -w -o "-p $(of "pg$1.port") -k $dir/pg$1 $postgres_settings" start >/dev/null
}
sql() { psql -qAt -h 127.0.0.1 -p "$(of "pg$1.port")" -U citybrain -d postgres -c "$2"; }
copy_postgres() { # FROM TO: TO becomes a replica of FROM, and FROM waits for it before it acknowledges
  rm -rf "$dir/pg$2/data"
  as_postgres "$bin/pg_basebackup" -h 127.0.0.1 -p "$(of "pg$1.port")" -U citybrain -D "$dir/pg$2/data" -R -X stream -c fast
  rm -f "$dir/pg$2/data/postgresql.auto.conf.tmp"
  as_postgres sed -i '/synchronous_standby_names/d' "$dir/pg$2/data/postgresql.auto.conf"
  run_postgres "$2"
  sql "$1" "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'"
  sql "$1" "SELECT pg_reload_conf()" >/dev/null
}
first_postgres() {
  for n in 1 2; do
    rm -rf "$dir/pg$n"; mkdir -p "$dir/pg$n"
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir/pg$n"; fi
  done
  as_postgres "$bin/initdb" -D "$dir/pg1/data" -U citybrain -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  run_postgres 1
  sql 1 "CREATE DATABASE city"
  echo 1 >"$dir/primary"
  copy_postgres 1 2
}
store() { echo "postgres:host=127.0.0.1,127.0.0.1 port=$(of pg1.port),$(of pg2.port) user=citybrain dbname=city target_session_attrs=read-write connect_timeout=2"; }

# --- processes -----------------------------------------------------------------------------------------
run_process() { # N
  CITYBRAIN_STORE="$(store)" CITYBRAIN_COLUMNS="$(of columns)" setsid "$program" serve --data "$dir/city" \
    --port "$(of "process$1.port")" --standby --proxies 127.0.0.1 --treasury "http://127.0.0.1:$(of treasury.port)" \
    >>"$dir/process$1.log" 2>&1 </dev/null &
  echo $! >"$dir/process$1.pid"
}
run_treasury() {
  setsid "$program" treasury --port "$(of treasury.port)" --file "$dir/treasury.db" >>"$dir/treasury.log" 2>&1 </dev/null &
  echo $! >"$dir/treasury.pid"
}
leader() { # which process leads
  local address; address=$(psql -qAt -h 127.0.0.1 -p "$(of "pg$(of primary).port")" -U citybrain -d city -c "SELECT address FROM sql_lead")
  for n in 1 2 3; do [ "127.0.0.1:$(of "process$n.port")" = "$address" ] && runs "$dir/process$n.pid" && echo $n && return; done
  echo none
}
run_haproxy() {
  cat >"$dir/haproxy.cfg" <<X
global
  stats socket $dir/haproxy.sock mode 600 level admin
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  option http-server-close
  option forwardfor
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response
frontend city
  bind 127.0.0.1:$(of port)
  # What may have been done once is not sent twice.
  http-request disable-l7-retry unless METH_GET
  default_backend city
backend city
  balance roundrobin
  default-server check inter 300ms fall 1 rise 1
$(for n in 1 2 3; do echo "  server p$n 127.0.0.1:$(of "process$n.port")"; done)
X
  setsid haproxy -f "$dir/haproxy.cfg" >>"$dir/haproxy.log" 2>&1 </dev/null &
  echo $! >"$dir/haproxy.pid"
}
haproxy_says() { python3 -c 'import socket,sys
s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall((sys.argv[2]+"\n").encode()); print(s.recv(65536).decode(), end="")' "$dir/haproxy.sock" "$1"; }
ready() {
  for _ in $(seq 300); do
    curl -sf --noproxy '*' "http://127.0.0.1:$(of port)/readyz" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  die "the city does not answer at http://127.0.0.1:$(of port); see $dir/process*.log"
}
listens() { # N
  for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$(of "process$1.port")") 2>/dev/null && return 0; sleep 0.1; done
  die "process $1 does not listen; see $dir/process$1.log"
}
end() { # PIDFILE [SIGNAL]
  runs "$1" || return 0
  local pid; pid=$(cat "$1")
  kill "-${2:-TERM}" "$pid"
  for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  rm -f "$1"
}

case $action in
  start)
    chmod 755 "$dir"
    if [ ! -f "$dir/pg1.port" ]; then
      # shellcheck disable=SC2046
      set -- start "$dir" "${3:-8080}" "${4:-0.02}" $(free_ports 6)
      echo "$3" >"$dir/port"
      for n in 1 2; do echo "${*:$((4 + n)):1}" >"$dir/pg$n.port"; done
      for n in 1 2 3; do echo "${*:$((6 + n)):1}" >"$dir/process$n.port"; done
      echo "${10}" >"$dir/treasury.port"
      echo "$4" >"$dir/scale"
    fi
    if [ ! -f "$dir/primary" ]; then
      say "PostgreSQL with a synchronous replica"
      first_postgres
    else
      for n in 1 2; do [ -f "$dir/pg$n/data/postmaster.pid" ] || run_postgres $n; done
    fi
    say "two shards of ClickHouse"
    mkdir -p "$dir/clickhouse"; chmod 755 "$dir/clickhouse"
    tools/clickhouse.sh start "$dir/clickhouse" 2 >"$dir/columns"
    if [ ! -f "$dir/filled" ]; then
      say "filling the demo city (演示数据)"
      CITYBRAIN_STORE="$(store)" CITYBRAIN_COLUMNS="$(of columns)" "$program" demo --data "$dir/city" \
        --scale "$(of scale)" --fill-only >&2
      touch "$dir/filled"
    fi
    say "treasury, three processes, haproxy"
    runs "$dir/treasury.pid" || run_treasury
    for n in 1 2 3; do runs "$dir/process$n.pid" || run_process $n; done
    runs "$dir/haproxy.pid" || run_haproxy
    ready
    echo "http://127.0.0.1:$(of port)"
    ;;
  status)
    echo "primary: server $(of primary), port $(of "pg$(of primary).port")"
    sql "$(of primary)" "SELECT 'replica: ' || state || ', ' || sync_state FROM pg_stat_replication" || true
    for n in 1 2 3; do
      echo "process $n, port $(of "process$n.port"): $(runs "$dir/process$n.pid" && echo runs || echo is dead)"
    done
    echo "leads: process $(leader)"
    haproxy_says "show servers state city" | awk 'NR > 2 && NF { print "haproxy: " $4 " " ($6 == 2 ? "up" : "down") }'
    ;;
  kill)
    case ${3:?process, shard or primary} in
      process)
        n=${4:-$(leader)}; [ "$n" != none ] || die "no process leads"
        end "$dir/process$n.pid" KILL; echo "$n" ;;
      shard) tools/clickhouse.sh shard-stop "$dir/clickhouse" "${4:?which shard}" ;;
      primary)
        n=$(of primary)
        for pid in $(head -1 "$dir/pg$n/data/postmaster.pid"); do
          as_postgres "$bin/pg_ctl" -D "$dir/pg$n/data" -m immediate stop >/dev/null || kill -9 "$pid"
        done
        echo "$n" ;;
      *) die "'$3' is no process, shard or primary" ;;
    esac ;;
  failover)
    old=$(of primary); new=$((3 - old))
    [ ! -f "$dir/pg$old/data/postmaster.pid" ] || die "server $old still runs; two primaries would part the city"
    as_postgres "$bin/pg_ctl" -D "$dir/pg$new/data" -w promote >/dev/null
    echo $new >"$dir/primary"
    ;;
  rejoin)
    other=$((3 - $(of primary)))
    [ ! -f "$dir/pg$other/data/postmaster.pid" ] || die "server $other runs already"
    copy_postgres "$(of primary)" $other
    ;;
  revive)
    case ${3:?process or shard} in
      process) runs "$dir/process${4:?which}.pid" || run_process "$4"; listens "$4" ;;
      shard) tools/clickhouse.sh shard-start "$dir/clickhouse" "${4:?which}" ;;
      *) die "'$3' is no process or shard" ;;
    esac ;;
  roll)
    for n in 1 2 3; do
      haproxy_says "set server city/p$n state drain" >/dev/null
      sleep 0.2
      end "$dir/process$n.pid"
      run_process $n
      listens $n
      haproxy_says "set server city/p$n state ready" >/dev/null
      say "process $n restarted; process $(leader) leads"
    done ;;
  store) store ;;
  sql) sql "$(of primary)" "${3:?SQL}" ;;
  end) end "$dir/${3:?process1, process2, process3, treasury or haproxy}.pid" ;;
  stop)
    for name in haproxy process1 process2 process3 treasury; do end "$dir/$name.pid"; done
    tools/clickhouse.sh stop "$dir/clickhouse" || true
    for n in 1 2; do as_postgres "$bin/pg_ctl" -D "$dir/pg$n/data" -m fast stop >/dev/null 2>&1 || true; done
    ;;
  *) die "'$action' is none of start, status, kill, failover, rejoin, revive, roll, store, sql, end, stop" ;;
esac
