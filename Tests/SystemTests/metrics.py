"""Compares the metrics of a daemon with what `allot` says of the same things, and has promtool judge them.

Started by metrics.sh; standard library only."""

import argparse
import collections
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "systemd"))
from checking import until

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (-?[0-9.]+)$')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')
OTHER = "games"  # an account that every Debian has


class Failure(Exception):
    """Something that was expected did not come."""


def expect(truth, what):
    if not truth:
        raise Failure(what)


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("x", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Metrics:
    """The samples of a text, by name and labels; each family once, each sample once."""

    def __init__(self, text):
        self.families, self.samples = {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                expect(name not in self.families, f"{name} comes twice")
                self.families[name] = kind
            elif not line.startswith("# "):
                found = SAMPLE.match(line)
                expect(found, f"no sample: {line}")
                labels = dict(LABEL.findall(found[2] or ""))
                key = (found[1], tuple(sorted(labels.items())))
                expect(key not in self.samples, f"{line} comes twice")
                self.samples[key] = float(found[3])

    def __call__(self, name, **labels):
        return self.samples[(name, tuple(sorted(labels.items())))]

    def sum(self, name, **labels):
        return sum(value for (family, pairs), value in self.samples.items()
                   if family == name and labels.items() <= dict(pairs).items())


class Daemon:
    def __init__(self, args):
        self.args = args

    def allot(self, *words, code=0):
        done = subprocess.run([self.args.allot, "--output", "json", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=60)
        expect(done.returncode == code, f"allot {' '.join(words)}: {done.returncode}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout else None

    def items(self, *words):
        return self.allot(*words)["items"]

    def read(self, connection, path, method="GET"):
        connection.request(method, path)
        reply = connection.getresponse()
        return reply.status, reply.getheader("Content-Type"), reply.read().decode()

    def over_socket(self):
        # A text of the last second is given again: one is wanted that was made after this.
        made = None
        end = time.monotonic() + 30
        while True:
            status, kind, text = self.read(Unix(self.args.socket), "/v1/metrics")
            expect(status == 200 and kind == "text/plain; version=0.0.4; charset=utf-8", f"{status} {kind}: {text[:300]}")
            made = made or text
            if text != made:
                return text
            expect(time.monotonic() < end, "the metrics stay what they were")

    def over_port(self, path, method="GET"):
        return self.read(http.client.HTTPConnection("127.0.0.1", self.args.port, timeout=30), path, method)


def work(daemon):
    """Something of everything: active, waiting, ended, refused, drained, failed."""
    devices = daemon.items("devices")
    daemon.allot("reserve", "--gpus", "2", "--cpus", "4", "--for", "1h", "--wait")
    for _ in range(2):
        done = daemon.allot("reserve", "--gpus", "1", "--cpus", "2", "--for", "10m", "--", "sleep", "1")["id"]
        until(lambda: daemon.allot("show", done)["state"] == "ended", 30)
    daemon.allot("reserve", "--gpus", "8", "--for", "1h")
    daemon.allot("reserve", "--gpus", "99", "--for", "1h", code=2)
    held = {row["id"] for row in daemon.items("devices") if row["state"] == "held"}
    free = [row["id"] for row in devices if row["id"] not in held]
    daemon.allot("drain", free[0], "--reason", "fan is loud")
    daemon.allot("drain", sorted(held)[0], "--reason", "firmware")
    daemon.allot("drain", free[1], "--failed", "--reason", "Xid 79")
    return free, held


def compare(daemon, metrics, free, held):
    listed = daemon.items("list", "--all")
    counts = collections.Counter((row["state"], row["class"], row["department"]) for row in listed)
    expect(len(counts) == 2, f"active and waiting: {counts}")
    expect(metrics.sum("allot_reservations") == len(listed), "as many reservations as in the list")
    for (state, name, department), count in counts.items():
        shown = metrics("allot_reservations", **{"state": state, "class": name, "department": department})
        expect(shown == count, f"{state} {name} {department}: {shown}, not {count}")
    states = {}
    for row in daemon.items("devices"):
        states[row["id"]] = row["health"]
        for state in ("healthy", "draining", "drained", "failed"):
            shown = metrics("allot_device_state", device=row["id"], model=row["model"], state=state)
            expect(shown == (state == row["health"]), f"{row['id']}: {state} {shown}")
        shown = metrics("allot_device_held", device=row["id"], model=row["model"])
        expect(shown == (row["state"] == "held"), f"{row['id']}: held {shown}")
    expect((states[free[0]], states[free[1]], states[sorted(held)[0]]) == ("drained", "failed", "draining"), states)
    host = daemon.allot("host")
    expect(metrics("allot_cores") == host["cores"] and metrics("allot_memory_bytes") == host["memoryBytes"], "the host")
    active = [row for row in listed if row["state"] == "active"]
    expect(metrics("allot_cores_held") == sum(row["cpus"] for row in active) == 4, "the cores that are held")
    usage = daemon.allot("usage", "--by", "department")
    expect(usage["items"], "something was used")
    for item in usage["items"]:
        seconds = float(item["quantityHours"]) * 3600
        shown = metrics("allot_month_usage_seconds", department=item["keys"]["department"], sku=item["sku"])
        expect(abs(shown - seconds) < 0.01, f"{item['sku']}: {shown}, not {seconds}")
        expect(metrics("allot_usage_seconds_total", department=item["keys"]["department"], sku=item["sku"]) > shown,
               f"{item['sku']}: what runs is counted")
    gpu = next(item["sku"] for item in usage["items"] if item["sku"].startswith("gpu:"))
    expect(metrics("allot_unrated_usage_seconds", department="lab", sku=gpu) > 0, "what has no price is told")
    health = daemon.allot("health", code=1)
    expect(metrics("allot_problems") == len(health["problems"]) >= 2, health)
    expect(any("Xid 79" in text for text in health["problems"]), health)
    remarks = [text for text in health["remarks"] if text.startswith("device ")]
    expect(len(remarks) == 2 and "fan is loud" in "".join(remarks), health)
    expect(metrics("allot_refusals_total", reason="exceeds-host") == 1, "the refusal")
    expect(metrics("allot_executor_reachable") == metrics("allot_store_writable") == 1, "all is there")
    expect(metrics("allot_starts_total") == 3, "three began")
    expect(metrics("allot_commit_duration_seconds_count") > 10, "commits are timed")
    expect(metrics("allot_plan_duration_seconds_count") > 0, "passes are timed")
    expect(0 < metrics("allot_commit_duration_seconds_sum") < 60, "in seconds")
    expect(abs(metrics("allot_journal_rows") - health["journalSequence"]) < 3, "rows of the journal")
    expect(metrics("allot_http_requests_total", code="4xx") >= 1, "requests by class")


def told(daemon, held):
    """Who holds what is drained gets an event of the own reservation."""
    done = subprocess.run([daemon.args.allot, "events", "--output", "json"], stdout=subprocess.PIPE, text=True, check=True)
    text = done.stdout.strip()
    events = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    notices = [event for event in events if event["type"] == "notice.draining"]
    expect(len(notices) == 1, notices)
    notice = notices[0]
    expect(notice["reservation"] == "r-1" and notice["reason"] == "firmware" and notice["cause"] == "maintenance"
           and notice["devices"] == [sorted(held)[0]] and "start" in notice, notice)


def judged(text, rules):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    expect(done.returncode == 0 and not done.stdout.strip(), f"promtool: {done.returncode}: {done.stdout}")
    # It can fail: a counter that does not say so.
    bad = subprocess.run(["promtool", "check", "metrics"], input="# TYPE x counter\nx 1\n", stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
    expect(bad.returncode != 0, "promtool finds nothing wrong with anything")
    for words in (["rules", "allot.rules.yml"], ["config", "scrape.yml"]):
        done = subprocess.run(["promtool", "check", *words], cwd=rules, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        expect(done.returncode == 0, done.stdout)
    families = Metrics(text).families
    with open(os.path.join(rules, "allot.rules.yml"), encoding="utf-8") as file:
        named = {name for line in file if "expr" in line or "(allot_" in line
                 for name in re.findall(r"\ballot_[a-z_]+\b", line)}
    unknown = [name for name in named if name not in families and name.removesuffix("_bucket") not in families]
    expect(len(named) > 5 and not unknown, f"rules are about {unknown}")


def closed(daemon, text):
    """The port shows the metrics and nothing else; over the socket they take a role."""
    status, kind, shown = daemon.over_port("/metrics")
    expect(status == 200 and kind.startswith("text/plain; version=0.0.4"), f"{status} {kind}")
    expect(Metrics(shown).families == Metrics(text).families, "the port shows the same")
    for path, method, wanted in (("/v1/host", "GET", 404), ("/v1/metrics", "GET", 404), ("/", "GET", 404),
                                 ("/metrics", "POST", 405)):
        expect(daemon.over_port(path, method)[0] == wanted, f"{method} {path}")
    if os.getuid() == 0:
        import pwd

        child = os.fork()
        if child == 0:
            account = pwd.getpwnam(OTHER)
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            os._exit(0 if daemon.read(Unix(daemon.args.socket), "/v1/metrics")[0] == 403 else 1)
        expect(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "an ordinary user reads no metrics")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--allot", "--socket", "--rules"):
        parser.add_argument(name, required=True)
    parser.add_argument("--port", type=int, required=True)
    daemon = Daemon(parser.parse_args())
    try:
        until(lambda: os.path.exists(daemon.args.socket), 30)
        # As allotd.socket has it.
        os.chmod(daemon.args.socket, 0o666)
        free, held = work(daemon)
        text = daemon.over_socket()
        metrics = Metrics(text)
        compare(daemon, metrics, free, held)
        told(daemon, held)
        judged(text, daemon.args.rules)
        closed(daemon, text)
        expect("r-1" not in text and 'user=' not in text, "no label names a user or a reservation")
        print(f"{len(metrics.families)} families with {len(metrics.samples)} samples agree with allot, and promtool accepts them")
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)


main()
