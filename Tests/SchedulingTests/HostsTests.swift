import Policy
import Scheduling
import Testing
import Topology
import Units

/// One engine over several hosts.
@Suite struct HostsTests {
    private static func engine(_ devices: Int..., policy: Policy = .unconfigured) -> Engine {
        Engine(hosts: devices.map { .sample(devices: $0) }, policy: policy, time: .monday)
    }

    private static func submit(_ request: Request, to engine: inout Engine, uid: UInt32 = 1000) throws -> ReservationID
    {
        let events = try engine.perform(.submit(request, by: .user(uid)), at: .monday)
        guard case .submitted(let reservation) = events.first else { throw Rejection.asksForNothing }
        return reservation.id
    }

    /// Where it is, running or planned.
    private static func place(_ id: ReservationID, in engine: Engine) -> (host: Int, start: Timestamp)? {
        if case .active(let active) = engine.state.reservations[id]?.state {
            return (active.grant.host, active.startedAt)
        }
        return engine.placement(of: id).map { ($0.host, $0.start) }
    }

    @Test func `small ones fill one host, and the other stays whole for a large one`() throws {
        var engine = HostsTests.engine(8, 8)
        let small = try (0..<3).map { _ in
            try HostsTests.submit(Request(devices: 2, span: .hours(1)), to: &engine)
        }
        let large = try HostsTests.submit(Request(devices: 8, span: .hours(1)), to: &engine)
        #expect(small.map { HostsTests.place($0, in: engine)?.host } == [0, 0, 0])
        #expect(try #require(HostsTests.place(large, in: engine)) == (1, .monday))
    }

    @Test func `the host where it fits the tightest comes before the first of the list`() throws {
        var engine = HostsTests.engine(8, 2, 4)
        let ids = try [2, 3, 5].map { try HostsTests.submit(Request(devices: $0, span: .hours(1)), to: &engine) }
        #expect(ids.map { HostsTests.place($0, in: engine)?.host } == [1, 2, 0])
    }

    @Test func `what waits is planned on the host that is free first`() throws {
        var engine = HostsTests.engine(4, 4, 4)
        for hours in [3, 1, 2] as [Int64] {
            _ = try HostsTests.submit(Request(devices: 4, span: .hours(hours)), to: &engine)
        }
        let first = try HostsTests.submit(Request(devices: 1, span: .hours(1)), to: &engine)
        let second = try HostsTests.submit(Request(devices: 4, span: .hours(1)), to: &engine)
        #expect(try #require(HostsTests.place(first, in: engine)) == (1, .monday + .hours(1)))
        #expect(try #require(HostsTests.place(second, in: engine)) == (1, .monday + .hours(2)))
    }

    @Test func `a refusal names what no single host has`() {
        var engine = HostsTests.engine(8, 4)
        #expect(throws: Rejection.exceedsHost(field: "gpus", asked: 9, largest: 8)) {
            try engine.perform(.submit(Request(devices: 9, span: .hours(1)), by: .user(1)), at: .monday)
        }
        #expect(throws: Rejection.tooFarApart(.nvlink, asked: 6, largest: 4)) {
            try engine.perform(
                .submit(Request(devices: 6, together: .nvlink, span: .hours(1)), by: .user(1)), at: .monday)
        }
    }

    @Test func `a window stays on its host`() throws {
        var engine = HostsTests.engine(4, 4)
        _ = try HostsTests.submit(Request(devices: 3, span: .hours(5)), to: &engine)
        let window = try HostsTests.submit(Request(devices: 4, span: .hours(1), at: .monday + .hours(1)), to: &engine)
        #expect(engine.placement(of: window)?.host == 1)
        #expect(throws: Rejection.self) {
            try engine.perform(
                .submit(Request(devices: 2, span: .hours(1), at: .monday + .hours(1)), by: .user(1)), at: .monday)
        }
        let replayed = Engine(hosts: engine.hosts, policy: .unconfigured, state: engine.state, time: .monday)
        #expect(replayed.placement(of: window)?.host == 1)
        #expect(try !engine.perform(.tick, at: .monday + .hours(1)).isEmpty)
        #expect(HostsTests.place(window, in: engine)?.host == 1)
    }

    @Test func `licences and caps are counted over all hosts together`() throws {
        let policy = Policy(
            departments: Policy.unconfigured.departments, classes: Policy.defaultClasses,
            caps: Caps(devicesPerUser: 5), licences: [Licence(name: "solver", count: 1)])
        var engine = HostsTests.engine(4, 4, policy: policy)
        let ids = try [4, 1, 1].map { try HostsTests.submit(Request(devices: $0, span: .hours(1)), to: &engine) }
        #expect(ids.map { HostsTests.place($0, in: engine)?.start == .monday } == [true, true, false])
        let licensed = try (2...3).map {
            try HostsTests.submit(
                Request(devices: 1, licences: ["solver": 1], span: .hours(2)), to: &engine, uid: UInt32($0))
        }
        #expect(
            licensed.map { HostsTests.place($0, in: engine)?.start } == [.monday, .monday + .hours(2)])
    }

    @Test func `a quota is counted over all hosts together`() throws {
        let policy = Policy(
            departments: [
                Department(
                    id: DepartmentID("default"), name: "default", weight: 1, teams: [], members: [],
                    quotas: [Quota(model: ModelPattern("*"), nominal: 6, borrowing: 0, lending: 0)])
            ], classes: Policy.defaultClasses)
        var engine = HostsTests.engine(4, 4, policy: policy)
        let ids = try [4, 2, 1].map { try HostsTests.submit(Request(devices: $0, span: .hours(1)), to: &engine) }
        #expect(ids.map { HostsTests.place($0, in: engine)?.host } == [0, 1, 0])
        #expect(ids.map { HostsTests.place($0, in: engine)?.start == .monday } == [true, true, false])
    }
}
