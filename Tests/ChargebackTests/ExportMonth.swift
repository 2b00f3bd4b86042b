import Chargeback
import Policy
import Testing
import Units

/// A month drawn at random, with every kind of row that there is, and its invoices.
struct ExportMonth {
    let period: Period
    let policy: Policy
    /// The month's, by number.
    private(set) var records: [UsageRecord] = []
    private(set) var statement: PeriodStatement
    private var earlier: [UsageRecord] = []
    private var adjustments: [PostedAdjustment] = []
    private var dice: SeededGenerator
    private var number: Int64 = 0

    static let host = "sample"
    static let devices = (0..<6).map { DeviceID("GPU-\($0)") }
    static let model = SKU.device("NVIDIA H200")
    static let slice = SKU.device("NVIDIA H200 MIG 1g.18gb")
    static let departments = ["biology", "physics", "vision"].map { DepartmentID($0) }

    init(seed: UInt64, period: String = "2026-10", zone: String = "Europe/Berlin", reservations: Int = 12) throws {
        dice = SeededGenerator(seed: seed)
        self.period = try #require(Period(period))
        policy = try Self.policy(self.period, zone: #require(Zone(zone)), &dice)
        let invoicing = Invoicing(
            period: self.period, zone: policy.timeZone, currency: "EUR", versions: .init(policy: 3, rating: 1))
        statement = try invoicing.statement(departments: [], totals: [], adjustments: [])
        for _ in 0..<3 { earlier += meter(in: self.period.previous) }
        for _ in 0..<reservations { records += meter(in: self.period) }
        credit()
        correct()
        adjust()
        let totals = totals()
        let range = self.period.range(in: policy.timeZone)
        let owned = OwnedCapacity(sku: Self.model, from: range.lowerBound, to: range.upperBound, count: 40)
        let slices = OwnedCapacity(sku: Self.slice, from: range.lowerBound, to: range.upperBound, count: 40)
        let shared = try SharedCost(
            of: self.period, owned: [owned, slices], totals: totals,
            rule: ChargebackRules.Unsold(distribute: .use, factor: Ratio(thousandths: 333)), policy: policy)
        statement = try invoicing.statement(
            departments: Self.departments, totals: totals, adjustments: adjustments, shared: shared)
    }

    /// With days of 23, 25 and 23½ hours, a leap day, and a year's end.
    static func random(seed: UInt64, reservations: Int = 12) throws -> ExportMonth {
        let months = [
            ("2026-10", "Europe/Berlin"), ("2027-03", "America/New_York"), ("2028-02", "Asia/Kolkata"),
            ("2026-12", "UTC"), ("2026-10", "Australia/Lord_Howe"),
        ]
        let (period, zone) = months[Int(seed % UInt64(months.count))]
        return try ExportMonth(seed: seed, period: period, zone: zone, reservations: reservations)
    }

    /// What an export of it is about.
    func context(_ change: (inout ExportContext) -> Void = { _ in }) -> ExportContext {
        let end = period.range(in: policy.timeZone).upperBound
        var context = ExportContext(
            host: Self.host, period: period, zone: policy.timeZone, currency: "EUR",
            issuer: .init(name: "Computing centre", account: "ORG-1", accountName: "Institute"),
            invoices: statement.invoices, closedAt: end + .hours(9), asOf: end + .hours(9),
            names: ExportNames(
                departments: [DepartmentID("vision"): "Computer vision, \"CV\""],
                teams: [DepartmentID("vision"): [TeamID("robots"): "=Robots"]], users: [UserID(1001): "ana"],
                devices: Self.devices),
            sharedRule: "use")
        change(&context)
        return context
    }

    /// The bytes of an export of it.
    func bytes(_ format: ExportFormat, _ context: ExportContext) throws -> [UInt8] {
        var writer = format.writer(context)
        var bytes: [UInt8] = []
        writer.begin(to: &bytes)
        for record in records { try writer.append(record, tags: Self.tags(of: record.reservation), to: &bytes) }
        try writer.finish(to: &bytes)
        return bytes
    }

    func text(_ format: ExportFormat, _ change: (inout ExportContext) -> Void = { _ in }) throws -> String {
        try String(decoding: bytes(format, context(change)), as: UTF8.self)
    }

    static func tags(of reservation: ReservationID) -> [String: String] {
        reservation.number % 3 == 0 ? [:] : ["project": "p,\(reservation.number % 5)", "note": "a \"b\"\n=c"]
    }

    /// The kinds of a journal's entries that it has.
    var kinds: Set<String> {
        Set(records.map { "\($0.tariff.entry.rawValue) \($0.tariff.state.rawValue)" })
    }
}

extension ExportMonth {
    /// Prices that change in the middle of an hour, and by night.
    private static func policy(_ period: Period, zone: Zone, _ dice: inout SeededGenerator) throws -> Policy {
        let middle = period.range(in: zone).lowerBound + .days(13) + .minutes(.random(in: 1...59, using: &dice))
        let night = RateWindow(
            name: "night", days: Weekday.allCases, from: try #require(TimeOfDay("20:00")),
            to: try #require(TimeOfDay("06:30")), perHour: Price(microunits: 1_333_333))
        func rates(_ sku: SKU, _ price: Int64, windows: [RateWindow] = []) -> [Rate] {
            let start = Timestamp(milliseconds: 0)
            let later = price + .random(in: 1...price, using: &dice)
            return [
                Rate(sku: sku, from: start, to: middle, perHour: Price(microunits: price), windows: windows),
                Rate(sku: sku, from: middle, perHour: Price(microunits: later), windows: windows),
            ]
        }
        var policy = Policy.unconfigured
        policy.timeZone = zone
        policy.departments = departments.map { Department(id: $0, name: $0.text, weight: 1, teams: [], members: []) }
        policy.priceBook = PriceBook(
            currency: "EUR",
            rates: rates(model, 2_345_678, windows: [night]) + rates(slice, 345_679) + rates(.core, 51_239)
                + rates(.memory, 7_001) + rates(.licence("solver"), 1_234_567))
        return policy
    }

    /// What a reservation in a period is metered as.
    private mutating func meter(in period: Period) -> [UsageRecord] {
        let range = period.range(in: policy.timeZone)
        let start = range.lowerBound + Span(milliseconds: .random(in: 0..<(26 * 86_400_000), using: &dice))
        let end = start + Span(milliseconds: .random(in: 1...(2 * 86_400_000), using: &dice))
        let department = Self.departments.randomElement(using: &dice) ?? DepartmentID("vision")
        let isShare = Bool.random(using: &dice)
        let count = isShare ? 1 : Int.random(in: 1...4, using: &dice)
        let first = Int.random(in: 0...2, using: &dice)
        let devices = DeviceSet(first..<(first + count))
        let share: Int64 = isShare ? 300 : 1000
        let stub = UsageRecord(
            number: 0, day: period.first, reservation: ReservationID(.random(in: 1...99, using: &dice)),
            department: department, team: department.text == "vision" ? TeamID("robots") : nil,
            user: UserID(.random(in: 1001...1003, using: &dice)), from: start, to: end, quantity: 0,
            tariff: Tariff(
                sku: .core, priorityClass: ClassID(Bool.random(using: &dice) ? "standard" : "production"),
                state: .used, rate: nil))
        var records = pieces(of: stub, isShare ? Self.slice : Self.model, Int64(count) * share, devices)
        records += pieces(of: stub, .core, .random(in: 1...64, using: &dice))
        records += pieces(of: stub, .memory, .random(in: 1...100_000, using: &dice))
        if isShare { records += pieces(of: stub, .licence("solver"), 2) }
        return records
    }

    /// Records of one SKU, cut at days, prices and at random.
    private mutating func pieces(
        of stub: UsageRecord, _ sku: SKU, _ units: Int64, _ devices: DeviceSet = DeviceSet()
    ) -> [UsageRecord] {
        let factors: [UsageState: Int64] = [.idle: 437, .noShow: 1000, .degraded: 500]
        var records: [UsageRecord] = []
        for piece in policy.rate(sku, over: stub.from..<stub.to) {
            var start = piece.from
            while start < piece.to {
                let day = policy.timeZone.date(at: start)
                let midnight = policy.timeZone.start(of: CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1))
                let cut = start + Span(milliseconds: .random(in: 1...(9 * 3_600_000), using: &dice))
                let end = min(cut, midnight, piece.to)
                var record = stub
                number += 1
                (record.number, record.day, record.devices) = (number, day, devices)
                (record.from, record.to) = (start, end)
                record.quantity = units * (end - start).milliseconds
                let state = UsageState.allCases.randomElement(using: &dice) ?? .used
                record.tariff = Tariff(
                    sku: sku, priorityClass: stub.tariff.priorityClass, state: state, rate: piece.rate,
                    multiplier: Ratio(thousandths: stub.tariff.priorityClass.text == "production" ? 1500 : 1000),
                    factor: Ratio(thousandths: factors[state] ?? 1000))
                records.append(record)
                start = end
            }
        }
        return records
    }

    /// A failure's whole, and a preemption's half.
    private mutating func credit() {
        for (record, part) in zip(records.shuffled(using: &dice).prefix(6), [1000, 500, 500, 333, 1000, 250]) {
            number += 1
            records += Credit.entries(
                for: record, within: record.from..<record.to, part: Ratio(thousandths: Int64(part)), number: number,
                postedOn: record.day)
        }
    }

    /// Of the month before, and of this one.
    private mutating func correct() {
        let range = period.range(in: policy.timeZone)
        let corrections: [(SKU, [UsageRecord])] = [(Self.model, earlier), (.core, earlier), (.core, records)]
        for (proposal, (sku, corrected)) in corrections.enumerated() {
            let correction = FinanceProposal.Correction(
                sku: sku, from: period.previous.range(in: policy.timeZone).lowerBound, to: range.upperBound,
                perHour: Price(microunits: 1_111_111))
            for record in corrected.filter({ $0.tariff.sku == sku }).prefix(9) {
                let entries = correction.entries(
                    for: record, proposal: Int64(proposal + 1), from: number + 1,
                    postedOn: CivilDate(daysSinceEpoch: period.next.first.daysSinceEpoch - 2))
                number += Int64(entries.count)
                records += entries
            }
        }
    }

    private mutating func adjust() {
        for (index, amount) in [-12_340_000, 990_000_000].enumerated() {
            adjustments.append(
                PostedAdjustment(
                    number: Int64(20 + index),
                    adjustment: .init(
                        department: Self.departments[index], team: nil, amount: Amount(microunits: Int64(amount)),
                        period: period),
                    by: UserID(1002), approvedBy: nil, at: period.range(in: policy.timeZone).lowerBound))
        }
    }

    private func totals() -> [PeriodTotal] {
        records.map {
            PeriodTotal(
                period: $0.period, department: $0.department, team: $0.team, tariff: $0.tariff, quantity: $0.quantity)
        }
    }
}
