#!/usr/bin/env python3
"""Sums sealed invoices again from the rows of the usage table, by SQL and fractions, and compares to the last digit.

sums.py [--break] FILE…   databases of the daemon (allot.db), or SQL that makes tables with the same columns

Nothing of Allot's own code is used: prices, factors and rounding are written down here once more. What is no use (an
adjustment) is taken from the journal; a part of shared cost, which needs what was owned, is only held to be whole
hundredths. With --break each file's sums are made wrong in several ways too, and each has to be noticed.
"""
import hashlib
import json
import sqlite3
import sys
from collections import defaultdict
from fractions import Fraction

KINDS = ["usage", "credit", "reversal", "restatement", "adjustment", "shared"]
MICROS = 1_000_000


def opened(path):
    if path.endswith(".sql"):
        database = sqlite3.connect(":memory:")
        with open(path, encoding="utf-8") as file:
            database.executescript(file.read())
        return database
    copy = sqlite3.connect(":memory:")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as source:
        source.backup(copy)
    return copy


def per_hour_units(sku):
    if sku.startswith("gpu:"):
        return 1000
    return 1024 if sku == "memory" else 1


def exact(tariff, quantity):
    """What a quantity costs, as a fraction of the currency's unit; None where it has no price."""
    factors = tariff["multiplier"] * tariff["factor"]
    if factors == 0:
        return Fraction(0)
    if tariff.get("rate") is None:
        return None
    amount = Fraction(quantity, per_hour_units(tariff["sku"]) * 3_600_000)
    return amount * tariff["rate"]["perHour"] * factors * tariff["part"] / (1000**3 * MICROS)


def places(fraction, digits=12):
    """As a decimal, rounded half to even."""
    number = round(fraction * 10**digits)
    text = str(abs(number)).rjust(digits + 1, "0")
    return ("-" if number < 0 else "") + text[:-digits] + "." + text[-digits:]


def adjustments(database):
    """By period and department, the adjustments that hold: (team, number) and micro-units."""
    held, waiting = defaultdict(dict), {}
    query = "SELECT kind, payload FROM journal WHERE kind LIKE 'finance.%' ORDER BY sequence"
    for kind, payload in database.execute(query):
        event = json.loads(payload)
        if kind == "finance.proposed":
            proposal = event["proposed"]["_0"]
            waiting[proposal["number"]] = proposal
            number = None if event["proposed"]["needsSecond"] else proposal["number"]
        else:
            number = event["approved" if kind == "finance.approved" else "rejected"]["_0"]
        if number is None:
            continue
        what = waiting.pop(number)["what"].get("adjustment")
        if what and kind != "finance.rejected":
            what = what["_0"]
            held[what["period"], what["department"]][what.get("team") or "", number] = what["amount"]
    return held


def lines_of_use(database, month, department, tariffs):
    """Key to exact sum and quantity, by the rows; a key is kind, team, SKU, proposal, original period."""
    lines = {}
    query = """SELECT team, tariff, SUM(quantity) FROM usage_record
               WHERE month = ? AND department = ? GROUP BY team, tariff"""
    for team, tariff, quantity in database.execute(query, (month, department)):
        tariff = tariffs[tariff]
        amount = exact(tariff, quantity)
        if amount is None:
            continue
        key = (tariff["entry"], team, tariff["sku"], tariff.get("correction"), tariff.get("original"))
        old = lines.get(key, (Fraction(0), 0))
        lines[key] = (old[0] + amount, old[1] + quantity)
    return lines


def whole_hundredths(amounts):
    """Each rounded down to whole hundredths, and what is missing given to those that lost most, of equals the first."""
    total = round(sum(amounts, Fraction(0)) * 100)
    parts = [(amount * 100) // 1 for amount in amounts]
    lost = [amount * 100 - part for amount, part in zip(amounts, parts)]
    for index in sorted(range(len(parts)), key=lambda place: (-lost[place], place))[: total - sum(parts)]:
        parts[index] += 1
    return [int(part) for part in parts], total


def faults(database):
    """What is wrong, in words."""
    found = []
    tariffs = {number: json.loads(body) for number, body in database.execute("SELECT id, body FROM tariff")}
    posted = adjustments(database)
    seals = {}
    for (payload,) in database.execute("SELECT payload FROM journal WHERE kind = 'period.closed'"):
        for seal in json.loads(payload)["closed"]["_0"]["invoices"]:
            seals[seal["number"]] = seal
    documents = database.execute("SELECT number, month, department, body FROM invoice ORDER BY number").fetchall()
    if sorted(seals) != [document[0] for document in documents]:
        found.append("the sealed invoices are not those of the journal")
    months = {month for _, month, _, _ in documents}
    charged = {(month, department) for _, month, department, _ in documents}
    rows = database.execute("SELECT DISTINCT month, department, tariff, number FROM usage_record")
    for month, department, tariff, number in rows:
        if month in months and (month, department) not in charged and exact(tariffs[tariff], 1) is not None:
            found.append(f"record {number} is on no invoice")
    for number, month, department, body in documents:
        invoice, seal = json.loads(body), seals.get(number, {})
        if seal.get("total") != invoice["total"]:
            found.append(f"{number}: another total than in the journal")
        body = body if isinstance(body, bytes) else body.encode()
        if seal.get("sha256") and seal["sha256"] != hashlib.sha256(body).hexdigest():
            found.append(f"{number}: another SHA-256 than in the journal")
        lines = lines_of_use(database, month, department, tariffs)
        for (team, proposal), amount in posted[invoice["period"], department].items():
            lines[("adjustment", team, None, proposal, None)] = (Fraction(amount, MICROS), None)
        found += [f"{number}: {fault}" for fault in compare(invoice, lines)]
    return found


def compare(invoice, lines):
    """What of an invoice is not as its lines' sums say."""
    for line in invoice["lines"]:
        if line["kind"] == "shared":
            lines[key_of(line)] = (Fraction(line["amount"], MICROS), None)
    keys = [key_of(line) for line in invoice["lines"]]
    order = [(KINDS.index(key[0]), key[1]) for key in keys]
    if sorted(keys, key=str) != sorted(lines, key=str):
        yield "its lines are not those of the rows"
        return
    if order != sorted(order) or [line["id"] for line in invoice["lines"]] != list(range(1, len(keys) + 1)):
        yield "its lines are out of order"
    amounts, total = whole_hundredths([lines[key][0] for key in keys])
    for line, key, amount in zip(invoice["lines"], keys, amounts):
        if line["exact"] != places(lines[key][0]) or line.get("quantity") != lines[key][1]:
            yield f"line {line['id']}: the rows sum to {places(lines[key][0])}, {lines[key][1]}"
        if line["amount"] != amount * 10_000:
            yield f"line {line['id']}: {amount} hundredths by largest remainder"
    sum_of_all = sum((lines[key][0] for key in keys), Fraction(0))
    if invoice["total"] != total * 10_000 or invoice["exact"] != places(sum_of_all):
        yield f"the rows sum to {places(sum_of_all)}, which is {total} hundredths"
    if invoice["rounding"] != places(Fraction(total, 100) - Fraction(invoice["exact"])):
        yield "its rounding is not the difference"


def key_of(line):
    return (line["kind"], line.get("team") or "", line.get("sku"), line.get("proposal"), line.get("original"))


BREAKS = {
    "a quantity": "UPDATE usage_record SET quantity = quantity + 1 WHERE number = :record",
    "a team": "UPDATE usage_record SET team = 'x' WHERE number = :record",
    "a row less": "DELETE FROM usage_record WHERE number = :record",
    "a row of a closed month more": """INSERT INTO usage_record (number, {columns})
        SELECT (SELECT MAX(number) + 1 FROM usage_record), {columns} FROM usage_record WHERE number = :record""",
    "a line's amount": """UPDATE invoice SET body = CAST(json_set(CAST(body AS TEXT), '$.lines[0].amount',
        json_extract(CAST(body AS TEXT), '$.lines[0].amount') + 10000) AS BLOB) WHERE number = :invoice""",
    "a total": """UPDATE invoice SET body = CAST(json_set(CAST(body AS TEXT), '$.total', 1) AS BLOB)
        WHERE number = :invoice""",
    "a price": """UPDATE tariff SET body = CAST(json_set(CAST(body AS TEXT), '$.rate.perHour',
        json_extract(CAST(body AS TEXT), '$.rate.perHour') + 1) AS BLOB)
        WHERE id = (SELECT tariff FROM usage_record WHERE number = :record)""",
}


def unnoticed(path):
    """The ways to break it that are not noticed."""
    for name, statement in BREAKS.items():
        database = opened(path)
        for trigger in [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            database.execute(f"DROP TRIGGER {trigger}")
        tariffs = {number: json.loads(body) for number, body in database.execute("SELECT id, body FROM tariff")}
        query = """SELECT number, tariff, quantity FROM usage_record WHERE month IN (SELECT month FROM invoice)
                   ORDER BY quantity DESC"""
        record = next((row[0] for row in database.execute(query) if exact(tariffs[row[1]], row[2])), None)
        query = "SELECT number FROM invoice WHERE json_array_length(CAST(body AS TEXT), '$.lines') > 0"
        invoice = database.execute(query).fetchone()
        if record is None or invoice is None:
            yield f"{name}: there is nothing to break"
            continue
        columns = [row[1] for row in database.execute("PRAGMA table_info(usage_record)") if row[1] != "number"]
        statement = statement.replace("{columns}", ", ".join(columns))
        if database.execute(statement, {"record": record, "invoice": invoice[0]}).rowcount != 1:
            yield f"{name}: nothing was broken"
        elif not faults(database):
            yield f"{name}: not noticed"


def main(arguments):
    breaks = "--break" in arguments
    paths = [argument for argument in arguments if argument != "--break"]
    invoices = rows = failed = 0
    for path in paths:
        database = opened(path)
        found = faults(database)
        invoices += database.execute("SELECT COUNT(*) FROM invoice").fetchone()[0]
        rows += database.execute("SELECT COUNT(*) FROM usage_record").fetchone()[0]
        if breaks:
            found += unnoticed(path)
        for fault in found[:20]:
            print(f"FAILED: {path}: {fault}")
        failed += len(found)
    if not paths or invoices == 0 or rows == 0:
        print("FAILED: nothing was sealed, so nothing was summed")
        return 1
    if failed:
        return 1
    ways = f", and {len(BREAKS)} ways to break each noticed" if breaks else ""
    print(f"sums: {invoices} sealed invoices in {len(paths)} files are what {rows} rows sum to{ways}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
