#!/usr/bin/env bash
# A month's end by the manual page alone: runs the commands of docs/finance.md against the real daemon, each as the
# person at its prompt, and compares what they say with the page. The month is one that a test has let happen.
# UPDATE=1 writes what they say into the page; KEEP=1 keeps the folder. It has to be root, to be others.
set -euo pipefail
source "$(dirname "$0")/common.sh"

skip() {
    echo "skipped: finance.sh: $1"
    exit 0
}
[ "$(id -u)" -eq 0 ] || skip 'only root can be several users'
command -v setpriv >/dev/null || skip 'there is no setpriv'
[ -e /usr/share/zoneinfo/Europe/Berlin ] || skip 'there are no time zones (tzdata)'
[ "$(date -u +%Y%m)" -ge 202611 ] || skip 'October 2026 is not over by the clock of this machine'

ALLOT_FINANCE_MONTH=$folder "$bin/allotPackageTests.xctest" --testing-library swift-testing \
    --filter 'is left for who asks for it' >"$folder/month.log" 2>&1 || {
    cat "$folder/month.log"
    fail 'the month did not happen'
}
[ -s "$folder/policy.yaml" ] || fail 'the month was not left'

# Everybody can read the program and the libraries that Debian does not have.
mkdir "$folder/bin" "$folder/lib" "$folder/desk"
cp "$bin/allot" "$folder/bin/"
ldd "$bin/allot" | awk '$2 == "=>" && $3 !~ "^/(usr/)?lib" && $3 ~ "^/" {print $3}' | xargs -r cp -Lt "$folder/lib"
chmod -R a+rX "$folder/bin" "$folder/lib"
chmod 1777 "$folder/desk"

echo 'logLevel: info' >"$folder/allotd.yaml"
start_daemon --config "$folder/allotd.yaml" --policy "$folder/policy.yaml" --topology "$topology" --executor process
python3 "$root/Tests/SystemTests/finance.py" --page "$root/docs/finance.md" --folder "$folder" --socket "$socket" \
    ${UPDATE:+--update} || fail 'the page'
stop_daemon
"$bin/allotd" verify --state "$folder/state"
