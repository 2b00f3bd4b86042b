"""Checks of allot-enforcer, spoken to as allotd does, over its socket, with a real systemd behind it."""

import base64
import os
import pwd
import signal
import socket
import struct
import subprocess
import threading
import time

from checking import active, as_user, cgroup, check, lines, outlives_its_watchdog, output, running, unit, until
from enforcer_client import Client, attach, command, connect, end, exit_code, hold, holding, records, refused, send

SLEEP = "/usr/bin/sleep"
ALICE = pwd.getpwnam("alice").pw_uid


def hung_up(connection):
    """Whether the enforcer ends a connection without a word."""
    try:
        return connection.recv(10) == b""
    except ConnectionResetError:
        return True


def activation_by_socket():
    assert active("allot-enforcer.socket")
    assert not active("allot-enforcer.service")
    assert Client().inventory() == []
    until(lambda: active("allot-enforcer.service"))
    assert unit("allot-enforcer.service", "StatusErrno", "NotifyAccess")["NotifyAccess"] == "main"


def only_the_daemon_connects():
    mode = os.stat("/run/allot-enforcer/enforcer.sock")
    assert mode.st_mode & 0o777 == 0o600 and mode.st_uid == pwd.getpwnam("allot").pw_uid
    try:
        connect("alice")
        raise AssertionError("alice reached the enforcer")
    except PermissionError:
        pass
    # root may open the socket, and is not the daemon's user.
    connection = connect("root")
    try:
        send(connection, {"form": 2, "id": 1, "verb": {"inventory": {}}})
        assert hung_up(connection)
    except BrokenPipeError:
        pass  # hung up before a word was said


def garbage_is_cut_off():
    for data in [b"\x00\x00\x00\x05hello", struct.pack(">I", 1 << 30), struct.pack(">I", 0), b"\xff" * 64]:
        connection = connect()
        connection.sendall(data)
        assert hung_up(connection), f"an answer to {data[:8]!r}"
    half = connect()
    half.sendall(b"\x00\x00")
    half.shutdown(socket.SHUT_WR)
    assert hung_up(half)
    assert Client().inventory() == []


def bad_orders_are_refused():
    client = Client()
    grant = holding(9, "alice")
    refused(lambda: client.start(hold({**grant, "reservation": 0})), "reservation")
    refused(lambda: client.start(hold({**grant, "reservation": -4})), "reservation")
    refused(lambda: client.start(hold({**grant, "owner": 0})), "uid 0")
    refused(lambda: client.start(hold({**grant, "owner": 999})), "uid 999")
    for path in ["/dev/sda", "/dev/dri/../sda", "/etc/shadow", "/dev/mem", "/dev/nvidia0/../mem", "nvidia0"]:
        refused(lambda: client.start(hold(holding(9, "alice", [path]))), "device file")
    refused(lambda: client.start(attach(os.getpid(), "bob", grant)), "neither owns")
    refused(lambda: client.start(command([], grant)), "arguments")
    refused(lambda: client.start(command(["true"], grant, {"A B": "1"})), "variable")
    refused(lambda: client.start(command(["true"], grant, directory="/tmp/../root")), "directory")
    refused(lambda: client.start(command(["true"], grant)), "does not stand")
    refused(lambda: client.start(attach(os.getpid(), "alice", grant)), "does not stand")
    refused(lambda: client.stop(9, -1), "grace")
    assert client.inventory() == []


def a_grant_is_a_slice():
    client = Client()
    grant = holding(1, "alice", ["/dev/dri/renderD128"], shared=["bob"])
    receipt = client.start(hold(grant))
    assert receipt["environment"]["ALLOT_RESERVATION"] == "r-1"
    seen = unit("allot-r1.slice", "ActiveState", "Slice", "DevicePolicy", "DeviceAllow", "AllowedCPUs", "MemoryMax")
    assert seen["ActiveState"] == "active" and seen["Slice"] == "allot.slice"
    assert seen["DevicePolicy"] == "closed" and "/dev/dri/renderD128 rw" in seen["DeviceAllow"], seen
    assert "renderD129" not in seen["DeviceAllow"]
    assert seen["AllowedCPUs"] == "0" and seen["MemoryMax"] == str(1 << 30), seen
    assert client.start(hold(grant)) == receipt, "repeating it changed something"
    assert client.inventory() == [1]


def a_grant_opens_its_device_to_its_users():
    entries = output("getfacl", "--omit-header", "--absolute-names", "/dev/dri/renderD128").split()
    assert "user:alice:rw-" in entries and "user:bob:rw-" in entries and "other::---" in entries, entries
    assert "user:alice:rw-" not in output("getfacl", "--absolute-names", "/dev/dri/renderD129")


def a_device_is_in_one_grant():
    client = Client()
    refused(lambda: client.start(hold(holding(2, "bob", ["/dev/dri/renderD128"]))), "held by r-1")
    refused(lambda: client.start(hold(holding(1, "bob", ["/dev/dri/renderD129"]))), "another grant")
    assert client.inventory() == [1]
    assert not active("allot-r2.slice")


def a_process_is_taken_in():
    client = Client()
    grant = holding(1, "alice", ["/dev/dri/renderD128"], shared=["bob"])
    mine, theirs, other = (as_user(name, SLEEP, "600") for name in ["alice", "bob", "alice"])
    client.start(attach(mine.pid, "alice", grant))
    client.start(attach(mine.pid, "alice", grant))
    client.start(attach(theirs.pid, "bob", grant))
    for process in [mine, theirs]:
        assert "/allot.slice/allot-r1.slice/allot-r1-run-" in cgroup(process.pid), cgroup(process.pid)
    assert "allot" not in cgroup(other.pid)
    refused(lambda: client.start(attach(theirs.pid, "alice", grant)), "not a process of uid")
    refused(lambda: client.start(attach(1, "alice", grant)), "pid 1")
    ended = as_user("alice", "/bin/true")
    ended.wait()
    refused(lambda: client.start(attach(ended.pid, "alice", grant)), "pid")
    other.kill()


def a_command_runs_as_its_user():
    client = Client()
    grant = holding(1, "alice", ["/dev/dri/renderD128"], shared=["bob"])
    # The journal drops blanks at the end of a line: what has to be exact is shown in base64.
    script = (
        'id -un; id -gn; pwd; cat /proc/self/cgroup; env; printf %s "$OWN" | base64 -w0; echo; '
        'printf "%s\\n" "$1"; echo wrong >&2; exit 7'
    )
    arguments = ["bash", "-c", script, "bash", "$HOME %n ${PATH} * 'quoted' \\t"]
    own = "a $HOME \"b\" `c` \\ 'd' # é\n\te "
    environment = {"OWN": own, "ALLOT_RESERVATION": "r-999"}
    client.start(command(arguments, grant, environment))
    client.start(command(arguments, grant, environment))
    assert exit_code(client, 1) == 7
    text = until(lambda: lines(1) if "wrong" in lines(1) else None)
    assert text.startswith("alice\nalice\n/home/alice\n"), text
    for part in [
        "/allot.slice/allot-r1.slice/allot-r1.service",
        f"\n{base64.b64encode(own.encode()).decode()}\n",
        "ALLOT_RESERVATION=r-1\n",
        "CUDA_VISIBLE_DEVICES=\n",
        "HOME=/home/alice\n",
        "\n$HOME %n ${PATH} * 'quoted' \\t\n",
    ]:
        assert part in text, f"no {part!r} in {text}"
    assert text.count("/home/alice\n") >= 1 and text.count("wrong") == 1, "it ran twice"
    assert "`c`" not in output("systemctl", "show", "allot-r1.service"), "a secret shows to everybody"
    assert records() == ["r-1.json"]
    entry = output("journalctl", "--quiet", "--output=json", "_SYSTEMD_UNIT=allot-r1.service", "--lines=1")
    assert f'"_UID":"{ALICE}"' in entry, entry


def a_program_is_found_as_its_user():
    client = Client()
    folder = "/home/alice/private"
    output("install", "-d", "-m", "0700", "-o", "alice", folder)
    with open(f"{folder}/mine", "w") as file:
        file.write("#!/bin/sh\necho found; exit 3\n")
    os.chmod(f"{folder}/mine", 0o700)
    os.chown(f"{folder}/mine", ALICE, ALICE)
    cases = [(["mine"], {"PATH": f"relative:{folder}:/usr/bin:/bin"}, None), (["./mine"], {}, folder)]
    for number, (arguments, environment, directory) in enumerate(cases, start=20):
        grant = holding(number, "alice")
        client.start(hold(grant))
        client.start(command(arguments, grant, environment, directory))
        assert exit_code(client, number) == 3
        client.stop(number, 1000)
    grant = holding(22, "bob")
    client.start(hold(grant))
    for arguments in (["/nowhere/program"], ["no-such-program"], [f"{folder}/mine"], ["/etc/passwd"]) * 10:
        refused(lambda: client.start(command(arguments, grant)), arguments[0])
    refused(lambda: client.start(command(["true"], grant, directory="/nowhere")), "directory")
    for number in range(23, 33):
        grant = holding(number, "bob")
        client.start(hold(grant))
        client.start(command(["sh", "-c", "exit 203"], grant))
        assert exit_code(client, number) == 203
        client.stop(number, 0)
    client.stop(22, 1000)


def the_end_of_a_command_is_seen_at_once():
    client = Client()
    grant = holding(40, "alice")
    client.start(hold(grant))
    client.start(command(["sh", "-c", "echo $$; exec tail -f /dev/null"], grant))
    pid = int(until(lambda: lines(40)).split()[0])
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    assert exit_code(client, 40) == 128 + signal.SIGKILL
    assert time.monotonic() - began < 3
    client.stop(40, 0)


def stop_ends_everything():
    client = Client()
    grant = holding(3, "alice", ["/dev/dri/renderD129", "/dev/nvidia0"], vendor="nvidia")
    client.start(hold(grant))
    stubborn = "trap '' TERM HUP; echo ready; (setsid sleep 600 &) ; while :; do sleep 1; done"
    client.start(command(["bash", "-c", stubborn], grant))
    shell = as_user("alice", "bash", "-c", "trap '' TERM HUP; sleep 600 & wait; sleep 600")
    client.start(attach(shell.pid, "alice", grant))
    until(lambda: "ready" in lines(3))

    def members():
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and "allot-r3.slice" in cgroup(name)]

    until(lambda: len(members()) >= 4)
    inside = members()
    quick = holding(4, "bob")
    slow = client.begin(end(3, 2000))
    began = time.monotonic()
    client.start(hold(quick))
    client.stop(4, 0)
    assert time.monotonic() - began < 1.5, "the slow stop held up another"
    refused(lambda: client.start(attach(os.getpid(), "alice", grant)), "being stopped")
    client.finish(slow)
    assert 1.5 < time.monotonic() - began < 10
    assert not [pid for pid in inside if running(pid)], "something still runs"
    assert not active("allot-r3.slice")
    assert "alice" not in output("getfacl", "--absolute-names", "/dev/dri/renderD129")
    assert os.stat("/dev/dri/renderD129").st_mode & 0o777 == 0o660
    client.stop(3, 0)
    shell.wait()


def what_forks_faster_than_it_is_killed_ends():
    """Chains of processes that each fork the next one and end, none of which hears SIGTERM."""
    client = Client()
    grant = holding(41, "alice")
    client.start(hold(grant))
    chain = "while not os.fork() or os._exit(0): pass"
    script = "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    script += f"for _ in range(20):\n  if os.fork() == 0:\n    {chain}\nprint('ready', flush=True)\nsignal.pause()"
    client.start(command(["/usr/bin/python3", "-c", script], grant))
    until(lambda: "ready" in lines(41))

    def members():
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and "allot-r41.slice" in cgroup(name)]

    assert len(members()) > 1
    began = time.monotonic()
    client.stop(41, 200)
    print(f"   chains of processes were ended in {time.monotonic() - began:.2f} s")
    assert not active("allot-r41.slice") and members() == [], members()


def a_warning_comes_before_the_stop():
    client = Client()
    # Ends by no warning, and costs nothing.
    forever = "(trap '' USR1; exec tail -f /dev/null) & while :; do wait; done"
    for number, script in (
        (60, f"trap 'echo warned; exit 7' USR1; echo ready; {forever}"),
        (61, f"trap 'echo warned' USR1; echo ready; {forever}"),
    ):
        grant = holding(number, "alice")
        client.start(hold(grant))
        client.start(command(["bash", "-c", script], grant))
        until(lambda: "ready" in lines(number))
        began = time.monotonic()
        client.stop(number, 1000, {"signal": "user1", "lead": 1500})
        took = time.monotonic() - began
        assert "warned" in lines(number)
        # One that heeds it is waited for no longer; the other has all of its time.
        assert took < 1.4 if number == 60 else 1.4 < took < 10, took
    refused(lambda: client.stop(62, 0, {"signal": "user1", "lead": -1}), "warning")


def a_polite_command_ends_within_its_grace():
    client = Client()
    grant = holding(5, "alice")
    client.start(hold(grant))
    client.start(command(["sh", "-c", "trap 'echo saved; exit 0' TERM; echo ready; tail -f /dev/null & wait"], grant))
    until(lambda: "ready" in lines(5))
    began = time.monotonic()
    client.stop(5, 30_000)
    assert time.monotonic() - began < 5
    until(lambda: "saved" in lines(5))


def the_journal_is_read_back():
    if not os.path.exists("/opt/checks/unit-tests"):
        print("   skipped: the unit tests are not built")
        return
    client = Client()
    for number, user in [(50, "alice"), (51, "bob")]:
        grant = holding(number, user)
        client.start(hold(grant))
        client.start(command(["sh", "-c", f"echo {user} one; echo two >&2; echo; echo four; exit 0"], grant))
        assert exit_code(client, number) == 0
        until(lambda: "four" in lines(number))
        client.stop(number, 0)
    done = subprocess.run(
        ["/opt/checks/unit-tests", "--testing-library", "swift-testing", "--filter", "JournalLogSourceTests"],
        env={"ALLOT_TEST_JOURNAL": f"50 {ALICE}", "PATH": "/usr/bin"},
        user=pwd.getpwnam("allot").pw_uid,
        group=pwd.getpwnam("allot").pw_gid,
        extra_groups=os.getgrouplist("allot", pwd.getpwnam("allot").pw_gid),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=90,
    )
    told = [line for line in done.stdout.splitlines() if "recorded an issue" in line or "Test run with" in line]
    assert done.returncode == 0 and "passed" in told[-1] and "with 0 tests" not in told[-1], told or done.stdout
    assert "skipped" not in done.stdout, done.stdout


def grants_outlive_the_enforcer():
    client = Client()
    sleeper = as_user("alice", SLEEP, "600")
    grant = holding(6, "alice", ["/dev/dri/renderD129"])
    client.start(hold(grant))
    client.start(attach(sleeper.pid, "alice", grant))
    patient = ["bash", "-c", "trap 'exit 9' USR1; echo $$; tail -f /dev/null & wait"]
    client.start(command(patient, grant))
    pid = int(until(lambda: lines(6)).split()[0])
    output("systemctl", "kill", "--signal=KILL", "allot-enforcer.service")
    until(lambda: client.lost)
    assert running(sleeper.pid)
    client = Client()
    assert client.inventory() == [1, 6]
    client.start(command(patient, grant))
    os.kill(pid, signal.SIGUSR1)
    assert exit_code(client, 6) == 9
    refused(lambda: client.start(hold(holding(7, "bob", ["/dev/dri/renderD129"]))), "held by r-6")
    client.stop(6, 5000)
    sleeper.wait()
    assert "alice" not in output("getfacl", "--absolute-names", "/dev/dri/renderD129")
    assert client.inventory() == [1]


def grants_outlive_systemds_reload():
    client = Client()
    for verb in ["daemon-reload", "daemon-reexec"]:
        output("systemctl", verb)
        until(lambda: active("allot-r1.slice"))
        assert client.inventory() == [1]
        grant = holding(8, "alice")
        client.start(hold(grant))
        client.start(command(["sh", "-c", "exit 4"], grant))
        assert exit_code(client, 8) == 4
        client.stop(8, 1000)


def the_enforcer_has_three_capabilities():
    pid = unit("allot-enforcer.service", "MainPID")["MainPID"]
    with open(f"/proc/{pid}/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    # CAP_DAC_READ_SEARCH, CAP_KILL, CAP_SYS_PTRACE (linux/capability.h).
    three = 1 << 2 | 1 << 5 | 1 << 19
    assert int(status["CapEff"], 16) == three and int(status["CapBnd"], 16) == three, status["CapEff"]
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def the_enforcer_is_hardly_exposed():
    # The figure of docs/enforcement.md, times ten.
    output("systemd-analyze", "security", "--no-pager", "--threshold=16", "allot-enforcer.service")


def the_watchdog_ends_a_stuck_enforcer():
    output("mkdir", "-p", "/run/systemd/system/allot-enforcer.service.d")
    with open("/run/systemd/system/allot-enforcer.service.d/quick.conf", "w") as file:
        file.write("[Service]\nWatchdogSec=1\nRestartSec=100ms\n")
    output("systemctl", "daemon-reload")
    output("systemctl", "restart", "allot-enforcer.service")
    first = unit("allot-enforcer.service", "MainPID")["MainPID"]
    outlives_its_watchdog("allot-enforcer.service", 2)
    assert unit("allot-enforcer.service", "MainPID")["MainPID"] == first, "the watchdog ended a healthy enforcer"
    os.kill(int(first), signal.SIGSTOP)
    until(lambda: unit("allot-enforcer.service", "MainPID")["MainPID"] not in ("0", first))
    assert Client().inventory() == [1]
    os.unlink("/run/systemd/system/allot-enforcer.service.d/quick.conf")
    output("systemctl", "daemon-reload")
    output("systemctl", "restart", "allot-enforcer.service")


def many_at_once():
    client = Client()
    numbers = range(100, 150)
    threads = []

    def one(number):
        grant = holding(number, "alice")
        client.start(hold(grant))
        client.start(command(["true"], grant))

    began = time.monotonic()
    for number in numbers:
        threads.append(threading.Thread(target=one, args=(number,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - began
    for number in numbers:
        assert exit_code(client, number) == 0
    for number in numbers:
        client.begin(end(number, 1000))
    until(lambda: client.inventory() == [1])
    print(f"   50 grants with a command each stood after {elapsed * 1000:.0f} ms")


def time_to_first_instruction():
    client = Client()
    times = []
    for number in range(200, 220):
        grant = holding(number, "alice")
        began = time.time()
        client.start(hold(grant))
        client.start(command(["date", "+%s.%N"], grant))
        text = until(lambda: lines(number))
        times.append((float(text) - began) * 1000)
        client.stop(number, 1000)
    times.sort()
    print(f"   order to the command's own clock: {times[10]:.1f} ms (half), {times[-1]:.1f} ms (longest of 20)")


def nothing_is_left():
    client = Client()
    client.stop(1, 1000)
    assert client.inventory() == []
    assert output("systemctl", "list-units", "--all", "--plain", "--no-legend", "allot-r*") == ""
    assert "alice" not in output("getfacl", "--absolute-names", "/dev/dri/renderD128")
    assert records() == []
    output("systemctl", "stop", "allot-enforcer.service")
    assert unit("allot-enforcer.service", "Result")["Result"] == "success"


check("the first connection starts the enforcer", activation_by_socket)
check("nobody but the daemon's user is answered", only_the_daemon_connects)
check("garbage ends its own connection only", garbage_is_cut_off)
check("bad orders are refused, and nothing is made", bad_orders_are_refused)
check("a grant is a slice with its devices, processors and memory", a_grant_is_a_slice)
check("a grant opens its device to its users", a_grant_opens_its_device_to_its_users)
check("a device is in one grant at a time", a_device_is_in_one_grant)
check("a process of the user's is taken in, and no other", a_process_is_taken_in)
check("a command runs once, as its user, nothing expanded, output in the journal", a_command_runs_as_its_user)
check("a program is found by the user's own path and rights", a_program_is_found_as_its_user)
check("the end of a command is seen at once", the_end_of_a_command_is_seen_at_once)
check("stop ends what ignores SIGTERM, and holds up nobody else", stop_ends_everything)
check("what forks faster than it is killed ends", what_forks_faster_than_it_is_killed_ends)
check("a warning comes before the stop, and has its time", a_warning_comes_before_the_stop)
check("a command may end by itself within its grace", a_polite_command_ends_within_its_grace)
check("the journal is read back by the daemon's user", the_journal_is_read_back)
check("grants outlive a killed enforcer", grants_outlive_the_enforcer)
check("grants outlive systemd's reload and reexec", grants_outlive_systemds_reload)
check("the enforcer has three capabilities, and no more", the_enforcer_has_three_capabilities)
check("systemd finds the enforcer as exposed as it has to be", the_enforcer_is_hardly_exposed)
check("the watchdog ends a stuck enforcer, and it comes back", the_watchdog_ends_a_stuck_enforcer)
check("fifty at once", many_at_once)
check("time to a command's first instruction", time_to_first_instruction)
check("at the end nothing is left", nothing_is_left)
