"""Checks of who may have a device open: at the end of a grant, and without one.

The devices are stand-ins (run.sh): renderD128 is the kernel's full device, renderD129 its zero device, nvidia0 its
urandom. What is shown is who has one open and what becomes of them, not what a driver does.
"""

import os
import pwd
import signal
import subprocess
import sys
import time

from checking import as_user, check, lines, output, running, unit, until
from enforcer_client import Client, attach, command, device_of, hold, holding, refused

ONE, OTHER, MAPPED = "/dev/dri/renderD128", "/dev/nvidia0", "/dev/dri/renderD129"


def holder(user, file, code="signal.pause()"):
    """A process of a user's that was handed a device, outside of any grant; it says when it is ready."""
    descriptor = os.open(file, os.O_RDWR)
    program = f"import mmap, os, signal, sys, time\nfd = {descriptor}\nos.write(1, b'x')\n{code}"
    process = as_user(user, sys.executable, "-c", program, pass_fds=[descriptor], stdout=subprocess.PIPE)
    os.close(descriptor)
    assert process.stdout.read(1) == b"x"
    return process


def openers(client, *files):
    return {one["pid"]: one for one in client.look(list(files))["openers"]}


def what_has_it_open_after_the_end_is_ended():
    client = Client()
    grant = holding(301, "alice", [ONE])
    client.start(hold(grant))
    inside = as_user("alice", "/usr/bin/sleep", "600")
    client.start(attach(inside.pid, "alice", grant))
    theirs, mine, system = holder("bob", ONE), holder("alice", ONE), holder("root", ONE)
    elsewhere = holder("bob", OTHER)
    receipt = client.stop(301, 1000)
    assert receipt["unfit"] == [], receipt
    assert {one["pid"] for one in receipt["ended"]} == {theirs.pid, mine.pid}, receipt
    assert all(one["devices"] == [device_of(ONE)] for one in receipt["ended"]), receipt
    for process in (inside, theirs, mine):
        assert process.wait(timeout=5) != 0
    assert running(system.pid) and running(elsewhere.pid)
    system.kill()
    elsewhere.kill()
    assert client.stop(301, 0) == {"unfit": [], "ended": []}


def a_mapped_device_is_open():
    client = Client()
    client.start(hold(holding(302, "alice", [MAPPED])))
    # Not by Python's own mmap, which keeps a copy of the descriptor.
    code = (
        "import ctypes\nmap = ctypes.CDLL(None).mmap\nmap.restype = ctypes.c_void_p\n"
        "map.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]\n"
        "map(None, 4096, mmap.PROT_READ, mmap.MAP_PRIVATE, fd, 0)\nos.close(fd)\nos.write(1, b'y')\nsignal.pause()"
    )
    process = holder("bob", MAPPED, code)
    assert process.stdout.read(1) == b"y"
    assert not [name for name in os.listdir(f"/proc/{process.pid}/fd") if "zero" in readlink(process.pid, name)]
    assert process.pid in openers(client, MAPPED)
    receipt = client.stop(302, 0)
    assert [one["pid"] for one in receipt["ended"]] == [process.pid], receipt
    assert process.wait(timeout=5) == -signal.SIGKILL


def hidden_mapping(count, letter="x", ends_first=False):
    """The code of a process that maps its device, behind so many mappings of a file with a long path, and closes it."""
    code = (
        "import ctypes, threading\nlibc = ctypes.CDLL(None)\nmap = libc.mmap\nmap.restype = ctypes.c_void_p\n"
        "map.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]\n"
        "map(None, 4096, mmap.PROT_READ, mmap.MAP_PRIVATE, fd, 0)\nos.close(fd)\nos.chdir('/tmp')\n"
        f"for _ in range(15):\n    os.makedirs({letter!r} * 250, exist_ok=True)\n    os.chdir({letter!r} * 250)\n"
        f"file = os.open('file', os.O_RDWR | os.O_CREAT)\nos.truncate(file, 8192 * {count} + 4096)\n"
        f"for n in range({count}):\n    map(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, file, 8192 * n)\n"
    )
    if ends_first:
        code += "threading.Thread(target=signal.pause).start()\n"
    return code + f"os.write(1, b'y')\n{'libc.pthread_exit(None)' if ends_first else 'signal.pause()'}"


def a_mapping_behind_others_is_found():
    client = Client()
    client.start(hold(holding(311, "alice", [MAPPED])))
    # As many mappings as Linux allows a process, but for those of the program; and one whose first thread has ended.
    processes = [holder("bob", MAPPED, hidden_mapping(65_000)), holder("bob", MAPPED, hidden_mapping(0, ends_first=True))]
    for process in processes:
        assert process.stdout.read(1) == b"y"
    receipt = client.stop(311, 0)
    assert {one["pid"] for one in receipt["ended"]} == {process.pid for process in processes}, receipt
    assert receipt["unfit"] == [] and all(one["devices"] == [device_of(MAPPED)] for one in receipt["ended"]), receipt
    for process in processes:
        process.wait(timeout=5)


def what_is_too_large_to_be_looked_into_is_ended():
    client = Client()
    client.start(hold(holding(312, "alice", [MAPPED])))
    # The kernel writes each line feed of a path as four letters.
    process = holder("bob", MAPPED, hidden_mapping(65_000, letter="\n"))
    assert process.stdout.read(1) == b"y"
    assert process.pid not in openers(client, MAPPED)
    began = time.monotonic()
    receipt = client.stop(312, 0)
    assert [(one["pid"], one["devices"]) for one in receipt["ended"]] == [(process.pid, [])], receipt
    assert receipt["unfit"] == [], receipt
    assert process.wait(timeout=5) == -signal.SIGKILL
    print(f"   what hid behind 1 GB of mappings was ended in {time.monotonic() - began:.1f} s")


def readlink(pid, name):
    try:
        return os.readlink(f"/proc/{pid}/fd/{name}")
    except FileNotFoundError:
        return ""


def what_hides_is_found():
    client = Client()
    client.start(hold(holding(303, "alice", [ONE])))
    # A table of open files of one thread's own, a process that may not be dumped (its files in /proc are root's), a
    # process whose first thread has ended, and one that was handed the descriptor over a socket by one that has ended.
    thread = (
        "import ctypes, threading\nlibc = ctypes.CDLL(None)\napart = threading.Event()\n"
        "def own():\n    libc.unshare(0x400)\n    os.write(1, b'y')\n    apart.set()\n    signal.pause()\n"
        "threading.Thread(target=own).start()\napart.wait()\nos.close(fd)\nos.write(1, b'z')\n"
    )
    undumpable = "import ctypes\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\nos.write(1, b'yz')\nsignal.pause()"
    headless = (
        "import ctypes, threading\n"
        "def rest():\n    os.write(1, b'yz')\n    signal.pause()\n"
        "threading.Thread(target=rest).start()\nctypes.CDLL(None).pthread_exit(None)"
    )
    socket = (
        "import socket\na, b = socket.socketpair()\nsocket.send_fds(a, [b'1'], [fd])\nos.close(fd)\n"
        "end, life = os.pipe()\nif os.fork():\n    os._exit(0)\na.close()\nos.close(life)\nos.read(end, 1)\n"
        "_, kept, _, _ = socket.recv_fds(b, 1, 1)\nos.write(1, b'yz')\nsignal.pause()"
    )
    processes = [holder("bob", ONE, code) for code in (thread, undumpable, headless, socket)]
    for process in processes:
        assert process.stdout.read(2) == b"yz"
    assert len(openers(client, ONE)) == 4, openers(client, ONE)
    receipt = client.stop(303, 0)
    assert len(receipt["ended"]) == 4 and receipt["unfit"] == [], receipt
    for process in processes:
        process.wait(timeout=5)
    assert openers(client, ONE) == {}


def what_forks_is_found_again():
    client = Client()
    client.start(hold(holding(304, "alice", [ONE])))
    # Each lives on for a while beside its child, which has a child before that.
    code = "while True:\n    time.sleep(0.04)\n    if os.fork():\n        time.sleep(0.12)\n        os._exit(0)"
    processes = [holder("bob", ONE, code) for _ in range(2)]
    client.start(hold(holding(305, "bob", [OTHER])))
    began = time.monotonic()
    receipt = client.stop(304, 0)
    assert receipt["unfit"] == [] and receipt["ended"], receipt
    assert openers(client, ONE) == {}
    print(f"   {len(receipt['ended'])} processes that forked were ended in {time.monotonic() - began:.2f} s")
    client.stop(305, 0)
    for process in processes:
        process.wait(timeout=5)


def another_grants_device_is_its_own():
    client = Client()
    one, other = holding(306, "alice", [ONE]), holding(307, "bob", [OTHER])
    client.start(hold(one))
    client.start(hold(other))
    inside = holder("bob", OTHER)
    client.start(attach(inside.pid, "bob", other))
    seen = openers(client, ONE, OTHER)[inside.pid]
    assert seen["devices"] == [device_of(OTHER)] and "/allot.slice/allot-r307.slice/" in seen["group"], seen
    # A process in one grant that was handed another's device.
    thief = holder("bob", ONE)
    client.start(attach(thief.pid, "bob", other))
    assert client.end_unreserved(inside.pid, "bob", [OTHER], 0)["ended"] == []
    receipt = client.stop(306, 0)
    assert [one["pid"] for one in receipt["ended"]] == [thief.pid], receipt
    assert running(inside.pid)
    client.stop(307, 0)
    inside.wait(timeout=5)
    thief.wait(timeout=5)


def use_without_a_grant_is_ended():
    client = Client()
    polite, stubborn = holder("bob", ONE), holder("bob", ONE, "signal.signal(15, signal.SIG_IGN)\nsignal.pause()")
    system, other = holder("root", ONE), holder("bob", OTHER)
    until(lambda: {polite.pid, stubborn.pid, system.pid} <= set(openers(client, ONE)))
    seen = openers(client, ONE)[polite.pid]
    assert seen["user"] == pwd.getpwnam("bob").pw_uid and "python" in seen["command"], seen
    ended = client.end_unreserved(polite.pid, "bob", [ONE], 20_000)["ended"]
    assert [one["pid"] for one in ended] == [polite.pid] and polite.wait(timeout=5) == -signal.SIGTERM
    began = time.monotonic()
    ended = client.end_unreserved(stubborn.pid, "bob", [ONE], 700)["ended"]
    assert [one["pid"] for one in ended] == [stubborn.pid] and stubborn.wait(timeout=5) == -signal.SIGKILL
    assert 0.6 < time.monotonic() - began < 5
    refused(lambda: client.end_unreserved(system.pid, "root", [ONE], 0), "uid 0")
    refused(lambda: client.end_unreserved(1, "bob", [ONE], 0), "pid 1")
    assert client.end_unreserved(other.pid, "bob", [ONE], 0)["ended"] == []
    assert running(system.pid) and running(other.pid)
    system.kill()
    other.kill()


def a_look_tells_what_a_grant_has_used():
    client = Client()
    grant = holding(308, "alice", [ONE])
    client.start(hold(grant))
    look = client.look([ONE, OTHER])
    assert [one["id"] for one in look["devices"]] == [device_of(ONE), device_of(OTHER)], look
    assert not look["isCut"]
    assert [one.get("fault") for one in look["devices"]] == [None, None], look
    client.stop(308, 0)


def a_warning_is_a_signal_to_all():
    client = Client()
    grant = holding(309, "alice")
    client.start(hold(grant))
    client.start(command(["bash", "-c", "trap 'echo told' USR2; echo ready; while :; do sleep 0.05; done"], grant))
    until(lambda: "ready" in lines(309))
    client.warn(309, "user2")
    until(lambda: "told" in lines(309))
    assert unit("allot-r309.slice", "ActiveState")["ActiveState"] == "active"
    client.stop(309, 0)
    client.warn(309, "user2")


def a_device_that_cannot_be_freed_is_unfit():
    # What is frozen by version 1 of control groups does not die.
    os.makedirs("/run/freezer", exist_ok=True)
    if subprocess.run(["mount", "-t", "cgroup", "-o", "freezer", "freezer", "/run/freezer"]).returncode != 0:
        print("   skipped: nothing here keeps a process from dying")
        return
    freezer = "/run/freezer/allot-checks"
    os.makedirs(freezer, exist_ok=True)
    client = Client()
    client.start(hold(holding(310, "alice", [ONE])))
    stuck = holder("bob", ONE)
    write(f"{freezer}/cgroup.procs", stuck.pid)
    write(f"{freezer}/freezer.state", "FROZEN")
    receipt = client.stop(310, 0)
    write(f"{freezer}/freezer.state", "THAWED")
    assert stuck.wait(timeout=5) == -signal.SIGKILL
    os.rmdir(freezer)
    output("umount", "/run/freezer")
    (unfit,) = receipt["unfit"]
    assert unfit["id"] == device_of(ONE), unfit
    assert unfit["reason"] == "held open by 1 process", unfit
    assert unfit["processes"][0].startswith(f"pid {stuck.pid} (python"), unfit


def write(path, value):
    with open(path, "w") as file:
        file.write(f"{value}\n")


check("what has a device open after the end is ended, whoever's it is", what_has_it_open_after_the_end_is_ended)
check("a mapped device is open", a_mapped_device_is_open)
check("a mapping behind many others, or without a first thread, is found", a_mapping_behind_others_is_found)
check("what is too large to be looked into is ended", what_is_too_large_to_be_looked_into_is_ended)
check("what hides that it has a device open is found", what_hides_is_found)
check("what forks while it is ended is found again", what_forks_is_found_again)
check("a device of another grant is its holder's, and only that", another_grants_device_is_its_own)
check("use without a grant is ended, and nothing else is", use_without_a_grant_is_ended)
check("a look tells of devices and of who has them open", a_look_tells_what_a_grant_has_used)
check("a warning reaches everything in a grant, which stands on", a_warning_is_a_signal_to_all)
check("a device that cannot be freed is told as unfit", a_device_that_cannot_be_freed_is_unfit)
