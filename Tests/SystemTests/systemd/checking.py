"""What the checks in the container share: a line for each check, and waiting for things to become so."""

import os
import subprocess
import time
import traceback


def check(name, function):
    """Runs one check; it fails by an exception."""
    began = time.monotonic()
    try:
        function()
        print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        text = str(error).replace("\n", " | ")
        print(f"FAILED {name}: {type(error).__name__} {text} (line {where.lineno}: {where.line})", flush=True)


def until(condition, seconds=20, pause=0.02):
    """Waits for a condition, and gives what it gave."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError("it did not become so")
        time.sleep(pause)


def output(*command, check=True):
    """What a command prints."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode}: {done.stdout.strip()}")
    return done.stdout.strip()


def unit(name, *properties):
    """Properties of a unit, by their names."""
    text = output("systemctl", "show", name, *(f"--property={one}" for one in properties))
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def active(name):
    return unit(name, "ActiveState")["ActiveState"] == "active"


def lines(number):
    """What the command of a reservation has written to the journal."""
    return output("journalctl", "--quiet", "--output=cat", f"_SYSTEMD_UNIT=allot-r{number}.service", check=False)


def cgroup(pid):
    """Where systemd has a process, or "" when it is gone."""
    try:
        with open(f"/proc/{pid}/cgroup") as lines:
            for line in lines:
                number, controllers, path = line.strip().split(":", 2)
                if controllers == "name=systemd" or (number == "0" and controllers == ""):
                    if path != "/":
                        return path
    except FileNotFoundError:
        pass
    return ""


def running(pid):
    """Whether a process runs (a zombie does not)."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def as_user(name, *command, **options):
    """Starts a command as a user, with no shell between."""
    import pwd

    entry = pwd.getpwnam(name)
    return subprocess.Popen(
        command, user=entry.pw_uid, group=entry.pw_gid, extra_groups=os.getgrouplist(name, entry.pw_gid), **options
    )


def outlives_its_watchdog(name, seconds):
    """Waits until a unit has told its watchdog that it lives, so many seconds after its start."""

    def alive():
        told = unit(name, "WatchdogTimestampMonotonic", "ExecMainStartTimestampMonotonic")
        since = int(told["WatchdogTimestampMonotonic"]) - int(told["ExecMainStartTimestampMonotonic"])
        return since >= seconds * 1_000_000

    until(alive)
