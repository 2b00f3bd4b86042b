import Chargeback
import Policy
import Testing
import Units

@Suite struct SharedCostTests {
    private let hour: Int64 = 3_600_000
    private let beginning = Timestamp(milliseconds: 0)
    private let a100 = SKU.device("A100")

    /// An H100 costs 2.40, from the 16th on 3.60 and 1.00 at night; an A100 1.00; a B200 nothing that anybody knows.
    private func policy(quotas: [DepartmentID: [Quota]] = [:]) throws -> Policy {
        let change = try Finance.time("2026-11-16T00:00:00Z")
        let night = RateWindow(
            name: "nights", days: Weekday.allCases, from: try #require(TimeOfDay("22:00")),
            to: try #require(TimeOfDay("06:00")), perHour: try Finance.price("1.00"))
        return Finance.policy(
            [
                Rate(
                    sku: Finance.h100, from: beginning, to: change,
                    perHour: try Finance.price("2.40")),
                Rate(sku: Finance.h100, from: change, perHour: try Finance.price("3.60"), windows: [night]),
                Rate(sku: a100, from: beginning, perHour: try Finance.price("1.00")),
            ], quotas: quotas)
    }

    /// Two H100 all November, and one A100 for the first ten days.
    private func owned() throws -> [OwnedCapacity] {
        [
            OwnedCapacity(
                sku: Finance.h100, from: try Finance.time("2026-10-20T00:00:00Z"),
                to: try Finance.time("2027-01-01T00:00:00Z"), count: 2),
            OwnedCapacity(
                sku: a100, from: try Finance.time("2026-11-01T00:00:00Z"), to: try Finance.time("2026-11-11T00:00:00Z"),
                count: 1),
        ]
    }

    /// 700 of the 720 hours of H100 up to the 16th, half of the others; 230 of the 240 of the A100.
    private func totals() throws -> [PeriodTotal] {
        var idle = Finance.usage(try Finance.rate("3.60", version: 2), factor: 250)
        idle.state = .idle
        var credit = Finance.usage(try Finance.rate("2.40"))
        credit.entry = .credit
        return try [
            Finance.total(Finance.vision, "a", Finance.usage(Finance.rate("2.40"), multiplier: 1500), 600_000 * hour),
            Finance.total(Finance.speech, nil, Finance.usage(Finance.rate("2.40")), 100_000 * hour),
            // Given back, and sold all the same.
            Finance.total(Finance.speech, nil, credit, -100_000 * hour),
            Finance.total(
                Finance.speech, nil, Finance.usage(Finance.rate("1.00", version: 2, window: "nights")), 300_000 * hour),
            Finance.total(Finance.speech, nil, idle, 60_000 * hour),
            Finance.total(Finance.vision, nil, Finance.usage(of: a100, Finance.rate("1.00")), 230_000 * hour),
            Finance.total(Finance.vision, nil, Finance.usage(of: .core, Finance.rate("0.10")), 1_000_000 * hour),
            Finance.total(Finance.vision, nil, Finance.usage(Finance.rate("2.40")), 999_000 * hour, period: "2026-10"),
        ]
    }

    private func shared(
        _ distribute: ChargebackRules.Distribution, factor: Int64 = 1000, quotas: [DepartmentID: [Quota]] = [:],
        totals: [PeriodTotal]? = nil, owned: [OwnedCapacity]? = nil
    ) throws -> SharedCost {
        try SharedCost(
            of: Finance.period("2026-11"), owned: owned ?? self.owned(), totals: totals ?? self.totals(),
            rule: ChargebackRules.Unsold(distribute: distribute, factor: Ratio(thousandths: factor)),
            policy: policy(quotas: quotas))
    }

    @Test func `what was owned is what was sold and what was not, by price`() throws {
        let pieces = try shared(.none).pieces
        #expect(pieces.map(\.sku) == [a100, Finance.h100, Finance.h100])
        #expect(pieces.map(\.version) == [1, 1, 2])
        #expect(pieces.map(\.owned) == [240_000 * hour, 720_000 * hour, 720_000 * hour])
        #expect(pieces.map(\.unsold) == [10_000 * hour, 20_000 * hour, 360_000 * hour])
        #expect(try pieces.map(\.perHour) == ["1.00", "2.40", "3.60"].map(Finance.price))
        #expect(pieces.map(\.time) == [.days(30), .days(15), .days(15)])
    }

    @Test func `the rule says who bears the cost`() throws {
        // 10 × 1.00 + 20 × 2.40 + 360 × 3.60 = 1354.00, half of it.
        let whole = Finance.amount(67_700)
        let none = try shared(.none, factor: 500)
        #expect(none.parts == [] && none.total == .zero && none.exact == .zero)
        // Three parts of 225.666…: two of them get a hundredth more, and the first by id do.
        let equal = try shared(.equal, factor: 500)
        #expect(equal.total == whole && equal.exact.description == "677.000000000000")
        #expect(equal.parts.map(\.department) == [Finance.robotics, Finance.speech, Finance.vision])
        #expect(equal.parts.map(\.amount) == [22_567, 22_567, 22_566].map(Finance.amount))
        // Vision: 600 × 3.60 + 230 + 100000 × 0.10... of cores: 1,000,000 × 0.10. Speech: 240 + 300 + 54.
        let use = try shared(.use, factor: 500)
        let vision = Int128(2160 + 230 + 100_000)
        let speech = Int128(594)
        #expect(use.parts.map { $0.weight / ExactAmount.perMicrounit / 1_000_000 } == [0, speech, vision])
        #expect(use.parts.map(\.amount) == [0, 390, 67_310].map(Finance.amount))
        // One H100 and two H100: by the price of both versions; the A100 has no quota.
        let h100 = ModelPattern("H100")
        let nominal = try shared(
            .nominal, factor: 500,
            quotas: [
                Finance.vision: [Quota(model: h100, nominal: 1)], Finance.speech: [Quota(model: h100, nominal: 2)],
            ])
        #expect(nominal.parts.map(\.amount) == [0, 45_133, 22_567].map(Finance.amount))
    }

    @Test(arguments: [ChargebackRules.Distribution.use, .nominal])
    func `where nobody weighs anything, all bear it alike`(rule: ChargebackRules.Distribution) throws {
        let shared = try shared(rule, totals: [])
        #expect(shared.parts.map(\.weight) == [1, 1, 1])
        #expect(shared.parts.reduce(.zero) { $0 + $1.amount } == shared.total && shared.total > .zero)
    }

    @Test func `whoever used and left bears a part by use`() throws {
        let left = DepartmentID("left")
        let totals = try [Finance.total(left, nil, Finance.usage(Finance.rate("2.40")), 1000 * hour)]
        let shared = try shared(.use, totals: totals)
        #expect(shared.parts.first { $0.department == left }?.amount == shared.total)
        let statement = try Finance.invoicing().statement(
            departments: [], totals: totals, adjustments: [], shared: shared)
        #expect(statement.invoices.map(\.department) == [left])
        #expect(statement.invoices[0].lines.map(\.kind) == [.usage, .shared])
        #expect(statement.total == shared.total + Finance.amount(240))
    }

    @Test func `what has no price is not shared and still balanced`() throws {
        let b200 = SKU.device("B200")
        let owned = [
            OwnedCapacity(
                sku: b200, from: try Finance.time("2026-11-30T00:00:00Z"), to: try Finance.time("2026-12-02T00:00:00Z"),
                count: 3)
        ]
        let totals = try [Finance.total(Finance.vision, nil, Finance.usage(of: b200, nil), 5000)]
        let shared = try shared(.equal, totals: totals, owned: owned)
        #expect(shared.pieces.map(\.version) == [nil] && shared.pieces.map(\.owned) == [72_000 * hour])
        #expect(shared.pieces.map(\.sold) == [5000] && shared.total == .zero)
        #expect(shared.parts.allSatisfy { $0.amount == .zero })
    }

    @Test func `more sold than owned is refused with the numbers where it is shared`() throws {
        let totals =
            try totals() + [Finance.total(Finance.vision, nil, Finance.usage(Finance.rate("2.40")), 20_000 * hour + 1)]
        let refusal = InvoicingRefusal.oversold(
            Finance.h100, version: 1, owned: 720_000 * hour, sold: 720_000 * hour + 1)
        for rule in [ChargebackRules.Distribution.use, .nominal, .equal] {
            #expect(throws: refusal) { try shared(rule, totals: totals) }
        }
        #expect(try shared(.none, totals: totals).pieces[1].unsold == -1)
    }
}
