#!/usr/bin/env python3
"""Judges folders of exports with programs of others, and with sums of its own. See exports.sh."""

import argparse
import csv
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from focus_data_toolkit.validate.bundle import validate_dataset_bundle
from focus_data_toolkit.validate.reconciliation import reconcile_invoice_detail

DATASETS = {
    "focus-cost-and-usage": ("cost-and-usage", "Cost and Usage"),
    "focus-billing-period": ("billing-period", "Billing Period"),
    "focus-invoice-detail": ("invoice-detail", "Invoice Detail"),
}
# What a provider with a price list supports, so that the toolkit asks for the columns that go with it.
CONDITIONS = ["SupportsUnitPricing", "SupportsMultiplePricingCategories"]
# Category, entry, state and SKU's kind that a month with every kind of row has; a star is any.
KINDS = [
    ("Usage", "usage", "used", "gpu"), ("Usage", "usage", "idle", "gpu"), ("Usage", "usage", "noShow", "gpu"),
    ("Usage", "usage", "unmeasured", "gpu"), ("Usage", "usage", "degraded", "gpu"), ("Usage", "usage", "*", "cpu"),
    ("Usage", "usage", "*", "memory"), ("Usage", "usage", "*", "licence"), ("Credit", "credit", "*", "*"),
    ("Usage", "reversal", "*", "*"), ("Usage", "restatement", "*", "*"), ("Purchase", "", "", "shared"),
    ("Adjustment", "", "", ""),
]


class Refused(Exception):
    """A judge says no: which, and what."""

    def __init__(self, judge, what):
        super().__init__(f"{judge}: {what}")
        self.judge = judge


def find(folder, name):
    """The export's file, with any ending or none."""
    found = [path for path in sorted(Path(folder).iterdir()) if path.name == name or path.stem == name]
    if len(found) != 1:
        raise Refused("folder", f"{folder} has {len(found)} files of {name}")
    return found[0]


def read(folder, name):
    with open(find(folder, name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def run(judge, *command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(judge, (done.stdout + done.stderr).strip()[-600:])
    return done.stdout


def judge_datasets(folder):
    """The toolkit's linter, for each dataset."""
    rows = read(folder, "focus-cost-and-usage")
    # What has no price has none of the columns that go with one; a closed period has no such row.
    supports = [] if any(row["x_IsUnrated"] == "true" for row in rows) else CONDITIONS
    flags = [flag for condition in supports for flag in ("--supports", condition)]
    toolkit = str(Path(sys.executable).parent / "focus-toolkit")
    with tempfile.TemporaryDirectory() as scratch:
        for name, (dataset, _) in DATASETS.items():
            # It tells CSV by the file's ending.
            file = shutil.copy(find(folder, name), Path(scratch) / f"{dataset}.csv")
            run("validate", toolkit, "validate", str(file), "--dataset", dataset, *flags)


def judge_bundle(folder):
    """The toolkit's checks across datasets, which reconcile to the last of 12 decimals."""
    bundle = {title: read(folder, name) for name, (_, title) in DATASETS.items()}
    report = validate_dataset_bundle(bundle, invoice_detail_authoritative=True, rounding_tolerance=Decimal(0))
    if not report.ok or report.warnings or "reconcile_invoice_detail" not in report.checks_run:
        raise Refused("bundle", report.format()[:600])
    found = reconcile_invoice_detail(bundle["Cost and Usage"], bundle["Invoice Detail"], tolerance=Decimal(0))
    if found:
        raise Refused("reconciliation", found[0].format())


def judge_ledger(folder):
    """hledger: everything declared, every transaction balanced, and every assertion true."""
    run("hledger", "hledger", "-f", str(find(folder, "hledger")), "check", "--strict")


def sums(rows, key, amount):
    result = defaultdict(Decimal)
    for row in rows:
        result[key(row)] += Decimal(row[amount] or 0)
    return dict(result)


def judge_sums(folder):
    """The formats against each other: by invoice and line, debits and credits, and what hledger makes of it."""
    def line(row):
        return row["InvoiceId"], row["x_InvoiceLine"]

    focus = sums(read(folder, "focus-cost-and-usage"), line, "BilledCost")
    detail = sums(read(folder, "focus-invoice-detail"), line, "BilledCost")
    sheet = sums(read(folder, "csv"), lambda row: (row["Invoice"], row["Line"]), "Amount")
    # What has no price is on no invoice, and costs nothing yet.
    for one in (focus, sheet):
        if one.pop(("", ""), 0) != 0:
            raise Refused("sums", "a row that is on no invoice costs something")
    if not detail or focus != detail or sheet != detail:
        raise Refused("sums", "FOCUS, its invoice details and the rows for spreadsheets are not the same")
    if any(amount != amount.quantize(Decimal("0.01")) for amount in detail.values()):
        raise Refused("sums", "a line is no whole number of hundredths")
    entries = read(folder, "gl")
    # The first of each two rows is what the department pays.
    payments = {id(row) for row in entries[::2]}

    def paid(row):
        return Decimal(row["Debit"] or 0) - Decimal(row["Credit"] or 0) if id(row) in payments else Decimal(0)

    for entry in {row["Entry"] for row in entries}:
        own = [row for row in entries if row["Entry"] == entry]
        if sum(Decimal(row["Debit"] or 0) - Decimal(row["Credit"] or 0) for row in own) != 0:
            raise Refused("sums", f"debits and credits of {entry} differ")
    for invoice in {invoice for invoice, _ in detail}:
        total = sum(amount for (number, _), amount in detail.items() if number == invoice)
        if sum(paid(row) for row in entries if row["Entry"] == invoice) != total:
            raise Refused("sums", f"the general ledger's {invoice} is not {total}")
    accounts = sorted({f"^{re.escape(row['Account'])}(:|$)" for row in entries if paid(row)})
    balance = run("hledger", "hledger", "-f", str(find(folder, "hledger")), "balance", *accounts, "-O", "csv")
    balances = {row[0]: row[1] for row in csv.reader(balance.splitlines()[1:])}
    expenses = Decimal(balances.get("total", "0").split()[0].replace(",", ""))
    if accounts and expenses != sum(detail.values()):
        raise Refused("sums", f"hledger's expenses are {expenses}, and the invoices' totals are not")


JUDGES = [judge_datasets, judge_bundle, judge_ledger, judge_sums]


def judge(folder):
    for one in JUDGES:
        one(folder)


def missing_kinds(folders):
    """Those of KINDS that no folder has."""
    rows = [row for folder in folders for row in read(folder, "focus-cost-and-usage")]
    have = {(row["ChargeCategory"], row["x_Entry"], row["x_State"], row["SkuId"].split(":")[0]) for row in rows}
    missing = [
        kind for kind in KINDS
        if not any(all(want in ("*", has) for want, has in zip(kind, one)) for one in have)
    ]
    described = " ".join(row["ChargeDescription"] for row in rows)
    missing += [word for word in ("Rounding", "Adjustment", "Credit") if word not in described]
    if not any(row["ChargeClass"] == "Correction" for row in rows):
        missing.append("a correction of an earlier month")
    return missing


def change_row(name, choose, change):
    """A tampering: the first row of a file that is chosen is changed, or where the change gives nothing left out."""

    def tamper(folder):
        path = find(folder, name)
        rows = read(folder, name)
        index = next(index for index, row in enumerate(rows) if choose(row))
        changed = change(dict(rows[index]))
        rows[index : index + 1] = changed if isinstance(changed, list) else [changed]
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)

    return tamper


def add(row, column, amount):
    return {**row, column: str(Decimal(row[column]) + Decimal(amount))}


def change_ledger(change):
    """A tampering: the ledger's first posting, and the one against it, by their amounts."""

    def tamper(folder):
        path = find(folder, "hledger")
        lines = path.read_text(encoding="utf-8").split("\n")
        first = next(index for index, line in enumerate(lines) if line.startswith("    "))
        for index, amount in zip((first, first + 1), change):
            account, rest = lines[index].strip().split("  ", 1)
            number, currency = rest.split(" ", 1)
            lines[index] = f"    {account}  {Decimal(number) + Decimal(amount)} {currency}"
        path.write_text("\n".join(lines), encoding="utf-8")

    return tamper


TINY = "0.000000000001"
USAGE = "focus-cost-and-usage"
DETAIL = "focus-invoice-detail"


def is_usage(row):
    return row["ChargeCategory"] == "Usage" and row["x_Entry"] == "usage" and Decimal(row["BilledCost"]) > 1


def is_line(row):
    return True


def put(**cells):
    return lambda row: {**row, **cells}


def more(column, amount):
    return lambda row: add(row, column, amount)


def no_row(row):
    return []


def is_rounding(row):
    return row["ChargeDescription"].startswith("Rounding")


# What is done to a good folder, and the judge that has to refuse it.
BROKEN = [
    ("a charge is a millionth of a millionth more", "bundle", change_row(USAGE, is_usage, more("BilledCost", TINY))),
    ("a charge is left out", "bundle", change_row(USAGE, is_usage, no_row)),
    ("a charge is there twice", "bundle", change_row(USAGE, is_usage, lambda row: [row, row])),
    ("a rounding row is left out", "bundle", change_row(USAGE, is_rounding, no_row)),
    ("a charge is on another's invoice", "bundle", change_row(USAGE, is_usage, put(InvoiceId="INV-other"))),
    ("a part of shared cost is left out", "bundle",
     change_row(USAGE, lambda row: row["x_SplitOriginId"] != "", no_row)),
    ("a list cost is not price times quantity", "validate", change_row(USAGE, is_usage, more("ListCost", "0.01"))),
    ("a category is none", "validate", change_row(USAGE, is_usage, put(ChargeCategory="Gift"))),
    ("a time has no zone", "validate", change_row(USAGE, is_usage, put(ChargePeriodStart="2026-11-01"))),
    ("a usage has no price's id", "validate", change_row(USAGE, is_usage, put(SkuPriceId=""))),
    ("tags are no JSON", "validate", change_row(USAGE, is_usage, put(Tags="{project}"))),
    ("a period has no state", "validate", change_row("focus-billing-period", is_line, put(BillingPeriodStatus=""))),
    ("a line has no terms", "validate", change_row(DETAIL, is_line, put(PaymentTerms=""))),
    ("a line is a millionth of a millionth more", "bundle", change_row(DETAIL, is_line, more("BilledCost", TINY))),
    ("a posting is more on both sides", "hledger", change_ledger((TINY, "-" + TINY))),
    ("a posting is more on one side", "hledger", change_ledger(("0.01", "0"))),
    ("a debit is more", "sums", change_row("gl", lambda row: row["Debit"] != "", more("Debit", "0.01"))),
    ("a spreadsheet's row is more", "sums", change_row("csv", lambda row: row["Record"] != "", more("Amount", TINY))),
]


def check_refusals(folder):
    """Breaks a good folder in every way, and insists on a refusal by the judge whose business it is."""
    for what, expected, tamper in BROKEN:
        with tempfile.TemporaryDirectory() as scratch:
            copy = shutil.copytree(folder, Path(scratch) / "broken")
            tamper(copy)
            refusals = set()
            for one in JUDGES:
                try:
                    one(copy)
                except Refused as refused:
                    refusals.add(refused.judge)
            if expected not in refusals:
                raise Refused("self-check", f"{what}: nobody of {expected} refuses it, only {sorted(refusals)}")
            print(f"   refused by {', '.join(sorted(refusals))}: {what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--every-kind", action="store_true", help="insist on every kind of row in the folders")
    parser.add_argument("--break", dest="breaks", action="store_true", help="see that broken rows are refused too")
    options = parser.parse_args()
    try:
        for folder in options.folders:
            judge(folder)
            print(f"== {folder}: {len(read(folder, USAGE))} rows accepted by the FOCUS toolkit, hledger and sums")
        # A history's months are one ledger, too.
        ledgers = [find(folder, "hledger") for folder in options.folders if "history1" in folder]
        if ledgers:
            run("hledger", "hledger", *(word for file in ledgers for word in ("-f", str(file))), "check", "--strict")
            print(f"== {len(ledgers)} months in one ledger accepted by hledger")
        if options.every_kind:
            missing = missing_kinds(options.folders)
            if missing:
                raise Refused("kinds", f"no row of {missing}")
        if options.breaks:
            # A closed month, with everything in it.
            check_refusals(next(folder for folder in options.folders if "winter" in folder))
    except Refused as refused:
        print(f"FAILED: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
