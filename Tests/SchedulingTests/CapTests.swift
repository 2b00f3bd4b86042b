import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

@Suite struct CapTests {
    /// A department with two teams, of which the first has caps of its own.
    private func machine(_ caps: Caps, team: Caps = Caps(), devices: Int = 8) -> VirtualMachine {
        let teams = [
            Team(id: TeamID("a"), name: "a", weight: 1, members: [], caps: team),
            Team(id: TeamID("b"), name: "b", weight: 1, members: []),
        ]
        let department = Department(id: DepartmentID("default"), name: "d", weight: 1, teams: teams, members: [])
        let policy = Policy(departments: [department], classes: Policy.defaultClasses, caps: caps)
        return VirtualMachine(host: .sample(devices: devices), policy: policy, start: .monday)
    }

    private func user(_ uid: UInt32, _ teams: String?...) -> Subject {
        let department = DepartmentID("default")
        return Subject(
            user: UserID(uid),
            accounts: teams.map { Account(department: department, team: $0.map { TeamID($0) }) }, isAdmin: false)
    }

    private func request(_ devices: Int, hours: Int64 = 1, at: Timestamp? = nil, team: String? = nil) -> Request {
        Request(
            devices: devices, cores: 1, memory: .gibibytes(1), span: .hours(hours), at: at,
            team: team.map { TeamID($0) })
    }

    @Test func `a team waits at its cap while others take what is idle`() throws {
        var machine = machine(Caps(), team: Caps(devicesPerTeam: 3))
        _ = try machine.perform(.submit(request(2, hours: 4), by: user(1000, "a")))
        let second = try machine.perform(.submit(request(2), by: user(1001, "a")))
        let other = try machine.perform(.submit(request(6), by: user(1002, "b")))
        let last = try machine.perform(.submit(request(1), by: user(1003, "a")))
        #expect(second.last?.told == .monday + .hours(4))
        #expect(other.last?.kind == "reservation.started")
        #expect(last.last?.told == .monday + .hours(1), "the team has room, the host has none before")
        machine.advance(to: .monday + .hours(9))
        #expect(machine.engine.state.reservations.isEmpty)
    }

    @Test func `a user's devices are counted together, in whatever team`() throws {
        var machine = machine(Caps(), team: Caps(devicesPerUser: 2))
        let ada = user(1000, "a", "b")
        _ = try machine.perform(.submit(request(2, hours: 3, team: "b"), by: ada))
        let capped = try machine.perform(.submit(request(1, team: "a"), by: ada))
        let free = try machine.perform(.submit(request(3, team: "b"), by: ada))
        #expect(capped.last?.told == .monday + .hours(3))
        #expect(free.last?.kind == "reservation.started")
    }

    @Test func `without a team there is nothing that a team's cap could count`() throws {
        var machine = machine(Caps(devicesPerTeam: 1))
        let events = try machine.perform(.submit(request(8), by: user(1000, nil)))
        #expect(events.last?.kind == "reservation.started")
    }

    @Test func `a window over a user's cap is refused with times that are under it`() throws {
        var machine = machine(Caps(devicesPerUser: 4))
        _ = try machine.perform(.submit(request(3, hours: 5), by: user(1000, "b")))
        let start = Timestamp.monday + .hours(2)
        let nearest = [5, 6, 7].map { Timestamp.monday + .hours($0) }
        #expect(throws: Rejection.windowDoesNotFit(start: start, nearest: nearest)) {
            try machine.perform(.submit(request(2, at: start), by: user(1000, "b")))
        }
        let events = try machine.perform(.submit(request(2, at: start), by: user(1001, "b")))
        #expect(events.last?.told == start)
    }

    @Test func `only who would wait is refused for too many that wait`() throws {
        var machine = machine(Caps(waiting: 1))
        _ = try machine.perform(.submit(request(7, hours: 9), by: user(1000, "a")))
        _ = try machine.perform(.submit(request(2), by: user(1000, "a")))
        #expect(throws: Rejection.tooManyWaiting(limit: 1, ofUser: true)) {
            try machine.perform(.submit(request(2), by: user(1000, "a")))
        }
        let events = try machine.perform(.submit(request(1), by: user(1000, "a")))
        #expect(events.last?.kind == "reservation.started")
    }

    @Test func `an extension past the longest duration is refused`() throws {
        var machine = machine(Caps(duration: .hours(4)))
        _ = try machine.perform(.submit(request(1, hours: 3), by: user(1000, "a")))
        #expect(throws: Rejection.exceedsCap(.duration, asked: 18_000, limit: 14_400)) {
            try machine.perform(.extend(ReservationID(1), by: .hours(2), subject: user(1000, "a")))
        }
        #expect(
            try machine.perform(.extend(ReservationID(1), by: .hours(1), subject: user(1000, "a"))).count == 1)
    }

    @Test(
        arguments: [
            (Caps(devicesPerTeam: 2), 3, 1, nil, Rejection.exceedsCap(.devicesPerTeam, asked: 3, limit: 2)),
            (Caps(devicesPerUser: 0), 1, 1, nil, .exceedsCap(.devicesPerUser, asked: 1, limit: 0)),
            (Caps(duration: .hours(2)), 1, 3, nil, .exceedsCap(.duration, asked: 10_800, limit: 7200)),
            (
                Caps(horizon: .days(1)), 1, 1, Timestamp.monday + .days(2),
                .beyondHorizon(field: "at", .monday + .days(2), horizon: .monday + .days(1))
            ),
        ] as [(Caps, Int, Int64, Timestamp?, Rejection)])
    func `what is over a cap by itself is refused with the numbers`(
        caps: Caps, devices: Int, hours: Int64, at: Timestamp?, rejection: Rejection
    ) {
        var machine = machine(caps)
        #expect(throws: rejection) {
            try machine.perform(.submit(request(devices, hours: hours, at: at), by: user(1000, "a")))
        }
    }
}
