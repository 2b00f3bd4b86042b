import AllotAPI
import AllotClient

extension Session {
    /// Shows usage, with a column for each group.
    func show(usage reply: Reply, by keys: [UsageQuery.Key]) throws {
        switch output.format {
        case .json: try StandardOutput.write(JSONDocument(reply.body).pretty())
        case .csv: try StandardOutput.write(try reply.decode(UsageView.self).csv(by: keys))
        case .table:
            let view = try reply.decode(UsageView.self)
            guard !view.items.isEmpty else {
                return StandardError.say("nothing was held from \(view.from) until \(view.to) that is yours to see")
            }
            try StandardOutput.write(view.drawing(output.style, by: keys))
        }
    }
}

extension UsageView {
    /// What a group has in common that nobody asked for is not shown; the SKU always is, as the last one.
    private static func names(_ keys: [UsageQuery.Key]) -> [String] {
        keys.filter { $0 != .sku }.map(\.description)
    }

    func csv(by keys: [UsageQuery.Key]) -> [UInt8] {
        let names = UsageView.names(keys)
        var text: [UInt8] = []
        CSV.append(names + ["sku", "quantityHours", "amount", "currency", "unratedHours"], to: &text)
        for item in items {
            CSV.append(
                names.map { item.keys[$0] ?? "" }
                    + [item.sku, item.quantityHours, item.amount, currency ?? "", item.unratedHours], to: &text)
        }
        return text
    }

    /// The groups, and below them the sums of each SKU.
    func drawing(_ style: Style, by keys: [UsageQuery.Key]) -> String {
        let names = UsageView.names(keys)
        let hasUnrated = totals.contains { !Decimals.isZero($0.unratedHours) }
        var table = TextTable(
            names.map { .left($0.hasPrefix("tag:") ? $0 : $0.uppercased()) }
                + [.left("SKU"), .right("HOURS"), .right("AMOUNT")] + (hasUnrated ? [.right("WITHOUT PRICE")] : []))
        func row(_ labels: [String], _ sku: String, _ hours: String, _ amount: String, _ unrated: String) -> [String] {
            let rest = Decimals.isZero(unrated) ? "" : unrated
            return labels + [sku, hours, Decimals.rounded(amount)] + (hasUnrated ? [rest] : [])
        }
        for item in items {
            let labels = names.map { name in item.keys[name].flatMap { $0.isEmpty ? nil : $0 } ?? Style.none }
            table.append(row(labels, item.sku, item.quantityHours, item.amount, item.unratedHours))
        }
        if !names.isEmpty, items.count > totals.count {
            for total in totals {
                let labels = names.indices.map { $0 == 0 ? "total" : "" }
                table.append(row(labels, total.sku, total.quantityHours, total.amount, total.unratedHours))
            }
        }
        let sum = "\(from) until \(to), \(timeZone): \(Decimals.rounded(amount)) \(currency ?? "without a currency")"
        return table.lines(style).map { $0 + "\n" }.joined() + "\n" + DisplayText.printable(sum) + "\n"
    }
}
