import Policy
import Units

/// Shares out each invoice line's exact amount to rows of 12 decimals.
///
/// A row gets what the line's sum, rounded, grows by with it. So the rows of a line sum to its `exact` with nothing
/// left over, however finely records are cut, and one rounding row more makes them sum to its `amount`. A row is within
/// a millionth of a millionth of its own amount.
struct LineSums: Sendable {
    /// All lines, invoice by invoice.
    private(set) var lines: [Open]
    private var places: [Key: Int] = [:]
    private let period: Period
    private let department: DepartmentID?
    private var last: Int64 = 0

    struct Open: Sendable {
        /// The place of its invoice in the context's.
        let invoice: Int
        let line: Invoice.Line
        /// The invoice's.
        let number: String
        /// The line's id among those of all invoices.
        let detail: String
        fileprivate(set) var sum = ExactAmount.zero
        /// What its rows show so far, with 12 decimals.
        fileprivate(set) var shown: Int128 = 0

        /// What its rounding row shows, when all others are there.
        var rounding: Int128 { line.amount.picounits - shown }
    }

    private struct Key: Hashable {
        let department: DepartmentID
        let line: LineKey
    }

    init(_ context: ExportContext) {
        period = context.period
        department = context.department
        lines = context.invoices.indices.flatMap { index in
            let invoice = context.invoices[index]
            return invoice.lines.map {
                Open(invoice: index, line: $0, number: invoice.number, detail: invoice.detail($0))
            }
        }
        for (place, open) in lines.enumerated() {
            let line = open.line
            places[Key(department: context.invoices[open.invoice].department, line: LineKey(line))] = place
            // What no record stands behind is its own row.
            if !line.kind.hasRecords { lines[place].shown = line.exactPicounits ?? line.amount.picounits }
        }
    }

    /// Whether the record is to be exported. It has to be the next one.
    mutating func takes(_ record: UsageRecord) throws(ExportFault) -> Bool {
        guard record.number > last else { throw .outOfOrder(record: record.number, after: last) }
        last = record.number
        guard record.period == period else { throw .otherPeriod(record: record.number, period: record.period) }
        return department == nil || record.department == department
    }

    /// The place of the line that a record is in; nil where it costs nothing and there is none.
    func place(of record: UsageRecord) throws(ExportFault) -> Int? {
        guard let amount = record.amount else { return nil }
        if amount.isBeyond { throw .beyond(record: record.number) }
        if let place = places[Key(department: record.department, line: LineKey(record))] { return place }
        if amount == .zero { return nil }
        throw .noLine(record: record.number)
    }

    /// What the next row of a line shows for a part of a record, with 12 decimals.
    mutating func share(_ part: ExactAmount, of record: Int64, at place: Int) throws(ExportFault) -> Int128 {
        let sum = lines[place].sum + part
        if sum.isBeyond { throw .beyond(record: record) }
        let shown = sum.picounits
        defer { (lines[place].sum, lines[place].shown) = (sum, shown) }
        return shown - lines[place].shown
    }

    /// Sees to it that the rows of all lines sum to what they say.
    func check(_ context: ExportContext) throws(ExportFault) {
        for open in lines where open.line.kind.hasRecords {
            let records = ExactAmount.decimal(open.shown, places: 12)
            guard records == open.line.exact else {
                throw .unequal(
                    invoice: context.invoices[open.invoice].number, line: open.line.id, exact: open.line.exact,
                    records: records)
            }
        }
    }
}

extension Invoice.Kind {
    /// Whether usage records stand behind it.
    var hasRecords: Bool { self != .adjustment && self != .shared }
}

extension Amount {
    /// Millionths of a millionth of the currency's unit.
    var picounits: Int128 { Int128(microunits) * 1_000_000 }
}
