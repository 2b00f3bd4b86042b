"""Boots the emulated machine, shows what its checks print, and cuts its power. Started by run.sh; standard library."""

import argparse
import os
import random
import selectors
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "systemd"))
from checking import until

BOOT_SECONDS = 1500  # until its checks are over, or it is taken to hang
SILENT_SECONDS = 600  # without a line
CUT_COUNT = (10, 80)  # acknowledgements of the load before the cut, which then comes at any moment
CUT_SECONDS = (0, 0.5)  # of so long
LEDGER_BYTES = 1 << 20
SHOWN = ("ok ", "FAILED ", "note ", "figure ", "Traceback ", "skipped: ")


def command(work, image, phase):
    """Two NUMA nodes of two cores, two GPUs on each, the console on standard output, no network."""
    words = [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi,tb-size=512", "-m", "2048", "-smp", "4,sockets=2,cores=2",
        "-machine", "q35", "-vga", "none", "-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot",
        "-nic", "none", "-kernel", f"{image}/vmlinuz", "-initrd", f"{image}/initrd", "-append",
        f"root=/dev/vda rw console=ttyS0 quiet loglevel=3 systemd.show_status=0 audit=0 mitigations=off allot={phase}",
    ]
    for node in (0, 1):
        words += ["-object", f"memory-backend-ram,id=m{node},size=1024M"]
        words += ["-numa", f"node,nodeid={node},cpus={2 * node}-{2 * node + 1},memdev=m{node}"]
        words += ["-device", f"pxb-pcie,id=pxb{node},bus_nr={32 * (node + 1)},numa_node={node},bus=pcie.0"]
    for gpu in range(4):
        words += ["-device", f"pcie-root-port,id=rp{gpu},bus=pxb{gpu // 2},chassis={gpu + 1}"]
        words += ["-device", f"virtio-gpu-pci,bus=rp{gpu}"]
    drives = {
        "disk": f"file=nbd:unix:{work}/disk.sock,cache=writeback",
        "second": f"file={work}/second.img,cache=unsafe",
        "ledger": f"file={work}/ledger.img,cache=unsafe",
    }
    for name, how in drives.items():
        words += ["-drive", f"id={name},{how},format=raw,if=none", "-device", f"virtio-blk-pci,drive={name},bus=pcie.0"]
    return words


def disk(work):
    """A disk with a cache of its own: what the machine has not flushed is gone with the power."""
    address = f"{work}/disk.sock"
    words = ["nbdkit", "--foreground", "--exit-with-parent", "--unix", address, "--filter=cache", "file"]
    process = subprocess.Popen([*words, f"{work}/disk.img", "cache=writeback", "cache-min-block-size=4096"], env={**os.environ, "TMPDIR": work})
    until(lambda: os.path.exists(address) or process.poll() is not None)
    if process.poll() is not None:
        raise RuntimeError(f"nbdkit does not serve {work}/disk.img")
    return process


class Machine:
    """One boot: its console's lines as they come, and its end."""

    def __init__(self, options, phase, ledger):
        self.work = options.work
        with open(f"{self.work}/ledger.img", "wb") as file:
            file.write("".join(f"{line}\n" for line in ledger).encode().ljust(LEDGER_BYTES, b"\0"))
        self.disk = disk(self.work)
        self.began = time.monotonic()
        self.console = open(f"{self.work}/console", "ab")
        self.process = subprocess.Popen(
            command(self.work, options.image, phase), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.rest = b""

    def lines(self, until=None):
        """The next lines; none at the time `until`, None at the end of the machine."""
        now = time.monotonic()
        end = min(self.began + BOOT_SECONDS, now + SILENT_SECONDS)
        if until is not None and until < end:
            end = until
        if not self.selector.select(max(0, end - now)):
            if end == until:
                return []
            raise TimeoutError(f"nothing came from the machine for {time.monotonic() - now:.0f} s")
        read = os.read(self.process.stdout.fileno(), 1 << 16)
        if not read:
            return None
        self.console.write(read)
        self.console.flush()
        *whole, self.rest = (self.rest + read).split(b"\n")
        return [line.decode(errors="replace").strip() for line in whole]

    def cut(self):
        self.disk.kill()
        self.process.kill()

    def end(self):
        """What it had to say is said, and its file systems are synchronized."""
        self.process.kill()
        self.process.wait()
        self.disk.kill()
        self.disk.wait()
        if os.path.exists(f"{self.work}/disk.sock"):
            os.unlink(f"{self.work}/disk.sock")
        self.console.close()


class Run:
    """All boots of one disk."""

    def __init__(self, options):
        self.options = options
        self.chance = random.Random(options.seed)
        self.ledger = []  # what the machine has acknowledged, over all boots
        self.passed = self.failed = self.cuts = 0

    def show(self, line):
        if line.startswith("ack "):
            self.ledger.append(line.removeprefix("ack "))
        elif line.startswith(SHOWN):
            self.passed += line.startswith("ok ")
            self.failed += line.startswith(("FAILED ", "Traceback "))
            print(line, flush=True)

    def boot(self, phase):
        """One boot, to its own end or to a cut; whether it has come to where its checks end or its load begins."""
        machine = Machine(self.options, phase, self.ledger)
        cut, came, wanted, over = None, False, None, False
        try:
            while (lines := machine.lines(cut)) is not None:
                for line in lines:
                    if line == "begun":
                        print(f"figure {phase}: {time.monotonic() - machine.began:.0f} s from power to the first "
                              "command", flush=True)
                    elif line == "load":
                        came, wanted = True, len(self.ledger) + self.chance.randint(*CUT_COUNT)
                    elif line == "finished":
                        came = over = True
                    else:
                        self.show(line)
                        if wanted is not None and cut is None and len(self.ledger) >= wanted:
                            cut = time.monotonic() + self.chance.uniform(*CUT_SECONDS)
                if over:
                    break
                if cut is not None and time.monotonic() >= cut:
                    machine.cut()
                    self.cuts += 1
                    break
        except TimeoutError as error:
            print(f"FAILED {phase}: {error}", flush=True)
            machine.cut()
        finally:
            machine.end()
        if came:
            print(f"figure {phase}: {time.monotonic() - machine.began:.0f} s in all; "
                  f"{len(self.ledger)} acknowledged so far", flush=True)
        else:
            self.failed += 1
            print(f"FAILED {phase}: the machine ended before its checks did", flush=True)
        return came

    def all(self):
        """The checks, then so many cuts, each followed by a boot that checks what is left and loads anew."""
        phases = ["install" if self.options.only == "cuts" else "checks"]
        phases += ["after"] * (self.options.cuts - 1) + ["last"]
        for phase in phases if self.options.cuts else ["only"]:
            if not self.boot(phase):
                break


def main():
    parser = argparse.ArgumentParser()
    for name in ("image", "work", "only"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("cuts", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    # A caller's `timeout` ends the emulator too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    began = time.monotonic()
    subprocess.run(["cp", "--sparse=always", f"{options.image}/disk.img", f"{options.work}/disk.img"], check=True)
    print(f"booting (seed {options.seed})", flush=True)
    run = Run(options)
    run.all()
    if run.failed:
        print("the end of the console:")
        with open(f"{options.work}/console", errors="replace") as console:
            sys.stdout.writelines(line for line in console.readlines()[-60:] if not line.startswith("ack "))
    print(f"vm: {time.monotonic() - began:.0f} s, {run.cuts} power cuts, {len(run.ledger)} acknowledged, "
          f"seed {options.seed}")
    print(f"{run.passed} passed, {run.failed} failed")
    sys.exit(1 if run.failed or not run.passed else 0)


main()
