#!/usr/bin/env bash
# Installs the Debian packages that building and testing Allot needs. Says nothing when they are all there.
set -euo pipefail

packages=(
    build-essential git pkg-config      # what the Swift toolchain itself links and fetches with
    libsqlite3-dev                      # the store
    libhwloc-dev libhwloc-plugins       # the topology; the plugins read PCI devices and XML
    libsystemd-dev                      # D-Bus, notifications, the journal
    zlib1g-dev                          # traces come compressed
    python3                             # the load of the kill tests; its standard library is enough
    python3-venv hledger                # who judges the exports
    systemd                             # systemd-socket-activate opens the port for metrics
)

if ! command -v dpkg-query >/dev/null; then
    if pkg-config --exists sqlite3 hwloc libsystemd zlib 2>/dev/null; then exit 0; fi
    echo "This is not a Debian: install what these packages hold, then try again: ${packages[*]}" >&2
    exit 1
fi

missing=()
installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true)
for package in "${packages[@]}"; do
    grep -qx "$package installed" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "== Installing Debian packages: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "This needs root, and there is no sudo. As root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

# Another apt may be at work, as on a machine that has just booted: wait for its lock instead of failing.
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "$@"
}
install() {
    apt install --yes --no-install-recommends "${missing[@]}" </dev/null
}
# Where the network fails, apt itself tries again, later each time; where another has the lists, that is waited for.
update() {
    local try process
    for try in 1 2 3 4 5 6; do
        apt -o Acquire::Retries=6 update </dev/null && return 0
        echo "apt-get update failed (try $try of 6)" >&2
        for process in /proc/[0-9]*; do
            case $(cat "$process/comm" 2>/dev/null) in
            apt | apt-get | aptitude) timeout 60 tail --pid="${process#/proc/}" -f /dev/null || true ;;
            esac
        done
    done
    return 1
}

# A fresh machine has no package lists; an old one may have stale ones, whose files are gone.
if ! apt install --simulate --no-install-recommends "${missing[@]}" >/dev/null 2>&1 </dev/null; then
    update
    install
elif ! install; then
    update
    install
fi
