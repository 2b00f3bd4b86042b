#!/usr/bin/env bash
# Puts what `make install` has built where it belongs: below DESTDIR and PREFIX, configuration below DESTDIR/etc.
# RELEASE is the folder of the programs, SHARE that of man pages and completions. LOCK=yes turns the lock on too.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${PREFIX:=/usr}" "${DESTDIR:=}" "${RELEASE:=.build/release}" "${SHARE:=.build/share}" "${LOCK:=no}"
case $LOCK in
yes | no) ;;
*)
    echo "LOCK is '$LOCK', and has to be yes or no." >&2
    exit 1
    ;;
esac
case $PREFIX in
/*) ;;
*)
    echo "PREFIX is '$PREFIX', and has to be an absolute path." >&2
    exit 1
    ;;
esac
to=$DESTDIR$PREFIX

install -D --strip -m 755 "$RELEASE/allot" "$to/bin/allot"
install -D --strip -m 755 "$RELEASE/allotd" "$to/bin/allotd"
install -D --strip -m 755 "$RELEASE/allot-enforcer" "$to/sbin/allot-enforcer"
install -D -m 755 systemd/allot-lock "$to/sbin/allot-lock"

# The units name the programs by their whole paths.
for unit in systemd/*.service systemd/*.socket systemd/*.slice; do
    install -D -m 644 "$unit" "$to/lib/systemd/system/${unit##*/}"
    sed -i "s|^\(ExecStart=\)/usr/|\1$PREFIX/|" "$to/lib/systemd/system/${unit##*/}"
done
install -D -m 644 systemd/allot.sysusers.conf "$to/lib/sysusers.d/allot.conf"
install -D -m 644 systemd/allot.tmpfiles.conf "$to/lib/tmpfiles.d/allot.conf"

# What the administrator has written stays; what is new lies beside it.
for name in allotd.yaml lock.conf; do
    settings=$DESTDIR/etc/allot/$name
    if [ ! -e "$settings" ]; then
        install -D -m 644 "Config/$name" "$settings"
    elif ! cmp -s "Config/$name" "$settings"; then
        install -m 644 "Config/$name" "$settings.new"
        echo "$settings is left as it is; this version's defaults are in $settings.new"
    fi
done

# A policy says who shares the machine: a sample must not become one by being installed.
install -D -m 644 Config/policy.example.yaml "$to/share/doc/allot/policy.example.yaml"
for file in Config/prometheus/*.yml; do
    install -D -m 644 "$file" "$to/share/doc/allot/prometheus/${file##*/}"
done
for page in README.md CHANGELOG.md LICENSE; do install -D -m 644 "$page" "$to/share/doc/allot/$page"; done
for page in "$SHARE"/man/man[18]/*; do
    install -D -m 644 "$page" "$to/share/man/${page#"$SHARE"/man/}"
done
install -D -m 644 "$SHARE/completions/allot" "$to/share/bash-completion/completions/allot"
install -D -m 644 "$SHARE/completions/_allot" "$to/share/zsh/vendor-completions/_allot"
install -D -m 644 "$SHARE/completions/allot.fish" "$to/share/fish/vendor_completions.d/allot.fish"

if [ "$LOCK" = yes ]; then
    if [ -n "$DESTDIR" ]; then
        systemd/allot-lock --root "$(realpath "$DESTDIR")" on
    else
        systemd/allot-lock on
    fi
    echo "The lock is on; 'allot-lock off' takes it back."
fi

echo "Installed. What comes next is in $to/share/doc/allot/README.md, below Install."
