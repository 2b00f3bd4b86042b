#!/usr/bin/env bash
# The metrics of a real daemon after some work: promtool judges their text, and what they say is what `allot` says. The
# daemon gets its API's socket and the port for metrics from systemd-socket-activate, as it would from systemd.
# KEEP=1 keeps the folder.
set -euo pipefail
source "$(dirname "$0")/common.sh"
export ALLOT_SOCKET=$socket NO_COLOR=1

command -v systemd-socket-activate >/dev/null || fail 'there is no systemd-socket-activate: make dependencies'

# promtool out of Debian's package: installed, that would start a server.
take_promtool() {
    local place=${ALLOT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/allot}/promtool
    export PATH=$place:$PATH
    command -v promtool >/dev/null && return
    mkdir -p "$place"
    (cd "$folder" && { apt-get -qq download prometheus || { apt-get -qq update && apt-get -qq download prometheus; }; } &&
        dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xO ./usr/bin/promtool >promtool && chmod 755 promtool &&
        mv promtool "$place/promtool" && rm prometheus_*.deb) || fail 'promtool can not be had: it is in the package prometheus'
}
take_promtool

cat >"$folder/policy.yaml" <<END
version: 1
timeZone: UTC
roles:
  auditor: [$(id -un)]
  admin: [$(id -un)]
departments:
  - {id: lab, name: "The \"Lab\"", members: ["*"]}
priceBook:
  currency: EUR
  rates:
    - {sku: cpu, from: 2026-01-01, perHour: 1.00}
END

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
systemd-socket-activate --listen="$socket" --listen="127.0.0.1:$port" --fdname=allotd.socket:metrics \
    "$bin/allotd" --socket "$socket" --state "$folder/state" --policy "$folder/policy.yaml" \
    --topology "$topology" --executor process >>"$log" 2>&1 </dev/null &
daemon=$!
python3 "$root/Tests/SystemTests/metrics.py" --allot "$bin/allot" --socket "$socket" --port "$port" \
    --rules "$root/Config/prometheus" || fail 'the metrics'
stop_daemon
"$bin/allotd" verify --state "$folder/state"
