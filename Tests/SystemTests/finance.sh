#!/usr/bin/env bash
# A month's end by the manual page alone: runs the commands of docs/finance.md against the real daemon, each as the
# person at its prompt, and compares what they say with the page. The month is one that a test has let happen.
# UPDATE=1 writes what they say into the page; KEEP=1 keeps the folder. It has to be root, to be others.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/october.sh"

mkdir "$folder/desk"
chmod 1777 "$folder/desk"

echo 'logLevel: info' >"$folder/allotd.yaml"
start_daemon --config "$folder/allotd.yaml" --policy "$folder/policy.yaml" --topology "$topology" --executor process
python3 "$root/Tests/SystemTests/finance.py" --page "$root/docs/finance.md" --folder "$folder" --socket "$socket" \
    ${UPDATE:+--update} || fail 'the page'
stop_daemon
"$bin/allotd" verify --state "$folder/state"
