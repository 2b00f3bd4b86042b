import Chargeback
import Foundation
import Policy
import Testing
import Units

@Suite struct InvoicingTests {
    private let hour: Int64 = 3_600_000

    @Test func `an invoice that a person can check by hand`() throws {
        // Two H100 for three hours, one of them at 1.5 times the price: 7.50 + 11.25. 20 minutes of a core at 0.10.
        let usage = try [
            Finance.total(Finance.vision, "seg", Finance.usage(Finance.rate("2.50")), 1000 * 3 * hour),
            Finance.total(
                Finance.vision, "seg", Finance.usage(Finance.rate("2.50"), multiplier: 1500), 1000 * 3 * hour),
            Finance.total(Finance.vision, nil, Finance.usage(of: .core, Finance.rate("0.10")), hour / 3),
        ]
        var credit = usage[0].tariff
        (credit.entry, credit.part) = (.credit, Ratio(thousandths: 500))
        let totals = try usage + [Finance.total(Finance.vision, "seg", credit, -1000 * hour)]
        let adjustments = try [
            Finance.posted(4, Finance.vision, -250, team: "seg"), Finance.posted(5, Finance.speech, 100),
        ]
        let statement = try Finance.invoicing().statement(
            departments: [Finance.robotics, Finance.vision], totals: totals, adjustments: adjustments)
        #expect(
            statement.invoices.map(\.number) == ["INV-2026-11-robotics", "INV-2026-11-speech", "INV-2026-11-vision"])
        let invoice = try #require(statement.invoices.last)
        let team = TeamID("seg")
        let expected = [
            Invoice.Line(
                id: 1, kind: .usage, sku: .core, quantity: 1_200_000, exact: "0.033333333333", amount: Finance.amount(3)
            ),
            Invoice.Line(
                id: 2, kind: .usage, team: team, sku: Finance.h100, quantity: 6000 * hour, exact: "18.750000000000",
                amount: Finance.amount(1875)),
            Invoice.Line(
                id: 3, kind: .credit, team: team, sku: Finance.h100, quantity: -1000 * hour,
                exact: "-1.250000000000", amount: Finance.amount(-125)),
            Invoice.Line(
                id: 4, kind: .adjustment, team: team, proposal: 4, exact: "-2.500000000000",
                amount: Finance.amount(-250)),
        ]
        #expect(invoice.lines == expected)
        #expect(invoice.exact == "15.033333333333" && invoice.rounding == "-0.003333333333")
        #expect(invoice.total == Finance.amount(1503) && invoice.currency == "EUR")
        #expect(try invoice.from == Finance.time("2026-11-01T00:00:00Z"))
        #expect(try invoice.to == Finance.time("2026-12-01T00:00:00Z"))
        #expect(statement.invoices[0].lines == [] && statement.invoices[0].total == .zero)
        #expect(statement.total == Finance.amount(1603) && statement.exact == "16.033333333333")
        #expect(statement.rounding == "-0.003333333333" && statement.unrated == [])
        // As a document, and back.
        let bytes = try JSONEncoder.sorted.encode(statement.invoices)
        #expect(try JSONDecoder().decode([Invoice].self, from: bytes) == statement.invoices)
    }

    /// Exact thirds of hundredths and the like, and what becomes of them: prices in millionths for an hour.
    private static let roundings: [(exact: [Int64], amounts: [Int64], total: Int64)] = [
        // Three thirds of 0.10: what is missing goes to the first.
        ([33_333, 33_333, 33_334], [3, 3, 4], 10), ([30_000, 30_000, 30_000], [3, 3, 3], 9),
        ([5000, 5000], [1, 0], 1), ([5000], [0], 0), ([15_000], [2], 2), ([-5000], [0], 0), ([-15_000], [-2], -2),
        ([-15_001], [-2], -2), ([25_000, -5000], [3, -1], 2), ([9999, 1], [1, 0], 1),
        // Rounded down they are 1, 0 and -1. The second lost most, then the first and the third as much.
        ([16_000, 8000, -4000], [2, 1, -1], 2),
    ]

    @Test(arguments: roundings)
    func `lines are whole hundredths that sum to the total`(exact: [Int64], amounts: [Int64], total: Int64) throws {
        let totals = try exact.enumerated().map { index, exact in
            let rate = AppliedRate(
                perHour: Price(microunits: abs(exact)), version: 1, window: nil)
            return try Finance.total(
                Finance.vision, "team\(index)", Finance.usage(of: .core, rate), hour * exact.signum())
        }
        let statement = try Finance.invoicing().statement(departments: [], totals: totals, adjustments: [])
        #expect(statement.invoices.first?.lines.map(\.amount) == amounts.map(Finance.amount))
        #expect(statement.invoices.first?.total == Finance.amount(total))
    }

    @Test func `what has no price is on no line and named, less what was reversed`() throws {
        let unrated = Finance.usage(nil)
        var reversal = unrated
        (reversal.entry, reversal.correction, reversal.original) = (.reversal, 3, try Finance.period("2026-11"))
        var credit = unrated
        (credit.entry, credit.part) = (.credit, Ratio(thousandths: 500))
        let free = Finance.usage(of: .memory, nil, factor: 0)
        let totals = try [
            // All reversed.
            Finance.total(Finance.vision, nil, unrated, 500), Finance.total(Finance.vision, nil, reversal, -500),
            // Half of it is to be given back, of a price that nobody knows.
            Finance.total(Finance.speech, nil, unrated, 700), Finance.total(Finance.speech, "a", unrated, 70),
            Finance.total(Finance.speech, nil, credit, -700),
            Finance.total(Finance.speech, nil, Finance.usage(of: .core, nil), 9),
            // Costs nothing whatever the price.
            Finance.total(Finance.robotics, nil, free, 1024 * hour),
        ]
        let statement = try Finance.invoicing().statement(departments: [], totals: totals, adjustments: [])
        let expected = [
            Unrated(department: Finance.speech, sku: Finance.h100, quantity: 770),
            Unrated(department: Finance.speech, sku: .core, quantity: 9),
        ]
        #expect(statement.unrated == expected)
        #expect(statement.invoices.map(\.department) == [Finance.robotics])
        #expect(statement.invoices[0].lines.map(\.exact) == ["0.000000000000"])
        // A reversal in another period than what it takes back does not vanish.
        let alone = try Finance.invoicing().statement(departments: [], totals: [totals[1]], adjustments: [])
        #expect(alone.unrated.map(\.quantity) == [-500])
    }

    @Test func `other periods are left out, and the order of totals does not matter`() throws {
        var totals: [PeriodTotal] = []
        for (index, sku) in [Finance.h100, .core, .memory, .licence("solver")].enumerated() {
            for team in [nil, "a", "b"] {
                for department in [Finance.vision, Finance.speech] {
                    totals.append(
                        try Finance.total(
                            department, team, Finance.usage(of: sku, Finance.rate("0.07", version: index + 1)), 777_777)
                    )
                }
            }
        }
        let adjustments = try [Finance.posted(2, Finance.vision, 5), Finance.posted(1, Finance.vision, -5)]
        let other = try Finance.total(
            Finance.vision, "c", Finance.usage(of: .core, Finance.rate("1")), hour, period: "2026-10")
        let invoicing = try Finance.invoicing()
        let first = try invoicing.statement(departments: [Finance.vision], totals: totals, adjustments: adjustments)
        let second = try invoicing.statement(
            departments: [Finance.speech], totals: [other] + totals.reversed(),
            adjustments: adjustments.reversed() + [Finance.posted(3, Finance.vision, 1, period: "2026-12")])
        #expect(first == second && first.invoices.map(\.lines.count) == [12, 14])
        let lines = first.invoices.flatMap(\.lines)
        #expect(lines.map { LineKey($0) }.prefix(12).elementsEqual(lines.prefix(12).map { LineKey($0) }.sorted()))
    }

    @Test func `without a price book the currency is none`() throws {
        let invoicing = Invoicing(
            period: try Finance.period("2026-11"), zone: .utc, currency: nil,
            versions: Invoice.Versions(policy: 0, rating: 1))
        #expect(
            try invoicing.statement(departments: [Finance.vision], totals: [], adjustments: []).invoices[0].currency
                == String(repeating: "X", count: 3))
    }

    @Test func `what is beyond the range is refused, and not wrapped`() throws {
        let dear = Finance.usage(of: .core, AppliedRate(perHour: Price(microunits: .max), version: 1, window: nil))
        let cheap = Finance.usage(of: .core, AppliedRate(perHour: Price(microunits: 0), version: 1, window: nil))
        let large = Int64(1) << 62
        let cases: [([PeriodTotal], InvoicingRefusal)] = [
            ([try Finance.total(Finance.vision, nil, dear, large)], .beyond(Finance.vision, .core)),
            ([try Finance.total(Finance.vision, nil, dear, -large)], .beyond(Finance.vision, .core)),
            (
                try (0..<2).map { try Finance.total(Finance.vision, nil, cheap, large + $0) },
                .beyond(Finance.vision, .core)
            ),
            (
                try ["a", "b"].map { try Finance.total(Finance.vision, $0, Self.half(), hour) },
                .beyond(Finance.vision, nil)
            ),
            (
                [
                    try Finance.total(Finance.vision, nil, Self.half(), hour),
                    try Finance.total(Finance.speech, nil, Self.half(), hour),
                ], .beyond(nil, nil)
            ),
        ]
        for (totals, refusal) in cases {
            #expect(throws: refusal) {
                try Finance.invoicing().statement(departments: [], totals: totals, adjustments: [])
            }
        }
    }

    /// An hour of it is more than half of what is exact.
    private static func half() -> Tariff {
        let microunits = Int64(Int128.max / ExactAmount.perMicrounit / 3 * 2)
        return Finance.usage(of: .core, AppliedRate(perHour: Price(microunits: microunits), version: 1, window: nil))
    }

    @Test func `each line is explained by what sums to it`() throws {
        let night = try Finance.rate("1.25", version: 2, window: "nights")
        var restated = Finance.usage(try Finance.rate("2", version: AppliedRate.corrected))
        (restated.entry, restated.correction, restated.original) = (.restatement, 9, try Finance.period("2026-10"))
        let totals = try [
            Finance.total(Finance.vision, nil, Finance.usage(night, multiplier: 1500, factor: 250), 1000 * hour),
            Finance.total(Finance.vision, nil, Finance.usage(Finance.rate("2.50")), 2000 * hour),
            Finance.total(Finance.vision, nil, Finance.usage(nil), 5),
            Finance.total(Finance.vision, nil, restated, 1000 * hour),
            Finance.total(Finance.speech, nil, Finance.usage(Finance.rate("2.50")), 9000 * hour),
        ]
        let invoicing = try Finance.invoicing()
        let statement = try invoicing.statement(
            departments: [], totals: totals, adjustments: [Finance.posted(1, Finance.vision, 5)])
        let invoice = try #require(statement.invoices.last)
        let explanations = Explanation.all(of: invoice, totals: totals)
        #expect(explanations.map(\.line) == invoice.lines)
        #expect(explanations.map { $0.parts.map(\.tariff.rate?.version) } == [[1, 2], [0], []])
        // 2 × 2.50, and 1.25 × 1.5 × 0.25.
        #expect(explanations[0].parts.map(\.exact.description) == ["5.000000000000", "0.468750000000"])
        #expect(explanations[0].exact.description == invoice.lines[0].exact)
        #expect(explanations[1].exact.description == "2.000000000000" && invoice.lines[1].proposal == 9)
    }
}
