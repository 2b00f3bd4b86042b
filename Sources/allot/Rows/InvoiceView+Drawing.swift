import AllotAPI
import AllotClient

extension Session {
    /// Shows an invoice with its lines; of CSV each line, or each part of it, is a record.
    func show(invoice reply: Reply, explain: Bool) throws {
        switch output.format {
        case .json: try StandardOutput.write(JSONDocument(reply.body).pretty())
        case .csv:
            let view = try reply.decode(InvoiceView.self)
            try StandardOutput.write(explain ? view.partsCSV : view.linesCSV)
        case .table: try StandardOutput.write(try reply.decode(InvoiceView.self).drawing(output.style))
        }
    }
}

extension InvoiceView {
    var linesCSV: [UInt8] {
        var text: [UInt8] = []
        CSV.append(
            [
                "invoice", "line", "kind", "team", "sku", "proposal", "original", "quantityHours", "exact", "amount",
                "currency",
            ], to: &text)
        for line in lines {
            CSV.append(
                [
                    number, "\(line.id)", line.kind.rawValue, line.team ?? "", line.sku ?? "", line.proposal ?? "",
                    line.original ?? "", line.quantityHours ?? "", line.exact, line.amount, currency,
                ], to: &text)
        }
        return text
    }

    var partsCSV: [UInt8] {
        var text: [UInt8] = []
        CSV.append(
            [
                "invoice", "line", "kind", "team", "sku", "class", "state", "quantityHours", "perHour", "priceVersion",
                "window", "multiplier", "factor", "part", "amount", "currency",
            ], to: &text)
        for line in lines {
            for part in line.parts ?? [] {
                CSV.append(
                    [
                        number, "\(line.id)", line.kind.rawValue, line.team ?? "", line.sku ?? "", part.priorityClass,
                        part.state, part.quantityHours, part.perHour ?? "", Exact.text(part.priceVersion),
                        part.window ?? "", part.multiplier, part.factor, part.part, part.amount, currency,
                    ], to: &text)
            }
        }
        return text
    }

    /// Head, lines, rounding, total.
    func drawing(_ style: Style) -> String {
        var text = head(style).lines(style) + [""]
        var table = TextTable([
            .right("LINE"), .left("WHAT"), .left("TEAM"), .left("SKU"), .right("HOURS"), .right("EXACT"),
            .right("AMOUNT"),
        ])
        for line in lines {
            table.append([
                "\(line.id)", line.what, line.team ?? Style.none, line.sku ?? Style.none,
                line.quantityHours ?? Style.none, line.exact, Decimals.rounded(line.amount),
            ])
        }
        table.append(["", "rounding", "", "", "", rounding, ""])
        table.append(["", "total", "", "", "", exact, "\(Decimals.rounded(total))"])
        text += table.lines(style)
        for line in lines { text += line.explanation(style, currency: currency) }
        for hours in unrated {
            text.append(style.tinted(DisplayText.printable("without a price: \(hours.sku), \(hours.hours) h"), .bad))
        }
        return text.map { $0 + "\n" }.joined()
    }

    private func head(_ style: Style) -> TextTable {
        var table = TextTable([.left(""), .left("")])
        table.append(["Invoice", "\(number), \(status.rawValue)"])
        table.append(["Department", departmentName.map { "\($0) (\(department))" } ?? department])
        table.append(["Period", "\(period), \(timeZone): \(style.time(from)) until \(style.time(to))"])
        table.append(["Currency", currency])
        table.append(["Made with", "policy version \(policyVersion), rating version \(ratingVersion)"])
        if let closedAt { table.append(["Closed", style.time(closedAt)]) }
        if let sha256 { table.append(["SHA-256", sha256]) }
        return table
    }
}

extension InvoiceView.Line {
    /// `usage`, `restatement f-12 of 2026-11`, `share of unused`.
    fileprivate var what: String {
        (kind == .shared ? "share of unused" : kind.rawValue) + (proposal.map { " \($0)" } ?? "")
            + (original.map { " of \($0)" } ?? "")
    }

    /// One line for each part: quantity × price × factors = amount.
    fileprivate func explanation(_ style: Style, currency: String) -> [String] {
        guard let parts, !parts.isEmpty else { return [] }
        let times = style.isUnicode ? "×" : "x"
        var table = TextTable([.left(""), .right(""), .left(""), .right("")])
        for part in parts {
            let ratios = [("class", part.multiplier), (part.state, part.factor), ("credited", part.part)]
                .filter { $0.1 != "1" }.map { "\(times) \($0.1) (\($0.0))" }
            let price = part.perHour.map { "\(times) \($0)\(part.priceNote)" } ?? "without a price"
            table.append([
                "  \(part.priorityClass), \(part.state)", "\(part.quantityHours) h",
                ([price] + ratios).joined(separator: " "), "= \(Decimals.short(part.amount))",
            ])
        }
        return ["", style.tinted(DisplayText.printable("line \(id): \(what), \(sku ?? Style.none)"), .strong)]
            + table.lines(style)
    }
}

extension InvoiceView.Part {
    /// ` (price 2, night)`: which price it is; 0 is a correction's.
    fileprivate var priceNote: String {
        guard let priceVersion else { return "" }
        return " (" + (priceVersion == 0 ? "corrected" : "price \(priceVersion)") + (window.map { ", \($0)" } ?? "")
            + ")"
    }
}

extension InvoiceSummaryView: ListDisplayable {
    static let columns: [Column<InvoiceSummaryView>] = [
        .text("INVOICE", "number") { $0.number },
        .text("STATUS", "status", tint: { $0.status == .sealed ? .good : .waiting }) { $0.status.rawValue },
        .text("PERIOD", "period", importance: 2) { $0.period },
        .exact("department") { $0.department },
        .text("DEPARTMENT", "departmentName", importance: 3, shrinksTo: 8) { $0.departmentName ?? $0.department },
        .text("LINES", "lines", right: true, importance: 1) { "\($0.lines)" },
        .shown("TOTAL", "total", right: true, csv: { $0.total }) { row, _ in Decimals.rounded(row.total) },
        .text("CURRENCY", "currency") { $0.currency },
        .exact("exact") { $0.exact },
        .exact("rounding") { $0.rounding },
        .exact("sha256") { $0.sha256 ?? "" },
    ]
}

extension InvoiceVerificationView: CardDisplayable {
    static let columns: [Column<InvoiceVerificationView>] = [
        .exact("status") { $0.status.rawValue },
        .exact("events") { "\($0.events)" },
        .exact("records") { "\($0.records)" },
        .exact("invoices") { "\($0.invoices)" },
        .exact("periods") { Exact.list($0.periods) },
        .exact("faults") { Exact.list($0.faults) },
    ]

    func card(_ style: Style) -> [CardLine] {
        [
            CardLine("Status", status.rawValue, tint: status == .verified ? .good : .bad),
            CardLine("Made again", "\(records) usage records, \(invoices) invoices, from \(events) rows"),
            CardLine("Periods", Style.list(periods)),
        ] + faults.map { CardLine("Fault", $0, tint: .bad) }
    }
}
