#!/usr/bin/env bash
# Walks through what happens to a policy in a month, in seconds, with the real daemon and the real command line as
# different users: proposals, approvals, dates, loans, rollback, emergencies, managers, and the table of who may what.
# KEEP=1 keeps the folder. It has to be root, to be others.
set -euo pipefail
source "$(dirname "$0")/common.sh"

if [ "$(id -u)" -ne 0 ]; then
    echo 'skipped: month.sh: only root can be several users'
    exit 0
fi
if command -v setpriv >/dev/null; then :; else
    echo 'skipped: month.sh: there is no setpriv'
    exit 0
fi
python3 "$root/Tests/SystemTests/month.py" --policy >"$folder/policy.yaml"
echo 'logLevel: info' >"$folder/allotd.yaml"
start_daemon --config "$folder/allotd.yaml" --policy "$folder/policy.yaml" --topology "$topology" --executor process
python3 "$root/Tests/SystemTests/month.py" --allot "$bin/allot" --socket "$socket" --access "$root/docs/access.md" ||
    fail 'the walk'
stop_daemon
"$bin/allotd" verify --state "$folder/state"
