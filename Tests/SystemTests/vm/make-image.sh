#!/usr/bin/env bash
# Builds the disk of the emulated machine: a Debian with systemd, cgroup v2 and a kernel that drives virtio GPUs.
#
#   make-image.sh FOLDER        (as root; a few minutes; leaves FOLDER/{disk.img,vmlinuz,initrd})
#
# What is in it is the whole recipe: run.sh keys its cache by this file's digest. The project itself is not in it; each
# run brings that on a second disk. A build that is killed leaves nothing: the folder is renamed into place at its end.
set -euo pipefail
folder=$1
# Beside what a server has, so that what users do on one can be done here: cron, at, a session bus, rootless podman.
packages=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,udev,kmod,linux-image-amd64,zstd
packages+=,login,passwd,util-linux,procps,acl,python3,cron,at
packages+=,libhwloc15,hwloc-nox,libsqlite3-0,zlib1g
packages+=,podman,netavark,crun,uidmap,busybox-static

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

# The smallest initial file system that finds the disk: under emulation each of its megabytes is a second.
configure_kernel() {
    mkdir -p "$root/etc/initramfs-tools"
    printf '%s\n' MODULES=list BUSYBOX=n COMPRESS=zstd COMPRESSLEVEL=1 FSTYPE=ext4 \
        >"$root/etc/initramfs-tools/conf.d-allot"
    mkdir -p "$root/etc/initramfs-tools/conf.d"
    mv "$root/etc/initramfs-tools/conf.d-allot" "$root/etc/initramfs-tools/conf.d/allot"
    printf '%s\n' virtio_pci virtio_blk ext4 crc32c_generic >"$root/etc/initramfs-tools/modules"
    chroot "$root" update-initramfs -u -k all
    cp "$root"/boot/vmlinuz-* "$work/vmlinuz"
    cp "$root"/boot/initrd.img-* "$work/initrd"
    rm -rf "$root"/boot/*
    # Modules for hardware that this machine has not.
    local modules
    modules=$(echo "$root"/lib/modules/*)
    rm -rf "$modules"/kernel/{sound,drivers/{media,net/{wireless,ethernet,usb},scsi,usb,iio,infiniband,staging,isdn,hwmon,mtd,ata}}
    find "$modules/kernel/drivers/gpu/drm" -mindepth 1 -maxdepth 1 -type d \
        ! -name virtio ! -name ttm ! -name display ! -name scheduler -exec rm -rf {} +
    chroot "$root" depmod "$(basename "$modules")"
}

# alice may open render nodes by her group, so that for her the lock alone is what denies them; bob and carol may not.
make_users() {
    local user
    for user in alice bob carol; do
        chroot "$root" useradd --create-home --shell /bin/bash "$user"
        chroot "$root" passwd --delete --quiet "$user"
    done
    chroot "$root" usermod --append --groups render,video alice
    # A root for containers that needs no registry: one static program.
    mkdir -p "$root"/opt/tiny/{bin,dev,proc,sys,tmp,etc,run}
    cp "$root/bin/busybox" "$root/opt/tiny/bin/busybox"
    for user in sh cat ls id grep sleep; do ln -s busybox "$root/opt/tiny/bin/$user"; done
}

configure_system() {
    echo allot-vm >"$root/etc/hostname"
    echo '/dev/vda / ext4 defaults,noatime 0 1' >"$root/etc/fstab"
    tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
    # What a machine without network, screen or packages to update does not need.
    local unit
    for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer \
        e2scrub_reap.service systemd-timesyncd.service systemd-pstore.service systemd-random-seed.service \
        getty@tty1.service getty-static.service serial-getty@ttyS0.service systemd-networkd.service \
        podman-auto-update.timer podman.service podman.socket podman-restart.service podman-auto-update.service \
        systemd-binfmt.service systemd-hwdb-update.service systemd-update-utmp-runlevel.service \
        ldconfig.service systemd-journal-catalog-update.service systemd-vconsole-setup.service \
        sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount \
        modprobe@configfs.service modprobe@efi_pstore.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    mkdir -p "$root/var/log/journal" "$root/etc/systemd/journald.conf.d"
    printf '[Journal]\nStorage=persistent\nSystemMaxUse=64M\n' >"$root/etc/systemd/journald.conf.d/vm.conf"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/*
    # What brings the project in and runs the checks lies on the second disk.
    mkdir -p "$root/mnt/install"
    cat >"$root/etc/systemd/system/bring.service" <<'UNIT'
[Unit]
Description=What this run has brought on the second disk
After=basic.target systemd-logind.service

[Service]
Type=oneshot
ExecStart=/bin/mount -o ro /dev/vdb /mnt/install
ExecStart=/bin/bash /mnt/install/checks/begin.sh
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
TimeoutStartSec=infinity
SuccessAction=poweroff-force
FailureAction=poweroff-force
UNIT
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -s ../bring.service "$root/etc/systemd/system/multi-user.target.wants/bring.service"
}

# The signature of a package is the caller's apt's to check; its lists tell which mirror is near.
debootstrap --variant=minbase --include="$packages" bookworm "$root"
make_users
configure_kernel
configure_system
truncate -s 2560M "$work/disk.img"
mkfs.ext4 -q -F -O ^metadata_csum_seed -d "$root" "$work/disk.img"
rm -rf "$root"
mv -T "$work" "$folder"
