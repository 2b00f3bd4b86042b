import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// Devices, and the host, out of the plan.
@Suite struct DrainTests {
    private static func machine() -> VirtualMachine {
        VirtualMachine(host: .sample(devices: 8), policy: .unconfigured, start: .monday)
    }

    private static func ask(_ machine: inout VirtualMachine, _ request: Request) throws -> ReservationID {
        try #require(try machine.perform(.submit(request, by: .user(1000))).first?.reservation)
    }

    private static func state(_ id: ReservationID, _ machine: VirtualMachine) -> Reservation.State? {
        machine.engine.state.reservations[id]?.state
    }

    @Test func `maintenance keeps the host free, and what waits is planned around it`() throws {
        var machine = Self.machine()
        let running = try Self.ask(&machine, Request(devices: 4, span: .hours(3)))
        let (from, until) = (Timestamp.monday + .hours(2), Timestamp.monday + .hours(4))
        _ = try machine.perform(.drain(DrainRequest(devices: nil, from: from, until: until), by: .admin))
        let short = try Self.ask(&machine, Request(devices: 2, span: .hours(2)))
        let long = try Self.ask(&machine, Request(devices: 2, span: .hours(3)))
        machine.advance(to: .monday + .minutes(1))
        guard case .active = Self.state(short, machine) else { return #expect(Bool(false), "it ends before") }
        #expect(machine.engine.placement(of: long)?.start == until)
        guard case .active = Self.state(running, machine) else { return #expect(Bool(false), "it runs to its end") }
        machine.advance(to: until)
        guard case .active(let active) = Self.state(long, machine) else { return #expect(Bool(false), "it starts") }
        #expect(active.startedAt == until)
    }

    @Test func `a window gets other devices at its time, or is broken and says why`() throws {
        var machine = Self.machine()
        let at = Timestamp.monday + .hours(5)
        let first = try Self.ask(&machine, Request(devices: 4, span: .hours(1), at: at))
        guard case .window(_, let devices) = machine.engine.state.reservations[first]?.kind else { return }
        _ = try machine.perform(.drain(DrainRequest(devices: devices), by: .admin))
        guard case .window(at, let others) = machine.engine.state.reservations[first]?.kind else {
            return #expect(Bool(false), "it is still there, at its time")
        }
        #expect(others.count == 4 && others.isDisjoint(with: devices))
        _ = try machine.perform(.drain(DrainRequest(devices: others), by: .admin))
        #expect(machine.engine.state.reservations[first] == nil)
        guard case .ended(_, let ended) = machine.history.last?.event else { return #expect(Bool(false)) }
        #expect(ended.reason == .drained)
    }

    @Test(arguments: [false, true])
    func `what fails ends what runs on it, which is not charged, and goes back if that was asked for`(
        isRequeued: Bool
    ) throws {
        var machine = Self.machine()
        let id = try Self.ask(&machine, Request(devices: 8, span: .hours(9), isRequeued: isRequeued))
        let after = try Self.ask(&machine, Request(devices: 1, span: .hours(1)))
        machine.advance(to: .monday + .hours(2))
        _ = try machine.perform(.drain(DrainRequest(devices: DeviceSet([3]), hasFailed: true), by: .admin))
        machine.advance(to: .monday + .hours(2) + .minutes(1))
        let credits = machine.history.compactMap { entry -> Credit? in
            if case .credited(id, let credit) = entry.event { credit } else { nil }
        }
        #expect(credits == [Credit(from: .monday, to: .monday + .hours(2))])
        #expect(machine.engine.state.usage.entries.isEmpty)
        guard case .active(let active) = Self.state(after, machine) else { return #expect(Bool(false), "it starts") }
        #expect(!active.grant.devices.contains(3))
        #expect(Self.state(id, machine) == (isRequeued ? .waiting : nil))
        guard isRequeued else { return }
        _ = try machine.perform(.resume(DeviceSet([3]), by: .admin))
        machine.advance(to: .monday + .hours(4))
        guard case .active = Self.state(id, machine) else { return #expect(Bool(false), "it runs again") }
    }

    @Test func `whose time was over while nobody looked has had it, whatever has failed since`() throws {
        let request = Request(devices: 2, span: .hours(1), isRequeued: true)
        func ending(of command: (ReservationID) -> Command) throws -> [Event] {
            var engine = Engine(host: .sample(devices: 8), policy: .unconfigured, time: .monday)
            let events = try engine.perform(.submit(request, by: .user(1000)), at: .monday)
            let id = try #require(events.first?.reservation)
            return try engine.perform(command(id), at: .monday + .hours(3)).filter { event in
                switch event {
                case .ending, .credited: true
                default: false
                }
            }
        }
        let drain = DrainRequest(devices: DeviceSet(first: 8), hasFailed: true)
        let over = Reservation.Ending(at: .monday + .hours(1), reason: .expired)
        for events in [try ending { _ in .drain(drain, by: .admin) }, try ending { .hostRestarted($0) }] {
            guard case .ending(_, let ending)? = events.first else {
                Issue.record("\(events)")
                continue
            }
            #expect(ending.at == over.at && ending.reason == over.reason && events.count == 1)
        }
    }

    @Test func `what can not be drained, or resumed, is refused with its reason`() throws {
        var machine = Self.machine()
        func refusal(_ command: Command) -> Rejection? {
            do {
                _ = try machine.perform(command)
                return nil
            } catch {
                return error
            }
        }
        let past = Timestamp.monday - .hours(1)
        let one = DeviceSet([0])
        #expect(refusal(.drain(DrainRequest(devices: one), by: .user(1000))) == .adminOnly)
        #expect(refusal(.resume(one, by: .user(1000))) == .adminOnly)
        #expect(refusal(.resume(one, by: .admin)) == .notDrained)
        #expect(refusal(.drain(DrainRequest(devices: DeviceSet([99])), by: .admin)) == .asksForNothing)
        #expect(
            refusal(.drain(DrainRequest(devices: one, from: past), by: .admin)) == .startsInPast(past, now: .monday))
        #expect(
            refusal(.drain(DrainRequest(devices: one, until: .monday), by: .admin))
                == .endsBeforeStart(.monday, until: .monday))
        #expect(
            refusal(.drain(DrainRequest(devices: one, from: .monday + .hours(1), hasFailed: true), by: .admin))
                == .failsLater)
        for _ in 0..<Limits.drains { #expect(refusal(.drain(DrainRequest(devices: one), by: .admin)) == nil) }
        #expect(refusal(.drain(DrainRequest(devices: one), by: .admin)) == .tooManyDrains(limit: Limits.drains))
    }
}
