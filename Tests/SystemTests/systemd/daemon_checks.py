"""Checks of allotd as systemd runs it, driven by the command line as two users would."""

import http.client
import json
import os
import pwd
import signal
import subprocess

from checking import as_user, cgroup, check, outlives_its_watchdog, output, running, unit, until

SOCKET = "/run/allot/allotd.sock"


def allot(user, *arguments, code=0):
    """Runs `allot` as a user, and gives what it printed."""
    process = as_user(user, "allot", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    printed, complaint = process.communicate(timeout=60)
    assert process.returncode == code, f"allot {' '.join(arguments)}: {process.returncode}: {complaint}"
    return printed


def objects(user, *arguments):
    return json.loads(allot(user, "--output", "json", *arguments))


def reserve(user, *arguments):
    """Reserves, and waits until it is active."""
    number = objects(user, "reserve", "--cpus", "1", "--for", "10m", "--wait", *arguments)["id"]
    assert number.startswith("r-"), number
    return number


def slice_of(number):
    return f"allot-r{number.removeprefix('r-')}.slice"


def ended(user, number):
    return objects(user, "show", number)["state"] == "ended"


def main_pid():
    return int(unit("allotd.service", "MainPID")["MainPID"])


def activation_by_socket():
    assert unit("allotd.socket", "ActiveState")["ActiveState"] == "active"
    folder, file = os.stat("/run/allot"), os.stat(SOCKET)
    assert folder.st_mode & 0o777 == 0o755 and file.st_mode & 0o777 == 0o666
    output("systemctl", "stop", "allotd.service", "allotd.socket")
    output("systemctl", "start", "allotd.socket")
    assert unit("allotd.service", "ActiveState")["ActiveState"] == "inactive"
    allot("alice", "health")
    # It may answer before systemd has read its READY=1.
    until(lambda: unit("allotd.service", "ActiveState")["ActiveState"] == "active")
    seen = unit("allotd.service", "ActiveState", "Type", "NRestarts")
    assert seen == {"ActiveState": "active", "Type": "notify", "NRestarts": "0"}, seen


def the_daemon_is_nobody_special():
    with open(f"/proc/{main_pid()}/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    assert status["Uid"].split()[0] == str(pwd.getpwnam("allot").pw_uid)
    assert status["CapEff"].strip("0") == "" and status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    database = os.stat("/var/lib/allot/allot.db")
    assert database.st_mode & 0o077 == 0, oct(database.st_mode)


def it_writes_to_the_journal():
    entries = output("journalctl", "--quiet", "--output=json", "--unit=allotd.service", "_COMM=allotd")
    lines = [json.loads(line) for line in entries.splitlines()]
    assert lines and all("PRIORITY" in line and "MESSAGE" in line for line in lines)


def a_run_lands_in_its_slice():
    number = reserve("alice")
    text = allot("alice", "run", number, "--", "sh", "-c", "id -un; cat /proc/self/cgroup; env; exit 7", code=7)
    assert text.startswith("alice\n"), text
    assert f"/allot.slice/{slice_of(number)}/allot-r" in text, text
    assert f"ALLOT_RESERVATION={number}\n" in text
    allot("bob", "run", number, "--", "true", code=77)
    allot("alice", "cancel", number)
    until(lambda: unit(slice_of(number), "ActiveState")["ActiveState"] == "inactive")


def a_batch_command_lands_in_its_slice():
    number = objects(
        "alice", "reserve", "--cpus", "1", "--for", "10m", "--", "sh", "-c", "id -un; cat /proc/self/cgroup; exit 4"
    )["id"]
    until(lambda: ended("alice", number))
    text = until(lambda: allot("alice", "logs", number))
    assert text.startswith("alice\n") and f"/{slice_of(number)}/allot-r" in text, text
    assert objects("alice", "show", number)["exitCode"] == 4
    assert allot("bob", "logs", number, code=77) == ""


def a_simulation_runs_under_the_units_rules():
    tail = "1 -1 1 -1 -1 -1"
    jobs = [f"{n} {n * 10} -1 600 {n % 3 + 1} -1 -1 {n % 3 + 1} 900 -1 1 {n % 2 + 1} {tail}" for n in range(1, 40)]
    with open("/tmp/jobs.swf", "w") as file:
        file.write("; MaxProcs: 4\n" + "\n".join(jobs) + "\n")
    report = objects("alice", "simulate", "/tmp/jobs.swf")
    assert "wait" in json.dumps(report), report
    assert allot("bob", "simulate", "--journal", "--from", "2026-01-01 00:00", code=77) == ""


def the_end_of_a_reservation_ends_its_processes():
    number = reserve("alice")
    inside = as_user("alice", "allot", "run", number, "--", "sleep", "600")
    until(lambda: slice_of(number) in cgroup(inside.pid))
    allot("alice", "release", number)
    assert inside.wait(timeout=30) != 0
    until(lambda: ended("alice", number))


def name_of(pid):
    with open(f"/proc/{pid}/comm") as file:
        return file.read().strip()


def a_killed_daemon_comes_back_and_knows():
    number = reserve("alice")
    inside = as_user("alice", "allot", "run", number, "--", "sleep", "600")
    # It is moved before the answer comes; once it is the command, it needs the daemon no more.
    until(lambda: slice_of(number) in cgroup(inside.pid) and name_of(inside.pid) == "sleep")
    first = main_pid()
    os.kill(first, signal.SIGKILL)
    until(lambda: main_pid() not in (0, first))
    assert objects("alice", "show", number)["state"] == "active"
    assert running(inside.pid) and slice_of(number) in cgroup(inside.pid)
    allot("alice", "cancel", number)
    inside.wait(timeout=30)


def the_watchdog_ends_a_stuck_daemon():
    folder = "/run/systemd/system/allotd.service.d"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/quick.conf", "w") as file:
        file.write("[Service]\nWatchdogSec=2\nRestartSec=100ms\n")
    output("systemctl", "daemon-reload")
    output("systemctl", "restart", "allotd.service")
    first = main_pid()
    outlives_its_watchdog("allotd.service", 4)
    assert main_pid() == first, "the watchdog ended a healthy daemon"
    os.kill(first, signal.SIGSTOP)
    until(lambda: main_pid() not in (0, first))
    allot("alice", "health")


def it_reloads_and_stops():
    first = main_pid()
    output("systemctl", "reload", "allotd.service")
    assert main_pid() == first
    output("systemctl", "stop", "allotd.service")
    assert unit("allotd.service", "Result", "ActiveState") == {"Result": "success", "ActiveState": "inactive"}
    allot("alice", "health")
    assert main_pid() not in (0, first)


def options_for_docker():
    number = reserve("alice")
    options = allot("alice", "show", number, "--docker").split()
    assert options[0] == f"--cgroup-parent={slice_of(number)}", options
    assert any(one.startswith("--cpuset-cpus=") for one in options), options
    assert f"--env=ALLOT_RESERVATION={number}" in options, options
    allot("bob", "show", number, "--docker", code=1)
    allot("alice", "cancel", number)
    until(lambda: ended("alice", number))
    allot("alice", "show", number, "--docker", code=1)


def the_metrics_port():
    """A port that systemd opens: the daemon has no network, and serves it."""
    output("systemctl", "stop", "allotd.service")
    output("systemctl", "start", "allot-metrics.socket")
    output("systemctl", "start", "allotd.service")
    try:
        for path, code in (("/metrics", 200), ("/v1/host", 404)):
            connection = http.client.HTTPConnection("127.0.0.1", 9784, timeout=20)
            connection.request("GET", path)
            reply = connection.getresponse()
            text = reply.read().decode()
            assert reply.status == code, (path, reply.status, text)
            assert code != 200 or "\nallot_executor_reachable 1\n" in text, text
        families = [line for line in open(f"/proc/{main_pid()}/net/dev") if ":" in line]
        assert [line.split(":")[0].strip() for line in families] == ["lo"], families
    finally:
        output("systemctl", "stop", "allotd.service", "allot-metrics.socket")
        output("systemctl", "start", "allotd.service")
    allot("alice", "health")


check("the first request starts the daemon, which says when it is ready", activation_by_socket)
check("the daemon has no rights of its own", the_daemon_is_nobody_special)
check("the daemon writes to the journal", it_writes_to_the_journal)
check("a run lands in its slice as its user", a_run_lands_in_its_slice)
check("a batch command lands in its slice as its user", a_batch_command_lands_in_its_slice)
check("a simulation runs under the unit's rules", a_simulation_runs_under_the_units_rules)
check("the end of a reservation ends its processes", the_end_of_a_reservation_ends_its_processes)
check("a killed daemon comes back and knows", a_killed_daemon_comes_back_and_knows)
check("the watchdog ends a stuck daemon, and it comes back", the_watchdog_ends_a_stuck_daemon)
check("options for Docker name the reservation's slice", options_for_docker)
check("metrics come over the port that systemd opens", the_metrics_port)
check("the daemon reloads, stops, and starts with the next request", it_reloads_and_stops)
