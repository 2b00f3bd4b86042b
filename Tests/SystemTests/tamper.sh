#!/usr/bin/env bash
# Changes a real daemon's database as somebody with root could: rewrites a row, deletes one, cuts the tail, brings back
# an old copy. Each has to be seen by `allot audit verify` or `allotd verify`; a rightful restore has to be told apart.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export ALLOT_SOCKET=$socket NO_COLOR=1
allot=$bin/allot
anchors=$folder/anchors
cat >"$folder/allotd.yaml" <<END
anchors:
  interval: 1d
  file: $anchors
END

# begin: starts the daemon, which writes an anchor at its start and at its end.
begin() { start_daemon --config "$folder/allotd.yaml" --topology "$topology" --executor process; }

# work COUNT: so many reservations, made and ended.
work() {
    local id
    for _ in $(seq "$1"); do
        id=$("$allot" reserve --gpus 1 --for 1h --output json | sed -n 's/.*"id" *: *"\(r-[0-9]*\)".*/\1/p' | head -1)
        "$allot" cancel "$id" --reason "not needed" >/dev/null
    done
}

# change STATEMENT: behind the daemon's back, with the triggers out of the way.
change() {
    python3 - "$folder/state/allot.db" "$1" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript("DROP TRIGGER IF EXISTS journal_keeps_rows; DROP TRIGGER IF EXISTS journal_keeps_content;")
db.executescript(sys.argv[2])
db.commit()
END
}

# expect WORDS: that `audit verify` fails and says so.
expect() {
    local said
    if said=$("$allot" audit verify 2>&1); then fail "verified, and should have said: $1"; fi
    grep -qF -- "$1" <<<"$said" || fail "should have said '$1', and said: $said"
}

# tampered NAME STATEMENT WORDS: what a change of a copy of the state is answered with.
tampered() {
    rm -rf "$folder/state"
    cp -a "$folder/kept" "$folder/state"
    change "$2"
    local said
    if said=$("$bin/allotd" verify --state "$folder/state" --anchor "$head" 2>&1); then fail "$1: verified"; fi
    grep -qF -- "$3" <<<"$said" || fail "$1: should have said '$3', and said: $said"
    echo "seen: $1"
}

newest() { tail -n 1 "$anchors" | cut -d ' ' -f 2; }

begin
work 2
"$allot" backup "$folder/backup.db" 2>/dev/null
work 2
stop_daemon
head=$(newest)
cp -a "$folder/state" "$folder/kept"

tampered 'a row that was rewritten' \
    "UPDATE journal SET actor = 1000 WHERE sequence = 4" 'event 4 was changed'
tampered 'a caller that was rewritten' \
    "UPDATE journal SET caller = caller - 1 WHERE caller > 1 AND sequence = (SELECT max(sequence) FROM journal WHERE caller > 1)" \
    'was changed'
tampered 'a row that was deleted' "DELETE FROM personal WHERE sequence = 6; DELETE FROM journal WHERE sequence = 6" \
    'event 6 is missing'
cut="DELETE FROM personal WHERE sequence > 9; DELETE FROM journal WHERE sequence > 9;
    UPDATE meta SET value = 9 WHERE name = 'journal.sequence';
    UPDATE meta SET value = (SELECT hash FROM journal WHERE sequence = 9) WHERE name = 'journal.hash'"
tampered 'a tail that was cut off' "$cut" 'and the journal ends with 9'

# An old copy, put in place without a word, goes on as if nothing had been: only the anchors know better.
rm -rf "$folder/state"
mkdir -m 700 "$folder/state"
cp "$folder/backup.db" "$folder/state/allot.db"
chmod 600 "$folder/state/allot.db"
begin
work 3
expect 'is not the one that the anchor names'
echo 'seen: an old database, brought back'
stop_daemon

# The same by the book.
rm -rf "$folder/state"
cp -a "$folder/kept" "$folder/state"
grep -F "$head" -B 99 "$anchors" >"$folder/before" && mv "$folder/before" "$anchors"
begin
if "$bin/allotd" restore "$folder/backup.db" --state "$folder/state" --reason x >/dev/null 2>&1; then
    fail 'restored under a running daemon'
fi
stop_daemon
"$bin/allotd" restore "$folder/backup.db" --state "$folder/state" --reason 'disk broke' --anchors "$anchors" \
    >"$folder/restored" || fail 'not restored'
grep -q 'epoch 2; the next reservation is r-5' "$folder/restored" || fail "restored: $(cat "$folder/restored")"
begin
work 1
said=$("$allot" audit verify) || fail "a rightful restore does not verify: $said"
grep -q 'of what a restore replaced' <<<"$said" || fail "the anchors of before are not named: $said"
grep -q 'epoch 2' <<<"$said" || fail "the restore is not named: $said"
"$allot" list --all --ended | grep -q 'r-5 ' || fail 'ids are not passed over'
"$allot" audit list --action store --output csv | grep -q 'disk broke' || fail 'the reason is not there'
stop_daemon
echo 'told apart: a rightful restore'
