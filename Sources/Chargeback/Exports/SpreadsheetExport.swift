import Policy
import Units

/// Rows for spreadsheets: one for each record, each invoice line without records, and each line's rounding. Optionally
/// cut at each whole hour of UTC. The amounts sum to the invoices' totals.
public struct SpreadsheetExport: ExportWriter {
    public private(set) var rows: Int64 = 0
    private let context: ExportContext
    private var sums: LineSums

    public init(_ context: ExportContext) {
        self.context = context
        sums = LineSums(context)
    }

    private static let columns = [
        "Invoice", "Line", "Entry", "Department", "Department name", "Team", "Team name", "SKU", "Amount", "Currency",
        "Record", "Day", "From (UTC)", "To (UTC)", "Reservation", "User", "User name", "Class", "State", "Devices",
        "Quantity", "Unit", "Price per hour", "Price version", "Price window", "Class multiplier", "State factor",
        "Credited part", "Rated", "Original record", "Original period", "Proposal", "Tags",
    ]

    public mutating func begin(to bytes: inout [UInt8]) {
        for column in Self.columns { bytes.cell(column) }
        bytes.endRow()
    }

    public mutating func append(
        _ record: UsageRecord, tags: [String: String], to bytes: inout [UInt8]
    ) throws(ExportFault) {
        guard try sums.takes(record) else { return }
        let place = try sums.place(of: record)
        for hour in context.isSplitByHour ? record.hours : [record.from..<record.to] {
            var part = record
            (part.from, part.to) = (hour.lowerBound, hour.upperBound)
            part.quantity = record.quantity(from: hour.lowerBound, to: hour.upperBound)
            try lay(part, at: place, tags, to: &bytes)
        }
    }

    /// A row of a record, or of an hour of it.
    private mutating func lay(
        _ record: UsageRecord, at place: Int?, _ tags: [String: String], to bytes: inout [UInt8]
    ) throws(ExportFault) {
        var amount = record.amount.map { _ in Int128(0) }
        if let place, let exact = record.amount {
            amount = try sums.share(exact, of: record.number, at: place)
        }
        layLine(place.map { sums.lines[$0] }, to: &bytes)
        let tariff = record.tariff
        bytes.cell(tariff.entry.rawValue)
        layWhose(record.department, record.team, tariff.sku, amount, to: &bytes)
        bytes.cell(record.number)
        bytes.cell(record.day)
        bytes.cell(record.from)
        bytes.cell(record.to)
        bytes.cell(record.reservation.description)
        bytes.cell(record.user.description)
        bytes.textCell(context.names.name(of: record.user))
        bytes.textCell(tariff.priorityClass.text)
        bytes.cell(tariff.state.rawValue)
        bytes.textCell(record.devices.map { context.names.id(of: $0) }.joined(separator: " "))
        layPrice(record, to: &bytes)
        bytes.textCell(tags.isEmpty ? "" : tags.json)
        bytes.endRow()
        rows += 1
    }

    public mutating func finish(to bytes: inout [UInt8]) throws(ExportFault) {
        try sums.check(context)
        for open in sums.lines {
            if !open.line.kind.hasRecords { lay(open, open.line.kind.rawValue, open.shown, to: &bytes) }
            if open.rounding != 0 { lay(open, "rounding", open.rounding, to: &bytes) }
        }
    }

    /// A row without a record.
    private mutating func lay(_ open: LineSums.Open, _ entry: String, _ amount: Int128, to bytes: inout [UInt8]) {
        layLine(open, to: &bytes)
        bytes.cell(entry)
        layWhose(context.invoices[open.invoice].department, open.line.team, open.line.sku, amount, to: &bytes)
        bytes.emptyCells(20)
        bytes.cell(open.line.original?.description ?? "")
        bytes.cell(open.line.proposal.map { "f-\($0)" } ?? "")
        bytes.emptyCells()
        bytes.endRow()
        rows += 1
    }

    private func layLine(_ open: LineSums.Open?, to bytes: inout [UInt8]) {
        guard let open else { return bytes.emptyCells(2) }
        bytes.textCell(open.number)
        bytes.cell(Int64(open.line.id))
    }

    /// From the department to the currency.
    private func layWhose(
        _ department: DepartmentID, _ team: TeamID?, _ sku: SKU?, _ amount: Int128?, to bytes: inout [UInt8]
    ) {
        bytes.textCell(department.text)
        bytes.textCell(context.names.name(of: department))
        bytes.textCell(team?.text ?? "")
        bytes.textCell(team.map { context.names.name(of: $0, in: department) } ?? "")
        bytes.textCell(sku?.description ?? "")
        if let amount { bytes.cell(decimal: amount, places: 12) } else { bytes.emptyCells() }
        bytes.cell(context.currency)
    }

    /// From the quantity to the proposal.
    private func layPrice(_ record: UsageRecord, to bytes: inout [UInt8]) {
        let tariff = record.tariff
        bytes.cell(decimal: tariff.sku.hours(of: record.quantity, places: 12), places: 12)
        bytes.cell(tariff.sku.unitOfHours)
        if let rate = tariff.rate {
            bytes.cell(rate.perHour.description)
            bytes.cell(Int64(rate.version))
            bytes.textCell(rate.window ?? "")
        } else {
            bytes.emptyCells(3)
        }
        bytes.cell(tariff.multiplier.description)
        bytes.cell(tariff.factor.description)
        bytes.cell(tariff.part.description)
        bytes.cell(record.amount == nil ? "no" : "yes")
        if let original = record.original { bytes.cell(original) } else { bytes.emptyCells() }
        bytes.cell(tariff.original?.description ?? "")
        bytes.cell(tariff.correction.map { "f-\($0)" } ?? "")
    }
}
