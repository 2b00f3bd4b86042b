import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// Islands that are a department's whenever it wants them.
@Suite struct CellTests {
    /// Two islands of four; "a" has one of them as a cell, "b" the other half as a number.
    private static func machine(lending: Int? = nil) -> VirtualMachine {
        let quota = { (lending: Int?) in [Quota(model: ModelPattern("*"), nominal: 4, lending: lending)] }
        let cell = Cell(together: .nvlink, size: 4, count: 1)
        let policy = Policy(
            departments: [
                Department(
                    id: DepartmentID("a"), name: "a", weight: 1, teams: [], members: [], quotas: quota(lending),
                    cells: [cell]),
                Department(
                    id: DepartmentID("b"), name: "b", weight: 1, teams: [], members: [], quotas: quota(nil)),
            ], classes: Policy.defaultClasses, preemption: PreemptionRules(minimumRunTime: .zero, grace: .zero))
        return VirtualMachine(host: .sample(devices: 8), policy: policy, start: .monday)
    }

    private static func ask(
        _ machine: inout VirtualMachine, _ count: Int, of department: String, together: Demand.Together = .any
    ) throws -> ReservationID {
        let account = Account(department: DepartmentID(department), team: nil)
        let request = Request(devices: count, together: together, cores: 1, memory: .gibibytes(1), span: .hours(9))
        let events = try machine.perform(
            .submit(request, by: Subject(user: UserID(1000), accounts: [account], isAdmin: false)))
        return try #require(events.first?.reservation)
    }

    private static func active(_ id: ReservationID, _ machine: VirtualMachine) -> Reservation.Active? {
        guard case .active(let active) = machine.engine.state.reservations[id]?.state else { return nil }
        return active
    }

    @Test func `others fill what is theirs first, borrow the island, and give it back whole`() throws {
        var machine = Self.machine()
        var others: [ReservationID] = []
        for _ in 0..<8 { others.append(try Self.ask(&machine, 1, of: "b")) }
        machine.advance(to: .monday + .minutes(5))
        #expect(others.prefix(4).allSatisfy { Self.active($0, machine)?.isBorrowed == false })
        #expect(others.suffix(4).allSatisfy { Self.active($0, machine)?.isBorrowed == true })
        let owner = try Self.ask(&machine, 4, of: "a", together: .nvlink)
        machine.advance(to: .monday + .minutes(7))
        #expect(Self.active(owner, machine)?.grant.devices.count == 4)
        #expect(others.prefix(4).allSatisfy { Self.active($0, machine) != nil }, "these hold what is theirs")
    }

    @Test func `an island that is not lent stays whole while it is idle`() throws {
        var machine = Self.machine(lending: 0)
        var others: [ReservationID] = []
        for _ in 0..<8 { others.append(try Self.ask(&machine, 1, of: "b")) }
        machine.advance(to: .monday + .minutes(5))
        #expect(others.count { Self.active($0, machine) != nil } == 4)
        let owner = try Self.ask(&machine, 4, of: "a", together: .nvlink)
        #expect(Self.active(owner, machine) != nil)
    }

    @Test func `the owner's small requests go where its cell is, and no further than its quota`() throws {
        var machine = Self.machine()
        let other = try Self.ask(&machine, 4, of: "b")
        var own: [ReservationID] = []
        for _ in 0..<5 { own.append(try Self.ask(&machine, 1, of: "a")) }
        machine.advance(to: .monday + .minutes(5))
        #expect(Self.active(other, machine)?.isBorrowed == false)
        #expect(own.count { Self.active($0, machine)?.isBorrowed == false } == 4)
    }

    /// The last island would be the tightest place for "a", and is all that "b" can have.
    @Test func `a cell is not bound where that takes another's quota away`() throws {
        let policy = Policy(
            departments: [
                Department(
                    id: DepartmentID("a"), name: "a", weight: 1, teams: [], members: [],
                    quotas: [Quota(model: ModelPattern("*"), nominal: 4)],
                    cells: [Cell(together: .nvlink, size: 4, count: 1)]),
                Department(
                    id: DepartmentID("b"), name: "b", weight: 1, teams: [], members: [],
                    quotas: [Quota(model: ModelPattern("A100"), nominal: 4)]),
            ], classes: Policy.defaultClasses)
        let host = Host.sample(devices: 8, second: "NVIDIA A100-SXM4-80GB")
        var machine = VirtualMachine(host: host, policy: policy, start: .monday)
        let other = try Self.ask(&machine, 4, of: "b", together: .nvlink)
        #expect(Self.active(other, machine)?.grant.devices == DeviceSet([4, 5, 6, 7]))
        #expect(Self.active(other, machine)?.isBorrowed == false)
        let owner = try Self.ask(&machine, 4, of: "a", together: .nvlink)
        #expect(Self.active(owner, machine)?.grant.devices == DeviceSet([0, 1, 2, 3]))
    }
}
