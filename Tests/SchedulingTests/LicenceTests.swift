import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

@Suite struct LicenceTests {
    private static let policy = Policy(
        departments: Policy.unconfigured.departments, classes: Policy.defaultClasses,
        licences: [Licence(name: "solver", count: 3), Licence(name: "mesher", count: 1)])

    private func machine(stopTime: Span = .zero) -> VirtualMachine {
        VirtualMachine(host: .sample(devices: 8), policy: Self.policy, start: .monday, stopTime: stopTime)
    }

    private func request(_ licences: [String: Int], hours: Int64 = 1, at: Timestamp? = nil) -> Request {
        Request(cores: 1, licences: licences, span: .hours(hours), at: at)
    }

    @Test func `more than there are left waits until they come back, with room for all else`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(request(["solver": 2], hours: 4), by: .user(1000)))
        let second = try machine.perform(.submit(request(["solver": 2]), by: .user(1001)))
        let third = try machine.perform(.submit(request(["mesher": 1, "solver": 1]), by: .user(1002)))
        #expect(second.last?.told == .monday + .hours(4))
        #expect(third.last?.kind == "reservation.started", "one solver is left until the second starts")
        machine.advance(to: .monday + .hours(6))
        #expect(machine.engine.state.reservations.isEmpty)
    }

    @Test func `a licence is held until the executor has confirmed the stop`() throws {
        var machine = machine(stopTime: .seconds(4))
        for user in UInt32(1000)...1001 {
            _ = try machine.perform(.submit(request(["mesher": 1]), by: .user(user)))
        }
        machine.advance(to: .monday + .hours(3))
        let starts = machine.history.filter { $0.event.kind == "reservation.started" }.map(\.time)
        #expect(starts == [.monday, .monday + .hours(1) + .seconds(4)])
    }

    @Test func `a window without licences left is refused with times that have them`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(request(["mesher": 1], hours: 3), by: .user(1000)))
        let start = Timestamp.monday + .hours(1)
        let nearest = [3, 4, 5].map { Timestamp.monday + .hours($0) }
        #expect(throws: Rejection.windowDoesNotFit(start: start, nearest: nearest)) {
            try machine.perform(.submit(request(["mesher": 1], at: start), by: .user(1001)))
        }
    }

    @Test func `an extension goes no further than its licences do`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(request(["mesher": 1]), by: .user(1000)))
        _ = try machine.perform(.submit(request(["mesher": 1], at: .monday + .hours(2)), by: .user(1001)))
        #expect(throws: Rejection.extensionDisplaces(ReservationID(1), latestEnd: .monday + .hours(2))) {
            try machine.perform(.extend(ReservationID(1), by: .hours(2), subject: .user(1000)))
        }
        #expect(try machine.perform(.extend(ReservationID(1), by: .hours(1), subject: .user(1000))).count == 1)
    }

    @Test(arguments: [
        (["solver": 4], Rejection.exceedsLicences("solver", asked: 4, count: 3)),
        (["Solver": 1], .unknownLicence("Solver", known: ["mesher", "solver"])),
        (["solver": 0], .outOfRange(field: "licences", value: 0, limits: Limits.licenceCount)),
    ])
    func `what can never be had is refused with the numbers`(licences: [String: Int], rejection: Rejection) {
        var machine = machine()
        #expect(throws: rejection) { try machine.perform(.submit(request(licences), by: .user(1000))) }
    }

    @Test func `one whose licences a new policy no longer has waits out of reach, in peace`() throws {
        var before = machine()
        _ = try before.perform(.submit(request(["solver": 3]), by: .user(1000)))
        _ = try before.perform(.submit(request(["solver": 3]), by: .user(1001)))
        var engine = Engine(
            host: .sample(devices: 8), policy: .unconfigured, state: before.engine.state, time: .monday + .minutes(1))
        let start = try #require(engine.placement(of: ReservationID(2))?.start)
        #expect(start > .monday + .days(366))
        _ = try engine.perform(.tick, at: .monday + .hours(1))
        _ = try engine.perform(.stopped(ReservationID(1)), at: .monday + .hours(1))
        let plan = engine.beginPass().makePlan(at: .monday + .hours(1))
        let events = try engine.perform(.adopt(plan), at: .monday + .hours(1))
        #expect(events.map(\.kind) == ["reservation.slipped"])
        #expect(!engine.needsPass && engine.placement(of: ReservationID(2))?.start == start)
        #expect(engine.nextDue == start)
    }
}
