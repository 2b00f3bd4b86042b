"""Users at terminals: real logins, by login(1) on a pseudoterminal, and what they type."""

import json
import os
import pty
import re
import select
import signal
import time

import checking

SECONDS = 90  # for one command, under emulation
PAUSE = 0.3  # between two looks, each of which may be a program that is started


class Session:
    """One login of a user. The user's shell is below it, in a session's scope of its own."""

    every = []

    def __init__(self, user):
        self.user = user
        self.count = 0
        self.text = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execv("/bin/login", ["login", "-f", user])
        Session.every.append(self)

    def begin(self):
        """Waits until the shell is there. Apart from the making, so that several can log in at the same time."""
        self.wait_for(r"\$ $")
        # A shell that neither echoes nor edits: what comes back is what was printed.
        self.type("exec env ENV= PS1= PS2= sh\nstty -echo -onlcr\nPS1=; PS2=; echo ready-$((40 + 2))\n")
        self.wait_for("ready-42\n")
        return self

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait_for(self, pattern, seconds=SECONDS):
        """Reads until the pattern has come; gives the match, and takes everything up to it."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text)):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                raise TimeoutError(f"{self.user} waits for {pattern!r} and has {self.text[-300:]!r}")
            try:
                read = os.read(self.terminal, 1 << 16)
            except OSError:
                raise RuntimeError(f"the session of {self.user} is over: {self.text[-300:]!r}") from None
            # What resets the terminal brings the carriage returns back.
            self.text += read.decode(errors="replace").replace("\r", "")
        self.before = self.text[: found.start()]
        self.text = self.text[found.end() :]
        return found

    def start(self, command):
        """Types a command that goes on; `finish` waits for it."""
        self.count += 1
        self.type(f"{{ {command}\n}}; printf '\\n%s:%d\\n' end'{self.count}' $?\n")

    def finish(self, seconds=SECONDS):
        """The exit status, and what was printed."""
        found = self.wait_for(rf"\nend{self.count}:(\d+)\n", seconds)
        return int(found[1]), self.before.strip()

    def do(self, command, code=0, seconds=SECONDS):
        """What a command prints, errors with it; its exit status must be the one that is named."""
        self.start(f"{{ {command}\n}} 2>&1")
        status, text = self.finish(seconds)
        if status != code:
            raise RuntimeError(f"{self.user}: {command}: {status} instead of {code}: {text}")
        return text

    def objects(self, words):
        """What `allot` gives as JSON."""
        return json.loads(self.do(f"allot --output json {words}"))

    def reserve(self, words):
        """Reserves, waits until it is active, and gives the reservation."""
        number = self.objects(f"reserve {words} --wait --timeout 60s 2>/dev/null")["id"]
        return self.objects(f"show {number}")

    def opens(self, inside=None, before=""):
        """The names of GPU nodes that open, within a reservation or outside."""
        place = f"allot run {inside} -- " if inside else ""
        text = self.do(f"{before}{place}/opt/checks/opens.sh")
        # A notice may have come between.
        return [word for line in text.splitlines() if not line.startswith("allot: r-") for word in line.split()]

    def group(self):
        return self.do("cat /proc/self/cgroup")

    def close(self):
        """Hangs up."""
        os.close(self.terminal)
        try:
            os.kill(self.pid, signal.SIGHUP)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        Session.every.remove(self)


def until(condition, seconds=60):
    """Waits for a condition, and gives what it gave."""
    return checking.until(condition, seconds, PAUSE)


def names(files):
    """Device files by their last name, sorted as opens.sh prints them."""
    return sorted(file.rsplit("/", 1)[1] for file in files)
