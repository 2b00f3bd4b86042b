import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// Eight devices; vision owns `vision`, language owns `language`, and guests own nothing.
@Suite struct QuotaTests {
    static func machine(
        vision: [Quota], language: [Quota] = [], host: Host = .sample(devices: 8), stopTime: Span = .zero
    ) -> VirtualMachine {
        func department(_ id: String, _ quotas: [Quota]) -> Department {
            Department(id: DepartmentID(id), name: id, weight: 1, teams: [], members: [], quotas: quotas)
        }
        let policy = Policy(
            departments: [
                department("vision", vision), department("language", language), department("guests", []),
            ], classes: Policy.defaultClasses)
        return VirtualMachine(host: host, policy: policy, start: .monday, stopTime: stopTime)
    }

    private func quota(_ nominal: Int, borrowing: Int? = nil, lending: Int? = nil, of model: String = "*") -> Quota {
        Quota(model: ModelPattern(model), nominal: nominal, borrowing: borrowing, lending: lending)
    }

    private func submit(
        _ department: String, _ devices: Int, hours: Int64 = 1, at: Timestamp? = nil, model: String? = nil,
        to machine: inout VirtualMachine
    ) throws -> [Event] {
        let account = Account(department: DepartmentID(department), team: nil)
        let request = Request(
            devices: devices, model: model, cores: 1, memory: .gibibytes(1), span: .hours(hours), at: at)
        return try machine.perform(
            .submit(request, by: Subject(user: UserID(1000), accounts: [account], isAdmin: false)))
    }

    private func started(_ events: [Event]) throws -> Reservation.Active {
        guard case .started(_, let active) = events.last else { throw NotStarted() }
        return active
    }

    private struct NotStarted: Error {}

    @Test func `a department goes to nominal and borrowing, no further, and what is beyond nominal is borrowed`() throws
    {
        var machine = Self.machine(vision: [quota(4, borrowing: 2)])
        #expect(try !started(submit("vision", 3, hours: 9, to: &machine)).isBorrowed)
        #expect(try started(submit("vision", 2, hours: 5, to: &machine)).isBorrowed)
        #expect(try started(submit("vision", 1, hours: 3, to: &machine)).isBorrowed)
        #expect(try submit("vision", 1, to: &machine).last?.told == .monday + .hours(3))
        #expect(try !started(submit("guests", 2, to: &machine)).isBorrowed, "four are nobody's")
        machine.advance(to: .monday + .hours(10))
        #expect(machine.engine.state.reservations.isEmpty)
    }

    @Test func `what is not lent stays free for its owner, however long others wait`() throws {
        var machine = Self.machine(vision: [quota(5, lending: 2)], language: [quota(3)])
        #expect(try !started(submit("language", 3, hours: 4, to: &machine)).isBorrowed)
        #expect(try started(submit("language", 1, hours: 4, to: &machine)).isBorrowed)
        #expect(try submit("guests", 2, to: &machine).last?.told == .monday + .hours(4))
        #expect(try started(submit("guests", 1, hours: 4, to: &machine)).isBorrowed)
        #expect(try !started(submit("vision", 3, to: &machine)).isBorrowed)
    }

    @Test func `a device that is gone is nobody's, and nothing is lent for it`() throws {
        var host = Host.sample(devices: 8)
        host.devices[7].isPresent = false
        var machine = Self.machine(
            vision: [quota(4, lending: 0)], language: [quota(2, borrowing: 8, lending: 0)], host: host)
        #expect(try started(submit("language", 3, hours: 4, to: &machine)).isBorrowed)
        #expect(try submit("language", 1, to: &machine).last?.told == .monday + .hours(4))
        #expect(try !started(submit("vision", 4, to: &machine)).isBorrowed)
    }

    @Test(
        arguments: [
            ("vision", 7, nil, Rejection.exceedsQuota(DepartmentID("vision"), model: nil, asked: 7, limit: 6)),
            ("language", 6, "h100", .exceedsQuota(DepartmentID("language"), model: "h100", asked: 6, limit: 5)),
            ("guests", 6, nil, .exceedsQuota(DepartmentID("guests"), model: nil, asked: 6, limit: 5)),
        ] as [(String, Int, String?, Rejection)])
    func `what no quota ever has room for is refused with the numbers`(
        department: String, devices: Int, model: String?, rejection: Rejection
    ) {
        var machine = Self.machine(vision: [quota(4, borrowing: 2, lending: 1)])
        #expect(throws: rejection) { try submit(department, devices, model: model, to: &machine) }
        #expect(machine.history.isEmpty)
    }

    @Test func `a window takes nominal quota only, and names the times at which that is free`() throws {
        var machine = Self.machine(vision: [quota(4)], language: [quota(4)])
        let rejection = Rejection.windowExceedsNominal(DepartmentID("vision"), model: nil, asked: 5, limit: 4)
        let start = Timestamp.monday + .hours(1)
        #expect(throws: rejection) { try submit("vision", 5, at: start, to: &machine) }
        #expect(throws: Rejection.windowExceedsNominal(DepartmentID("guests"), model: nil, asked: 1, limit: 0)) {
            try submit("guests", 1, at: start, to: &machine)
        }
        _ = try submit("vision", 2, hours: 3, to: &machine)
        let nearest = [3, 4, 5].map { Timestamp.monday + .hours($0) }
        #expect(throws: Rejection.windowDoesNotFit(start: start, nearest: nearest)) {
            try submit("vision", 3, at: start, to: &machine)
        }
        #expect(try submit("vision", 2, at: start, to: &machine).last?.told == start)
        #expect(try submit("language", 4, at: start, to: &machine).last?.told == start)
    }

    @Test func `who goes beyond nominal because of a later window has borrowed`() throws {
        var machine = Self.machine(vision: [quota(4)])
        _ = try submit("vision", 3, at: .monday + .hours(2), to: &machine)
        #expect(try !started(submit("vision", 2, hours: 2, to: &machine)).isBorrowed)
        #expect(try started(submit("vision", 2, hours: 3, to: &machine)).isBorrowed)
        machine.advance(to: .monday + .hours(4))
        let window = machine.history.compactMap { entry -> Reservation.Active? in
            if case .started(ReservationID(1), let active) = entry.event { active } else { nil }
        }
        #expect(window.map(\.startedAt) == [.monday + .hours(2)] && window.allSatisfy { !$0.isBorrowed })
    }

    @Test func `what began within nominal is extended within nominal, what was borrowed to the end of borrowing`()
        throws
    {
        var machine = Self.machine(vision: [quota(4, borrowing: 2)])
        let subject = Subject(user: UserID(1000), accounts: [], isAdmin: false)
        _ = try submit("vision", 2, hours: 2, to: &machine)
        _ = try submit("vision", 3, at: .monday + .hours(3), to: &machine)
        _ = try submit("vision", 3, hours: 2, to: &machine)
        #expect(throws: Rejection.extensionDisplaces(ReservationID(1), latestEnd: .monday + .hours(3))) {
            try machine.perform(.extend(ReservationID(1), by: .hours(2), subject: subject))
        }
        #expect(try machine.perform(.extend(ReservationID(3), by: .hours(2), subject: subject)).count == 1)
    }

    @Test func `models have quotas of their own, and a request for any takes what there is room for`() throws {
        let host = Host.sample(devices: 8, second: "NVIDIA A100-SXM4-80GB")
        var machine = Self.machine(
            vision: [quota(2, borrowing: 0, of: "H100"), quota(3, borrowing: 0, of: "A100")], host: host)
        #expect(try started(submit("vision", 3, to: &machine)).grant.devices == DeviceSet(4..<7))
        #expect(try submit("vision", 1, model: "A100", to: &machine).last?.told == .monday + .hours(1))
        #expect(try started(submit("vision", 2, to: &machine)).grant.devices == DeviceSet(0..<2))
        #expect(throws: Rejection.exceedsQuota(DepartmentID("vision"), model: nil, asked: 6, limit: 5)) {
            try submit("vision", 6, to: &machine)
        }
        #expect(try submit("vision", 5, to: &machine).last?.told == .monday + .hours(2))
        machine.advance(to: .monday + .hours(4))
        #expect(machine.engine.state.reservations.isEmpty)
    }

    @Test func `a quota that covers all and one that covers a model are looked after together`() throws {
        let host = Host.sample(devices: 8, second: "NVIDIA A100-SXM4-80GB")
        var machine = Self.machine(
            vision: [quota(6, lending: 0)], language: [quota(2, lending: 0, of: "H100")], host: host)
        #expect(throws: Rejection.exceedsQuota(DepartmentID("guests"), model: nil, asked: 1, limit: 0)) {
            try submit("guests", 1, to: &machine)
        }
        #expect(try started(submit("vision", 6, to: &machine)).grant.devices.count == 6)
        #expect(try started(submit("language", 2, to: &machine)).grant.devices.isSubset(of: DeviceSet(0..<4)))
    }

    @Test func `a lowered quota breaks nothing that runs or was promised`() throws {
        var before = Self.machine(vision: [quota(8)])
        _ = try submit("vision", 6, hours: 4, to: &before)
        _ = try submit("vision", 8, at: .monday + .hours(6), to: &before)
        let lowered = Self.machine(vision: [quota(2, borrowing: 0)]).engine.policy
        var engine = Engine(
            host: .sample(devices: 8), policy: lowered, state: before.engine.state, time: .monday + .hours(1))
        _ = try engine.perform(.tick, at: .monday + .hours(4))
        _ = try engine.perform(.stopped(ReservationID(1)), at: .monday + .hours(4))
        let events = try engine.perform(.tick, at: .monday + .hours(6))
        #expect(events.map(\.kind) == ["reservation.started"])
    }
}
