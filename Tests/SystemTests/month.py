"""Walks through the changes of a policy with the real daemon and the real command line, as different users.

Started by month.sh; standard library only. A month is walked in seconds: what takes effect or lapses does so by times
a few seconds ahead. Who may call what is the table of docs/access.md, which a test holds equal to the code."""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import time

# Accounts that every Debian has. None is a person.
USERS = {"user": "games", "manager": "news", "finance": "mail", "auditor": "backup", "admin": "bin"}
SECOND_ADMIN, OUTSIDER = "sys", "list"

POLICY = """version: 1
timeZone: UTC
roles:
  admin: [bin, sys]
  finance: [mail]
  auditor: [backup]
approvals:
  changes:
    managers: [members, weights]
classes:
  - {id: standard, rank: 200}
departments:
  - id: vision
    weight: 1
    managers: [news]
    members: [games, news]
  - id: speech
    weight: 1
    members: [proxy, uucp]
priceBook:
  currency: EUR
  rates:
    - {sku: cpu, from: 2026-01-01, perHour: 1.00}
"""


class Failure(Exception):
    """Something that was expected did not come."""


class Daemon:
    def __init__(self, args):
        self.args = args
        self.users = {line.split(":")[0]: int(line.split(":")[2]) for line in open("/etc/passwd")}
        self.steps = 0

    def allot(self, user, *words, code=0, text=None):
        """Runs allot as a user by setpriv, and insists on its exit code; gives its standard output, or error with text."""
        uid = str(self.users[user])
        command = ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", self.args.allot, "--utc", *words]
        environment = {"ALLOT_SOCKET": self.args.socket, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/"}
        ending = subprocess.run(
            command, env=environment, input=text, capture_output=True, text=True, timeout=60, cwd="/")
        print(f"{user}$ allot {' '.join(words)}")
        print((ending.stdout + ending.stderr).rstrip())
        if ending.returncode != code:
            raise Failure(f"exit code {ending.returncode}, not {code}")
        self.steps += 1
        return ending.stdout if code == 0 else ending.stderr

    def ask(self, user, method, path, body=b"", content="application/json"):
        """Asks as a user: a child becomes that user before it connects, so the kernel says who it is."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setresgid(*[self.users[user]] * 3)
                os.setresuid(*[self.users[user]] * 3)
                os.write(writing, self.exchange(method, path, body, content))
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            reply = pipe.read()
        os.waitpid(child, 0)
        head, _, rest = reply.partition(b"\n")
        return int(head), rest

    def exchange(self, method, path, body, content):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(30)
            link.connect(self.args.socket)
            head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
            if body or method == "POST":
                head += f"Content-Type: {content}\r\n"
            link.sendall(head.encode() + b"\r\n" + body)
            reply = b""
            while b"\r\n\r\n" not in reply:
                piece = link.recv(65536)
                if not piece:
                    break
                reply += piece
            status = reply.split(b" ", 2)[1]
            # The kind of problem is what is looked at: it comes in one piece.
            return status + b"\n" + reply.partition(b"\r\n\r\n")[2][:16384]

    def json(self, user, *words):
        return json.loads(self.allot(user, "--output", "json", *words))

    def await_version(self, user, version):
        """Waits until a version holds, which by its time it does within seconds."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            status, body = self.ask(user, "GET", "/v1/policy/versions")
            if status == 200 and json.loads(body)["items"][0]["version"] >= version:
                return
        raise Failure(f"version {version} does not come to hold")


def expect(condition, what):
    if not condition:
        raise Failure(what)


def edited(text, before, after):
    expect(before in text, f"the policy has no {before!r}")
    return text.replace(before, after, 1)


def soon(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def proposals(daemon):
    """Proposed, not approved by oneself, approved by another."""
    admin = USERS["admin"]
    text = daemon.allot(admin, "policy", "show")
    expect(text == POLICY, "the text that holds is the file's")
    new = edited(text, "  - id: vision\n    weight: 1", "  - id: vision\n    weight: 3")
    daemon.allot(admin, "policy", "propose", "-", "--dry-run", text=new)
    shown = daemon.allot(admin, "policy", "propose", "-", "--reason", "vision has grown", text=new)
    expect("departments[vision].weight: 1 → 3" in shown and "waits for admin" in shown, "it waits for an admin")
    refusal = daemon.allot(admin, "policy", "approve", "1", code=77)
    expect("your own" in refusal, "nobody approves an own proposal")
    expect(daemon.json(admin, "policy", "show")["version"] == 1, "it does not hold before it is approved")
    daemon.allot(SECOND_ADMIN, "policy", "approve", "1")
    held = daemon.json(admin, "policy", "show")
    expect(held["version"] == 2 and held["text"] == new, "the approved text holds, as it was written")
    daemon.allot(admin, "policy", "propose", "-", "--reason", "again", text=new, code=2)
    faults = daemon.allot(admin, "policy", "propose", "-", "--reason", "x", text="version: 1\nx: 1\n", code=2)
    expect("standard input:1:1: departments: missing" in faults and "standard input:2:1: x" in faults, "each fault is told")
    daemon.allot(admin, "policy", "propose", "-", "--reason", "too heavy", text=edited(new, "weight: 3", "weight: 9"))
    daemon.allot(SECOND_ADMIN, "policy", "reject", "2", "--reason", "too heavy indeed")
    daemon.allot(SECOND_ADMIN, "policy", "approve", "2", code=2)
    return new


def dates(daemon, text):
    """What is dated takes effect by itself, and lapses by itself, and leaves alone what was changed meanwhile."""
    admin = USERS["admin"]
    loan = edited(text, "  - id: speech\n    weight: 1", "  - id: speech\n    weight: 5")
    daemon.allot(
        admin, "policy", "propose", "-", "--reason", "a loan", "--effective", soon(4), "--until", soon(9), text=loan)
    daemon.allot(SECOND_ADMIN, "policy", "approve", "3")
    expect(daemon.json(admin, "policy", "show")["version"] == 2, "it does not hold before its time")
    daemon.await_version(admin, 3)
    expect(daemon.json(admin, "policy", "show")["text"] == loan, "at its time it holds")
    # Proposed from the text with the loan; it says nothing of the loan, and outlives it.
    other = edited(loan, "managers: [members, weights]", "managers: [members]")
    daemon.allot(admin, "policy", "propose", "-", "--reason", "managers add members", text=other)
    daemon.allot(SECOND_ADMIN, "policy", "approve", "4")
    daemon.await_version(admin, 5)
    after = daemon.json(admin, "policy", "show")
    expect(after["origin"] == "lapse", "the loan has lapsed")
    status, body = daemon.ask(admin, "GET", "/v1/policy/proposals/3")
    expect(json.loads(body)["state"] == "lapsed", "its proposal says so")
    expect("weight: 5" not in after["text"] and "weights" not in after["text"], "what came meanwhile stays")


def emergency(daemon):
    """Rollback as a new version; an emergency that somebody approves later, and who may not."""
    admin = USERS["admin"]
    daemon.allot(admin, "policy", "rollback", "2", "--reason", "back to before the loan")
    daemon.allot(SECOND_ADMIN, "policy", "approve", "5")
    held = daemon.json(admin, "policy", "show")
    expect(held["version"] == 6 and held["text"] == daemon.json(admin, "policy", "show", "2")["text"], "it is version 2 again")
    text = edited(held["text"], "perHour: 1.00", "perHour: 2.00")
    began = daemon.allot(admin, "policy", "propose", "-", "--reason", "dearer", "--emergency", text=text, code=2)
    expect("when it began" in began, "a price that has begun does not change")
    text = edited(held["text"], "  - id: speech\n    weight: 1", "  - id: speech\n    weight: 7")
    shown = daemon.allot(admin, "policy", "propose", "-", "--reason", "stuck job", "--emergency", text=text)
    expect("Emergency" in shown, "an emergency is shown as one")
    versions = daemon.json(admin, "policy", "history")["items"]
    expect(versions[0]["version"] == 7 and versions[0]["isEmergency"], "it holds at once, and is flagged")
    daemon.allot(admin, "policy", "approve", "6", code=77)
    daemon.allot(SECOND_ADMIN, "policy", "approve", "6")
    versions = daemon.json(admin, "policy", "history")["items"]
    expect(not versions[0]["isEmergency"], "approved by another it is none any more")
    daemon.allot(USERS["finance"], "policy", "propose", "-", "--reason", "x", "--emergency", text=POLICY, code=77)


def managers(daemon):
    """A manager decides alone what the policy lets, of the own department; finance proposes prices alone."""
    admin, manager, finance = USERS["admin"], USERS["manager"], USERS["finance"]
    text = daemon.allot(manager, "policy", "show")
    new = edited(text, "members: [games, news]", "members: [games, news, list]")
    shown = daemon.allot(manager, "policy", "propose", "-", "--reason", "a newcomer", text=new)
    expect("in effect" in shown, "it needs nobody else")
    refusal = daemon.allot(
        manager, "policy", "propose", "-", "--reason", "more for us", text=edited(new, "[proxy, uucp]", "[proxy]"), code=77)
    expect("admin" in refusal, "another department's members are not a manager's")
    priced = edited(new, "    - {sku: cpu", "    - {sku: memory, from: 2030-01-01, perHour: 0.10}\n    - {sku: cpu")
    shown = daemon.allot(finance, "policy", "propose", "-", "--reason", "memory has a price from 2030 on", text=priced)
    expect("waits for admin or finance" in shown, "finance does not approve its own either")
    daemon.allot(admin, "policy", "approve", "8")
    daemon.allot(finance, "policy", "propose", "-", "--reason", "x", text=edited(priced, "weight: 3", "weight: 4"), code=77)
    # Who was added is in, who is removed is out at the next request.
    added = daemon.json(OUTSIDER, "reserve", "--cpus", "1", "--for", "10m")
    expect(added["department"] == "vision", "the newcomer reserves")
    removed = edited(priced, "members: [games, news, list]", "members: [games, news]")
    daemon.allot(manager, "policy", "propose", "-", "--reason", "gone again", text=removed)
    refusal = daemon.allot(OUTSIDER, "reserve", "--cpus", "1", "--for", "10m", code=77)
    expect("no department" in refusal, "who was removed reserves nothing")
    daemon.allot(OUTSIDER, "run", added["id"], "--", "true", code=77)
    daemon.allot(manager, "cancel", added["id"], code=2)
    daemon.allot(manager, "cancel", added["id"], "--reason", "left the department")
    daemon.allot(USERS["auditor"], "policy", "history")


def budgets(daemon):
    """Thresholds are announced once each, and a hard limit refuses; the audit has who was denied."""
    admin, finance, auditor = USERS["admin"], USERS["finance"], USERS["auditor"]
    text = daemon.allot(admin, "policy", "show")
    money = edited(text, "    members: [proxy, uucp]\n", "    members: [proxy, uucp]\n    budget: {perMonth: 10.00}\n")
    daemon.allot(admin, "policy", "propose", "-", "--reason", "speech has a budget", text=money)
    daemon.allot(finance, "policy", "approve", "10")
    if time.gmtime(time.time() + 7200).tm_mon != time.gmtime().tm_mon:
        print("skipped: budgets: the month is over within two hours, and holds would be split")
        return
    first = daemon.json("proxy", "reserve", "--cpus", "4", "--for", "1h")
    daemon.json("uucp", "reserve", "--cpus", "4", "--for", "1h")
    refusal = daemon.allot("proxy", "reserve", "--cpus", "4", "--for", "1h", code=2)
    expect("10.00" in refusal and "8.00" in refusal, "the refusal has the numbers")
    [row] = daemon.json("proxy", "budget")["items"]
    expect((row["department"], row["limit"], row["held"]) == ("speech", "10.00", "8.00"), f"the budget shows it: {row}")
    daemon.allot(finance, "budget")
    events = daemon.allot(admin, "events", "--output", "json")
    expect(events.count("budget.threshold") == 2, "50 and 80 percent are announced, once each")
    daemon.allot("proxy", "cancel", first["id"])
    [row] = daemon.json("proxy", "budget")["items"]
    expect(float(row["held"]) == 4 and float(row["posted"]) < 0.1, f"the end releases the rest: {row}")
    daemon.allot("proxy", "reserve", "--cpus", "4", "--for", "1h")
    daemon.allot("proxy", "drain", "host", "--reason", "mine", code=77)
    daemon.allot("proxy", "audit", "list", code=77)
    listed = daemon.allot(auditor, "audit", "list", "--outcome", "denied")
    expect("proxy" in listed and "drain" in listed, "the audit has who was denied what")
    daemon.allot(auditor, "audit", "verify")


# One request for each operation that stands for it: method, path, body and its type.
def requests(own):
    nothing, octets = b"{}", "application/octet-stream"
    ask = json.dumps({"cpus": 1, "durationSeconds": 60}).encode()
    reason = json.dumps({"reason": "by the table"}).encode()
    longer = json.dumps({"durationSeconds": 60, "reason": "by the table"}).encode()
    other = f"/v1/reservations/{own}"
    return {
        "showHost": ("GET", "/v1/host"), "listDevices": ("GET", "/v1/devices"), "listDrains": ("GET", "/v1/drains"),
        "drain": ("POST", "/v1/drains", nothing), "resume": ("POST", "/v1/drains/resume", nothing),
        "showPlan": ("GET", "/v1/plan"), "showFairShare": ("GET", "/v1/fairshare"),
        "quoteReservation": ("POST", "/v1/quotes", ask), "listReservations": ("GET", "/v1/reservations"),
        "submitReservation": ("POST", "/v1/reservations", ask), "showReservation": ("GET", other),
        "explainReservation": ("GET", other + "/explanation"),
        "extendReservation": ("POST", other + "/extend", longer),
        "releaseReservation": ("POST", other + "/release", reason),
        "cancelReservation": ("POST", other + "/cancel", reason),
        "approveReservation": ("POST", other + "/approve", reason),
        "rejectReservation": ("POST", other + "/reject", reason), "listBudgets": ("GET", "/v1/budgets"),
        "attachProcess": ("POST", other + "/attach"), "readLogs": ("GET", other + "/logs"),
        "showHealth": ("GET", "/v1/health"), "showMetrics": ("GET", "/v1/metrics"), "showDescription": ("GET", "/v1/openapi.json"),
        "confirmClock": ("POST", "/v1/clock/confirm"), "readEvents": ("GET", "/v1/events?follow=false"),
        "takeBackup": ("GET", "/v1/backup"), "simulate": ("POST", "/v1/simulations?source=journal", b"", octets),
        "showPolicy": ("GET", "/v1/policy"), "listPolicyVersions": ("GET", "/v1/policy/versions"),
        "listProposals": ("GET", "/v1/policy/proposals"), "showProposal": ("GET", "/v1/policy/proposals/1"),
        "previewPolicy": ("POST", "/v1/policy/impact", b"x", octets),
        "proposePolicy": ("POST", "/v1/policy/proposals?reason=x", b"x", octets),
        "approveProposal": ("POST", "/v1/policy/proposals/999/approve", nothing),
        "rejectProposal": ("POST", "/v1/policy/proposals/999/reject", reason),
        "showUsage": ("GET", "/v1/usage?by=department"), "showUnreservedUse": ("GET", "/v1/usage/unreserved"),
        "listInvoices": ("GET", "/v1/invoices"),
        "showInvoice": ("GET", "/v1/invoices/INV-2000-01-vision"),
        "verifyInvoices": ("POST", "/v1/invoices/verify", b'{"period": "2000-01"}'),
        "proposeFinance": ("POST", "/v1/finance/proposals", nothing),
        "listFinanceProposals": ("GET", "/v1/finance/proposals"),
        "showFinanceProposal": ("GET", "/v1/finance/proposals/f-999"),
        "approveFinanceProposal": ("POST", "/v1/finance/proposals/f-999/approve", nothing),
        "rejectFinanceProposal": ("POST", "/v1/finance/proposals/f-999/reject", reason),
        "listPeriods": ("GET", "/v1/periods"), "closePeriod": ("POST", "/v1/periods/2000-01/close"),
        "exportPeriod": ("GET", "/v1/exports/gl?period=2000-01"),
        "listAudit": ("GET", "/v1/audit"), "verifyAudit": ("POST", "/v1/audit/verify", nothing),
    }


# Operations on one reservation: by the table they reach another's only with `department` or `all`.
ON_ANOTHERS = {"explainReservation", "cancelReservation", "releaseReservation", "extendReservation", "attachProcess", "readLogs",
               "approveReservation", "rejectReservation"}


def table(daemon):
    """Each operation as each of the five, on a reservation of somebody else's department and of the own one."""
    rows, checked = [], 0
    for line in open(daemon.args.access, encoding="utf-8"):
        if cells := re.match(r"\| `(\w+)` \| (.*) \|$", line):
            rows.append((cells[1], dict(zip(("user", "manager", "finance", "auditor", "admin"), cells[2].split(" | ")))))
    expect(len(rows) > 20, "the table is read")
    for name, row in rows:
        for capacity, extent in row.items():
            for department, owner in (("vision", "games"), ("speech", "proxy")):
                if capacity == "user" and owner == "games":
                    continue
                status, body = daemon.ask(owner, "POST", "/v1/reservations", json.dumps({"cpus": 1, "durationSeconds": 600}).encode())
                expect(status == 201, f"{owner} reserves: {status}")
                reservation = json.loads(body)["id"]
                request = requests(reservation).get(name)
                expect(request is not None, f"no request stands for {name}")
                status, body = daemon.ask(USERS[capacity], *request)
                allowed = extent != "-"
                if name in ON_ANOTHERS:
                    allowed = extent == "all" or (extent == "department" and department == "vision")
                if name == "submitReservation" and capacity not in ("user", "manager"):
                    allowed = False  # they are in no department
                if name == "quoteReservation" and capacity not in ("user", "manager"):
                    allowed = False
                if name == "simulate":
                    allowed = extent == "all"
                expect((status != 403) == allowed, f"{name} as {capacity} ({extent}) on {owner}'s: {status} {body[:200]}")
                if status == 403 and name not in ON_ANOTHERS and "not-a-member" not in body.decode():
                    expect("needed" in json.loads(body), f"{name}: the refusal names no role")
                if name == "showReservation" and status == 200:
                    sees = extent == "all" or (extent == "department" and department == "vision")
                    expect(("user" in json.loads(body)) == sees, f"{name} as {capacity} on {owner}'s")
                daemon.ask("root", "POST", f"/v1/reservations/{reservation}/cancel", b'{"reason": "done"}')
                checked += 1
    print(f"\n{checked} requests are as the table says")


def main():
    parser = argparse.ArgumentParser()
    for option in ("allot", "socket", "access"):
        parser.add_argument("--" + option, required=True)
    daemon = Daemon(parser.parse_args())
    try:
        text = proposals(daemon)
        dates(daemon, text)
        emergency(daemon)
        managers(daemon)
        budgets(daemon)
        table(daemon)
    except Failure as failure:
        print(f"\nFAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    print(f"\nmonth: {daemon.steps} commands and the table of access are as they should be")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--policy":
        print(POLICY, end="")
    else:
        main()
