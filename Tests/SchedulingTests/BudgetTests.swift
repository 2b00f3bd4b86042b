import Policy
import Scheduling
import Testing
import Topology
import Units

/// Money: what is held at admission, posted at the end, refused, announced and stopped.
@Suite struct BudgetTests {
    /// 2026-11-30T12:00:00Z, twelve hours before December.
    static let noon = Timestamp(milliseconds: 1_796_040_000_000)
    static let november = Timestamp(milliseconds: 1_793_491_200_000)
    static let december = noon + .hours(12)
    static let department = DepartmentID("default")
    static let model = "NVIDIA H100 80GB HBM3"

    /// One department; a GPU costs 2 an hour, and nothing else has a price.
    static func policy(
        _ limit: Int64?, isHard: Bool = true, rates: [Rate]? = nil, rules: BudgetRules = BudgetRules(),
        thresholds: [Int] = Budget.standardThresholds
    ) -> Policy {
        var policy = Policy.unconfigured
        policy.departments[0].budget = limit.map {
            Budget(perMonth: Amount(microunits: $0 * 1_000_000), thresholds: thresholds, isHard: isHard)
        }
        policy.priceBook = PriceBook(currency: "EUR", rates: rates ?? [rate(2)])
        policy.budgets = rules
        policy.classes[0].priceMultiplier = Ratio(thousandths: 1500)
        return policy
    }

    static func rate(
        _ units: Int64, from: Timestamp = Timestamp(milliseconds: 0), to: Timestamp = .distantFuture,
        windows: [RateWindow] = []
    ) -> Rate {
        Rate(
            sku: .device(model), from: from, to: to, perHour: Price(microunits: units * 1_000_000), windows: windows)
    }

    static func engine(_ policy: Policy, state: EngineState = EngineState(), at time: Timestamp = noon) -> Engine {
        Engine(host: .sample(devices: 8), policy: policy, state: state, time: time)
    }

    static func request(_ devices: Int, hours: Int64, at: Timestamp? = nil, class id: String? = nil) -> Request {
        Request(
            devices: devices, cores: 1, memory: .gibibytes(1), span: .hours(hours), at: at,
            priorityClass: id.map { ClassID($0) })
    }

    static func amount(_ units: Int64, _ microunits: Int64 = 0) -> Amount {
        Amount(microunits: units * 1_000_000 + microunits)
    }

    private func held(_ engine: Engine, in month: Timestamp = november) -> Amount {
        engine.state.budgets.held(of: Self.department, in: month)
    }

    private func posted(_ engine: Engine, in month: Timestamp = november) -> Amount {
        engine.state.budgets.posted(to: Self.department, in: month)
    }

    @Test func `a reservation holds its time at the highest rate, and posts what it was`() throws {
        let noon = Self.noon
        // From 13:00 on an hour costs 5; the class multiplies.
        let rates = [Self.rate(2, to: noon + .hours(1)), Self.rate(5, from: noon + .hours(1))]
        var engine = Self.engine(Self.policy(1000, rates: rates))
        _ = try engine.perform(.submit(Self.request(2, hours: 4, class: "production"), by: .user(1)), at: noon)
        // 2 devices × 4 h × 5 × 1.5.
        #expect(held(engine) == Self.amount(60))
        _ = try engine.perform(.release(ReservationID(1), by: .user(1)), at: noon + .hours(2))
        // 2 devices × (1 h × 2 + 1 h × 5) × 1.5.
        #expect(held(engine) == .zero && posted(engine) == Self.amount(21))
        _ = try engine.perform(.stopped(ReservationID(1)), at: noon + .hours(2))
        #expect(posted(engine) == Self.amount(21))
    }

    @Test func `a rate that begins after the planned end is not held for, nor a window of price that is elsewhere`()
        throws
    {
        let noon = Self.noon
        let peak = try RateWindow(
            name: "peak", days: [.monday], from: #require(TimeOfDay("18:00")), to: #require(TimeOfDay("20:00")),
            perHour: Price(microunits: 9_000_000))
        for (hours, held) in [(Int64(4), Int64(8)), (7, 63)] {
            var engine = Self.engine(Self.policy(1000, rates: [Self.rate(2, windows: [peak])]))
            _ = try engine.perform(.submit(Self.request(1, hours: hours), by: .user(1)), at: noon)
            #expect(self.held(engine) == Self.amount(held), "\(hours) h from a Monday's noon")
        }
    }

    @Test func `the dearest device that may be had is held for, and the one that was had is paid`() throws {
        var policy = Self.policy(1000)
        let other = "NVIDIA A100-SXM4-80GB"
        policy.priceBook = PriceBook(
            currency: "EUR",
            rates: [
                Self.rate(2),
                Rate(sku: .device(other), from: Timestamp(milliseconds: 0), perHour: Price(microunits: 7_000_000)),
            ])
        let host = Host.sample(devices: 4, second: other)
        var engine = Engine(host: host, policy: policy, time: Self.noon)
        let events = try engine.perform(.submit(Self.request(1, hours: 2), by: .user(1)), at: Self.noon)
        #expect(held(engine) == Self.amount(14))
        guard case .started(_, let active) = events.last(where: { $0.kind == "reservation.started" }) else {
            Issue.record("it starts")
            return
        }
        let isOther = active.grant.devices.contains { host.devices[$0].model == other }
        _ = try engine.perform(.tick, at: Self.noon + .hours(2))
        #expect(posted(engine) == Self.amount(isOther ? 14 : 4))
    }

    @Test func `what runs over a month's end is split by the time in each`() throws {
        var engine = Self.engine(Self.policy(100))
        _ = try engine.perform(.submit(Self.request(1, hours: 16), by: .user(1)), at: Self.noon)
        #expect(held(engine) == Self.amount(24) && held(engine, in: Self.december) == Self.amount(8))
        let ends = try engine.perform(.tick, at: Self.noon + .hours(16))
        #expect(posted(engine) == Self.amount(24) && posted(engine, in: Self.december) == Self.amount(8))
        guard case .ending(_, let ending) = ends.first else {
            Issue.record("it ends")
            return
        }
        #expect(
            ending.posts == [
                MonthAmount(month: Self.november, amount: Self.amount(24)),
                MonthAmount(month: Self.december, amount: Self.amount(8)),
            ])
    }

    @Test func `the months are those of the policy's zone`() throws {
        var policy = Self.policy(100)
        policy.timeZone = try #require(Zone("Asia/Tokyo"))
        var engine = Self.engine(policy)
        // December begins at 15:00 UTC there.
        _ = try engine.perform(.submit(Self.request(1, hours: 4), by: .user(1)), at: Self.noon)
        #expect(held(engine, in: Self.noon + .hours(3)) == Self.amount(2))
    }

    @Test func `a hard limit refuses what does not fit, with the numbers, and what fits exactly is let in`() throws {
        var engine = Self.engine(Self.policy(10))
        _ = try engine.perform(.submit(Self.request(1, hours: 3), by: .user(1)), at: Self.noon)
        let shortage = Rejection.BudgetShortage(
            department: Self.department, period: try #require(CivilDate("2026-11-01")), currency: "EUR",
            limit: Self.amount(10), held: Self.amount(6), posted: .zero, asked: Self.amount(6))
        #expect(throws: Rejection.budgetExhausted(shortage)) {
            try engine.perform(.submit(Self.request(1, hours: 3), by: .user(2)), at: Self.noon)
        }
        _ = try engine.perform(.submit(Self.request(1, hours: 2), by: .user(2)), at: Self.noon)
        #expect(held(engine) == Self.amount(10))
        // Nothing is left: what has no price is refused as well, and in December it is not.
        #expect(throws: Rejection.self) {
            try engine.perform(.submit(Self.request(0, hours: 1), by: .user(3)), at: Self.noon)
        }
        _ = try engine.perform(.submit(Self.request(0, hours: 1, at: Self.december), by: .user(3)), at: Self.noon)
    }

    @Test func `a window is held for in the month that it lies in`() throws {
        var engine = Self.engine(Self.policy(10))
        _ = try engine.perform(.submit(Self.request(1, hours: 5), by: .user(1)), at: Self.noon)
        _ = try engine.perform(
            .submit(Self.request(1, hours: 5, at: Self.december + .days(2)), by: .user(1)), at: Self.noon)
        #expect(held(engine) == Self.amount(10) && held(engine, in: Self.december) == Self.amount(10))
        _ = try engine.perform(.cancel(ReservationID(2), by: .user(1)), at: Self.noon)
        #expect(held(engine, in: Self.december) == .zero)
    }

    @Test func `a soft limit is only announced, each threshold once`() throws {
        var engine = Self.engine(Self.policy(10, isHard: false))
        func told(_ events: [Event]) -> [Int] {
            events.compactMap { if case .budgetThreshold(_, Self.november, let percent) = $0 { percent } else { nil } }
        }
        #expect(told(try engine.perform(.submit(Self.request(1, hours: 2), by: .user(1)), at: Self.noon)).isEmpty)
        #expect(told(try engine.perform(.submit(Self.request(2, hours: 1), by: .user(1)), at: Self.noon)) == [50, 80])
        #expect(told(try engine.perform(.cancel(ReservationID(2), by: .user(1)), at: Self.noon)).isEmpty)
        #expect(
            told(try engine.perform(.submit(Self.request(3, hours: 3), by: .user(1)), at: Self.noon)) == [100],
            "what was announced is not announced again")
        #expect(held(engine) == Self.amount(22))
        var again = Self.engine(Self.policy(10, isHard: false), state: engine.state)
        #expect(told(try again.perform(.adoptTerms, at: Self.noon)).isEmpty)
    }

    @Test func `a lower limit is announced when it is adopted`() throws {
        var engine = Self.engine(Self.policy(100))
        _ = try engine.perform(.submit(Self.request(1, hours: 4), by: .user(1)), at: Self.noon)
        var lower = Self.engine(Self.policy(10), state: engine.state)
        let events = try lower.perform(.adoptTerms, at: Self.noon)
        #expect(
            events == [50, 80].map { .budgetThreshold(Self.department, month: Self.november, percent: $0) })
    }

    @Test func `an extension holds more, and is refused where there is no more`() throws {
        var engine = Self.engine(Self.policy(10))
        _ = try engine.perform(.submit(Self.request(1, hours: 3), by: .user(1)), at: Self.noon)
        let before = engine.state
        #expect(throws: Rejection.self) {
            try engine.perform(.extend(ReservationID(1), by: .hours(3), subject: .user(1)), at: Self.noon)
        }
        #expect(engine.state == before)
        _ = try engine.perform(.extend(ReservationID(1), by: .hours(2), subject: .user(1)), at: Self.noon)
        #expect(held(engine) == Self.amount(10))
    }

    @Test func `what fails is not paid`() throws {
        var engine = Self.engine(Self.policy(100))
        _ = try engine.perform(.submit(Self.request(1, hours: 8), by: .user(1)), at: Self.noon)
        let drain = DrainRequest(devices: DeviceSet(first: 8), hasFailed: true)
        _ = try engine.perform(.drain(drain, by: .admin), at: Self.noon + .hours(2))
        #expect(held(engine) == .zero && posted(engine) == .zero)
    }

    @Test func `without a budget nothing is held, and the state is as it always was`() throws {
        var engine = Self.engine(Self.policy(nil))
        let events = try engine.perform(.submit(Self.request(1, hours: 2), by: .user(1)), at: Self.noon)
        #expect(events.count == 2)
        let ends = try engine.perform(.tick, at: Self.noon + .hours(2))
        guard case .ending(_, let ending) = ends.first else {
            Issue.record("it ends")
            return
        }
        #expect(ending.posts.isEmpty && engine.state.budgets == BudgetLedger())
    }

    @Test func `a quote says what would be held, and is refused where that does not fit`() throws {
        let engine = Self.engine(Self.policy(10))
        let quote = try engine.quote(Self.request(1, hours: 3), by: .user(1), at: Self.noon)
        #expect(quote.holds == [MonthAmount(month: Self.november, amount: Self.amount(6))])
        #expect(throws: Rejection.self) { try engine.quote(Self.request(1, hours: 6), by: .user(1), at: Self.noon) }
    }
}

/// A hard limit that is passed by what runs, and what follows when starts move.
@Suite struct BudgetStopTests {
    private typealias Base = BudgetTests

    @Test(arguments: [BudgetRules.HardStop.finish, .stop])
    func `a hard limit that was lowered stops what runs when it is passed, where the policy says so`(
        action: BudgetRules.HardStop
    ) throws {
        var engine = Base.engine(Base.policy(100))
        _ = try engine.perform(.submit(Base.request(1, hours: 8), by: .user(1)), at: Base.noon)
        let rules = BudgetRules(atHardStop: action, grace: .minutes(10))
        var lower = Base.engine(Base.policy(6, rules: rules), state: engine.state)
        _ = try lower.perform(.adoptTerms, at: Base.noon)
        guard action == .stop else {
            #expect(lower.nextDue == Base.noon + .hours(8))
            return
        }
        let stop = Base.noon + .hours(3) + Span(milliseconds: 1)
        #expect(lower.nextDue == stop, "6 at 2 an hour")
        let events = try lower.perform(.tick, at: stop)
        guard case .ending(ReservationID(1), let ending) = events.first else {
            Issue.record("it ends")
            return
        }
        #expect(ending.reason == .budget && ending.at == stop)
        #expect(lower.state.budgets.posted(to: Base.department, in: Base.november) > Base.amount(6))
        #expect(lower.nextDue == nil)
    }

    @Test func `what waits is not started when nothing is left and the policy stops what runs`() throws {
        var engine = Base.engine(Base.policy(100))
        _ = try engine.perform(.submit(Base.request(8, hours: 2), by: .user(1)), at: Base.noon)
        _ = try engine.perform(.submit(Base.request(8, hours: 1), by: .user(1)), at: Base.noon)
        let rules = BudgetRules(atHardStop: .stop)
        var lower = Base.engine(Base.policy(10, rules: rules), state: engine.state)
        _ = try lower.perform(.adoptTerms, at: Base.noon)
        let stop = try #require(lower.nextDue)
        _ = try lower.perform(.tick, at: stop)
        let events = try lower.perform(.stopped(ReservationID(1)), at: stop + .minutes(31))
        let ended = events.contains {
            if case .ended(ReservationID(2), let ended) = $0 { ended.reason == .budget } else { false }
        }
        #expect(ended, "\(events)")
        #expect(lower.state.reservations.isEmpty)
    }

    @Test func `what its holds cover is never stopped`() throws {
        let rules = BudgetRules(atHardStop: .stop)
        var engine = Base.engine(Base.policy(10, rules: rules))
        _ = try engine.perform(.submit(Base.request(1, hours: 5), by: .user(1)), at: Base.noon)
        #expect(engine.nextDue == Base.noon + .hours(5))
    }

    @Test func `when a start moves into another month, what is held moves along`() throws {
        var engine = Base.engine(Base.policy(1000), at: Base.december - .hours(6))
        let start = Base.december - .hours(6)
        _ = try engine.perform(.submit(Base.request(8, hours: 8), by: .user(1)), at: start)
        _ = try engine.perform(.submit(Base.request(1, hours: 1), by: .user(2)), at: start)
        func held(_ month: Timestamp) -> Amount {
            engine.state.reservations[ReservationID(2)]?.holds.first { $0.month == month }?.amount ?? .zero
        }
        #expect(held(Base.november) == .zero && held(Base.december) == Base.amount(2))
        _ = try engine.perform(.release(ReservationID(1), by: .user(1)), at: start + .hours(1))
        _ = try engine.perform(.stopped(ReservationID(1)), at: start + .hours(1))
        // It is started at once by then.
        #expect(held(Base.november) == Base.amount(2) && held(Base.december) == .zero)
    }

    @Test func `a replay gives the same ledger, whatever the prices are by then`() throws {
        var engine = Base.engine(Base.policy(1000))
        var events = try engine.perform(.submit(Base.request(2, hours: 20), by: .user(1)), at: Base.noon)
        events += try engine.perform(.extend(ReservationID(1), by: .hours(4), subject: .user(1)), at: Base.noon)
        events += try engine.perform(.submit(Base.request(2, hours: 4), by: .user(1)), at: Base.noon)
        events += try engine.perform(.tick, at: Base.noon + .hours(24))
        var replayed = EngineState()
        for event in events { try replayed.apply(event) }
        #expect(replayed == engine.state)
        #expect(replayed.budgets.posted(to: Base.department, in: Base.november) == Base.amount(2 * 24 * 2 / 2 + 16))
    }
}
