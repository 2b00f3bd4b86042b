import Chargeback
import class Foundation.ProcessInfo
import Policy
import Testing
import Units

/// Promises 7 and 8, over random months. `ALLOT_MONTHS` says how many; a failure prints its seed, and `ALLOT_SEED`
/// replays that one alone.
@Suite struct MonthPropertyTests {
    /// Of three months each.
    private static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["ALLOT_SEED"].flatMap(UInt64.init) { return [seed] }
        return Array(1...max((environment["ALLOT_MONTHS"].flatMap(UInt64.init) ?? 300) / 3, 1))
    }()

    /// By halves, which run side by side.
    @Test(arguments: [0, 1])
    func `rows sum to lines, lines to invoices, invoices to the period, and a closed one never changes`(
        half: UInt64
    ) throws {
        for seed in MonthPropertyTests.seeds where seed % 2 == half {
            let history = try MonthHistory(MonthWorld(seed: seed))
            #expect(history.sealed.count == 3, "ALLOT_SEED=\(seed)")
            let broken = try history.broken()
            #expect(broken == [], "ALLOT_SEED=\(seed)")
        }
    }

    @Test func `totals in any order give the same documents`() throws {
        for seed in MonthPropertyTests.seeds.prefix(4) {
            let history = try MonthHistory(MonthWorld(seed: seed))
            var random = SeededGenerator(seed: seed)
            for (period, bytes) in history.sealed {
                let again = try history.statement(period, history.totals.shuffled(using: &random))
                #expect(try MonthHistory.bytes(again) == bytes, "ALLOT_SEED=\(seed)")
            }
        }
    }

    @Test func `the same seed gives the same records, events and documents`() throws {
        for seed in MonthPropertyTests.seeds.prefix(4) {
            let histories = try (0..<2).map { _ in try MonthHistory(MonthWorld(seed: seed)) }
            #expect(histories[0].records == histories[1].records, "ALLOT_SEED=\(seed)")
            #expect(histories[0].events == histories[1].events, "ALLOT_SEED=\(seed)")
            #expect(histories[0].sealed == histories[1].sealed, "ALLOT_SEED=\(seed)")
        }
    }

    @Test func `the events alone give the books`() throws {
        for seed in MonthPropertyTests.seeds.prefix(4) {
            let history = try MonthHistory(MonthWorld(seed: seed))
            var books = Books()
            for event in history.events { try books.apply(event) }
            #expect(books == history.books, "ALLOT_SEED=\(seed)")
        }
    }

    @Test func `months have everything that is invoiced`() throws {
        var kinds: Set<Invoice.Kind> = []
        var states: Set<UsageState> = []
        var rules: Set<ChargebackRules.Distribution> = []
        var afterClose = 0
        var counts: [Int] = []
        for seed in UInt64(1)...15 {
            let history = try MonthHistory(MonthWorld(seed: seed))
            let totals = history.totals
            for period in history.periods {
                kinds.formUnion(try history.statement(period, totals).invoices.flatMap(\.lines).map(\.kind))
            }
            states.formUnion(history.records.map(\.tariff.state))
            rules.insert(history.world.rule.distribute)
            counts.append(history.records.count)
            afterClose += history.records.count { $0.period == history.last && $0.tariff.entry == .restatement }
        }
        #expect(counts.min() ?? 0 > 500)
        #expect(kinds == Set(Invoice.Kind.allCases) && states == Set(UsageState.allCases))
        #expect(rules == Set(ChargebackRules.Distribution.allCases) && afterClose > 100)
    }
}
