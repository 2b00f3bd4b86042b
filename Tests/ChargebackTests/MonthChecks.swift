import Chargeback
import Foundation
import Policy
import Testing
import Units

/// What a check of a history may find broken.
enum BrokenMonth: String, Hashable, CaseIterable {
    /// Promise 8, from the rows on.
    case rowsToLine, linesToInvoice, invoicesToPeriod, closedChanged
    /// Promise 7.
    case deviceTime
    case sharedCost
    /// What is charged altogether is not what the right prices give.
    case rightPrice
    /// Use without a price is lost, or charged.
    case unrated
}

extension MonthHistory {
    /// Everything that is broken; by arithmetic of its own, from the records on.
    /// - Parameter statements: what was made of the history; nil: made anew.
    func broken(_ statements: [PeriodStatement]? = nil) throws -> Set<BrokenMonth> {
        var broken: Set<BrokenMonth> = []
        let totals = totals
        let made: [PeriodStatement]
        do {
            made = try statements ?? periods.map { try statement($0, totals) }
        } catch InvoicingRefusal.oversold {
            return [.deviceTime]
        }
        for statement in made {
            broken.formUnion(check(statement, totals))
            if let bytes = sealed[statement.period], try MonthHistory.bytes(statement) != bytes {
                broken.insert(.closedChanged)
            }
            if try !hasItsTime(statement.period, totals) { broken.insert(.deviceTime) }
        }
        if !isAtRightPrice { broken.insert(.rightPrice) }
        return broken
    }

    private func check(_ statement: PeriodStatement, _ totals: [PeriodTotal]) -> Set<BrokenMonth> {
        var broken: Set<BrokenMonth> = []
        let rows = records.filter { $0.period == statement.period }
        var sum = Amount.zero
        var exact: Int128 = 0
        for invoice in statement.invoices {
            let own = rows.filter { $0.department == invoice.department }
            let adjustments = posted.filter {
                $0.adjustment.period == statement.period && $0.adjustment.department == invoice.department
            }
            let (parts, isRight) = check(invoice, own, adjustments, statement.shared, totals)
            if !isRight { broken.insert(.rowsToLine) }
            if !MonthHistory.isSum(invoice, of: parts) { broken.insert(.linesToInvoice) }
            sum = sum + invoice.total
            exact += parts
        }
        let departments = Set(statement.invoices.map(\.department))
        let isWhole = rows.allSatisfy { $0.amount == nil || departments.contains($0.department) }
        if sum != statement.total || !isWhole || decimal(exact) != statement.exact {
            broken.insert(.invoicesToPeriod)
        }
        let parts = statement.shared?.parts.reduce(.zero) { $0 + $1.amount }
        if let shared = statement.shared, parts != shared.total || shared.parts.contains(where: { $0.amount < .zero }) {
            broken.insert(.sharedCost)
        }
        let unpriced = rows.filter { $0.amount == nil }.reduce(Int128(0)) { $0 + weighed($1) }
        if (unpriced == 0) != statement.unrated.isEmpty { broken.insert(.unrated) }
        return broken
    }

    /// The exact sum of the invoice's rows, and whether each line is its rows', no less and no more.
    private func check(
        _ invoice: Invoice, _ rows: [UsageRecord], _ adjustments: [PostedAdjustment], _ shared: SharedCost?,
        _ totals: [PeriodTotal]
    ) -> (Int128, Bool) {
        var sums: [LineKey: Int128] = [:]
        var quantities: [LineKey: Int64] = [:]
        for row in rows {
            guard let parts = parts(of: row) else { continue }
            sums[LineKey(row), default: 0] += parts
            quantities[LineKey(row), default: 0] += row.quantity
        }
        for posted in adjustments {
            let key = LineKey(kind: .adjustment, team: posted.adjustment.team, proposal: posted.number)
            sums[key] = Int128(posted.adjustment.amount.microunits) * micro
        }
        let part = shared?.parts.first { $0.department == invoice.department }?.amount ?? .zero
        if part != .zero { sums[LineKey(kind: .shared)] = Int128(part.microunits) * micro }
        var isRight =
            sums.count == invoice.lines.count && invoice.lines.map(\.id) == Array(1...(sums.count + 1)).dropLast()
        let explanations = Explanation.all(of: invoice, totals: totals)
        for (line, explanation) in zip(invoice.lines, explanations) {
            let exact = sums[LineKey(line)]
            let amount = Int128(line.amount.microunits) * micro
            let away = ((exact ?? 0) - amount).magnitude
            let isExplained = explanation.parts.isEmpty || explanation.exact.parts == exact
            isRight =
                isRight && exact.map(decimal) == line.exact && quantities[LineKey(line)] == line.quantity && isExplained
                && away < (micro * 10_000).magnitude && line.amount.microunits % 10_000 == 0
        }
        return (sums.values.reduce(0, +), isRight)
    }

    /// The total is the lines' amounts and the exact sum rounded half to even; exact and rounding row show it.
    private static func isSum(_ invoice: Invoice, of exact: Int128) -> Bool {
        let total = invoice.lines.reduce(Int64(0)) { $0 + $1.amount.microunits }
        let distance = (exact - Int128(total) * micro) * 2
        let hundredth = micro * 10_000
        let isNearest =
            distance.magnitude < hundredth.magnitude
            || distance.magnitude == hundredth.magnitude && total % 20_000 == 0
        let shown = [invoice.exact, invoice.rounding].map { Int128($0.filter { $0 != "." }) ?? .max }
        return total == invoice.total.microunits && isNearest && decimal(exact) == invoice.exact
            && shown[0] + shown[1] == Int128(total) * 1_000_000
    }
}

/// A millionth of the currency's unit: 128,000 × an hour's milliseconds × three ratios in thousandths.
let micro: Int128 = 460_800_000_000 * 1_000_000_000

/// With 12 places, rounded half to even: by adding, not by dividing and comparing.
func decimal(_ parts: Int128) -> String {
    let unit = micro / 1_000_000
    let (below, rest) = ((parts.magnitude / unit.magnitude), parts.magnitude % unit.magnitude)
    let isUp = rest + rest + (below % 2) > unit.magnitude
    let digits = String(below + (isUp ? 1 : 0))
    let padded = String(repeating: "0", count: max(13 - digits.count, 0)) + digits
    let text = padded.dropLast(12) + "." + padded.suffix(12)
    return parts < 0 && text.contains(where: { "123456789".contains($0) }) ? "-" + text : String(text)
}

/// What a row costs, in parts of a millionth; nil where it has no price.
func parts(of row: UsageRecord, at price: Price?? = nil) -> Int128? {
    let tariff = row.tariff
    let factors = Int128(tariff.multiplier.thousandths) * Int128(tariff.factor.thousandths)
    if factors == 0 { return 0 }
    guard let price = price ?? tariff.rate?.perHour else { return nil }
    return perUnit(tariff.sku) * Int128(row.quantity) * Int128(price.microunits) * factors
        * Int128(tariff.part.thousandths)
}

/// A quantity of a SKU in 128,000ths of its unit.
func perUnit(_ sku: SKU) -> Int128 {
    switch sku {
    case .device: 128
    case .memory: 125
    case .core, .licence: 128_000
    }
}

/// What would be to pay at a price of one: zero for what is reversed or given back whole.
func weighed(_ row: UsageRecord) -> Int128 { parts(of: row, at: Price(microunits: 1)) ?? 0 }
