"""What is checked inside the emulated machine, by phase: checks, install, only, after, last. Started by begin.sh."""

import sys
import time

import attendance
import devices
import life
import load
from checking import output

phase = sys.argv[1]
began = time.monotonic()
if phase in ("checks", "only"):
    devices.checks()
    life.checks()
    attendance.checks()
    print(f"figure the checks took {time.monotonic() - began:.0f} s", flush=True)
    # Theirs lets go of what nobody uses; the load's reservations are to stay.
    output("allot", "policy", "propose", "/opt/checks/policy.yaml", "--reason", "absence is not in question here")
elif phase == "install":
    # It is the first checks that turn it on otherwise; it has to hold over the cut.
    output("allot-lock", "on")
else:
    load.what_is_left()
if phase in ("checks", "install", "after"):
    load.begin()
output("sync")
print("finished", flush=True)
