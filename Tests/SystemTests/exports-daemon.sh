#!/usr/bin/env bash
# Has the exports of a real daemon judged (exports.sh): of a month that a test has let happen, first as a draft with use
# that has no price, then corrected and closed, whole and by hour. KEEP=1 keeps the folder. It has to be root, to be others.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=october.sh
source "$(dirname "${BASH_SOURCE[0]}")/october.sh"
export ALLOT_SOCKET=$socket NO_COLOR=1 LD_LIBRARY_PATH=$folder/lib

allot() { "$folder/bin/allot" "$@"; }
# as USER COMMAND…: what somebody else types.
as() { setpriv --reuid "$1" --regid "$(id -g "$1")" --clear-groups "$folder/bin/allot" "${@:2}"; }

# write FILE FORMAT OPTION…: an export, whose digest has to be the one that the daemon has written down.
write() {
    local said
    said=$(allot export "$2" --period 2026-10 "${@:3}" "$1" 2>&1 >/dev/null)
    [ "${said##* }" = "$(sha256sum <"$1" | cut -d' ' -f1)" ] || fail "the digest of $1: $said"
}

# write_all FOLDER OPTION…: every format; the options are for rows of use.
write_all() {
    mkdir "$1"
    write "$1/focus-cost-and-usage.csv" focus "${@:2}"
    write "$1/focus-billing-period.csv" focus --dataset billing-period
    write "$1/focus-invoice-detail.csv" focus --dataset invoice-detail
    write "$1/csv.csv" csv "${@:2}"
    write "$1/gl.csv" gl
    write "$1/hledger.journal" hledger
}

echo 'logLevel: info' >"$folder/allotd.yaml"
start_daemon --config "$folder/allotd.yaml" --policy "$folder/policy.yaml" --topology "$topology" --executor process
write_all "$folder/draft"
allot period close 2026-10 >/dev/null 2>&1 && fail 'a month with use that has no price was closed'
as mail invoice correct memory 0.003333 --from '2026-10-01 00:00' --to '2026-11-01 00:00' --reason 'no price' >/dev/null
as sys invoice approve f-1 >/dev/null
as mail invoice adjust speech --reason 'the cooling failed' -- -12.34 >/dev/null
allot period close 2026-10 >/dev/null
write_all "$folder/closed"
write_all "$folder/again"
write_all "$folder/hours" --by-hour
diff -r "$folder/closed" "$folder/again" || fail 'a closed month was exported in two ways'
grep -q ',true,' "$folder/draft/focus-cost-and-usage.csv" || fail 'the draft has no use without a price'
stop_daemon
"$root/Tests/SystemTests/exports.sh" "$folder/draft" "$folder/closed" "$folder/hours"
