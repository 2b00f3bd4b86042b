import Chargeback
import Policy
import Testing
import Units

/// The checks of `MonthHistory.broken` see what they are for.
@Suite struct MonthForgeryTests {
    @Test(arguments: BrokenMonth.allCases)
    func `a check that sees it broken exists`(what: BrokenMonth) throws {
        for seed in UInt64(1)...20 {
            var history = try MonthHistory(MonthWorld(seed: seed))
            guard try history.broken() == [] else { continue }
            guard let statements = try history.forge(what) else { continue }
            #expect(try history.broken(statements.isEmpty ? nil : statements).contains(what), "seed \(seed)")
            return
        }
        Issue.record("no history was found to be forged")
    }

    /// Each a way to have a line or an invoice wrong.
    @Test(arguments: 0..<7)
    func `a line or a sum that is wrong by little is seen`(way: Int) throws {
        let history = try MonthHistory(MonthWorld(seed: 5))
        let totals = history.totals
        var statement = try history.statement(history.periods[1], totals)
        let place = try #require(statement.invoices.firstIndex { $0.lines.count > 3 })
        let last = statement.invoices[place].lines.count - 1
        switch way {
        case 0: statement.invoices[place].lines[1].amount.microunits += 10_000
        case 1: statement.invoices[place].lines[1].quantity? += 1
        case 2: statement.invoices[place].lines[0].exact = "0.000000000001"
        case 3: statement.invoices[place].total.microunits -= 10_000
        case 4: statement.invoices[place].rounding = "0.010000000001"
        case 5: statement.invoices[place].lines.remove(at: last)
        default: statement.total.microunits += 10_000
        }
        #expect(try history.broken([statement]).subtracting([.closedChanged]) != [])
        #expect(try history.broken([history.statement(history.periods[1], totals)]) == [])
    }
}

extension MonthHistory {
    /// Breaks it in one way: what it gives are statements that were tampered with, or none where records were. nil
    /// where this history has nothing to do that with.
    fileprivate mutating func forge(_ what: BrokenMonth) throws -> [PeriodStatement]? {
        let totals = totals
        var statement = try statement(periods[1], totals)
        switch what {
        case .rowsToLine:
            guard let first = statement.invoices.first, let line = first.lines.last else { return nil }
            statement.invoices[0].lines[line.id - 1].exact = ExactAmount(parts: 7).description + "1"
        case .linesToInvoice:
            guard !statement.invoices.isEmpty else { return nil }
            statement.invoices[0].total.microunits += 10_000
        case .invoicesToPeriod:
            guard statement.invoices.contains(where: { $0.total != .zero }) else { return nil }
            statement.invoices.removeAll { $0.total != .zero }
        case .sharedCost:
            guard let parts = statement.shared?.parts, !parts.isEmpty else { return nil }
            statement.shared?.parts[0].amount.microunits += 10_000
        case .closedChanged:
            guard let late = records.last(where: { $0.period == periods[0] && $0.tariff.entry == .usage }) else {
                return nil
            }
            records.append(late)
            return []
        case .deviceTime:
            let isWhole = { (record: UsageRecord) in
                record.devices.count == 1 && record.tariff.entry == .usage
                    && record.quantity == 1000 * (record.to - record.from).milliseconds
            }
            guard let twice = records.last(where: isWhole) else { return nil }
            records.append(twice)
            return []
        case .rightPrice:
            let isCharged = { (record: UsageRecord) in record.tariff.entry == .restatement && record.amount != .zero }
            guard let restated = records.lastIndex(where: isCharged) else { return nil }
            records.remove(at: restated)
            return []
        case .unrated:
            guard var record = records.last(where: { $0.tariff.factor == .one }), record.quantity > 0 else {
                return nil
            }
            record.day = last.first
            record.tariff.rate = nil
            guard record.amount == nil else { return nil }
            records.append(record)
            statement = try self.statement(last, self.totals)
            statement.unrated = []
        }
        return [statement]
    }
}
