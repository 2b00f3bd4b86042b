import Policy
import Units

/// FOCUS 1.4's Cost and Usage: a row for each record and device, each invoice line without records, and each line's
/// rounding. Optionally cut at each whole hour of UTC.
public struct FocusCostAndUsage: ExportWriter {
    public private(set) var rows: Int64 = 0
    private let context: ExportContext
    private var sums: LineSums
    /// `BillingAccountId` to `BillingPeriodStart`.
    private let account: [UInt8]
    private var tariffs: [Tariff: FocusTariff] = [:]
    /// More than any machine's price book and classes make in a period: beyond it they are laid down anew.
    private static let tariffsKept = 10_000

    public init(_ context: ExportContext) {
        self.context = context
        sums = LineSums(context)
        var cells: [UInt8] = []
        cells.cell(context.issuer.account)
        cells.cell(context.issuer.accountName)
        cells.cell(context.currency)
        cells.cell(context.range.upperBound)
        cells.cell(context.range.lowerBound)
        account = cells
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
            if let device {
                row.resource.removeAll(keepingCapacity: true)
                FocusTariff.lay(context.names.id(of: device), type: "GPU", to: &row.resource, context)
            }
            for (hour, range) in hours.enumerated() {
                let held =
                    hours.count > 1 ? record.quantity(from: range.lowerBound, to: range.upperBound) : record.quantity
                (row.from, row.to) = (range.lowerBound, range.upperBound)
                row.key = key(record, device: devices.count > 1 ? device : nil, hour: hours.count > 1 ? hour : nil)
                try price(&row, held.part(number, of: devices.count), of: record, at: place)
                lay(row, to: &bytes)
            }
        }
    }

    public mutating func finish(to bytes: inout [UInt8]) throws(ExportFault) {
        try sums.check(context)
        for open in sums.lines {
            if !open.line.kind.hasRecords { lay(row(of: open), to: &bytes) }
            if open.rounding != 0 { lay(rounding(of: open), to: &bytes) }
        }
    }

    private mutating func lay(_ row: FocusRow, to bytes: inout [UInt8]) {
        row.lay(to: &bytes, context, account: account)
        rows += 1
    }

    /// What all of a record's rows share.
    private mutating func row(of record: UsageRecord, _ place: Int?, _ tags: [String: String]) -> FocusRow {
        let isCredit = record.tariff.entry == .credit
        let tariff = tariff(record.tariff)
        return FocusRow(
            category: isCredit ? "Credit" : "Usage",
            // Within one period a reversal corrects nothing that somebody was sent.
            isCorrection: record.tariff.original.map { $0 != context.period } ?? false,
            description: tariff.description, frequency: isCredit ? "One-Time" : "Usage-Based", from: record.from,
            to: record.to, department: record.department, team: record.team, line: place.map { sums.lines[$0] },
            key: "", service: tariff.service, resource: tariff.resource, pricing: tariff.pricing, record: record,
            tags: tags.isEmpty ? "" : tags.json)
    }

    private mutating func tariff(_ tariff: Tariff) -> FocusTariff {
        if let known = tariffs[tariff] { return known }
        if tariffs.count >= Self.tariffsKept { tariffs = [:] }
        let laid = FocusTariff(tariff, context)
        tariffs[tariff] = laid
        return laid
    }

    /// Completes a row with its part of the quantity.
    private mutating func price(
        _ row: inout FocusRow, _ quantity: Int64, of record: UsageRecord, at place: Int?
    ) throws(ExportFault) {
        row.quantity = quantity
        row.consumed = record.tariff.state.isConsumed ? quantity : 0
        row.billed = 0
        if let place, let amount = record.tariff.amount(of: quantity) {
            row.billed = try sums.share(amount, of: record.number, at: place)
        }
        row.list = row.billed
        if let pricing = row.pricing {
            let list = ExactAmount(quantity: quantity, of: record.tariff.sku, at: pricing.list, ratios: [])
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
        row.service = FocusService.shared.cells(sku: "shared", context, priceID: "shared")
        row.pricing = FocusRow.Pricing(
            list: Price(microunits: line.amount.microunits),
            contracted: Int128(line.amount.microunits) * 1_000_000_000)
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
        row.detailEnd = "/rounding"
        row.key += row.detailEnd
        row.description = "Rounding of line \(open.line.id) to hundredths"
        return row
    }

    private func base(of open: LineSums.Open) -> FocusRow {
        FocusRow(
            from: context.range.lowerBound, to: context.range.upperBound,
            department: context.invoices[open.invoice].department, team: open.line.team, line: open, key: open.detail,
            service: FocusService.other.cells(sku: "", context))
    }

    private func key(_ record: UsageRecord, device: Int?, hour: Int?) -> String {
        let start = device.map { "\(record.number)/gpu\($0)" } ?? String(record.number)
        return hour.map { "\(start)/\($0)" } ?? start
    }
}

extension Invoice {
    /// A line's id among those of all invoices.
    func detail(_ line: Line) -> String { "\(number)/\(line.id)" }
}
