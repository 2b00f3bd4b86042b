#!/usr/bin/env bash
# A day on a shared machine: the real daemon and the real command in a temporary folder. Every step is checked.
set -euo pipefail
source "$(dirname "$0")/common.sh"

steps=0
code=0
out=

say() { printf '\n# %s\n' "$*"; }

# expect CODE PERSON WORD...: runs `allot WORD...` as that person, shows it, and insists on the exit code.
expect() {
    local expected=$1 person=$2
    shift 2
    printf '\n%s$ allot%s\n' "$person" "$(shown "$@")"
    code=0
    out=$(as "$person" "$@" 2>&1 </dev/null) || code=$?
    [ -z "$out" ] || printf '%s\n' "$out"
    [ "$code" -eq "$expected" ] || fail "that ended with $code, and $expected was expected"
    steps=$((steps + 1))
}

# says PATTERN / says_not PATTERN: insists on what the last step showed.
says() { grep -Eq -- "$1" <<<"$out" || fail "that does not say: $1"; }
says_not() { ! grep -Eq -- "$1" <<<"$out" || fail "that says what it should not: $1"; }

# The id that the last step showed first.
first_id() { grep -oEm1 'r-[0-9]+' <<<"$out" | head -n 1 || fail "that shows no id"; }

# await PATTERN PERSON WORD...: repeats a command, unseen, until it shows the pattern; 30 seconds at most.
await() {
    local pattern=$1 person=$2 end=$((SECONDS + 31))
    shift 2
    while [ "$SECONDS" -lt "$end" ]; do
        out=$(as "$person" "$@" 2>&1 </dev/null) || true
        grep -Eq -- "$pattern" <<<"$out" && return 0
    done
    fail "allot$(shown "$@") does not show after 30 seconds: $pattern"
}

as() {
    local person=$1
    shift
    if [ "$person" = "$me" ]; then
        env ALLOT_SOCKET="$socket" "$bin/allot" "$@"
    else
        env ALLOT_SOCKET="$socket" LD_LIBRARY_PATH="$folder/lib" \
            setpriv --reuid=nobody --regid=nogroup --clear-groups "$folder/bin/allot" "$@"
    fi
}

shown() {
    local word
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=,@+-]*) printf " '%s'" "${word//\'/\'\\\'\'}" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
}

# The second person may not reach the folder of the build, nor that of the toolchain: the program and the libraries
# that Debian does not have go where everybody can read them.
invite() {
    mkdir "$folder/bin" "$folder/lib"
    cp "$bin/allot" "$folder/bin/"
    ldd "$bin/allot" | awk '$2 == "=>" && $3 !~ "^/(usr/)?lib" && $3 ~ "^/" {print $3}' |
        xargs -r cp -Lt "$folder/lib"
    chmod -R a+rX "$folder/bin" "$folder/lib"
}

me=$(id -un)
colleague=$me
if [ "$(id -u)" -eq 0 ]; then
    colleague=nobody
    invite
else
    say "You are not root: the colleague's part is played by $me too, and what only a second user shows is left out."
fi

cat >"$folder/policy.yaml" <<END
version: 1
roles: {finance: ["$me"]}
priceBook:
  currency: EUR
  rates:
    - {sku: "gpu:NVIDIA H100 80GB HBM3", from: 2026-01-01, perHour: 2.50}
    - {sku: cpu, from: 2026-01-01, perHour: 0.04}
    - {sku: memory, from: 2026-01-01, perHour: 0.005}
departments:
  - id: research
    name: Research
    members: ["$me"]
  - id: vision
    name: Computer Vision
    members: [nobody]
  - id: platform
    name: Platform Engineering
    members: ["@sudo"]
END
cat >"$folder/allotd.yaml" <<END
policy: $folder/policy.yaml
stopGrace: 2s
END

say "A machine with eight GPUs; three departments share it. The daemon starts."
start_daemon --config "$folder/allotd.yaml" --topology "$topology" --executor process
expect 0 "$me" health
says '[Oo][Kk]'
expect 0 "$me" host
expect 0 "$me" devices
says 'H100|H200|A100|NVIDIA'

say "A researcher asks what two GPUs for four hours would mean; this changes nothing."
expect 0 "$me" quote --gpus 2 --for 4h
say "She reserves them. They are free, so they are hers at once."
expect 0 "$me" reserve --gpus 2 --for 4h --together nvlink --tag project=protein
mine=$(first_id)
expect 0 "$me" show "$mine"
says 'active'
says 'research'

say "She works inside: the environment names exactly her devices."
expect 0 "$me" run "$mine" -- sh -c 'env | grep -E "^(ALLOT|CUDA|ROCR)_" | sort'
says "ALLOT_RESERVATION=$mine"
says 'ALLOT_DEVICES=.'
says 'CUDA_VISIBLE_DEVICES=.'
says 'CUDA_DEVICE_ORDER=PCI_BUS_ID'
say "An exit code comes through as it is."
expect 7 "$me" run "$mine" -- sh -c 'exit 7'

say "It takes longer than she thought. Nobody waits for these devices, so she may have half an hour more."
expect 0 "$me" extend "$mine" --for 30m

say "A colleague in another department wants all eight. He queues, and is told when."
expect 0 "$colleague" reserve --gpus 8 --for 1h
his=$(first_id)
[ "$his" != "$mine" ] || fail "the id $mine was given twice"
expect 0 "$colleague" show "$his"
says 'waiting'
if [ "$colleague" != "$me" ]; then
    say "He sees that she holds devices, for which department and until when; who she is and what for is hers."
    expect 0 "$colleague" show "$mine"
    says 'research'
    says_not 'protein'
    say "What is hers he can neither cancel nor use."
    expect 77 "$colleague" cancel "$mine" --reason 'I need it more'
    expect 77 "$colleague" run "$mine" -- true
fi

day=$(date -u -d tomorrow +%F)
say "A lecture needs four GPUs tomorrow at nine: a window. Those devices are set aside."
expect 0 "$me" reserve --gpus 4 --for 2h --at "${day}T09:00:00Z"
window=$(first_id)
say "All eight in that hour? Refused at once, with the nearest times that fit."
expect 2 "$colleague" reserve --gpus 8 --for 1h --at "${day}T09:30:00Z"
says '[0-9]:[0-9]'

say "A short job fits in before all this: it starts at once and delays nobody. It is a command, so it needs no one there."
expect 0 "$me" reserve --gpus 1 --for 10m -- \
    sh -c 'for epoch in 1 2 3; do echo "epoch $epoch on $CUDA_VISIBLE_DEVICES"; done'
job=$(first_id)
await 'ended' "$me" show "$job"
expect 0 "$me" logs "$job"
says '^.*epoch 3 on .'
expect 0 "$me" show "$job"
says 'ended'

say "Who is served next, and why: the department that has used least of its share."
expect 0 "$me" fairshare
says 'research'
says 'served next'

say "What she has, what everybody has, and the calendar."
expect 0 "$me" list
says "$mine"
says "$window"
expect 0 "$me" list --all
says "$his"
expect 0 "$me" plan
says "$window"
say "The same for a program."
expect 0 "$me" --output json show "$mine"
says "\"id\" *: *\"$mine\""
expect 0 "$me" --output csv list
says "$mine"

say "Mistakes are named: a field and its limit, a word that is no duration, an id that is not there, no daemon."
expect 2 "$me" reserve --gpus 9 --for 1h
says '8'
expect 64 "$me" reserve --gpus 1 --for soon
expect 3 "$me" show r-999999
expect 69 "$me" --socket "$folder/nothing.sock" list

say "The lecture is called off; the colleague changes his mind; she is done early, and gives the rest back."
expect 0 "$me" cancel "$window"
expect 0 "$colleague" cancel "$his"
expect 0 "$me" release "$mine"
await 'ended' "$me" show "$mine"

say "What happened, from the journal."
expect 0 "$me" events
says 'reservation.started'
says "$job"

say "The daemon is restarted. Nothing is lost, and the journal still proves itself."
stop_daemon
"$bin/allotd" verify --state "$folder/state" || fail "allotd verify refuses the journal"
start_daemon --config "$folder/allotd.yaml" --topology "$topology" --executor process
expect 0 "$me" show "$mine"
says 'ended'
expect 0 "$colleague" reserve --gpus 8 --for 1h
next=$(first_id)
[ "${next#r-}" -gt "${job#r-}" ] || fail "the id $next comes after $job"
expect 0 "$colleague" cancel "$next"
expect 0 "$me" health

say "What the day cost, by department and by project. Only what was held counts, to the millisecond."
expect 0 "$me" usage --by department
says 'research .*gpu:NVIDIA H100'
expect 0 "$me" usage --by tag:project,user
says 'protein'
say "She is of finance too: the draft of her department's invoice, and where its amounts come from."
expect 0 "$me" invoice list
month=$(grep -oEm1 'INV-[0-9]{4}-[0-9]{2}' <<<"$out" | head -n 1)
[ -n "$month" ] || fail "there is no invoice"
expect 0 "$me" invoice adjust research --reason 'the lecture was called off late' -- -1.50
expect 0 "$me" invoice show "$month-research" --explain
says 'usage .*gpu:NVIDIA H100'
says 'adjustment f-1 .*-1\.50'
says 'rounding'
say "A month is closed when it is over, not before; meanwhile the accounts can have what there is."
expect 2 "$me" period close "${month#INV-}"
says 'not over'
expect 0 "$me" export gl --period "${month#INV-}"
says 'research'
expect 0 "$me" period list
says 'not over'
stop_daemon
"$bin/allotd" verify --state "$folder/state" || fail "allotd verify refuses the journal with the charges"

say "That was the day: $steps commands, each as expected. Nothing is left running."
