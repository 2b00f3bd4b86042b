import CCeiling
import Chargeback
import Storage
import Units

/// Makes the year and prints the figures, at a quarter, a half and the whole of it.
struct YearReport {
    let folder: String
    let reservations: Int64
    let seed: UInt64

    func run() throws {
        print("Seed \(seed). By the clock, and in brackets by the processor time that the process had.\n")
        print(
            "| part of the year | reservations | records | metering and rating, records/s | storing them,"
                + " records/s | both, records/s | peak MB |\n|---|---:|---:|---:|---:|---:|---:|")
        var making = try Making(folder: folder, reservations: reservations, seed: seed)
        let first = making.day
        var asked: [Asked] = []
        for part in [4, 2, 1] as [Int64] {
            while !making.isOver, part == 1 || making.reservations < reservations / part { try making.nextDay() }
            let progress = making.progress
            print(
                "| \(part == 1 ? "1" : "1/\(part)") | \(making.reservations) | \(progress.records) | "
                    + "\(progress.metering.rate(progress.records)) | \(progress.storing.rate(progress.records)) | "
                    + "\((progress.metering + progress.storing).rate(progress.records)) | \(Memory.peak.text(0)) |")
            asked.append(try ask(making, first..<making.day, "1/\(part)"))
        }
        show(asked)
        try close(making, from: first)
        try export(making, from: first)
        try ceiling(making)
        guard try making.ledger.store.read(.lastRecord) == making.progress.records else {
            throw Failure(message: "what was read has made records")
        }
    }

    /// What questions about the year so far take, in milliseconds.
    private struct Asked {
        var part: String
        var days: Int64
        var department: Elapsed
        var user: Elapsed
        var project: Elapsed
        var scan: Elapsed
    }

    private func ask(_ making: Making, _ days: Range<CivilDate>, _ part: String) throws -> Asked {
        let reading = Reading(ledger: making.ledger, zone: making.zone, departments: making.departments)
        var sums: [[ExactAmount]] = []
        let department = try Elapsed.median { sums.append([ExactAmount](try reading.byDepartment(days).values)) }
        let user = try Elapsed.median { sums.append([ExactAmount](try reading.byUser(days).values)) }
        let project = try Elapsed.median { sums.append([ExactAmount](try reading.byProject(days).values)) }
        for sum in sums where sum.reduce(.zero, +) != making.sum {
            throw Failure(message: "a question's sum is not what the records cost")
        }
        let scan = try Elapsed.median {
            var rows: Int64 = 0
            guard ceiling_scan("\(folder)/allot.db", &rows) == 0, rows == making.progress.records else {
                throw Failure(message: "the scan in C did not see all records")
            }
        }
        return Asked(
            part: part, days: days.upperBound.daysSinceEpoch - days.lowerBound.daysSinceEpoch, department: department,
            user: user, project: project, scan: scan)
    }

    private func show(_ asked: [Asked]) {
        print(
            "\n| `usage` over | days | by department, ms | by user, ms | by tag, ms | one plain scan of the records"
                + " in C, ms |\n|---|---:|---:|---:|---:|---:|")
        for row in asked {
            print(
                "| \(row.part) | \(row.days) | \(row.department.milliseconds) | \(row.user.milliseconds) | "
                    + "\(row.project.milliseconds) | \(row.scan.milliseconds) |")
        }
    }

    private func months(_ making: Making, from first: CivilDate) -> [CivilDate] {
        var months: [CivilDate] = []
        var month = first.firstOfMonth
        while month < making.day {
            months.append(month)
            month = month.firstOfNextMonth
        }
        return months
    }

    /// Month by month: what is read for a month's invoices is that month's totals.
    private func close(_ making: Making, from first: CivilDate) throws {
        let reading = Reading(ledger: making.ledger, zone: making.zone, departments: making.departments)
        var times: [Elapsed] = []
        var totals: [Int] = []
        for month in months(making, from: first) {
            var read = 0
            times.append(try Elapsed.median { read = try reading.close(month).totals })
            totals.append(read)
        }
        print(
            "\nInvoices of each month: \(totals.map { String($0) }.joined(separator: ", ")) totals read in "
                + "\(times.map(\.milliseconds).joined(separator: ", ")) ms; no record read, none made.")
    }

    private func export(_ making: Making, from first: CivilDate) throws {
        let reading = Reading(ledger: making.ledger, zone: making.zone, departments: making.departments)
        print("\n| FOCUS export of months | rows | MB | rows/s | peak MB |\n|---|---:|---:|---:|---:|")
        var rows: Int64 = 0
        var bytes: Int64 = 0
        var time = Elapsed()
        let months = months(making, from: first)
        for (index, month) in months.enumerated() {
            time += try Elapsed.measured {
                let (newRows, newBytes) = try reading.export(month)
                rows += newRows
                bytes += newBytes
            }
            if [2, 5, months.count - 1].contains(index) {
                print(
                    "| 1 to \(index + 1) | \(rows) | \((Double(bytes) / 1e6).text(0)) | \(time.rate(rows)) | "
                        + "\(Memory.peak.text(0)) |")
            }
        }
    }

    /// The same rows, indexes, sums and transactions by SQLite alone.
    private func ceiling(_ making: Making) throws {
        let records = min(making.progress.records, 1_000_000)
        let copy = try Store(folder: "\(folder)/copy", diskReserve: 0)
        try copy.close()
        let time = try Elapsed.measured {
            let code = ceiling_usage(
                "\(folder)/copy/allot.db", "\(folder)/allot.db", records, Int64(Ledger.batch))
            guard code == 0 else { throw Failure(message: "SQLite in C: \(code)") }
        }
        print(
            "\nSQLite in C, the first \(records) of the rows, their indexes and sums, \(Ledger.batch) in a"
                + " transaction: \(time.rate(records)) records/s.")
    }
}
