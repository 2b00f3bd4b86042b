# Shared by the scripts that drive the real programs: sourced, not run. It gives a temporary folder, a daemon in it
# that is ended whatever happens, and nothing left behind.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${ALLOT_BIN:-$root/.build/debug}
topology=$root/Config/topologies/server-8gpu-nvswitch.xml

for program in allot allotd; do
    if [ ! -x "$bin/$program" ]; then
        echo "$bin/$program is not there: build it first with \`make build\`." >&2
        exit 1
    fi
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/allot.XXXXXX")
chmod 755 "$folder"
socket=$folder/allotd.sock
log=$folder/allotd.log
daemon=

fail() {
    printf '\nFAILED: %s\n' "$*" >&2
    if [ -s "$log" ]; then
        echo '--- the end of the log of allotd' >&2
        tail -n 30 "$log" >&2
    fi
    exit 1
}

# start_daemon OPTION...: starts allotd and waits until it answers.
start_daemon() {
    "$bin/allotd" --socket "$socket" --state "$folder/state" "$@" >>"$log" 2>&1 </dev/null &
    daemon=$!
    local end=$((SECONDS + 31))
    while [ "$SECONDS" -lt "$end" ]; do
        env ALLOT_SOCKET="$socket" "$bin/allot" host >/dev/null 2>&1 && return 0
        is_running "$daemon" || fail "allotd ended at its start"
    done
    fail "allotd does not answer after 30 seconds"
}

# stop_daemon: asks it to end, and insists on exit code 0 within 30 seconds.
stop_daemon() {
    kill -TERM "$daemon"
    await_end "$daemon" 30
    is_running "$daemon" && fail "allotd still runs 30 seconds after SIGTERM"
    local code=0
    wait "$daemon" || code=$?
    daemon=
    [ "$code" -eq 0 ] || fail "allotd ended with $code after SIGTERM"
}

# await_end PID SECONDS: until a process has ended, or so long.
await_end() { timeout "$2" tail --pid="$1" --sleep-interval=0.05 -f /dev/null || true; }

# Whether a child of ours runs; one that has ended and is not yet waited for does not.
is_running() {
    local state
    read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" || return 1
    [ "$state" != Z ]
}

# Processes that have to do with the folder: by their arguments, environment or open files.
leftovers() {
    local process
    for process in /proc/[0-9]*; do
        [ "${process#/proc/}" = $$ ] && continue
        if grep -qsaF -f <(printf '%s' "$folder") "$process/cmdline" "$process/environ" ||
            find "$process/fd" -lname "$folder/*" 2>/dev/null | read -r _; then
            local command
            command=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
            [ -n "$command" ] && printf '%s %s\n' "${process#/proc/}" "$command"
        fi
    done | grep -vF "lname $folder" || true
}

clean_up() {
    local code=$?
    trap - EXIT
    if [ -n "$daemon" ] && is_running "$daemon"; then
        kill -TERM "$daemon" 2>/dev/null || true
        await_end "$daemon" 5
        kill -KILL "$daemon" 2>/dev/null || true
    fi
    [ -n "$daemon" ] && wait "$daemon" 2>/dev/null
    local left
    left=$(leftovers)
    if [ -n "$left" ]; then
        printf 'FAILED: still running, now ended:\n%s\n' "$left" >&2
        cut -d' ' -f1 <<<"$left" | xargs -r kill -KILL 2>/dev/null
        [ "$code" -eq 0 ] && code=1
    fi
    if [ -n "${KEEP:-}" ]; then echo "Kept: $folder" >&2; else rm -rf "$folder"; fi
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
