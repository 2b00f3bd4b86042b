#!/bin/bash
# Runs inside the emulated machine once it is up: installs what was brought, as docs/README say, and then the checks.
set -euo pipefail
echo begun
brought=/mnt/install
phase=$(sed 's/.*allot=\([a-z]*\).*/\1/' /proc/cmdline)

install_allot() {
    cp -a "$brought"/tree/. /
    mkdir -p /usr/local/lib/allot /opt/checks
    cp -a "$brought"/libraries/. /usr/local/lib/allot/
    # Only what the machine lacks: its own libraries stay its own.
    local library
    for library in /usr/local/lib/allot/*; do
        [ -e "/lib/x86_64-linux-gnu/${library##*/}" ] && rm "$library"
    done
    echo /usr/local/lib/allot >/etc/ld.so.conf.d/zz-allot.conf
    ldconfig
    cp "$brought"/checks/* /opt/checks/
    chmod 755 /opt/checks /opt/checks/*
    install -m 644 "$brought/checks/policy.yaml" /etc/allot/policy.yaml
    # The GPUs of a virtual machine look like consoles.
    sed -i 's/^accelerators: .*/accelerators: [1af4:1050]/' /etc/allot/allotd.yaml
    sed -i 's/^stopGrace: .*/stopGrace: 3s/' /etc/allot/allotd.yaml
    sed -i 's/^telemetry: .*/telemetry: {interval: 2s, record: 10s}/' /etc/allot/allotd.yaml
    # What the installation's documentation says next.
    systemd-sysusers
    systemd-tmpfiles --create
    systemctl daemon-reload
    # Of the power cuts to come the installation is not what is in question.
    sync
    # The first request starts the daemon here, the next boot does it by itself.
    systemctl enable --quiet --now allot-enforcer.socket allotd.socket
    systemctl enable --quiet allotd.service
}

case $phase in
checks | install | only) install_allot ;;
esac
PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 python3 /opt/checks/inside.py "$phase"
