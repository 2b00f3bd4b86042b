import Chargeback
import Policy
import Testing
import Units

/// A machine, its policy and what three months of it were used for, all by one seed.
struct MonthWorld {
    let seed: UInt64
    let policy: Policy
    let rule: ChargebackRules.Unsold
    /// Three, one after the other.
    let periods: [Period]
    /// Every day of the periods.
    let days: [Day]
    let owned: [OwnedCapacity]
    /// Device by device, in the order of their ends, with numbers still to be given.
    var usage: [UsageRecord] = []

    struct Day {
        var day: CivilDate
        var from: Timestamp
        var to: Timestamp
    }

    /// Months with an hour more or less, a leap day, a year's end, a midnight that is skipped.
    private static let starts = [
        ("2026-02", "Europe/Berlin"), ("2026-09", "Europe/Berlin"), ("2028-01", "UTC"), ("2026-11", "Europe/Berlin"),
        ("2018-10", "America/Sao_Paulo"), ("2026-03", "Australia/Lord_Howe"),
    ]

    init(seed: UInt64) throws {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        let (start, name) = MonthWorld.starts[random.pick(MonthWorld.starts.count)]
        let zone = try #require(Zone(name))
        let first = try #require(Period(start))
        periods = [first, first.next, first.next.next]
        var days: [Day] = []
        var (day, from) = (first.first, zone.start(of: first.first))
        while day < periods[2].next.first {
            let next = CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1)
            let to = zone.start(of: next)
            days.append(Day(day: day, from: from, to: to))
            (day, from) = (next, to)
        }
        self.days = days
        let range = days[0].from..<from
        policy = try MonthWorld.policy(in: range, zone, &random)
        let rules = ChargebackRules.Distribution.allCases
        rule = ChargebackRules.Unsold(
            distribute: rules[random.pick(rules.count)],
            factor: Ratio(thousandths: Int64(random.pick(4) * 333 + random.pick(2))))
        owned = [
            OwnedCapacity(sku: MonthWorld.skus[0], from: range.lowerBound - .days(9), to: range.upperBound, count: 2),
            OwnedCapacity(
                sku: MonthWorld.skus[0], from: range.lowerBound + random.span(upTo: .days(40)),
                to: range.upperBound + .days(9), count: 1),
            OwnedCapacity(
                sku: MonthWorld.skus[1], from: range.lowerBound, to: range.upperBound - random.span(upTo: .days(40)),
                count: 2),
        ]
        usage = meter(over: range, &random)
    }

    static let skus: [SKU] = [.device("H100"), .device("H100 1g.10gb"), .core, .memory, .licence("solver")]
    static let multipliers: [(ClassID, Int64)] = [
        (ClassID("standard"), 1000), (ClassID("production"), 1500), (ClassID("best-effort"), 333), (ClassID("free"), 0),
    ]

    /// Prices that change at any millisecond, some with windows, some with a gap.
    private static func policy(
        in range: Range<Timestamp>, _ zone: Zone, _ random: inout SeededGenerator
    ) throws -> Policy {
        let night = (try #require(TimeOfDay("21:30")), try #require(TimeOfDay("06:00")))
        var rates: [Rate] = []
        for sku in skus {
            let cuts = (0..<random.pick(4)).map { _ in range.lowerBound + random.span(upTo: .days(90)) }
            let bounds = [range.lowerBound - .days(99)] + cuts.sorted() + [.distantFuture]
            for (from, to) in zip(bounds, bounds.dropFirst()) where from < to {
                if cuts.count > 1, random.pick(6) == 0 { continue }
                let windows =
                    random.pick(3) > 0
                    ? []
                    : [
                        RateWindow(
                            name: "nights", days: [.monday, .tuesday, .saturday, .sunday], from: night.0, to: night.1,
                            perHour: random.price())
                    ]
                rates.append(Rate(sku: sku, from: from, to: to, perHour: random.price(), windows: windows))
            }
        }
        let departments = (0...(1 + random.pick(3))).map { index in
            Department(
                id: DepartmentID("d\(index)"), name: "d\(index)", weight: 1, teams: [], members: [],
                quotas: random.pick(2) == 0 ? [] : [Quota(model: .every, nominal: random.pick(3))])
        }
        return Policy(
            departments: departments, classes: [], timeZone: zone,
            priceBook: PriceBook(currency: "EUR", rates: rates))
    }
}

extension SeededGenerator {
    /// 0 to one less than `count`.
    mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

    /// Of any number of milliseconds, one at least.
    mutating func span(upTo longest: Span) -> Span {
        Span(milliseconds: .random(in: 1...longest.milliseconds, using: &self))
    }

    mutating func price() -> Price {
        Price(microunits: pick(4) == 0 ? Int64(pick(5)) * 1_000_000 : .random(in: 0...9_999_999, using: &self))
    }
}
