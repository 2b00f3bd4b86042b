import Policy
import Units

/// FOCUS 1.4's Cost and Usage: a row for each record and device, each invoice line without records, and each line's
/// rounding. Optionally cut at each whole hour of UTC.
public struct FocusCostAndUsage: ExportWriter {
    private let context: ExportContext
    private var sums: LineSums

    public init(_ context: ExportContext) {
        self.context = context
        sums = LineSums(context)
    }

    public mutating func begin(to bytes: inout [UInt8]) {
        for column in FocusRow.columns { bytes.cell(column) }
        bytes.endRow()
    }

    public mutating func append(
        _ record: UsageRecord, tags: [String: String], to bytes: inout [UInt8]
    ) throws(ExportFault) {
        guard try sums.takes(record) else { return }
        let place = try sums.place(of: record)
        var row = row(of: record, place, tags)
        let hours = context.isSplitByHour ? record.hours : [record.from..<record.to]
        let devices = record.devices.isEmpty ? [nil] : record.devices.map(Int?.some)
        for (number, device) in devices.enumerated() {
            row.resource = resource(of: record, device)
            for (hour, range) in hours.enumerated() {
                let held =
                    hours.count > 1 ? record.quantity(from: range.lowerBound, to: range.upperBound) : record.quantity
                (row.from, row.to) = (range.lowerBound, range.upperBound)
                row.key = key(record, device: devices.count > 1 ? device : nil, hour: hours.count > 1 ? hour : nil)
                try price(&row, held.part(number, of: devices.count), of: record, at: place)
                row.lay(to: &bytes, context)
            }
        }
    }

    public mutating func finish(to bytes: inout [UInt8]) throws(ExportFault) {
        try sums.check(context)
        for open in sums.lines {
            if !open.line.kind.hasRecords { row(of: open).lay(to: &bytes, context) }
            if open.rounding != 0 { rounding(of: open).lay(to: &bytes, context) }
        }
    }

    /// What all of a record's rows share.
    private func row(of record: UsageRecord, _ place: Int?, _ tags: [String: String]) -> FocusRow {
        let tariff = record.tariff
        var row = FocusRow(
            category: tariff.entry == .credit ? "Credit" : "Usage",
            // Within one period a reversal corrects nothing that somebody was sent.
            isCorrection: tariff.original.map { $0 != context.period } ?? false,
            description: description(of: record),
            frequency: tariff.entry == .credit ? "One-Time" : "Usage-Based", from: record.from, to: record.to,
            department: record.department, team: record.team, key: "", sku: tariff.sku, record: record, tags: tags)
        row.refer(to: place.map { sums.lines[$0] }, context)
        if tariff.entry != .credit, let rate = tariff.rate {
            let factors = [tariff.multiplier, tariff.factor, tariff.part]
            row.pricing = FocusRow.Pricing(
                id: tariff.priceID, listUnitPrice: rate.perHour,
                contractedUnitPrice: factors.reduce(Int128(rate.perHour.microunits)) { $0 * Int128($1.thousandths) },
                consumed: nil, details: tariff.priceDetails)
        }
        return row
    }

    /// Completes a row with its part of the quantity.
    private mutating func price(
        _ row: inout FocusRow, _ quantity: Int64, of record: UsageRecord, at place: Int?
    ) throws(ExportFault) {
        row.quantity = quantity
        row.pricing?.consumed = record.tariff.state.isConsumed ? quantity : 0
        row.billed = 0
        if let place, let amount = record.tariff.amount(of: quantity) {
            row.billed = try sums.share(amount, of: record.number, at: place)
        }
        row.list = row.billed
        if let pricing = row.pricing {
            let list = ExactAmount(quantity: quantity, of: record.tariff.sku, at: pricing.listUnitPrice, ratios: [])
            if list.isBeyond { throw .beyond(record: record.number) }
            row.list = list.picounits
        }
    }

    /// A line that no record stands behind: an adjustment, or a part of shared cost.
    private func row(of open: LineSums.Open) -> FocusRow {
        let line = open.line
        var row = base(of: open)
        row.billed = open.shown
        row.list = row.billed
        row.description = line.title
        guard line.kind == .shared else { return row }
        let total = context.invoices.flatMap(\.lines).filter { $0.kind == .shared }.reduce(.zero) { $0 + $1.amount }
        row.category = "Purchase"
        row.frequency = "Recurring"
        row.quantity = 1
        row.pricing = FocusRow.Pricing(
            id: "shared", listUnitPrice: Price(microunits: line.amount.microunits),
            contractedUnitPrice: Int128(line.amount.microunits) * 1_000_000_000, consumed: nil, details: "")
        row.shared = FocusRow.Shared(
            origin: "\(context.period)/shared", total: total,
            ratio: context.department == nil && total.microunits > 0
                ? line.amount.picounits * 1_000_000 / Int128(total.microunits) : nil)
        return row
    }

    private func rounding(of open: LineSums.Open) -> FocusRow {
        var row = base(of: open)
        row.billed = open.rounding
        row.list = open.rounding
        row.detail = row.detail.map { $0 + "/rounding" }
        row.key += "/rounding"
        row.description = "Rounding of line \(open.line.id) to hundredths"
        row.sku = nil
        return row
    }

    private func base(of open: LineSums.Open) -> FocusRow {
        let invoice = context.invoices[open.invoice]
        var row = FocusRow(
            from: context.range.lowerBound, to: context.range.upperBound, department: invoice.department,
            team: open.line.team, key: "\(invoice.number)/\(open.line.id)", sku: open.line.sku)
        row.refer(to: open, context)
        return row
    }

    private func key(_ record: UsageRecord, device: Int?, hour: Int?) -> String {
        let start = device.map { "\(record.number)/gpu\($0)" } ?? String(record.number)
        return hour.map { "\(start)/\($0)" } ?? start
    }

    /// Where on the host it was.
    private func resource(of record: UsageRecord, _ device: Int?) -> String {
        switch record.tariff.sku {
        case .device: device.map { context.names.id(of: $0) } ?? "gpu"
        case .core: "cpu"
        case .memory: "memory"
        case .licence(let name): "licence/\(name)"
        }
    }

    private func description(of record: UsageRecord) -> String {
        let what = "\(record.tariff.sku) of \(record.reservation) (\(record.tariff.state.rawValue))"
        let original = record.original.map { " of record \($0)" } ?? ""
        switch record.tariff.entry {
        case .usage: return what
        case .credit: return "Credit\(original): \(what)"
        case .reversal: return "Reversal\(original): \(what)"
        case .restatement: return "Restatement\(original): \(what)"
        }
    }
}

extension FocusRow {
    /// Names the invoice line that the row is a part of.
    fileprivate mutating func refer(to open: LineSums.Open?, _ context: ExportContext) {
        guard let open else { return }
        invoice = context.invoices[open.invoice].number
        line = open.line.id
        detail = context.invoices[open.invoice].detail(open.line)
    }
}

extension Invoice {
    /// A line's id among those of all invoices.
    func detail(_ line: Line) -> String { "\(number)/\(line.id)" }
}
