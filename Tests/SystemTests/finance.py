"""Runs the commands of docs/finance.md as the people at their prompts, and compares what they say with the page.

Started by finance.sh; standard library only. A block that begins with ```console has prompts, such as `finance$ `, and
below each what the command says. What is another at each run is compared by its place alone: times after the month, and
the digests of files that have such times in them. All other digests are those of the page: the same journal gives the
same bytes."""

import argparse
import os
import re
import shutil
import subprocess
import sys

# Accounts that every Debian has. None is a person.
PEOPLE = {"finance": "mail", "colleague": "sys", "manager": "news", "user": "games", "auditor": "backup"}
PROMPT = re.compile(r"^(%s)\$ (.+)$" % "|".join(PEOPLE))
LEAST_COMMANDS = 20


def blocks(text):
    """The page in pieces: text, and lists of commands with what they say."""
    pieces, rest = [], text
    while (start := rest.find("```console\n")) >= 0:
        start += len("```console\n")
        end = rest.index("```", start)
        pieces.append(rest[:start])
        commands = []
        for line in rest[start:end].splitlines():
            if found := PROMPT.match(line):
                commands.append([found[1], found[2], []])
            elif commands:
                commands[-1][2].append(line)
            else:
                raise SystemExit(f"a block begins with no prompt: {line}")
        pieces.append(commands)
        rest = rest[end:]
    return pieces + [rest]


# Files that say when the month was closed.
TIMED = re.compile(r"--dataset (billing-period|invoice-detail)")


def masked(command, lines):
    """Lines without what differs from run to run."""
    kept = []
    for line in lines:
        # Months after this one are open, as many as there are by now.
        if re.match(r"^20\d\d-\d\d +open ", line) and not line.startswith("2026-10"):
            continue
        line = re.sub(r"\b(20\d\d-\d\d-\d\d)( \d\d:\d\d|T[0-9:.]+Z)", lambda found:
                      "<time>" if found[1] > "2026-11-01" else found[0], line.rstrip())
        kept.append(re.sub(r"\b[0-9a-f]{64}\b", "<digest>", line) if TIMED.search(command) else line)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def run(args, person, command):
    users = {line.split(":")[0]: line.split(":")[2] for line in open("/etc/passwd")}
    uid = users[PEOPLE[person]]
    environment = {
        "ALLOT_SOCKET": args.socket, "PATH": f"{args.folder}/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/",
        "LD_LIBRARY_PATH": f"{args.folder}/lib", "TZ": "Europe/Berlin"}
    ending = subprocess.run(
        ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "bash", "-c", command], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
        cwd=f"{args.folder}/desk")
    return ending.returncode, ending.stdout.splitlines()


def main():
    parser = argparse.ArgumentParser()
    for option in ("page", "folder", "socket"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    pieces = blocks(open(args.page, encoding="utf-8").read())
    steps, faults = 0, 0
    for piece in pieces:
        if isinstance(piece, str):
            continue
        for entry in piece:
            person, command, said = entry
            program = command.split()[0]
            if program != "allot" and shutil.which(program) is None:
                print(f"skipped: finance.sh: {person}$ {command}: there is no {program}")
                continue
            code, lines = run(args, person, command)
            print(f"{person}$ {command}")
            print("\n".join(lines))
            steps += 1
            if code != 0:
                print(f"FAILED: it ended with {code}", file=sys.stderr)
                faults += 1
            wanted, got = masked(command, said), masked(command, lines)
            if wanted != got and not args.update:
                faults += 1
                print("FAILED: the page has:\n" + "\n".join(wanted) + "\nand it said:\n" + "\n".join(got), file=sys.stderr)
            entry[2] = lines
    if args.update:
        with open(args.page, "w", encoding="utf-8") as page:
            for piece in pieces:
                page.write(piece if isinstance(piece, str) else "".join(
                    f"{person}$ {command}\n" + "".join(line.rstrip() + "\n" for line in lines)
                    for person, command, lines in piece))
    if steps < LEAST_COMMANDS:
        print(f"FAILED: the page has {steps} commands, and had {LEAST_COMMANDS} at least", file=sys.stderr)
        faults += 1
    if faults:
        sys.exit(1)
    print(f"\nfinance: {steps} commands of the page say what it says")


if __name__ == "__main__":
    main()
