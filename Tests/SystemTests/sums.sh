#!/usr/bin/env bash
# Sums sealed invoices from the usage table by SQL, in a program that shares nothing with Allot, and sees that it
# notices rows and documents that were tampered with.
#   sums.sh             MONTHS months drawn at random
#   sums.sh DATABASE…   what a daemon has sealed
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [ $# -gt 0 ]; then
    exec python3 "$root/Tests/SystemTests/sums.py" "$@"
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/allot-sums.XXXXXX")
trap 'rm -rf "$folder"' EXIT
bundle=${ALLOT_TESTS:-$root/.build/debug/allotPackageTests.xctest}
if [ ! -x "$bundle" ]; then
    echo "$bundle is not there: build it first with \`make build\`." >&2
    exit 1
fi
if ! ALLOT_SUMS=$folder ALLOT_MONTHS=${MONTHS:-300} "$bundle" --testing-library swift-testing \
    --filter '^ChargebackTests\.MonthSheetTests' >"$folder/log" 2>&1; then
    cat "$folder/log" >&2
    exit 1
fi
python3 "$root/Tests/SystemTests/sums.py" "$folder"/*.sql
python3 "$root/Tests/SystemTests/sums.py" --break "$folder"/[1-9].sql
