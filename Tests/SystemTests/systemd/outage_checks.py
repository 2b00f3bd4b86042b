"""Checks of what goes missing under the enforcer: units, devices, lists, records, the bus, systemd, and itself."""

import os
import random
import signal
import time

from checking import active, as_user, cgroup, check, lines, output, running, unit, until
from enforcer_client import Client, Refused, attach, command, end, exit_code, hold, holding, records, refused

DEVICE = "/dev/dri/renderD129"
RULES = [
    "DevicePolicy", "DeviceAllow", "AllowedCPUs", "AllowedMemoryNodes", "MemoryMax", "MemorySwapMax", "TasksMax",
    "CPUWeight", "IOWeight",
]
# Ends by no warning, and costs nothing.
FOREVER = "while :; do sleep 0.2; done"


def rules(number):
    return unit(f"allot-r{number}.slice", *RULES)


def lists_alice(file):
    return "user:alice:rw-" in output("getfacl", "--absolute-names", file)


def a_slice_has_its_rules_over_a_reload():
    client = Client()
    client.start(hold(holding(401, "alice", [DEVICE])))
    before = rules(401)
    assert before["DevicePolicy"] == "closed" and f"{DEVICE} rw" in before["DeviceAllow"], before
    assert before["AllowedCPUs"] == "0" and before["AllowedMemoryNodes"] == "0", before
    assert before["MemoryMax"] == str(1 << 30) and before["MemorySwapMax"] == "0", before
    assert before["TasksMax"] == "65536" and before["CPUWeight"] == before["IOWeight"] == "100", before
    for verb in ["daemon-reload", "daemon-reexec"]:
        output("systemctl", verb)
        until(lambda: active("allot-r401.slice"))
        assert rules(401) == before, rules(401)
    assert client.is_whole(401)
    client.stop(401, 0)


def a_deleted_slice_is_missed_and_made_anew():
    client = Client()
    grant = holding(402, "alice", [DEVICE])
    client.start(hold(grant))
    client.start(command(["bash", "-c", f"echo begun; {FOREVER}"], grant))
    until(lambda: "begun" in lines(402))
    before = rules(402)
    assert client.is_whole(402)
    output("systemctl", "stop", "allot-r402.slice")
    assert client.is_whole(402) is False
    # What had run is not run again; nobody can tell how it ended.
    assert exit_code(client, 402) == 255
    client.start(hold(grant))
    client.start(command(["bash", "-c", f"echo begun; {FOREVER}"], grant))
    assert client.is_whole(402) and rules(402) == before, rules(402)
    assert exit_code(client, 402) == 255 and lines(402).count("begun") == 1
    # A process is never put into a slice without rules.
    output("systemctl", "stop", "allot-r402.slice")
    sleeper = as_user("alice", "/usr/bin/sleep", "600")
    client.start(attach(sleeper.pid, "alice", grant))
    assert "/allot.slice/allot-r402.slice/" in cgroup(sleeper.pid) and rules(402) == before, rules(402)
    client.stop(402, 1000)
    sleeper.wait(timeout=5)
    assert not active("allot-r402.slice") and client.is_whole(402) is None


def a_slice_that_systemd_made_of_itself_is_given_its_rules():
    client = Client()
    grant = holding(403, "alice", [DEVICE])
    client.start(hold(grant))
    before = rules(403)
    output("systemctl", "stop", "allot-r403.slice")
    output("systemd-run", "--quiet", "--slice=allot-r403.slice", "--unit=stray.service", "/usr/bin/sleep", "600")
    until(lambda: active("allot-r403.slice"))
    assert rules(403)["DevicePolicy"] == "auto" and client.is_whole(403) is False
    client.start(hold(grant))
    assert client.is_whole(403) and rules(403) == before, rules(403)
    client.stop(403, 1000)
    assert not active("stray.service") and not active("allot-r403.slice")


def a_deleted_scope_is_its_processs_end_only():
    client = Client()
    grant = holding(404, "alice")
    client.start(hold(grant))
    one, other = as_user("alice", "/usr/bin/sleep", "600"), as_user("alice", "/usr/bin/sleep", "600")
    client.start(attach(one.pid, "alice", grant))
    client.start(attach(other.pid, "alice", grant))
    output("systemctl", "stop", os.path.basename(cgroup(one.pid)))
    one.wait(timeout=5)
    assert running(other.pid) and client.is_whole(404)
    client.stop(404, 1000)
    other.wait(timeout=5)


def a_lost_list_or_record_is_missed():
    client = Client()
    grant = holding(405, "alice", [DEVICE])
    client.start(hold(grant))
    losses = [
        lambda: output("setfacl", "--remove-all", DEVICE),
        lambda: output("setfacl", "--modify=mask::r", DEVICE),
        lambda: os.unlink("/run/allot-enforcer/grants/r-405.json"),
    ]
    for lose in losses:
        assert client.is_whole(405)
        lose()
        assert client.is_whole(405) is False
        client.start(hold(grant))
        assert client.is_whole(405) and lists_alice(DEVICE)
    client.stop(405, 0)
    assert not lists_alice(DEVICE)


def a_device_that_vanishes_holds_up_nothing():
    client = Client()
    grant = holding(406, "alice", [DEVICE])
    client.start(hold(grant))
    aside = "/run/aside"
    open(aside, "w").close()

    def vanish():
        output("umount", DEVICE)
        os.unlink(DEVICE)

    def come_back():
        open(DEVICE, "w").close()
        output("mount", "--bind", aside, DEVICE)

    output("mount", "--bind", DEVICE, aside)
    vanish()
    try:
        refused(lambda: client.start(hold(grant)), DEVICE, "No such file")
        look = client.look([DEVICE])
        assert DEVICE in (look["devices"][0].get("fault") or ""), look
        receipt = client.stop(406, 0)
        assert DEVICE in receipt["unfit"][0]["reason"], receipt
        refused(lambda: client.start(hold(holding(407, "alice", [DEVICE]))), DEVICE, "No such file")
        assert client.inventory() == []
    finally:
        come_back()
    client.start(hold(holding(408, "alice", [DEVICE])))
    assert lists_alice(DEVICE)
    client.stop(408, 0)
    assert not lists_alice(DEVICE)


def the_bus_may_restart_under_it():
    for verb in [["restart", "dbus.service"], ["kill", "--signal=KILL", "dbus.service"], ["daemon-reexec"]]:
        client = Client()
        grant = holding(409, "alice", [DEVICE])
        client.start(hold(grant))
        client.start(command(["bash", "-c", f"trap '' TERM; echo ready; {FOREVER}"], grant))
        quick = holding(410, "alice")
        client.start(hold(quick))
        client.start(command(["bash", "-c", f"trap 'exit 5' USR1; echo ready; {FOREVER}"], quick))
        until(lambda: "ready" in lines(409) and "ready" in lines(410))
        version = client.observe(0, 0)["version"]
        began = time.monotonic()
        slow = client.begin(end(409, 3000))
        poll = client.begin_observing(version, 30_000)
        output("systemctl", *verb)
        # systemctl itself speaks to systemd without the bus, so that this reaches it at once.
        output("systemctl", "kill", "--signal=USR1", "allot-r410.service")
        client.finish(slow)
        took = time.monotonic() - began
        assert 2.8 < took < 12, f"{verb}: a grace of 3 s took {took:.1f} s"
        client.finish(poll)
        assert exit_code(client, 410) == 5
        client.stop(410, 0)
        assert client.inventory() == [] and not active("allot-r409.slice"), verb
        assert not lists_alice(DEVICE)
        print(f"   {' '.join(verb)} in a stop of 3 s: {took:.1f} s")


def killed_at_any_moment_it_finishes_what_it_began():
    seed = int(os.environ.get("ALLOT_SEED", "0")) or random.randrange(1, 1 << 30)
    chance = random.Random(seed)
    number, ended = 420, 0
    for round in range(12):
        grant = holding(number + round, "alice", [DEVICE])
        steps = [
            hold(grant),
            command(["sh", "-c", "echo once"], grant),
            end(number + round, 300),
        ]
        killed_in, delay = chance.randrange(3), chance.uniform(0, 0.08)
        for place, step in enumerate(steps):
            while True:
                try:
                    client = Client()
                    asked = client.begin(step if "stop" in step else {"start": {"_0": step}})
                    if place == killed_in:
                        time.sleep(delay)
                        killed_in = None
                        ended += kill_enforcer()
                    client.finish(asked)
                    break
                except (ConnectionError, BrokenPipeError, FileNotFoundError):
                    continue
                except Refused as error:
                    assert error.kind != "refused", f"seed {seed}, round {round}: {error}"
            if "command" in step:
                until(lambda: lines(number + round))
        told = lines(number + round)
        assert told == "once", f"seed {seed}, round {round}: {told!r}"
        assert Client().inventory() == [] and not lists_alice(DEVICE), f"seed {seed}, round {round}"
    assert ended == 12, f"{ended} kills"
    print(f"   {ended} kills in 12 rounds, seed {seed}")


def kill_enforcer():
    pid = int(unit("allot-enforcer.service", "MainPID")["MainPID"])
    if pid:
        os.kill(pid, signal.SIGKILL)
    return pid != 0


def nothing_is_left():
    assert Client().inventory() == []
    assert output("systemctl", "list-units", "--all", "--plain", "--no-legend", "allot-r*") == ""
    assert records() == []
    assert unit("allot-enforcer.socket", "ActiveState")["ActiveState"] == "active"


check("a slice has its rules, also over a reload", a_slice_has_its_rules_over_a_reload)
check("a deleted slice is missed, and made anew; its command does not run again", a_deleted_slice_is_missed_and_made_anew)
check("a slice that systemd made of itself is given its rules", a_slice_that_systemd_made_of_itself_is_given_its_rules)
check("a deleted scope is the end of its process only", a_deleted_scope_is_its_processs_end_only)
check("a lost list or record is missed, and comes back", a_lost_list_or_record_is_missed)
check("a device that vanishes holds up nothing", a_device_that_vanishes_holds_up_nothing)
check("the bus and systemd may restart under a stop and an observe", the_bus_may_restart_under_it)
check("killed at any moment, it finishes what it began", killed_at_any_moment_it_finishes_what_it_began)
check("at the end nothing is left of all that", nothing_is_left)
