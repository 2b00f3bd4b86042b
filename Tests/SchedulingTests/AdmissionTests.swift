import Policy
import Scheduling
import Testing
import Topology
import Units

@Suite struct AdmissionTests {
    static let model = "NVIDIA H100 80GB HBM3"

    @Test(arguments: [
        (Request(span: .hours(1)), Rejection.asksForNothing),
        (Request(devices: 9, span: .hours(1)), .exceedsHost(field: "gpus", asked: 9, largest: 8)),
        (Request(devices: 129, span: .hours(1)), .outOfRange(field: "gpus", value: 129, limits: 0...128)),
        (Request(devices: -1, span: .hours(1)), .outOfRange(field: "gpus", value: -1, limits: 0...128)),
        (Request(cores: 33, span: .hours(1)), .exceedsHost(field: "cpus", asked: 33, largest: 32)),
        (Request(cores: 0, span: .hours(1)), .outOfRange(field: "cpus", value: 0, limits: 1...65536)),
        (
            Request(cores: 1, memory: .gibibytes(129), span: .hours(1)),
            .exceedsHost(field: "memoryBytes", asked: 129 << 30, largest: 128 << 30)
        ),
        (Request(devices: 1, span: .zero), .outOfRange(field: "durationSeconds", value: 0, limits: Limits.spanSeconds)),
        (
            Request(devices: 1, span: Span(milliseconds: .max)),
            .outOfRange(field: "durationSeconds", value: Int64.max / 1000, limits: Limits.spanSeconds)
        ),
        (Request(devices: 1, model: "A100", span: .hours(1)), .unknownModel("A100", known: [model])),
        (Request(devices: 5, together: .nvlink, span: .hours(1)), .tooFarApart(.nvlink, asked: 5, largest: 4)),
        (Request(devices: 5, together: .numa, span: .hours(1)), .tooFarApart(.numa, asked: 5, largest: 4)),
        (
            Request(devices: 1, span: .hours(1), priorityClass: ClassID("gold")),
            .unknownClass(ClassID("gold"), known: [ClassID("production"), ClassID("standard"), ClassID("best-effort")])
        ),
        (Request(devices: 1, span: .hours(1), team: TeamID("x")), .notInTeam(TeamID("x"), own: [])),
        (Request(devices: 1, span: .hours(1), after: [ReservationID(7)]), .unknownReservation(ReservationID(7))),
        (Request(devices: 1, span: .hours(1), after: [ReservationID(-7)]), .unknownReservation(ReservationID(-7))),
    ])
    func `a request outside its limits is refused with the numbers, and changes nothing`(
        request: Request, rejection: Rejection
    ) {
        var engine = Engine.sample()
        let before = engine.state
        #expect(throws: rejection) { try engine.perform(.submit(request, by: .user(1000)), at: .monday) }
        #expect(engine.state == before)
    }

    @Test func `who is in no department reserves nothing`() {
        var engine = Engine.sample()
        let stranger = Subject(user: UserID(4711), accounts: [], isAdmin: false)
        #expect(throws: Rejection.notMember(UserID(4711))) {
            try engine.perform(.submit(Request(devices: 1, span: .hours(1)), by: stranger), at: .monday)
        }
    }

    @Test(arguments: ["h100", "H100", "nvidia h100 80gb hbm3", "80GB"])
    func `a model is found by any part of its name, in any case`(name: String) throws {
        var engine = Engine.sample()
        let request = Request(devices: 1, model: name, span: .hours(1))
        #expect(try engine.perform(.submit(request, by: .user(1000)), at: .monday).last?.kind == "reservation.started")
    }

    @Test func `another's reservation is neither cancelled nor released nor extended, but an admin may`() throws {
        var engine = Engine.sample()
        let id = ReservationID(1)
        _ = try engine.perform(.submit(Request(devices: 1, span: .hours(1)), by: .user(1000)), at: .monday)
        let commands: [Command] = [
            .cancel(id, by: .user(1001)), .release(id, by: .user(1001)),
            .extend(id, by: .hours(1), subject: .user(1001)),
        ]
        for command in commands {
            #expect(throws: Rejection.notOwner(id)) { try engine.perform(command, at: .monday) }
        }
        #expect(try engine.perform(.cancel(id, by: .admin), at: .monday).count == 1)
    }

    @Test func `cores and memory alone are as good as with devices`() throws {
        var engine = Engine.sample()
        let events = try engine.perform(.submit(Request(cores: 4, span: .hours(1)), by: .user(1000)), at: .monday)
        guard case .started(_, let active) = events.last else { throw NotStarted() }
        #expect(active.grant.devices.isEmpty)
        #expect(active.grant.cores.count == 4)
        #expect(active.grant.memory == .gibibytes(16))
    }

    private struct NotStarted: Error {}
}
