"""Load until the power is cut, and what has to be there afterwards. What was acknowledged is told on the console."""

import json
import os
import socket
import sys

from checking import as_user, check, output
from sessions import Session, until

SOCKET = "/run/allot/allotd.sock"
CLIENTS = 8
FIELDS = ("gpus", "cpus", "durationSeconds", "department", "submittedAt", "class")
LEDGER = "/dev/vdc"
STARTS = "/home/carol/starts"


def ask(connection, method, path, body=None, key=None):
    """One request over an open connection; gives the status and the decoded JSON."""
    payload = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: allot\r\nContent-Length: {len(payload)}\r\n"
    head += "Content-Type: application/json\r\n" if payload else ""
    head += f"Idempotency-Key: {key}\r\n" if key else ""
    connection.sendall(head.encode() + b"\r\n" + payload)
    read = b""
    while b"\r\n\r\n" not in read:
        read += received(connection)
    head, _, body = read.partition(b"\r\n\r\n")
    fields = {}
    for line in head.decode().split("\r\n")[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    if fields.get("transfer-encoding") == "chunked":
        while not body.endswith(b"0\r\n\r\n"):
            body += received(connection)
        body = unchunked(body)
    while len(body) < int(fields.get("content-length", 0)):
        body += received(connection)
    return int(head.split()[1]), json.loads(body) if body else None


def received(connection):
    read = connection.recv(1 << 16)
    if not read:
        raise ConnectionError("the daemon has closed the connection")
    return read


def unchunked(body):
    whole = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        if not int(size, 16):
            return whole
        whole, body = whole + body[: int(size, 16)], body[int(size, 16) + 2 :]


def connect():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(SOCKET)
    return connection


def client(number, boot):
    """Submits, and cancels every third, for ever; a line is printed after each answer, in one write."""
    connection = connect()
    for count in range(1 << 30):
        body = {"gpus": count % 3, "cpus": 1, "durationSeconds": 3600 + count, "tags": {"load": f"{boot}-{number}"}}
        status, view = ask(connection, "POST", "/v1/reservations", body, f"load-{boot}-{number}-{count}")
        if status not in (200, 201, 202):
            raise RuntimeError(f"{status} {view}")
        tell({"id": view["id"], **{name: view[name] for name in FIELDS}})
        if count % 3 == 2:
            status, _ = ask(connection, "POST", f"/v1/reservations/{view['id']}/cancel", {}, f"no-{view['id']}")
            if status in (200, 202):
                tell({"cancelled": view["id"]})


def nothing_is_live():
    """What the checks or an earlier load have left is cancelled, so that devices and quotas are free."""
    connection = connect()
    for number, view in listing("live").items():
        if view["state"] != "ending":
            status, answer = ask(connection, "POST", f"/v1/reservations/{number}/cancel", {"reason": "a new load"})
            assert status in (200, 202, 409), (number, status, answer)
    until(lambda: not listing("live"), 180)


def tell(fact):
    os.write(1, f"ack {json.dumps(fact)}\n".encode())


def begin():
    """Leaves work running, says that the load begins, and goes on until there is no machine."""
    boot = output("cat", "/proc/sys/kernel/random/boot_id")[:8]
    nothing_is_live()
    # Each within what the own department has for certain: what is borrowed may be taken back at any moment.
    carol, bob = [one.begin() for one in (Session("carol"), Session("bob"))]
    batch = carol.objects("reserve --gpus 1 --for 2h -- sh -c 'echo $$ >>starts; sync starts; sleep 7200' 2>/dev/null")
    window = bob.reserve("--gpus 1 --for 2h")
    until(lambda: starts() == 1 + sum("batch" in fact for fact in ledger()))
    tell({"batch": batch["id"], "open": window["id"], "devices": window["devices"]})
    print("load", flush=True)
    clients = [
        as_user(("alice", "bob", "carol")[number % 3], "python3", "/opt/checks/load.py", str(number), boot)
        for number in range(CLIENTS)
    ]
    for one in clients:
        one.wait()
    print("FAILED the load ended by itself", flush=True)


def starts():
    """How often a batch command has begun, over all boots: none is begun twice."""
    try:
        with open(STARTS) as file:
            return len(file.read().split())
    except FileNotFoundError:
        return 0


def ledger():
    with open(LEDGER, "rb") as file:
        text = file.read().rstrip(b"\0").decode()
    return [json.loads(line) for line in text.splitlines()]


def listing(*states):
    """The reservations of these states by their ids, as root."""
    found, connection = {}, connect()
    for state in states:
        cursor = ""
        while cursor is not None:
            path = f"/v1/reservations?scope=all&state={state}&limit=1000" + (f"&cursor={cursor}" if cursor else "")
            status, page = ask(connection, "GET", path)
            assert status == 200, (status, page)
            found.update({view["id"]: view for view in page["items"]})
            cursor = page.get("nextCursor")
    return found


def what_was_acknowledged_is_there():
    found, cancelled = listing("live", "ended"), 0
    told = ledger()
    gone = {fact["cancelled"] for fact in told if "cancelled" in fact}
    owed = [fact for fact in told if "id" in fact]
    assert owed, "nothing was acknowledged before the cut"
    for fact in owed:
        view = found.get(fact["id"])
        assert view, f"{fact['id']} was acknowledged, and is gone; there are {len(found)}"
        for name in FIELDS:
            assert view[name] == fact[name], f"{fact['id']}: {name} was {fact[name]} and is {view[name]}"
        if fact["id"] in gone:
            assert view["state"] in ("ending", "ended"), view
            cancelled += 1
    print(f"note {len(owed)} acknowledged reservations and {cancelled} cancels are there", flush=True)


def the_journal_verifies():
    output("systemctl", "stop", "allotd.service")
    print(f"note {output('runuser', '-u', 'allot', '--', 'allotd', 'verify')}".replace("\n", "; "), flush=True)
    print(f"note {output('allot', 'audit', 'verify')}".replace("\n", "; "), flush=True)


def running_work_is_settled():
    """The command that ran is over and is not run again; what has no command goes on, on its devices."""
    last = [fact for fact in ledger() if "batch" in fact][-1]
    output("allot", "health", check=False)
    batch = until(lambda: (seen := one(last["batch"]))["state"] == "ended" and seen, 90)
    assert batch["endReason"] == "restarted", batch
    assert starts() == sum("batch" in fact for fact in ledger()), "a command ran twice"
    standing = one(last["open"])
    assert standing["state"] == "active" and standing["devices"] == last["devices"], (standing, last)
    bob = Session("bob").begin()
    inside, outside = bob.opens(last["open"]), bob.opens()
    why = bob.do(f"allot run {last['open']} -- /opt/checks/opens.sh -v")
    assert len(inside) == 2 and outside == [], (inside, outside, why)
    bob.do(f"allot release {last['open']}")


def one(number):
    return json.loads(output("allot", "--output", "json", "show", number))


def what_is_left():
    check("after the cut: every acknowledged reservation is there", what_was_acknowledged_is_there)
    check("after the cut: running work is settled, and runs on where it can", running_work_is_settled)
    check("after the cut: the journal and the audit verify", the_journal_verifies)


if __name__ == "__main__":
    client(int(sys.argv[1]), sys.argv[2])
