"""How reservations end, give way and outlive what is killed around them: with real processes."""

import os
import signal

from checking import cgroup, check, output, running, unit
from devices import held, read, root, slice_of, users
from sessions import names, until

STUBBORN = "trap 'echo still here' TERM; /opt/checks/opens.sh; echo begun; while :; do sleep 0.2; done"


def show(reservation):
    return root(f"show {reservation['id']}")


def ended(reservation, seconds=60):
    return until(lambda: (seen := show(reservation))["state"] == "ended" and seen, seconds)


def alone(function):
    """A check that begins with nothing live but what the first checks hold."""

    def check():
        kept = {one["id"] for one in held.values()}
        left = [one["id"] for one in root("list --all")["items"] if one["id"] not in kept]
        if left:
            output("allot", "cancel", *left, "--reason", "left by a check", check=False)
            for number in left:
                ended({"id": number})
        function()

    return check


def pid_of(name):
    return int(unit(name, "MainPID")["MainPID"])


def processes(reservation):
    """The numbers of all processes in a reservation's slice."""
    found = []
    for folder, _, files in os.walk(f"/sys/fs/cgroup/allot.slice/{slice_of(reservation)}"):
        if "cgroup.procs" in files:
            found += [int(line) for line in read(f"{folder}/cgroup.procs").split()]
    return found


def the_end_kills_what_ignores_sigterm():
    """Two GPUs are free: one is taken until the end of its time, and so is the other; the next one waits for either."""
    alice, bob = users["alice"], users["bob"]
    other = users["carol"].reserve("--gpus 1 --for 10m")
    first = alice.objects(f"reserve --gpus 1 --for 30s -- sh -c \"{STUBBORN}\" 2>/dev/null")
    waiting = bob.objects("reserve --gpus 1 --for 10m 2>/dev/null")
    assert waiting["state"] == "waiting", waiting
    stubborn = until(lambda: "begun" in output("allot", "logs", first["id"], check=False) and processes(first))
    over = ended(first)
    assert over["endReason"] == "expired", over
    assert not any(running(pid) for pid in stubborn)
    assert "still here" in alice.do(f"allot logs {first['id']}")
    started = until(lambda: (seen := show(waiting))["state"] == "active" and seen)
    assert started["devices"] == over["devices"], (started, over)
    assert len(bob.opens(waiting["id"])) == 2
    for user, number in (("bob", waiting["id"]), ("carol", other["id"])):
        users[user].do(f"allot release {number}")
        ended({"id": number})


def a_batch_commands_output_is_kept():
    bob = users["bob"]
    made = bob.objects("reserve --gpus 1 --for 10m -- sh -c 'id -un; /opt/checks/opens.sh; exit 3' 2>/dev/null")
    over = ended(made)
    assert over["exitCode"] == 3, over
    lines = bob.do(f"allot logs {made['id']}").split("\n")
    files = {device["id"]: names(device["files"]) for device in root("devices")["items"]}
    assert lines[0] == "bob" and lines[1].split() == files[over["devices"][0]], (lines, over)
    users["carol"].do(f"allot logs {made['id']}", code=77)


def what_is_killed_comes_back_and_harms_nothing():
    """Both processes are killed while reservations come and go."""
    alice, second = users["alice"], users["second"]
    second.start(f"allot run {held['alice']['id']} -- sh -c 'echo $$ >inside; exec sleep 1000'")
    inside = int(until(lambda: read("/home/alice/inside")))
    group = cgroup(inside)
    assert slice_of(held["alice"]) in group
    kept = []
    for name in ("allotd.service", "allot-enforcer.service"):
        for attempt in range(2):
            first = pid_of(name)
            users["bob"].start("for n in 1 2 3; do allot --output json reserve --cpus 1 --for 10m -- true; done")
            kept.append(alice.objects("reserve --cpus 1 --for 10m 2>/dev/null")["id"])
            os.kill(first, signal.SIGKILL)
            users["bob"].finish()
            until(lambda: pid_of(name) not in (0, first), 60)
            until(lambda: '"status"' in output("allot", "--output", "json", "health", check=False), 60)
            assert running(inside) and cgroup(inside) == group
            assert alice.opens(held["alice"]["id"]) == held["alice"]["nodes"]
    seen = {one["id"] for one in root("list --all")["items"]}
    assert set(kept) <= seen, (kept, seen)
    for number in kept:
        alice.do(f"allot cancel {number} 2>/dev/null || allot release {number} 2>/dev/null || true")
    os.kill(inside, signal.SIGKILL)
    second.finish()


def the_bus_may_be_restarted():
    output("systemctl", "restart", "dbus.service")
    made = users["bob"].reserve("--gpus 1 --for 10m")
    assert len(users["bob"].opens(made["id"])) == 2
    users["bob"].do(f"allot release {made['id']}")
    ended(made)
    assert unit(slice_of(made), "ActiveState")["ActiveState"] == "inactive"


def preemption_warns_real_processes():
    """alice runs on both free GPUs what gives way, and on one of them will not; carol takes her own."""
    traps = ("trap 'echo warned; exit 0' USR1", "trap 'echo warned; date +%s' USR1; trap 'date +%s' TERM")
    scripts = [f"{one}; echo begun; while :; do sleep 0.2; done" for one in traps]
    asked = "reserve --gpus 1 --class best-effort --for 30m -- sh -c"
    victims = [users["alice"].objects(f'{asked} "{script}" 2>/dev/null') for script in scripts]
    for victim in victims:
        until(lambda: "begun" in output("allot", "logs", victim["id"], check=False))
    gone = [pid for victim in victims for pid in processes(victim)]
    taken = sorted(device for victim in victims for device in show(victim)["devices"])
    owner = users["carol"].reserve("--gpus 2 --class production --for 10m")
    assert sorted(owner["devices"]) == taken, (owner, taken)
    assert not any(running(pid) for pid in gone)
    assert "warned" in users["alice"].do(f"allot logs {victims[0]['id']}")
    lines = users["alice"].do(f"allot logs {victims[1]['id']}").splitlines()
    warned, asked = [int(line) for line in lines if line.isdigit()]
    assert "warned" in lines and 4 <= asked - warned <= 60, lines
    assert len(users["carol"].opens(owner["id"])) == 4
    users["carol"].do(f"allot release {owner['id']}")
    ended(owner)
    for victim in victims:
        users["alice"].do(f"allot cancel {victim['id']} 2>/dev/null || true")


def a_drained_device_is_given_to_nobody():
    free = [device["id"] for device in root("devices")["items"] if device["state"] == "free"]
    assert len(free) == 2, root("devices")
    output("allot", "drain", free[0], "--reason", "a fan is loud")
    made = users["carol"].reserve("--gpus 1 --for 10m")
    assert made["devices"] == [free[1]], (made, free)
    later = users["bob"].objects("reserve --gpus 1 --for 10m 2>/dev/null")
    assert later["state"] == "waiting", later
    output("allot", "resume", free[0])
    until(lambda: show(later)["state"] == "active")
    for user, number in (("carol", made["id"]), ("bob", later["id"])):
        users[user].do(f"allot release {number}")
        ended({"id": number})


def checks():
    check("the end of time kills what ignores SIGTERM, and the next one starts on its GPU",
          alone(the_end_kills_what_ignores_sigterm))
    check("a batch command's output is its owner's", alone(a_batch_commands_output_is_kept))
    check("daemon and enforcer are killed under load, and nothing that runs notices",
          alone(what_is_killed_comes_back_and_harms_nothing))
    check("the bus is restarted, and grants go on being made", alone(the_bus_may_be_restarted))
    check("what gives way is warned by its signal, has its grace, and then ends", alone(preemption_warns_real_processes))
    check("a drained device is given to nobody until it is resumed", alone(a_drained_device_is_given_to_nobody))
