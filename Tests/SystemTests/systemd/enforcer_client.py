"""The enforcer's messages, as the daemon speaks them: a length of four bytes and JSON."""

import json
import os
import pwd
import socket
import struct
import threading
import time

PATH = "/run/allot-enforcer/enforcer.sock"


class Refused(Exception):
    """The enforcer refuses, or could not."""

    def __init__(self, kind, reason):
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


def connect(user="allot"):
    """A connection made by a user, as the kernel tells the other side."""
    entry = pwd.getpwnam(user)
    os.setegid(entry.pw_gid)
    os.seteuid(entry.pw_uid)
    try:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(120)
        connection.connect(PATH)
        return connection
    finally:
        os.seteuid(0)
        os.setegid(0)


def send(connection, message):
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    connection.sendall(struct.pack(">I", len(data)) + data)


def receive(connection):
    def exactly(count):
        data = b""
        while len(data) < count:
            piece = connection.recv(count - len(data))
            if not piece:
                raise ConnectionError("closed")
            data += piece
        return data

    (length,) = struct.unpack(">I", exactly(4))
    return json.loads(exactly(length))


class Client:
    """One connection; requests may be under way side by side."""

    def __init__(self, user="allot"):
        self.connection = connect(user)
        self.lock = threading.Condition()
        self.last = 0
        self.replies = {}
        self.lost = False
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while True:
                reply = receive(self.connection)
                with self.lock:
                    self.replies[reply["id"]] = reply["answer"]
                    self.lock.notify_all()
        except OSError:
            with self.lock:
                self.lost = True
                self.lock.notify_all()

    def begin(self, verb):
        with self.lock:
            self.last += 1
            number = self.last
            send(self.connection, {"form": 2, "id": number, "verb": verb})
        return number

    def finish(self, number):
        with self.lock:
            self.lock.wait_for(lambda: number in self.replies or self.lost, timeout=120)
            if number not in self.replies:
                raise ConnectionError("no answer")
            answer = self.replies.pop(number)
        if "failure" in answer:
            ((kind, body),) = answer["failure"]["_0"].items()
            raise Refused(kind, body["_0"])
        return answer

    def ask(self, verb):
        return self.finish(self.begin(verb))

    def inventory(self):
        """The reservations of which something stands."""
        return [one["reservation"] for one in self.standing()]

    def standing(self):
        return self.ask({"inventory": {}})["inventory"]["_0"]["standing"]

    def is_whole(self, number):
        return {one["reservation"]: one["isWhole"] for one in self.standing()}.get(number)

    def start(self, order):
        return self.ask({"start": {"_0": order}})["started"]["_0"]

    def stop(self, number, grace, warning=None):
        return self.ask(end(number, grace, warning))["stopped"]["_0"]

    def warn(self, number, signal):
        return self.ask({"stop": {"_0": {"warn": {"_0": number, "_1": signal}}}})["stopped"]["_0"]

    def end_unreserved(self, pid, user, files, grace):
        process = {"pid": pid, "startTime": start_time(pid), "user": pwd.getpwnam(user).pw_uid, "devices": watched(files)}
        return self.ask({"stop": {"_0": {"unreserved": {"_0": process, "grace": grace}}}})["stopped"]["_0"]

    def observe(self, since, within):
        return self.finish(self.begin_observing(since, within))["observation"]["_0"]

    def begin_observing(self, since, within):
        return self.begin({"observe": {"_0": {"commands": {"since": since, "within": within}}}})

    def look(self, files):
        """What is seen of the machine, with a device for each file."""
        return self.ask({"observe": {"_0": {"devices": {"_0": watched(files)}}}})["look"]["_0"]


def records():
    """The files of the grants that the enforcer has."""
    return sorted(name for name in os.listdir("/run/allot-enforcer/grants") if name.startswith("r-"))


def refused(function, *words):
    """That a call is refused, for a reason that names these words."""
    try:
        function()
    except Refused as error:
        for word in words:
            assert word in error.reason, f"{error.reason!r} does not name {word!r}"
        return error
    raise AssertionError("it was not refused")


def exit_code(client, number, seconds=20):
    """Long-polls until the command has ended."""
    version, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        seen = client.observe(version, 5000)
        version = seen["version"]
        for one in seen["commands"]:
            if one["reservation"] == number and one.get("exitCode") is not None:
                return one["exitCode"]
    raise TimeoutError("the command's end was not seen")


def end(number, grace, warning=None):
    """The order to end a grant."""
    body = {"_0": number, "grace": grace}
    if warning:
        body["warning"] = warning
    return {"stop": {"_0": {"end": body}}}


def start_time(pid):
    """When a process started, in clock ticks since boot."""
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rsplit(")", 1)[1].split()[19])


def device_of(file):
    return f"device{file.replace('/', '-')}"


def watched(files):
    return [{"id": device_of(file), "vendor": "other", "files": [file]} for file in files]


def holding(number, user, files=(), cpus="0", vendor="other", shared=()):
    """A grant with one device for each file."""
    devices = [
        {"id": device_of(file), "vendor": vendor, "ordinal": index, "files": [file]}
        for index, file in enumerate(files)
    ]
    return {
        "reservation": number,
        "owner": pwd.getpwnam(user).pw_uid,
        "sharedWith": [pwd.getpwnam(one).pw_uid for one in shared],
        "devices": devices,
        "processors": cpus,
        "memoryNodes": "0",
        "memory": 1 << 30,
    }


def hold(grant):
    return {"holding": {"_0": grant}}


def attach(pid, user, grant):
    return {"attach": {"_0": {"pid": pid, "user": pwd.getpwnam(user).pw_uid}, "_1": grant}}


def command(arguments, grant, environment=None, directory=None):
    body = {"arguments": list(arguments), "environment": environment or {}}
    if directory:
        body["directory"] = directory
    return {"command": {"_0": body, "_1": grant}}
