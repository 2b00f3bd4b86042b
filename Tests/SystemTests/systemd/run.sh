#!/usr/bin/env bash
# Boots a Debian with a real systemd in a container, installs the built programs and units, and checks them inside.
# Prints a line for each check and a closing "N passed, N failed"; its exit status is 0 if none failed.
#
#   Tests/SystemTests/systemd/run.sh [FOLDER-OF-BUILT-PROGRAMS]     (as root; default .build/debug)
#
# The container's root is made once, in .build/systemd-root, and copied for each run. Device and processor rules do
# not hold where the machine's own cgroups are v1; those checks say so.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
built=$(realpath "${1:-$top/.build/debug}")
cache=$top/.build/systemd-root
packages=systemd,systemd-sysv,dbus,python3,libhwloc15,libsqlite3-0,zlib1g,acl,procps

if [ "$(id -u)" -ne 0 ]; then
    echo "skipped: the systemd test boots a container and needs root"
    exit 0
fi

install_tools() {
    local missing=()
    command -v systemd-nspawn >/dev/null || missing+=(systemd-container)
    command -v debootstrap >/dev/null || missing+=(debootstrap)
    [ ${#missing[@]} -eq 0 ] && return
    echo "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq install -y --no-install-recommends \
        "${missing[@]}" >/dev/null
}

make_root() {
    [ -e "$cache/.complete" ] && return
    echo "building the container's root (about a minute, once)"
    rm -rf "$cache"
    mkdir -p "$cache"
    debootstrap --variant=minbase --include="$packages" bookworm "$cache" >"$top/.build/systemd-root.log" 2>&1 ||
        { tail -5 "$top/.build/systemd-root.log"; exit 1; }
    for user in alice bob; do chroot "$cache" useradd --create-home --shell /bin/bash "$user"; done
    touch "$cache/.complete"
}

# The programs, and the libraries that they need and the container lacks.
install_programs() {
    local root=$1 program library
    install -D -m 0755 "$built/allot-enforcer" "$root/usr/sbin/allot-enforcer"
    install -D -m 0755 -t "$root/usr/bin" "$built/allot" "$built/allotd"
    install -D -m 0755 "$top/systemd/allot-lock" "$root/usr/sbin/allot-lock"
    # The room's own tests run inside too, those that need a journal.
    if [ -x "$built/allotPackageTests.xctest" ]; then
        install -D -m 0755 "$built/allotPackageTests.xctest" "$root/opt/checks/unit-tests"
    fi
    mkdir -p "$root/usr/local/lib"
    ldd "$built"/allot-enforcer "$built"/allotd "$built"/allot "$root"/opt/checks/unit-tests 2>/dev/null |
        awk '$3 ~ /^\// { print $3 }' | sort -u |
        while read -r library; do
            [ -e "$root$library" ] || [ -e "$root/usr$library" ] ||
                install -m 0644 "$(realpath "$library")" "$root/usr/local/lib/$(basename "$library")"
        done
    chroot "$root" ldconfig
    mkdir -p "$root/var/log/journal"
}

install_units() {
    local root=$1
    install -D -m 0644 -t "$root/usr/lib/systemd/system" "$top"/systemd/*.service "$top"/systemd/*.socket \
        "$top"/systemd/*.slice
    install -D -m 0644 "$top/systemd/allot.sysusers.conf" "$root/usr/lib/sysusers.d/allot.conf"
    install -D -m 0644 "$top/systemd/allot.tmpfiles.conf" "$root/usr/lib/tmpfiles.d/allot.conf"
    install -D -m 0644 -t "$root/etc/allot" "$top/Config/allotd.yaml" "$top/Config/lock.conf"
    systemctl --root="$root" --quiet enable allot-enforcer.socket allotd.socket
    install -D -m 0644 -t "$root/opt/checks" "$here"/*.py "$here"/*.sh
    install -m 0644 "$here/checks.service" "$root/usr/lib/systemd/system/checks.service"
    systemctl --root="$root" --quiet add-wants multi-user.target checks.service
}

# Stand-ins for accelerators' device files: files of their own, so that their lists can be changed, of devices that
# hardly anything else has open: full, zero, urandom, random.
make_devices() {
    local folder=$1
    mkdir -p "$folder"
    mknod -m 0660 "$folder/renderD128" c 1 7
    mknod -m 0660 "$folder/renderD129" c 1 5
    mknod -m 0666 "$folder/nvidia0" c 1 9
    mknod -m 0666 "$folder/nvidiactl" c 1 8
    chmod 0666 "$folder/nvidia0" "$folder/nvidiactl"
}

install_tools
make_root
work=$(mktemp -d "$top/.build/systemd-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
cp -a --reflink=auto "$cache" "$root"
install_programs "$root"
install_units "$root"
make_devices "$work/devices"

echo "booting"
timeout 480 systemd-nspawn --quiet -D "$root" --boot --register=no --keep-unit --private-network \
    --bind="$work/devices/renderD128:/dev/dri/renderD128" --bind="$work/devices/renderD129:/dev/dri/renderD129" \
    --bind="$work/devices/nvidia0:/dev/nvidia0" --bind="$work/devices/nvidiactl:/dev/nvidiactl" \
    </dev/null >"$work/console" 2>&1 || true
if ! grep -q 'passed, ' "$root/var/results" 2>/dev/null; then
    tail -40 "$work/console"
    cat "$root/var/results" 2>/dev/null || true
    echo "the container did not finish its checks"
    exit 1
fi
cat "$root/var/results"
if [ -n "${ALLOT_KEEP_JOURNAL:-}" ]; then journalctl -D "$root/var/log/journal" --no-pager >"$ALLOT_KEEP_JOURNAL"; fi
tail -1 "$root/var/results" | grep -q ' 0 failed'
