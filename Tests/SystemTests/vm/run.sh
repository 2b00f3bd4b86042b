#!/usr/bin/env bash
# Installs the built programs into an emulated machine with four GPUs on two NUMA nodes, as an administrator would,
# and checks there that grants hold. Then it cuts the power in the middle of commits, boots again, and checks what was
# acknowledged. Prints a line for each check and a closing "N passed, N failed"; its exit status is 0 if none failed.
#
#   Tests/SystemTests/vm/run.sh        (as root; needs the debug build)
#
# CUTS=20 cuts the power so often (default 1). SEED repeats the moments of the cuts. ONLY=cuts skips the checks before
# the first one. KEEP=1 keeps the folder with the console and the disk.
# The machine's disk is built once, into ALLOT_CACHE (default ~/.cache/allot), and again when its recipe has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
cache=${ALLOT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/allot}

if [ "$(id -u)" -ne 0 ]; then
    echo "skipped: the test in the emulated machine builds a disk and needs root"
    exit 0
fi

install_tools() {
    local missing=() tool
    for tool in qemu-system-x86_64:qemu-system-x86 nbdkit:nbdkit debootstrap:debootstrap mkfs.ext4:e2fsprogs flock:util-linux; do
        command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}")
    done
    # The emulator's firmware, and that of the machine's network boot, which it wants although there is no network.
    [ -e /usr/share/seabios/bios-256k.bin ] || missing+=(seabios)
    [ -e /usr/lib/ipxe/qemu/efi-virtio.rom ] || missing+=(ipxe-qemu)
    [ ${#missing[@]} -eq 0 ] && return
    echo "installing ${missing[*]}"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600)
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null ||
        { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null; }
}

# The image by its recipe's digest, made by one process at a time; those of other recipes are removed.
make_image() {
    local name
    name=vm-$(sha256sum <"$here/make-image.sh" | cut -c1-12)
    image=$cache/$name
    mkdir -p "$cache"
    exec 9>"$cache/vm.lock"
    flock 9
    if [ ! -e "$image/disk.img" ]; then
        echo "building the machine's disk (two to four minutes, once)"
        find "$cache" -maxdepth 1 -name 'vm-*' ! -name "$name" -exec rm -rf {} +
        # A mirror may be away for a moment.
        "$here/make-image.sh" "$image" >"$cache/vm.log" 2>&1 || "$here/make-image.sh" "$image" >"$cache/vm.log" 2>&1 ||
            { tail -20 "$cache/vm.log"; exit 1; }
    fi
    exec 9>&-
}

# The second disk: what `make install` gives, the libraries of a debug build that the machine lacks, and the checks.
make_second_disk() {
    local folder=$work/second library
    make -s -C "$top" install CONFIGURATION=debug DESTDIR="$folder/tree" >"$work/install.log" 2>&1 ||
        { tail -20 "$work/install.log"; exit 1; }
    mkdir -p "$folder/libraries" "$folder/checks"
    ldd "$folder"/tree/usr/bin/allot "$folder"/tree/usr/bin/allotd "$folder"/tree/usr/sbin/allot-enforcer |
        awk '$3 ~ /^\// { print $3 }' | sort -u |
        while read -r library; do
            install -m 644 "$(realpath "$library")" "$folder/libraries/$(basename "$library")"
        done
    cp "$here"/*.py "$here"/*.sh "$here"/*.yaml "$here/../systemd/checking.py" "$folder/checks/"
    truncate -s 512M "$work/second.img"
    mkfs.ext4 -q -F -d "$folder" "$work/second.img"
    rm -rf "$folder"
}

install_tools
make_image
mkdir -p "$top/.build"
work=$(mktemp -d "$top/.build/vm-test.XXXXXX")
if [ -n "${KEEP:-}" ]; then echo "Kept: $work"; else trap 'rm -rf "$work"' EXIT; fi
make_second_disk
python3 "$here/machine.py" --image "$image" --work "$work" --cuts "${CUTS:-1}" --only "${ONLY:-all}" \
    --seed "${SEED:-$RANDOM}"
