import Chargeback
import Foundation
import Policy
import Testing
import Units

/// What became of a world's months: records, what finance did, and the invoices that periods were closed with.
struct MonthHistory {
    let world: MonthWorld
    /// By number, from 1.
    var records: [UsageRecord] = []
    /// All that were ever posted, closed periods' too.
    var posted: [PostedAdjustment] = []
    /// With the number of the last record that there was when they began to hold.
    var corrections: [(number: Int64, correction: FinanceProposal.Correction, upTo: Int64)] = []
    /// The documents' bytes at the close.
    var sealed: [Period: Data] = [:]
    var books = Books()
    var events: [BooksEvent] = []
    private var reversed: Set<Int64> = []
    private var random: SeededGenerator
    private let alice = UserID(1)
    private let bob = UserID(2)

    /// Plays all months, and then what still comes when they are closed.
    init(_ world: MonthWorld) throws {
        self.world = world
        random = SeededGenerator(seed: ~world.seed)
        var rest = world.usage[...]
        for day in world.days {
            while let next = rest.first, next.to <= day.to { append([rest.removeFirst()]) }
            try act(at: day.to)
        }
        let end = world.days[world.days.count - 1].to
        for hours in 1...12 { try act(at: end + .hours(Int64(hours) * 30), closes: hours == 6) }
    }

    /// The period that nothing of the world's use is in: what comes after the last close is posted there.
    var last: Period { world.periods[2].next }
    var periods: [Period] { world.periods + [last] }

    var totals: [PeriodTotal] { PeriodTotal.sums(of: records) }

    func shared(_ period: Period, _ totals: [PeriodTotal]) throws -> SharedCost {
        try SharedCost(of: period, owned: world.owned, totals: totals, rule: world.rule, policy: world.policy)
    }

    func statement(_ period: Period, _ totals: [PeriodTotal]) throws -> PeriodStatement {
        let invoicing = Invoicing(
            period: period, zone: world.policy.timeZone, currency: "EUR",
            versions: Invoice.Versions(policy: 1, rating: Invoicing.rating))
        return try invoicing.statement(
            departments: world.policy.departments.map(\.id), totals: totals, adjustments: posted,
            shared: shared(period, totals))
    }

    static func bytes(_ statement: PeriodStatement) throws -> Data {
        try JSONEncoder.sorted.encode(statement.invoices)
    }

    private func moment(_ now: Timestamp) -> Books.Moment {
        Books.Moment(now: now, zone: world.policy.timeZone, began: world.periods[0], settledUntil: now)
    }

    /// A day's end, or later.
    private mutating func act(at now: Timestamp, closes: Bool = false) throws {
        if random.pick(8) == 0 { try adjust(at: now) }
        // More when all is closed: it is what must not change.
        if random.pick(sealed.count == world.periods.count ? 3 : 10) == 0 {
            try correct(randomCorrection(before: now), at: now)
        }
        if random.pick(8) == 0 { giveBack(at: now) }
        while closes || random.pick(3) == 0 {
            let period = books.earliestOpen(at: moment(now))
            guard period.range(in: world.policy.timeZone).upperBound <= now else { return }
            try close(period, at: now)
        }
    }

    private mutating func apply(_ event: BooksEvent) throws {
        let proposal = try books.apply(event)
        events.append(event)
        switch proposal?.what {
        case .adjustment: posted += books.adjustments.filter { $0.number == proposal?.number }
        case .correction(let correction):
            let (number, at) = (proposal?.number ?? 0, event.at ?? proposal?.at ?? .distantFuture)
            corrections.append((number, correction, Int64(records.count)))
            for record in records where !reversed.contains(record.number) {
                append(
                    correction.entries(
                        for: record, proposal: number, from: Int64(records.count + 1),
                        postedOn: books.postingDay(of: record.day, at: moment(at))))
            }
        case nil: break
        }
    }

    private mutating func append(_ entries: [UsageRecord]) {
        for var entry in entries {
            entry.number = Int64(records.count + 1)
            if entry.tariff.entry == .reversal, let original = entry.original { reversed.insert(original) }
            records.append(entry)
        }
    }

    private mutating func adjust(at now: Timestamp) throws {
        let periods = books.openPeriods(at: moment(now))
        let department = world.policy.departments[random.pick(world.policy.departments.count)].id
        let what = FinanceProposal.What.adjustment(
            FinanceProposal.Adjustment(
                department: department, team: random.pick(2) == 0 ? nil : TeamID("t1"),
                amount: Finance.amount(Int64(1 + random.pick(5000)) * (random.pick(2) == 0 ? 1 : -1)),
                period: periods[random.pick(periods.count)]))
        try apply(books.propose(what, by: alice, secondPersonAbove: Finance.amount(3000), at: moment(now)))
        try decide(at: now)
    }

    private mutating func correct(_ correction: FinanceProposal.Correction, at now: Timestamp) throws {
        try apply(books.propose(.correction(correction), by: alice, secondPersonAbove: .zero, at: moment(now)))
        try decide(at: now)
    }

    /// Most are approved, some rejected, some left for later.
    private mutating func decide(at now: Timestamp, all: Bool = false) throws {
        for number in books.pending.map(\.number) {
            let choice = random.pick(10)
            if choice < 7 {
                try apply(books.approve(number, by: bob, at: moment(now)))
            } else if choice < 9 || all {
                try apply(books.reject(number, by: bob, at: moment(now)))
            }
        }
    }

    private mutating func randomCorrection(before now: Timestamp) -> FinanceProposal.Correction {
        let to = now - random.span(upTo: .days(60))
        return FinanceProposal.Correction(
            sku: MonthWorld.skus[random.pick(MonthWorld.skus.count)], from: to - random.span(upTo: .days(6)), to: to,
            perHour: random.price())
    }

    /// Of something that was charged before, all or a part.
    private mutating func giveBack(at now: Timestamp) {
        guard !records.isEmpty else { return }
        let record = records[random.pick(records.count)]
        let part = Ratio(thousandths: random.pick(2) == 0 ? 1000 : 333)
        if reversed.contains(record.number) { return }
        append(
            Credit.entries(
                for: record, within: (record.to - random.span(upTo: .hours(20)))..<record.to, part: part, number: 0,
                postedOn: books.postingDay(of: record.day, at: moment(now))))
    }

    /// Settles what hinders, and closes.
    private mutating func close(_ period: Period, at now: Timestamp) throws {
        try decide(at: now, all: true)
        let range = period.range(in: world.policy.timeZone)
        var statement = try statement(period, totals)
        let unrated = Set(statement.unrated.map(\.sku)).sorted()
        for sku in unrated {
            let what = FinanceProposal.What.correction(
                FinanceProposal.Correction(
                    sku: sku, from: range.lowerBound, to: range.upperBound, perHour: random.price()))
            try apply(books.propose(what, by: alice, secondPersonAbove: .zero, at: moment(now)))
            try apply(books.approve(books.nextProposal - 1, by: bob, at: moment(now)))
        }
        if !unrated.isEmpty { statement = try self.statement(period, totals) }
        let seals = statement.invoices.map {
            ClosedPeriod.Seal(department: $0.department, number: $0.number, total: $0.total, sha256: "")
        }
        try apply(
            books.close(
                period, with: seals, versions: Invoice.Versions(policy: 1, rating: Invoicing.rating), by: alice,
                standing: Books.Standing(unrated: statement.unrated, unsettled: []), at: moment(now)))
        sealed[period] = try MonthHistory.bytes(statement)
    }
}

extension BooksEvent {
    /// When a proposal was decided.
    fileprivate var at: Timestamp? {
        if case .approved(_, _, let at) = self { at } else { nil }
    }
}

extension PeriodTotal {
    private struct Key: Hashable {
        var period: Period
        var department: DepartmentID
        var team: TeamID?
        var tariff: Tariff
    }

    /// What a store keeps.
    static func sums(of records: [UsageRecord]) -> [PeriodTotal] {
        var sums: [Key: Int64] = [:]
        for record in records {
            let key = Key(
                period: record.period, department: record.department, team: record.team, tariff: record.tariff)
            sums[key, default: 0] += record.quantity
        }
        return sums.map {
            PeriodTotal(
                period: $0.key.period, department: $0.key.department, team: $0.key.team, tariff: $0.key.tariff,
                quantity: $0.value)
        }
    }
}
