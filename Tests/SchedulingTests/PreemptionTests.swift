import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// Who has to give way, to whom, and what becomes of both.
@Suite struct PreemptionTests {
    /// Two departments with four of eight devices each, both lending and borrowing all; production may preempt.
    private static func policy(_ rules: PreemptionRules = PreemptionRules()) -> Policy {
        var classes = Policy.defaultClasses
        classes[0].mayPreempt = true
        let departments = ["a", "b", "c"].map { name in
            Department(
                id: DepartmentID(name), name: name, weight: 1, teams: [], members: [],
                quotas: name == "c" ? [] : [Quota(model: ModelPattern("*"), nominal: 4)])
        }
        return Policy(departments: departments, classes: classes, preemption: rules)
    }

    private static func subject(_ department: String, uid: UInt32 = 1000) -> Subject {
        Subject(
            user: UserID(uid), accounts: [Account(department: DepartmentID(department), team: nil)], isAdmin: false)
    }

    private static func machine(_ rules: PreemptionRules = PreemptionRules()) -> VirtualMachine {
        VirtualMachine(host: .sample(devices: 8), policy: policy(rules), start: .monday)
    }

    private static func ask(
        _ machine: inout VirtualMachine, _ devices: Int, of department: String, _ priority: String = "standard",
        together: Demand.Together = .any, hours: Int64 = 100
    ) throws -> ReservationID {
        let request = Request(
            devices: devices, together: together, span: .hours(hours), priorityClass: ClassID(priority))
        let events = try machine.perform(.submit(request, by: subject(department)))
        return try #require(events.first?.reservation)
    }

    private static func startedAt(_ id: ReservationID, _ machine: VirtualMachine) -> Timestamp? {
        guard case .active(let active) = machine.engine.state.reservations[id]?.state else { return nil }
        return active.startedAt
    }

    @Test func `an owner has its quota back within the minimum run time and the grace`() throws {
        var machine = Self.machine()
        let borrower = try Self.ask(&machine, 8, of: "a")
        machine.advance(to: .monday + .minutes(3))
        let owner = try Self.ask(&machine, 4, of: "b")
        machine.advance(to: .monday + .minutes(10) - .seconds(1))
        #expect(Self.startedAt(borrower, machine) != nil, "it may run for its minimum time")
        machine.advance(to: .monday + .minutes(11) + .seconds(11))
        #expect(Self.startedAt(owner, machine) == .monday + .minutes(11))
        let victim = try #require(machine.engine.state.reservations[borrower])
        #expect(victim.state == .waiting && victim.preemptions == 1)
    }

    @Test func `nobody but the claimant is planned on what a victim still holds`() throws {
        var machine = Self.machine()
        _ = try Self.ask(&machine, 8, of: "a")
        machine.advance(to: .monday + .minutes(3))
        let owner = try Self.ask(&machine, 4, of: "b")
        let other = try Self.ask(&machine, 1, of: "c", hours: 1)
        machine.advance(to: .monday + .minutes(4))
        let engine = machine.engine
        #expect(engine.placement(of: owner)?.start == .monday + .minutes(11) + .seconds(10))
        #expect(try #require(engine.placement(of: other)?.start) >= .monday + .hours(100))
    }

    @Test func `no rate limit holds up an owner, and one holds up a rank`() throws {
        let rules = PreemptionRules(minimumRunTime: .zero, grace: .zero, perHour: 1)
        var machine = Self.machine(rules)
        for _ in 0..<4 { _ = try Self.ask(&machine, 1, of: "a", "best-effort") }
        for _ in 0..<4 { _ = try Self.ask(&machine, 1, of: "a", "best-effort") }
        machine.advance(to: .monday + .minutes(1))
        // Four of these are borrowed: the owner has all four at once.
        let owner = try Self.ask(&machine, 4, of: "b")
        machine.advance(to: .monday + .minutes(2))
        #expect(Self.startedAt(owner, machine) != nil)
        // By rank within a's own: one an hour.
        let first = try Self.ask(&machine, 1, of: "a", "production")
        let second = try Self.ask(&machine, 1, of: "a", "production")
        machine.advance(to: .monday + .minutes(40))
        #expect([first, second].count { Self.startedAt($0, machine) != nil } == 1)
        machine.advance(to: .monday + .minutes(70))
        #expect([first, second].count { Self.startedAt($0, machine) != nil } == 2)
    }

    @Test func `the least work is lost, and no more has to give way than is needed`() throws {
        var machine = Self.machine(PreemptionRules(minimumRunTime: .minutes(1)))
        let old = try Self.ask(&machine, 4, of: "c", "best-effort")
        machine.advance(to: .monday + .hours(2))
        let young = try Self.ask(&machine, 4, of: "c", "best-effort")
        machine.advance(to: .monday + .hours(3))
        let owner = try Self.ask(&machine, 4, of: "b")
        machine.advance(to: .monday + .hours(3) + .minutes(2))
        #expect(Self.startedAt(owner, machine) != nil)
        #expect(Self.startedAt(old, machine) == .monday)
        #expect(Self.startedAt(young, machine) == nil)
    }

    @Test func `windows, and what is within nominal, give way to nobody`() throws {
        var machine = Self.machine(PreemptionRules(minimumRunTime: .zero, grace: .zero))
        let window = Request(devices: 4, span: .hours(9), at: .monday, priorityClass: ClassID("best-effort"))
        _ = try machine.perform(.submit(window, by: Self.subject("a")))
        let own = try Self.ask(&machine, 4, of: "b")
        let claimant = try Self.ask(&machine, 4, of: "a", "production")
        machine.advance(to: .monday + .hours(8))
        #expect(Self.startedAt(claimant, machine) == nil)
        #expect(Self.startedAt(own, machine) == .monday)
    }

    @Test func `what was taken back is the claimant's, however many others wait`() throws {
        var machine = Self.machine()
        _ = try Self.ask(&machine, 8, of: "a")
        for _ in 0..<20 { _ = try Self.ask(&machine, 4, of: "a", hours: 1) }
        for _ in 0..<20 { _ = try Self.ask(&machine, 4, of: "c", "production", hours: 1) }
        machine.advance(to: .monday + .hours(1))
        let owner = try Self.ask(&machine, 4, of: "b")
        machine.advance(to: .monday + .hours(1) + .minutes(2))
        #expect(Self.startedAt(owner, machine) != nil)
    }

    @Test func `who gave way twice is firm, and gives way to no rank any more`() throws {
        var machine = Self.machine(PreemptionRules(minimumRunTime: .zero, grace: .zero))
        _ = try Self.ask(&machine, 4, of: "b")
        let victim = try Self.ask(&machine, 4, of: "a", "best-effort")
        for _ in 0..<2 {
            machine.advance(to: machine.now + .minutes(5))
            let claimant = try Self.ask(&machine, 4, of: "a", "production", hours: 1)
            machine.advance(to: machine.now + .minutes(30))
            #expect(Self.startedAt(claimant, machine) != nil)
            machine.advance(to: machine.now + .hours(2))
            #expect(Self.startedAt(victim, machine) != nil)
        }
        #expect(machine.engine.state.reservations[victim]?.preemptions == 2)
        let third = try Self.ask(&machine, 4, of: "a", "production", hours: 1)
        machine.advance(to: machine.now + .hours(20))
        #expect(Self.startedAt(third, machine) == nil)
    }

    @Test func `devices that have to be together are taken back together`() throws {
        var machine = Self.machine(PreemptionRules(minimumRunTime: .zero, grace: .zero))
        var victims: [ReservationID] = []
        for _ in 0..<8 { victims.append(try Self.ask(&machine, 1, of: "c", "best-effort")) }
        machine.advance(to: .monday + .minutes(5))
        let owner = try Self.ask(&machine, 4, of: "a", together: .nvlink)
        machine.advance(to: .monday + .minutes(7))
        #expect(Self.startedAt(owner, machine) != nil)
        #expect(victims.count { Self.startedAt($0, machine) != nil } == 4)
    }

    @Test func `a large request is not starved by small ones`() throws {
        var machine = VirtualMachine(host: .sample(devices: 8), policy: .unconfigured, start: .monday)
        var large: ReservationID?
        for round in Int64(0)..<200 {
            for uid in UInt32(1001)...1008 {
                let small = Request(devices: 1, span: .minutes(30))
                _ = try machine.perform(.submit(small, by: .user(uid)))
            }
            if round == 4 {
                large = try machine.perform(.submit(Request(devices: 8, span: .hours(1)), by: .user(1000)))
                    .first?.reservation
            }
            machine.advance(to: machine.now + .minutes(15))
        }
        let id = try #require(large)
        let start = machine.history.first { $0.event.reservation == id && $0.event.kind == "reservation.started" }
        let wait = try #require(start).time - (.monday + .minutes(60))
        #expect(wait <= .hours(1), "it waited \(wait)")
    }
}
