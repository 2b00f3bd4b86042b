import Chargeback
import Foundation
import Policy
import Storage
import Units

/// What finance asks of the year's records.
struct Reading {
    let ledger: Ledger
    let zone: Zone
    let departments: [DepartmentID]
    private let tags = TagSets()

    /// Of all days up to one, by department.
    func byDepartment(_ days: Range<CivilDate>) throws -> [DepartmentID: ExactAmount] {
        try ledger.store.reader.fold(.sums(UsageFilter(days: days), by: .department), into: [:]) { sums, row in
            guard let department = row.department else { return }
            sums[department, default: .zero] += ledger.tariff(row.tariff).amount(of: row.quantity) ?? .zero
        }
    }

    /// By user, from the days' sums.
    func byUser(_ days: Range<CivilDate>) throws -> [UserID: ExactAmount] {
        try ledger.store.reader.fold(.sums(UsageFilter(days: days), by: .user), into: [:]) { sums, row in
            guard let user = row.user else { return }
            sums[user, default: .zero] += ledger.tariff(row.tariff).amount(of: row.quantity) ?? .zero
        }
    }

    /// By what the tag `project` says, from the records; nil stands for those without.
    func byProject(_ days: Range<CivilDate>) throws -> [String?: ExactAmount] {
        try ledger.store.reader.fold(.reservations(UsageFilter(days: days)), into: [:]) { sums, row in
            let project = tags[row.tags]["project"]
            sums[project, default: .zero] += ledger.tariff(row.tariff).amount(of: row.quantity) ?? .zero
        }
    }

    /// A month's totals, and the invoices that they make.
    func close(_ month: CivilDate) throws -> (totals: Int, statement: PeriodStatement) {
        let period = Period(of: month)
        let totals = try ledger.store.reader.fold(
            .months(period.first..<period.next.first), into: [PeriodTotal]()
        ) { totals, row in
            totals.append(
                PeriodTotal(
                    period: period, department: row.department, team: row.team, tariff: ledger.tariff(row.tariff),
                    quantity: row.quantity))
        }
        let invoicing = Invoicing(
            period: period, zone: zone, currency: "EUR", versions: Invoice.Versions(policy: 1, rating: 1))
        return (totals.count, try invoicing.statement(departments: departments, totals: totals, adjustments: []))
    }

    /// Writes a month's FOCUS rows, read in pages, to nowhere.
    func export(_ month: CivilDate) throws -> (rows: Int64, bytes: Int64) {
        let statement = try close(month).statement
        let context = ExportContext(
            host: "machine", period: Period(of: month), zone: zone, currency: "EUR",
            issuer: ExportContext.Issuer(name: "Computing", account: "company", accountName: "Company"),
            invoices: statement.invoices, asOf: zone.start(of: statement.period.next.first))
        var writer = ExportFormat.focusCostAndUsage.writer(context)
        var piece: [UInt8] = []
        var bytes: Int64 = 0
        func flush() {
            bytes += Int64(piece.count)
            piece.removeAll(keepingCapacity: true)
        }
        writer.begin(to: &piece)
        var last: Int64 = 0
        while true {
            let rows = try ledger.store.read(.taggedRecords(of: month, after: last, limit: StorageLimits.pageRows))
            guard let end = rows.last else { break }
            for row in rows {
                try writer.append(ledger.record(row.record), tags: tags[row.tags], to: &piece)
            }
            last = end.record.number
            flush()
        }
        try writer.finish(to: &piece)
        flush()
        return (writer.rows, bytes)
    }
}

/// Tags as they are stored, read once each: many reservations have the same.
private final class TagSets {
    private var known: [[UInt8]: [String: String]] = [:]

    subscript(bytes: [UInt8]?) -> [String: String] {
        guard let bytes else { return [:] }
        if let tags = known[bytes] { return tags }
        let tags = (try? JSONDecoder().decode([String: String].self, from: Data(bytes))) ?? [:]
        if known.count < 10_000 { known[bytes] = tags }
        return tags
    }
}
