import Chargeback
import Glibc
import Policy
import Testing
import Units

/// Exports of months drawn at random; `ALLOT_SEED` repeats one, `ALLOT_ROUNDS` makes it more.
@Suite struct ExportTests {
    private static func variable(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }

    static let seeds: [UInt64] = {
        if let seed = variable("ALLOT_SEED") { return [seed] }
        return (0..<(variable("ALLOT_ROUNDS") ?? 12)).map { _ in UInt64.random(in: 0 ... .max) }
    }()

    /// Of three months each; `ALLOT_MONTHS` says how many of those.
    private static let histories: [UInt64] = {
        if let seed = variable("ALLOT_SEED") { return [seed] }
        return Array(1...max((variable("ALLOT_MONTHS") ?? 30) / 3, 1))
    }()

    /// What the rows of each line sum to, and what the lines say.
    private func check(_ rows: [[String: String]], _ names: Names, _ statement: PeriodStatement, _ comment: Comment)
        throws
    {
        let byInvoice = Dictionary(grouping: rows) { $0[names.invoice] ?? "" }
        for invoice in statement.invoices {
            let own = byInvoice[invoice.number] ?? []
            let byLine = Dictionary(grouping: own) { $0[names.line] ?? "" }
            for line in invoice.lines {
                #expect(SheetReader.sum(byLine[String(line.id)] ?? [], names.amount) == pico(line.amount), comment)
            }
            #expect(SheetReader.sum(own, names.amount) == pico(invoice.total), comment)
        }
        #expect(SheetReader.sum(rows.filter { $0[names.amount] != "" }, names.amount) == pico(statement.total), comment)
    }

    private struct Names {
        let invoice: String
        let line: String
        let amount: String
    }

    private static let focus = Names(invoice: "InvoiceId", line: "x_InvoiceLine", amount: "BilledCost")
    private static let sheet = Names(invoice: "Invoice", line: "Line", amount: "Amount")

    private func pico(_ amount: Amount) -> Int128 { Int128(amount.microunits) * 1_000_000 }

    @Test(arguments: seeds) func `rows sum to lines and lines to invoices, to the last unit`(seed: UInt64) throws {
        let comment: Comment = "ALLOT_SEED=\(seed)"
        let month = try ExportMonth.random(seed: seed)
        #expect(month.kinds.count >= 7 && month.statement.unrated.isEmpty, comment)
        for isSplit in [false, true] {
            let focus = try #require(SheetReader(month.text(.focusCostAndUsage) { $0.isSplitByHour = isSplit }))
            try check(focus.rows, Self.focus, month.statement, comment)
            let sheet = try #require(SheetReader(month.text(.csv) { $0.isSplitByHour = isSplit }))
            try check(sheet.rows, Self.sheet, month.statement, comment)
            #expect(isSplit == (sheet.rows.count > month.records.count * 2), comment)
        }
        let detail = try #require(SheetReader(month.text(.focusInvoiceDetail)))
        try check(detail.rows, Self.focus, month.statement, comment)
    }

    @Test func `rows sum to lines in months that were corrected after their close`() throws {
        for seed in Self.histories {
            let history = try MonthHistory(MonthWorld(seed: seed))
            let totals = history.totals
            for period in history.periods {
                let statement = try history.statement(period, totals)
                for format in [ExportFormat.focusCostAndUsage, .csv] {
                    let text = try history.export(format, period, statement)
                    let rows = try #require(SheetReader(text)).rows
                    let names = format == .csv ? Self.sheet : Self.focus
                    try check(rows, names, statement, "ALLOT_SEED=\(seed) \(period) \(format)")
                }
            }
        }
    }

    @Test(arguments: seeds) func `a split row's parts are the whole`(seed: UInt64) throws {
        let month = try ExportMonth.random(seed: seed)
        let sheet = try #require(SheetReader(month.text(.csv))).rows.filter { $0["Record"] != "" }
        let whole = Dictionary(uniqueKeysWithValues: sheet.map { ($0["Record"] ?? "", $0) })
        let hours = try #require(SheetReader(month.text(.focusCostAndUsage) { $0.isSplitByHour = true }))
        let parts = Dictionary(grouping: hours.rows.filter { $0["x_Record"] != "" }) { $0["x_Record"] ?? "" }
        #expect(parts.count == whole.count)
        for record in month.records {
            let rows = try #require(parts[String(record.number)])
            let row = try #require(whole[String(record.number)])
            #expect(SheetReader.sum(rows, "BilledCost") == SheetReader.sum([row], "Amount"), "ALLOT_SEED=\(seed)")
            // Each part's hours are rounded by half of a millionth of a millionth at most.
            let sum = try #require(SheetReader.sum(rows, "x_Quantity"))
            let quantity = try #require(SheetReader.sum([row], "Quantity"))
            #expect(abs(sum - quantity) <= Int128(rows.count), "ALLOT_SEED=\(seed)")
            let starts = rows.compactMap { RFC3339.timestamp($0["ChargePeriodStart"] ?? "") }
            let ends = rows.compactMap { RFC3339.timestamp($0["ChargePeriodEnd"] ?? "") }
            #expect(starts.count == rows.count && ends.count == rows.count)
            #expect(starts.min() == record.from && ends.max() == record.to)
            let hours = zip(starts, ends).map { ($0.milliseconds / 3_600_000, ($1.milliseconds - 1) / 3_600_000) }
            #expect(hours.allSatisfy { $0.0 == $0.1 }, "ALLOT_SEED=\(seed)")
        }
    }

    @Test func `one department's export is what the whole has of it`() throws {
        let month = try ExportMonth(seed: 5)
        let vision = DepartmentID("vision")
        let invoices = month.statement.invoices.filter { $0.department == vision }
        let one = try month.text(.csv) { ($0.department, $0.invoices) = (vision, invoices) }
        let all = try month.text(.csv)
        let rows = try #require(SheetReader(one)).rows
        #expect(!rows.isEmpty && rows == (SheetReader(all)?.rows.filter { $0["Department"] == "vision" }))
        // A part of shared cost is of a whole that is not there.
        let focus = try month.text(.focusCostAndUsage) { ($0.department, $0.invoices) = (vision, invoices) }
        let shared = try #require(SheetReader(focus)).rows.filter { $0["SkuId"] == "shared" }
        #expect(shared.count == 1 && shared[0]["AllocatedMethodDetails"] == "" && shared[0]["x_SplitOriginId"] == "")
    }

    @Test func `an export that the invoices are not about is given up`() throws {
        let month = try ExportMonth(seed: 7)
        var bytes: [UInt8] = []
        var writer = SpreadsheetExport(month.context())
        writer.begin(to: &bytes)
        try writer.append(month.records[1], tags: [:], to: &bytes)
        #expect(throws: ExportFault.outOfOrder(record: 1, after: month.records[1].number)) {
            var first = month.records[0]
            first.number = 1
            try writer.append(first, tags: [:], to: &bytes)
        }
        #expect(throws: ExportFault.self) { try writer.finish(to: &bytes) }
        var other = month.records[2]
        other.day = month.period.next.first
        #expect(throws: ExportFault.otherPeriod(record: other.number, period: month.period.next)) {
            try writer.append(other, tags: [:], to: &bytes)
        }
        var stranger = month.records[3]
        stranger.department = DepartmentID("nobody")
        #expect(throws: ExportFault.noLine(record: stranger.number)) {
            try writer.append(stranger, tags: [:], to: &bytes)
        }
    }

    @Test(arguments: ExportFormat.allCases) func `the same records give the same bytes`(format: ExportFormat) throws {
        let first = try ExportMonth(seed: 11).text(format)
        #expect(try first == ExportMonth(seed: 11).text(format) && first.utf8.count > 100)
        #expect(try first != ExportMonth(seed: 12).text(format) || format == .focusBillingPeriod)
    }

    @Test(arguments: ExportFormat.allCases) func `rows are counted`(format: ExportFormat) throws {
        let month = try ExportMonth(seed: 13)
        var writer = format.writer(month.context())
        var bytes: [UInt8] = []
        writer.begin(to: &bytes)
        for record in month.records { try writer.append(record, tags: [:], to: &bytes) }
        try writer.finish(to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        let dated = text.split(separator: "\n").filter { $0.hasPrefix("2026-") }
        let counted = format == .hledger ? dated.count : try #require(SheetReader(text)).rows.count
        #expect(writer.rows == counted && counted > 0)
    }
}
