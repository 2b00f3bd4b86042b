#!/usr/bin/env bash
# Ends the real daemon in the middle of load, ROUNDS times with kill -9 and once with SIGTERM, and checks each time
# that every acknowledged reservation is there as it was acknowledged and that no id was given twice.
# ROUNDS=3, SEED from the clock (shown, so that a run can be repeated), CONNECTIONS=64; KEEP=1 keeps the folder.
set -euo pipefail
source "$(dirname "$0")/common.sh"

cat >"$folder/allotd.yaml" <<END
policy: $root/Config/policy.example.yaml
stopGrace: 1s
END
python3 "$root/Tests/SystemTests/kill9.py" \
    --rounds "${ROUNDS:-3}" --seed "${SEED:-$(date +%s)}" --connections "${CONNECTIONS:-64}" \
    --allotd "$bin/allotd" --folder "$folder" --topology "$topology"
