#!/usr/bin/env bash
# A ClickHouse cluster of our own for the tests: SHARDS servers, unprivileged, on private ports of
# loopback, in a folder that goes with it.
# usage: tools/clickhouse.sh start DIR [SHARDS] (prints its address) | stop DIR | shard-stop DIR N | shard-start DIR N
set -euo pipefail
action=${1:?start or stop}; dir=${2:?folder}
# From /, since the server's user may not be allowed into the folder that we are called from.
as_user() { (cd / && if [ "$(id -u)" = 0 ]; then runuser -u clickhouse -- "$@"; else "$@"; fi); }
ports() { python3 -c 'import socket,sys
s=[socket.socket() for _ in range(int(sys.argv[1]))]
[x.bind(("127.0.0.1",0)) for x in s]
print(*[x.getsockname()[1] for x in s])' "$1"; }
run_shard() { # N
  as_user bash -c "setsid clickhouse-server --config-file=$dir/$1/config.xml >/dev/null 2>&1 </dev/null & echo \$! >$dir/$1/pid"
  local http; http=$(cat "$dir/$1/http")
  for _ in $(seq 300); do
    curl -sf --noproxy '*' "http://127.0.0.1:$http/ping" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  echo "clickhouse.sh: shard $1 does not answer; see $dir/$1/err.log" >&2
  tail -5 "$dir/$1/err.log" >&2 || true
  exit 1
}
kill_shard() { # N
  if [ -s "$dir/$1/pid" ]; then kill -9 "$(cat "$dir/$1/pid")" 2>/dev/null || true; rm -f "$dir/$1/pid"; fi
}
case $action in
  start)
    shards=${3:-2}
    mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
    if [ ! -f "$dir/address" ]; then
      # shellcheck disable=SC2046
      set -- $(ports $((shards * 3)))
      servers=""; hosts=""
      for n in $(seq "$shards"); do
        mkdir -p "$dir/$n/data" "$dir/$n/tmp"
        echo "${1}" >"$dir/$n/http"; echo "${2}" >"$dir/$n/tcp"; echo "${3}" >"$dir/$n/interserver"
        servers+="<shard><replica><host>127.0.0.1</host><port>$2</port></replica></shard>"
        hosts+="${hosts:+,}127.0.0.1:$1"
        shift 3
      done
      for n in $(seq "$shards"); do
        cat >"$dir/$n/config.xml" <<X
<yandex>
  <logger><level>warning</level><log>$dir/$n/log</log><errorlog>$dir/$n/err.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>$(cat "$dir/$n/http")</http_port>
  <tcp_port>$(cat "$dir/$n/tcp")</tcp_port>
  <interserver_http_port>$(cat "$dir/$n/interserver")</interserver_http_port>
  <path>$dir/$n/data/</path><tmp_path>$dir/$n/tmp/</tmp_path>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
  <mark_cache_size>268435456</mark_cache_size>
  <max_concurrent_queries>200</max_concurrent_queries>
  <remote_servers><citybrain>$servers</citybrain></remote_servers>
</yandex>
X
        cat >"$dir/$n/users.xml" <<X
<yandex>
  <profiles><default><max_memory_usage>4000000000</max_memory_usage></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas>
</yandex>
X
      done
      echo "clickhouse://$hosts/citybrain?cluster=citybrain" >"$dir/address"
      if [ "$(id -u)" = 0 ]; then chown -R clickhouse "$dir"; fi
    fi
    for n in $(cd "$dir" && ls -d [0-9]* | sort -n); do [ -s "$dir/$n/pid" ] || run_shard "$n"; done
    cat "$dir/address"
    ;;
  shard-stop) dir=$(cd "$dir" && pwd); kill_shard "${3:?number}" ;;
  shard-start) dir=$(cd "$dir" && pwd); run_shard "${3:?number}" ;;
  stop) dir=$(cd "$dir" && pwd); for n in $(cd "$dir" && ls -d [0-9]*); do kill_shard "$n"; done ;;
  *) echo "clickhouse.sh: '$action' is none of start, stop, shard-stop, shard-start" >&2; exit 2 ;;
esac
