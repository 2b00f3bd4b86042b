"""What is used without a grant, granted without use, gone from the machine, or told before it ends."""

import json
import os
import re

from checking import check, output, running
from devices import held, read, root, users
from life import alone, ended, processes, show
from sessions import Session, until

CHECKS = "/opt/checks"


def events(kind):
    """What has happened of a kind, oldest first."""
    lines = output("allot", "--output", "json", "events").splitlines()
    return [event for event in map(json.loads, lines) if event["type"] == kind]


def pass_on(giver, number, node, taker):
    """A process of the taker, outside, that holds a device that it got from inside the giver's reservation."""
    address = f"/tmp/passing-{number}-{node}"
    # No job of the shell's: that would tell later, in the middle of something else, that it was killed.
    users[taker].do(f"(python3 {CHECKS}/passing.py take {address} >taken 2>&1 &)")
    until(lambda: os.path.exists(address), 60)
    users[giver].do(f"allot run {number} -- python3 {CHECKS}/passing.py give {address} /dev/dri/{node}")
    taken = until(lambda: re.fullmatch(r"taken (\d+)\n", read(f"/home/{taker}/taken")), 60)
    number = int(taken[1])
    assert f"/dev/dri/{node}" in [os.readlink(f"/proc/{number}/fd/{fd}") for fd in os.listdir(f"/proc/{number}/fd")]
    return number


def a_passed_descriptor_does_not_outlive_the_grant():
    """Under a policy that only reports: until the grant ends it is seen and told; then its holder ends."""
    made = users["alice"].reserve("--gpus 1 --for 30m")
    node = next(n for n in users["alice"].opens(made["id"]) if n.startswith("render"))
    holder = pass_on("alice", made["id"], node, "bob")
    told = until(lambda: [e for e in events("usage.unreserved") if e.get("devices") == made["devices"]], 60)
    assert told[-1]["user"] == "bob" and told[-1]["department"] == "vision", told
    assert running(holder)
    users["alice"].do(f"allot release {made['id']}")
    ended(made)
    assert not running(holder), "the device was given free while somebody else held it open"
    state = {device["id"]: device["state"] for device in root("devices")["items"]}
    assert state[made["devices"][0]] == "free", state


def a_policy_becomes_strict():
    """alice's first reservation is used from here on, so that it stays."""
    node = next(n for n in held["alice"]["nodes"] if n.startswith("render"))
    users["third"] = Session("alice").begin()
    users["third"].start(f"allot run {held['alice']['id']} -- sh -c 'exec 3<>/dev/dri/{node}; echo $$; exec sleep 1000'")
    users["third"].wait_for(r"\d+\n")
    output("allot", "policy", "propose", f"{CHECKS}/strict.yaml", "--reason", "what is held is to be used")
    until(lambda: "SIGUSR2" in output("allot", "policy", "show"))


def use_without_a_grant_is_ended():
    """alice's grant stands all the while, and so does what she runs."""
    alice = users["alice"]
    made = alice.reserve("--gpus 1 --for 30m")
    node = next(n for n in alice.opens(made["id"]) if n.startswith("render"))
    second = users["second"]
    second.start(f"allot run {made['id']} -- sh -c 'exec 3<>/dev/dri/{node}; echo $$; exec sleep 1000'")
    inside = int(second.wait_for(r"(\d+)\n")[1])
    holder = pass_on("alice", made["id"], node, "bob")
    until(lambda: not running(holder), 60)
    assert running(inside)
    alice.do(f"allot release {made['id']}")
    ended(made)
    second.finish()


def nobody_came_and_nobody_stayed():
    """One window that nothing is run in, one in which something ran and ended; the third is used and stays."""
    absent = users["bob"].reserve("--gpus 1 --for 30m")
    left = users["carol"].reserve("--gpus 1 --for 30m")
    users["carol"].do(f"allot run {left['id']} -- true")
    assert ended(absent, 150)["endReason"] == "noShow", show(absent)
    assert ended(left, 150)["endReason"] == "idle", show(left)
    assert {e["reservation"] for e in events("usage.idle")} >= {left["id"]}
    assert show(held["alice"])["state"] == "active", show(held["alice"])


def the_end_is_told_before_it_comes():
    script = "trap 'echo told' USR2; echo begun; while :; do sleep 0.2; done"
    made = users["bob"].objects(f"reserve --gpus 1 --for 40s -- sh -c \"{script}\" 2>/dev/null")
    until(lambda: show(made)["state"] == "active")
    # Whoever sits at a terminal inside is told there, although the command neither asks nor listens.
    users["bob"].start(f"allot run {made['id']} -- sh -c \"trap '' USR2; exec tail -f /dev/null\"")
    users["bob"].wait_for(rf"\nallot: {made['id']} ends at \S+ \S+ \(in \d+s\), and what runs in it is stopped then")
    assert users["bob"].finish()[0] != 0
    over = ended(made, 90)
    assert over["endReason"] == "expired", over
    # The signal is for all that run inside; the shell says of its `sleep` what ended that.
    lines = users["bob"].do(f"allot logs {made['id']}").splitlines()
    assert lines[0] == "begun" and lines.count("told") == 1, lines
    assert [e for e in events("reservation.endsSoon") if e["reservation"] == made["id"]]


def a_slice_that_somebody_stops_is_made_anew():
    made = users["carol"].reserve("--gpus 1 --for 30m")
    name = f"allot-{made['id'].replace('-', '')}.slice"
    own = users["carol"].opens(made["id"])
    users["carol"].start(f"allot run {made['id']} -- sleep 1000")
    until(lambda: processes(made))
    output("systemctl", "stop", name)
    assert users["carol"].finish()[0] != 0
    repaired = until(lambda: [e for e in events("machine.repaired") if e.get("reservation") == made["id"]], 100)
    assert repaired and show(made)["state"] == "active"
    assert users["carol"].opens(made["id"]) == own and len(own) == 2
    users["carol"].do(f"allot release {made['id']}")
    ended(made)


def a_device_that_vanishes_is_given_to_nobody():
    device = next(device for device in root("devices")["items"] if device["state"] == "free")
    with open(f"/sys/bus/pci/devices/{device['pciAddress']}/remove", "w") as file:
        file.write("1")
    until(lambda: not any(map(os.path.exists, device["files"])))

    def state():
        return {one["id"]: one["state"] for one in root("devices")["items"]}[device["id"]]

    until(lambda: state() == "failed", 60)
    assert device["id"] in output("allot", "health", check=False), output("allot", "health", check=False)
    made = users["carol"].reserve("--gpus 1 --for 10m")
    assert made["devices"] != [device["id"]], made
    users["carol"].do(f"allot release {made['id']}")
    ended(made)
    with open("/sys/bus/pci/rescan", "w") as file:
        file.write("1")
    until(lambda: all(map(os.path.exists, device["files"])), 60)
    output("allot", "resume", device["id"])
    until(lambda: state() == "free", 60)


def checks():
    check("a descriptor that was passed out is seen, and does not outlive its grant",
          alone(a_passed_descriptor_does_not_outlive_the_grant))
    check("a device that vanishes is given to nobody until it is back and resumed",
          alone(a_device_that_vanishes_is_given_to_nobody))
    check("a slice that somebody stops is made anew", alone(a_slice_that_somebody_stops_is_made_anew))
    check("a policy becomes strict", alone(a_policy_becomes_strict))
    check("use without a grant is ended, and what is granted is not", alone(use_without_a_grant_is_ended))
    check("the end is told to who is inside", alone(the_end_is_told_before_it_comes))
    check("nobody came, nobody stayed: released; what is used stays", alone(nobody_came_and_nobody_stayed))
