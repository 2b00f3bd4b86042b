import Policy
import Testing
import Topology
import Units

@testable import Scheduling

@Suite struct OrderTests {
    private func engine(devices: Int = 4) -> Engine { Engine.sample(devices: devices) }

    private func submit(
        _ engine: inout Engine, user: UInt32, devices: Int = 4, hours: Int64 = 1, class priority: String? = nil,
        after: [Int64] = [], at time: Timestamp = .monday
    ) throws -> ReservationID {
        let request = Request(
            devices: devices, cores: 1, span: .hours(hours), after: after.map { ReservationID($0) },
            priorityClass: priority.map { ClassID($0) })
        let events = try engine.perform(.submit(request, by: .user(user)), at: time)
        return try #require(events.first?.reservation)
    }

    /// Waiting reservations by their planned starts, after a pass.
    private func planned(_ engine: inout Engine, at time: Timestamp = .monday) throws -> [Int64] {
        let copy = engine.beginPass()
        _ = try engine.perform(.adopt(copy.makePlan(at: time)), at: time)
        return engine.agenda.entries.map(\.id.number)
    }

    @Test func `a class of higher rank goes first, whoever has waited longer`() throws {
        var engine = engine()
        for (user, name) in [(1001, "standard"), (1001, "best-effort"), (1001, "standard"), (1001, "production")] {
            _ = try submit(&engine, user: UInt32(user), class: name)
        }
        #expect(try planned(&engine) == [4, 3, 2])
    }

    @Test func `users of one account take turns`() throws {
        var engine = engine()
        for user: UInt32 in [1001, 1001, 1001, 1002, 1002] { _ = try submit(&engine, user: user) }
        #expect(engine.needsPass)
        #expect(try planned(&engine) == [4, 2, 5, 3], "the first of 1001 runs, and counts")
    }

    @Test func `use that has ended counts, and fades`() throws {
        var engine = engine()
        _ = try submit(&engine, user: 1001, hours: 10)
        let end = Timestamp.monday + .hours(10)
        _ = try engine.perform(.tick, at: end)
        _ = try engine.perform(.stopped(ReservationID(1)), at: end)
        let key = UsageKey(account: Account(department: DepartmentID("default"), team: nil), user: UserID(1001))
        let amount = engine.state.usage.amount(of: key, at: end)
        // Four devices and a core for ten hours, a little faded.
        #expect((39_000_000...40_156_250).contains(amount), "\(amount)")
        #expect(engine.state.usage.amount(of: key, at: end + .days(7)) == amount / 2)
        _ = try submit(&engine, user: 1003, at: end)
        _ = try submit(&engine, user: 1001, at: end)
        _ = try submit(&engine, user: 1002, at: end)
        #expect(try planned(&engine, at: end) == [4, 3])
    }

    @Test func `who waits for another is placed behind it, whosever turn it is`() throws {
        var engine = engine()
        _ = try submit(&engine, user: 1001, hours: 5)
        _ = try submit(&engine, user: 1001, hours: 2)
        _ = try submit(&engine, user: 1002, after: [2])
        #expect(try planned(&engine) == [2, 3])
        #expect(engine.placement(of: ReservationID(3))?.start == .monday + .hours(7))
    }

    @Test func `after its class's longest wait a reservation is firm, and nobody goes before it any more`() throws {
        var engine = engine()
        _ = try submit(&engine, user: 1001, hours: 24 * 9)
        let waiting = try submit(&engine, user: 1001, hours: 24)
        let later = Timestamp.monday + .days(7)
        _ = try submit(&engine, user: 1002, hours: 24, class: "production", at: later - .hours(1))
        #expect(try planned(&engine, at: later - .hours(1)) == [3, 2])
        let copy = engine.beginPass()
        let events = try engine.perform(.adopt(copy.makePlan(at: later)), at: later)
        #expect(events.contains(.firmed(waiting, start: .monday + .days(9))))
        #expect(engine.state.reservations[waiting]?.isFirm == true)
        _ = try submit(&engine, user: 1003, hours: 24, class: "production", at: later)
        #expect(try planned(&engine, at: later).first == waiting.number)
        var replayed = EngineState(reservations: engine.state.reservations, nextNumber: engine.state.nextNumber)
        try replayed.apply(.firmed(waiting, start: .monday + .days(9)))
        #expect(replayed.reservations[waiting]?.isFirm == true)
    }

    @Test func `another half-life of the policy's is taken in once, and is told to the journal`() throws {
        let policy = Policy(
            departments: Policy.unconfigured.departments, classes: Policy.defaultClasses,
            fairShare: FairShareRules(halfLife: .days(3)))
        var engine = Engine(host: .sample(devices: 2), policy: policy, time: .monday)
        #expect(
            try engine.perform(.adoptTerms, at: .monday) == [.fairShareChanged(at: .monday, halfLife: .days(3))])
        #expect(try engine.perform(.adoptTerms, at: .monday).isEmpty)
    }

    @Test func `an hour weighs what the price book says of its devices and cores`() throws {
        let book = PriceBook(
            currency: "EUR",
            rates: [
                Rate(
                    sku: .device("NVIDIA H100 80GB HBM3"), from: Timestamp(milliseconds: 0), to: .distantFuture,
                    perHour: Price(microunits: 2_500_000), windows: [])
            ])
        let policy = Policy(
            departments: Policy.unconfigured.departments, classes: Policy.defaultClasses, priceBook: book)
        var engine = Engine(host: .sample(devices: 4), policy: policy, time: .monday)
        let events = try engine.perform(
            .submit(Request(devices: 2, cores: 3, span: .hours(1)), by: .user(1000)), at: .monday)
        guard case .started(_, let active) = events.last else {
            Issue.record("it did not start")
            return
        }
        #expect(active.weight == 2 * 2_500_000 + 3 * 15_625)
    }
}
