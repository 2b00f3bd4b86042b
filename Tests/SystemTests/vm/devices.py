"""Who opens which GPU: everybody without the lock, nobody with it, and inside a reservation exactly its holder."""

import errno
import glob
import json
import os
import re

from checking import check, output, unit
from sessions import Session, names, until

NODES = [f"card{n}" for n in range(4)] + [f"renderD{n}" for n in range(128, 132)]
# In a pipe: on a terminal it sets that back to how it began.
BY_USERS_SYSTEMD = "systemd-run --user --pipe --wait --quiet /opt/checks/opens.sh -v </dev/null 2>&1"
users = {}
held = {}


def root(words):
    return json.loads(output("allot", "--output", "json", *words.split()))


def the_first_request_starts_the_daemon():
    assert unit("allotd.service", "ActiveState")["ActiveState"] == "inactive"
    assert output("allot", "health", check=False) != ""
    until(lambda: unit("allotd.service", "ActiveState")["ActiveState"] == "active")
    assert unit("allotd.service", "User")["User"] == "allot"
    waited = unit("allotd.service", "ExecStartPre")["ExecStartPre"]
    assert "udevadm settle" in waited and "code=exited ; status=0" in waited, waited


def hwloc_shows_the_gpus_on_their_nodes():
    host = root("host")
    assert [node["cores"] for node in host["numaNodes"]] == ["0-1", "2-3"], host["numaNodes"]
    assert [device["numaNode"] for device in host["devices"]] == [0, 0, 1, 1], host["devices"]
    assert [device["localCores"] for device in host["devices"]] == ["0-1", "0-1", "2-3", "2-3"], host["devices"]
    for device in host["devices"]:
        folder = f"/sys/bus/pci/devices/{device['pciAddress']}/drm"
        shown = [one for one in names(glob.glob(f"{folder}/*")) if one in NODES]
        assert len(shown) == 2 and names(device["files"]) == shown, (device, shown)


def sessions_are_logins():
    for user in ("alice", "bob", "carol"):
        users[user] = Session(user)
    for user in users:
        users[user].begin()
        identity = users[user].do("id -u")
        group = users[user].group()
        assert re.search(rf"/user\.slice/user-{identity}\.slice/session-\w+\.scope$", group), group
    assert {line.split()[2] for line in output("loginctl", "--no-legend").splitlines()} >= set(users)


def without_the_lock_groups_decide():
    """Shows that what is denied below is denied by the lock."""
    assert users["alice"].opens() == NODES, users["alice"].do("/opt/checks/opens.sh -v")
    assert users["bob"].opens() == []


def the_lock_shuts_out_sessions_that_stand():
    output("allot-lock", "on")
    assert users["alice"].do("/opt/checks/opens.sh -v") == " ".join(f"{n}:Operation_not_permitted" for n in NODES)
    later = Session("alice").begin()
    assert later.opens() == []
    users["second"] = later


def the_lock_shuts_out_scheduled_jobs():
    """The results of cron come with the next minute, and are looked at later."""
    alice = users["alice"]
    alice.do("echo '* * * * * /opt/checks/opens.sh -v >cron.new 2>&1; mv cron.new cron.out' | crontab -")
    alice.do("echo '/opt/checks/opens.sh -v >at.new 2>&1; mv at.new at.out' | at now")
    text = until(lambda: read("/home/alice/at.out"), 60)
    assert text.split() == [f"{n}:Operation_not_permitted" for n in NODES], text
    text = alice.do(f"{BY_USERS_SYSTEMD} | cat")
    assert text.split() == [f"{n}:Operation_not_permitted" for n in NODES], text


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except OSError as error:
        # A control group that goes while it is read.
        if error.errno != errno.ENODEV:
            raise
        return ""


def a_reservation_opens_exactly_its_own():
    for user in ("alice", "bob"):
        held[user] = users[user].reserve("--gpus 1 --for 30m")
    files = {device["id"]: names(device["files"]) for device in root("devices")["items"]}
    for user in ("alice", "bob"):
        number = held[user]["id"]
        held[user]["nodes"] = [node for device in held[user]["devices"] for node in files[device]]
        assert users[user].opens(number) == held[user]["nodes"], users[user].do(
            f"allot run {number} -- /opt/checks/opens.sh -v")
        assert users[user].opens() == [], "outside of its reservation"
    assert not set(held["alice"]["nodes"]) & set(held["bob"]["nodes"])


def by_every_way_from_inside():
    alice, number, own = users["alice"], held["alice"]["id"], held["alice"]["nodes"]
    opens = "/opt/checks/opens.sh"
    ways = {
        "a child": f"sh -c 'sh -c \"{opens}; true\"; true'",
        "nohup": f"sh -c 'nohup {opens} >way.out 2>/dev/null </dev/null & wait; cat way.out'",
        "setsid": f"setsid --wait {opens}",
        "a daemon": f"sh -c 'mkfifo way.in; setsid --fork sh -c \"{opens} >way.in\"; cat way.in'",
    }
    for name, command in ways.items():
        alice.do("rm -f way.out way.in")
        text = alice.do(f"allot run {number} -- {command}")
        assert text.split() == own, f"{name}: {text}"


def a_second_terminal_is_outside():
    second, number = users["second"], held["alice"]["id"]
    assert second.opens() == []
    assert second.opens(number) == held["alice"]["nodes"]
    second.do(f"allot run {held['bob']['id']} -- true", code=77)


def what_leaves_the_reservation_leaves_the_grant():
    alice, number = users["alice"], held["alice"]["id"]
    denied = [f"{n}:Operation_not_permitted" for n in NODES]
    text = alice.do(f"allot run {number} -- {BY_USERS_SYSTEMD} | cat")
    assert text.split() == denied, f"systemd-run --user: {text}"
    text = alice.do(f"allot run {number} -- {BY_USERS_SYSTEMD.replace('--pipe --wait', '--scope')} | cat")
    assert text.split() == denied, f"systemd-run --user --scope: {text}"
    alice.do("rm -f at.out")
    alice.do(f"echo '/opt/checks/opens.sh -v >at.new 2>&1; mv at.new at.out' >job; allot run {number} -- at -f job now")
    text = until(lambda: read("/home/alice/at.out"), 60)
    assert text.split() == denied, f"at: {text}"


def processors_and_memory_are_the_granted_ones():
    for user in ("alice", "bob"):
        text = users[user].do(f"allot run {held[user]['id']} -- grep _allowed_list /proc/self/status")
        seen = dict(line.split(":\t") for line in text.splitlines())
        assert seen["Cpus_allowed_list"] == held[user]["cores"], (seen, held[user])
        assert seen["Mems_allowed_list"] == held[user]["numaNodes"], (seen, held[user])
        place = f"/sys/fs/cgroup/allot.slice/{slice_of(held[user])}"
        assert read(f"{place}/memory.max").strip() == str(held[user]["memoryBytes"])


def slice_of(reservation):
    return f"allot-{reservation['id'].replace('-', '')}.slice"


def a_reload_and_a_reexec_keep_it():
    for verb in ("daemon-reload", "daemon-reexec"):
        output("systemctl", verb)
        for user in ("alice", "bob"):
            assert users[user].opens(held[user]["id"]) == held[user]["nodes"], verb
            assert users[user].opens() == [], verb
    inside = users["second"]
    users["alice"].do("mkfifo go")
    inside.start(f"allot run {held['alice']['id']} -- sh -c 'read _ <go; /opt/checks/opens.sh'")
    until(lambda: slice_of(held["alice"]) in output("systemd-cgls", "--no-pager", "/allot.slice"))
    output("systemctl", "daemon-reload")
    users["alice"].do("echo >go")
    status, text = inside.finish()
    assert text.split() == held["alice"]["nodes"], f"what ran over the reload: {text}"


def udev_takes_it_from_nobody_for_long():
    """bob has his device by its list alone, and udev empties that when it hears of a change of the device."""
    bob, number = users["bob"], held["bob"]["id"]
    nodes = [f"/dev/dri/{node}" for node in held["bob"]["nodes"]]

    def lists_bob():
        return all("user:bob:rw-" in output("getfacl", "--absolute-names", node) for node in nodes)

    def change():
        assert lists_bob()
        output("udevadm", "trigger", "--action=change", "--subsystem-match=drm")
        output("udevadm", "settle")
        assert not lists_bob(), "udev leaves lists alone: nothing is shown by this"

    change()
    assert bob.opens(number) == held["bob"]["nodes"], "who comes in"
    bob.do("mkfifo go")
    bob.start(f"allot run {number} -- sh -c 'touch in; read _ <go; /opt/checks/opens.sh'")
    until(lambda: os.path.exists("/home/bob/in"))
    change()
    until(lists_bob, 100)
    with open("/home/bob/go", "w") as go:
        go.write("\n")
    status, text = bob.finish()
    assert text.split() == held["bob"]["nodes"], f"what ran over it: {text}"
    bob.do("rm in go")


def rootless_podman_inside():
    alice, number = users["alice"], held["alice"]["id"]
    alice.do("[ -e tiny ] || cp -a /opt/tiny tiny")
    own = [f"/dev/dri/{node}" for node in held["alice"]["nodes"]]
    others = [f"/dev/dri/{node}" for node in held["bob"]["nodes"]]
    # It would have the user's systemd move it out of the reservation: there is none that it finds.
    podman = "env DBUS_SESSION_BUS_ADDRESS=unix:path=/dev/null podman run --rm --network=none --cgroups=disabled"
    podman += " --log-driver=none --group-add=keep-groups"
    devices = " ".join(f"--device={node}" for node in own + others)
    script = "for node in " + " ".join(own + others) + "; do (exec 3<>$node) 2>/dev/null && echo $node; done; true"
    text = alice.do(
        f"allot run {number} -- {podman} {devices} --rootfs $HOME/tiny sh -c '{script}' 2>/dev/null", seconds=180)
    assert text.split() == own, text
    assert alice.do(f"{podman} {devices} --rootfs $HOME/tiny sh -c '{script}' 2>/dev/null", seconds=180) == ""


def cron_was_shut_out():
    text = until(lambda: read("/home/alice/cron.out"), 90)
    assert text.split() == [f"{n}:Operation_not_permitted" for n in NODES], text
    users["alice"].do("crontab -r")


def checks():
    check("the first request starts the daemon, as a user of its own", the_first_request_starts_the_daemon)
    check("hwloc shows the four GPUs on their two nodes", hwloc_shows_the_gpus_on_their_nodes)
    check("users are in login sessions", sessions_are_logins)
    check("without the lock, who is in the group opens every GPU", without_the_lock_groups_decide)
    check("with the lock no session opens a GPU, not one that stood before either", the_lock_shuts_out_sessions_that_stand)
    check("with the lock no job of at or of the user's systemd opens one", the_lock_shuts_out_scheduled_jobs)
    check("inside a reservation exactly the granted GPU opens, outside none", a_reservation_opens_exactly_its_own)
    check("so for a child, nohup, setsid and a daemon from inside", by_every_way_from_inside)
    check("a second terminal is outside until it is taken in", a_second_terminal_is_outside)
    check("what at and systemd-run --user start from inside has no grant", what_leaves_the_reservation_leaves_the_grant)
    check("processors, memory nodes and memory are the granted ones", processors_and_memory_are_the_granted_ones)
    check("daemon-reload and daemon-reexec keep all of it", a_reload_and_a_reexec_keep_it)
    check("udev empties lists, and takes a grant's device from nobody for long", udev_takes_it_from_nobody_for_long)
    check("rootless podman inside opens the granted GPU alone", rootless_podman_inside)
    check("cron opened none", cron_was_shut_out)
