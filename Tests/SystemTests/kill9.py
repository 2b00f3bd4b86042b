"""Kills allotd in the middle of load and checks what it had acknowledged. Started by kill9.sh; standard library only."""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time

READY_SECONDS = 60
END_SECONDS = 30
SAME_FIELDS = ("id", "kind", "department", "gpus", "cpus", "memoryBytes", "durationSeconds", "submittedAt", "class", "tags")


class Failure(Exception):
    """Something that was promised did not hold."""


class Unsent(ConnectionError):
    """The kernel did not take the request: nobody has seen it."""


class Connection:
    """One connection that asks one thing at a time: HTTP/1.1 over a Unix socket."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.was_last = False  # whether the daemon has said that it will hear no more

    @classmethod
    async def open(cls, path):
        return cls(*await asyncio.open_unix_connection(path, limit=16 << 20))

    async def ask(self, method, path, body=None, key=None):
        """Gives status and decoded JSON; raises ConnectionError where no whole reply came, Unsent where no request went."""
        payload = b"" if body is None else json.dumps(body).encode()
        head = [f"{method} {path} HTTP/1.1", "Host: allot", f"Content-Length: {len(payload)}"]
        if payload:
            head.append("Content-Type: application/json")
        if key:
            head.append(f"Idempotency-Key: {key}")
        if self.was_last:
            raise Unsent
        self.writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + payload)
        if self.writer.transport.is_closing():
            raise Unsent
        try:
            await self.writer.drain()
            return await self.reply()
        except (asyncio.IncompleteReadError, OSError) as error:
            raise ConnectionError(str(error)) from error

    async def reply(self):
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self.was_last = headers.get("connection", "").lower() == "close"
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = await self.chunks()
        else:
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return status, json.loads(body) if body else None

    async def chunks(self):
        body = b""
        while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readuntil(b"\r\n")
        return body

    def close(self):
        self.writer.close()


class Ledger:
    """What the daemon owes: kept by the client, over all rounds."""

    def __init__(self):
        self.views = {}  # id → the reservation as acknowledged
        self.keys = {}  # key → id
        self.cancelled = set()  # ids whose cancel was acknowledged
        self.cancelling = set()  # ids whose cancel was sent and never answered
        self.open = {}  # key → body: never answered
        self.unsent = set()  # those of them that never left the client
        self.refused = {}  # key → status and title

    def acknowledge(self, key, view):
        number = view["id"]
        if number in self.views and self.views[number]["tags"]["key"] != key:
            raise Failure(f"{number} was given to {self.views[number]['tags']['key']} and again to {key}")
        if self.keys.get(key, number) != number:
            raise Failure(f"the key {key} has made {self.keys[key]} and {number}")
        self.views[number] = view
        self.keys[key] = number
        self.open.pop(key, None)

    def highest(self):
        return max(map(number_of, self.views), default=0)


class Daemon:
    """The daemon's process, restarted on the same state."""

    def __init__(self, options):
        self.command = [
            options.allotd, "--config", f"{options.folder}/allotd.yaml", "--socket", f"{options.folder}/allotd.sock",
            "--state", f"{options.folder}/state", "--topology", options.topology, "--executor", "process",
        ]
        self.verification = [options.allotd, "verify", "--state", f"{options.folder}/state"]
        self.socket = f"{options.folder}/allotd.sock"
        self.log = open(f"{options.folder}/allotd.log", "ab")
        self.process = None

    async def start(self):
        """Gives the seconds until it answered."""
        began = time.monotonic()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        while time.monotonic() - began < READY_SECONDS:
            try:
                code = self.process.wait(timeout=0.02)
                raise Failure(f"allotd ended with {code} at its start")
            except subprocess.TimeoutExpired:
                pass
            try:
                connection = await Connection.open(self.socket)
                status, _ = await connection.ask("GET", "/v1/health")
                connection.close()
                if status == 200:
                    return time.monotonic() - began
            except (ConnectionError, OSError):
                pass
        raise Failure(f"allotd does not answer after {READY_SECONDS} s")

    def end(self, number):
        """Sends a signal; gives the exit code, negative for a signal."""
        self.process.send_signal(number)

    async def wait(self):
        try:
            return await asyncio.to_thread(self.process.wait, END_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failure(f"allotd still runs {END_SECONDS} s after the signal") from None

    def verify(self):
        done = subprocess.run(self.verification, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"allotd verify: {done.stdout}{done.stderr}")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


async def submit(connection, ledger, key, chance):
    body = {"gpus": chance.randint(1, 4), "durationSeconds": chance.randint(7200, 86400), "tags": {"key": key}}
    ledger.open[key] = body
    try:
        status, view = await connection.ask("POST", "/v1/reservations", body, key)
    except Unsent:
        ledger.unsent.add(key)
        raise
    if status in (200, 201, 202):
        ledger.acknowledge(key, view)
        return view["id"]
    ledger.refused[key] = f"{status} {(view or {}).get('title', '')}: {(view or {}).get('detail', '')}"
    ledger.open.pop(key)
    return None


async def cancel(connection, ledger, number):
    ledger.cancelling.add(number)
    try:
        status, view = await connection.ask("POST", f"/v1/reservations/{number}/cancel", {}, f"cancel-{number}")
    except Unsent:
        ledger.cancelling.discard(number)
        raise
    ledger.cancelling.discard(number)
    if status not in (200, 202, 204):
        raise Failure(f"cancel of {number}: {status} {view}")
    ledger.cancelled.add(number)


async def work(daemon, ledger, name, chance):
    """Submits, and cancels every other one, until the daemon is gone."""
    try:
        connection = await Connection.open(daemon.socket)
        for count in range(1 << 30):
            number = await submit(connection, ledger, f"{name}-{count}", chance)
            if number is None:
                await asyncio.sleep(0.005)
            elif chance.random() < 0.5:
                await cancel(connection, ledger, number)
    except (ConnectionError, OSError):
        return


async def each(daemon, items, action, connections=16):
    """Does something with every item, over a few connections."""
    queue = list(items)

    async def worker():
        connection = await Connection.open(daemon.socket)
        while queue:
            await action(connection, queue.pop())
        connection.close()

    await asyncio.gather(*(worker() for _ in range(min(connections, max(len(queue), 1)))))


async def listing(daemon, since):
    """Every reservation that the daemon knows with a number above `since`, by id."""
    found = {}
    connection = await Connection.open(daemon.socket)
    for state in ("live", "ended"):
        # Live ones are listed from the lowest number, ended ones from the highest.
        cursor = f"r-{since}" if since and state == "live" else ""
        while cursor is not None:
            path = f"/v1/reservations?scope=all&state={state}&limit=1000" + (f"&cursor={cursor}" if cursor else "")
            status, page = await connection.ask("GET", path)
            if status != 200:
                raise Failure(f"GET {path}: {status} {page}")
            for view in page["items"]:
                found[view["id"]] = view
            cursor = page.get("nextCursor")
            if state == "ended" and page["items"] and number_of(page["items"][-1]["id"]) <= since:
                break
    connection.close()
    return {number: view for number, view in found.items() if number_of(number) > since}


def number_of(reservation):
    return int(reservation[2:])


def compare(owed, found, ledger):
    for field in SAME_FIELDS:
        if owed.get(field) != found.get(field):
            raise Failure(f"{owed['id']}: {field} was acknowledged as {owed.get(field)} and is {found.get(field)}")
    number, state = owed["id"], found["state"]
    if number in ledger.cancelled and (state not in ("ending", "ended") or found.get("endReason", "cancelled") != "cancelled"):
        raise Failure(f"{number}: its cancel was acknowledged, and it is {state}")
    left_alone = number not in ledger.cancelled and number not in ledger.cancelling
    if left_alone and state not in ("waiting", "active"):
        raise Failure(f"{number}: nobody ended it, and it is {state} ({found.get('endReason')})")


async def check(daemon, ledger, each_of, graceful, since):
    """Holds the restarted daemon to the ledger: all above a number, and some one by one. Gives how many of those in flight
    it had kept."""
    listed = await listing(daemon, since)
    made = {}
    for number, view in listed.items():
        key = (view.get("tags") or {}).get("key")
        if key in made:
            raise Failure(f"the key {key} has made {made[key]} and {number}")
        if key in ledger.refused:
            raise Failure(f"{number} is there, and was refused: {ledger.refused[key]}")
        made[key] = number
    owed_here = {number: owed for number, owed in ledger.views.items() if number_of(number) > since}
    missing = [number for number in owed_here if number not in listed]
    if missing:
        raise Failure(f"{len(missing)} acknowledged reservations are gone, such as {missing[:5]}")
    for number, owed in owed_here.items():
        compare(owed, listed[number], ledger)

    async def look(connection, number):
        status, found = await connection.ask("GET", f"/v1/reservations/{number}")
        if status != 200:
            raise Failure(f"GET {number}: {status} {found}")
        compare(ledger.views[number], found, ledger)

    await each(daemon, each_of, look)
    kept = [key for key in ledger.open if key in made]
    silent = [key for key in ledger.open if key not in ledger.unsent] + list(ledger.cancelling)
    if graceful and (kept or silent):
        raise Failure(f"SIGTERM left {len(silent)} requests without an answer, such as {silent[:3]}; {len(kept)} were done")
    await resend(daemon, ledger, made, since)
    return len(kept)


async def resend(daemon, ledger, made, since):
    """Asks again with the same key for what was never answered: the daemon makes it once, or had made it."""
    below = max(map(number_of, made.values()), default=since)

    async def again(connection, key):
        body = ledger.open[key]
        status, view = await connection.ask("POST", "/v1/reservations", body, key)
        if status not in (200, 201, 202):
            ledger.refused[key] = f"{status} {view}"
            ledger.open.pop(key)
        elif key in made and view["id"] != made[key]:
            raise Failure(f"{key} had made {made[key]} and, asked again, made {view['id']}")
        elif key not in made and int(view["id"][2:]) <= below:
            raise Failure(f"{view['id']} is new, and {below} had been given")
        else:
            ledger.acknowledge(key, view)

    await each(daemon, list(ledger.open), again)
    settled = [number for number in ledger.cancelling]
    await each(daemon, settled, lambda connection, number: settle(connection, ledger, number))


async def settle(connection, ledger, number):
    _, view = await connection.ask("GET", f"/v1/reservations/{number}")
    ledger.cancelling.discard(number)
    if view["state"] in ("ending", "ended"):
        ledger.cancelled.add(number)


async def make_room(daemon, ledger):
    """Keeps the queue short over many rounds, so that it is the kill that is tested and not the queue's limit."""
    waiting = [number for number in ledger.views if number not in ledger.cancelled]
    if len(waiting) > 2000:
        await each(daemon, waiting[:-500], lambda connection, number: cancel(connection, ledger, number))


async def one_round(daemon, ledger, options, name, number, chance):
    """Load, a signal in the middle of it, a restart, the check. Gives a line that tells of it."""
    before, cancelled_before, known = len(ledger.views), len(ledger.cancelled), ledger.highest()
    delay = chance.uniform(0.2, 2.5)
    workers = [
        asyncio.create_task(work(daemon, ledger, f"{name}-{index}", random.Random(f"{options.seed}-{name}-{index}")))
        for index in range(options.connections)
    ]
    began = time.monotonic()
    # The signal comes at some moment of the load, unless that is over before.
    await asyncio.wait(workers, timeout=delay)
    while len(ledger.views) == before:
        if time.monotonic() - began > END_SECONDS or all(worker.done() for worker in workers):
            raise Failure(f"no submission was acknowledged in {END_SECONDS} s: {list(ledger.refused.values())[-1:]}")
        await asyncio.wait(workers, timeout=0.05)
    daemon.end(number)
    await asyncio.wait_for(asyncio.gather(*workers), END_SECONDS)
    code = await daemon.wait()
    graceful = number == signal.SIGTERM
    if graceful and code != 0:
        raise Failure(f"allotd ended with {code} after SIGTERM")
    added, in_flight = list(ledger.views)[before:], len(ledger.open)
    dropped = len(ledger.cancelled) - cancelled_before
    restart = await daemon.start()
    sample = chance.sample(list(ledger.views), min(200, len(ledger.views)))
    kept = await check(daemon, ledger, set(added[-500:]) | set(sample), graceful, known)
    return (
        f"{signal.Signals(number).name} after {delay:.2f} s: {len(added)} acknowledged, {dropped} cancelled, "
        f"{in_flight} in flight ({kept} of them kept); restart {restart:.2f} s; all there, no id twice"
    )


async def run(options):
    chance = random.Random(options.seed)
    ledger, daemon = Ledger(), Daemon(options)
    try:
        await daemon.start()
        for count in range(1, options.rounds + 2):
            number = signal.SIGKILL if count <= options.rounds else signal.SIGTERM
            line = await one_round(daemon, ledger, options, f"{options.seed}-{count}", number, chance)
            print(f"round {count} of {options.rounds + 1}: {line}", flush=True)
            await make_room(daemon, ledger)
        await check(daemon, ledger, [], False, 0)
        daemon.end(signal.SIGTERM)
        await daemon.wait()
        daemon.verify()
    finally:
        daemon.kill()
    print(
        f"kill9: {options.rounds} kills and one SIGTERM under {options.connections} connections, seed {options.seed}: "
        f"{len(ledger.views)} acknowledged reservations and {len(ledger.cancelled)} cancels, none lost, no id twice; "
        f"the journal verifies; {len(ledger.refused)} refused"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--connections", type=int, default=64)
    for name in ("allotd", "folder", "topology"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    print(f"== Killing allotd under load: {options.rounds} rounds, seed {options.seed}", flush=True)
    try:
        asyncio.run(run(options))
    except (Failure, ConnectionError, asyncio.TimeoutError) as failure:
        print(f"FAILED (seed {options.seed}): {failure or type(failure).__name__}", file=sys.stderr)
        with open(f"{options.folder}/allotd.log", errors="replace") as log:
            sys.stderr.writelines(log.readlines()[-30:])
        sys.exit(1)


main()
