import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

@Suite struct QueueTests {
    @Test func `what comes free goes to the first of the queue at once, past those who do not fit, without a pass`()
        throws
    {
        var engine = Engine.sample()
        func submit(_ devices: Int, hours: Int64) throws -> [Event] {
            try engine.perform(
                .submit(Request(devices: devices, cores: 1, span: .hours(hours)), by: .user(1000)), at: .monday)
        }
        _ = try submit(4, hours: 1)
        _ = try submit(4, hours: 3)
        _ = try submit(8, hours: 1)
        for _ in 0..<200 { _ = try submit(4, hours: 2) }
        let later = Timestamp.monday + .minutes(30)
        _ = try engine.perform(.release(ReservationID(1), by: .admin), at: later)
        let events = try engine.perform(.stopped(ReservationID(1)), at: later)
        #expect(
            events.contains { if case .started(ReservationID(4), _) = $0 { true } else { false } },
            "the eight wait for hours; two hours on the four that came free delay them by nothing")
        #expect(events.count == 2 && engine.needsPass)
    }

    private func machine(devices: Int = 8, stopTime: Span = .zero) -> VirtualMachine {
        VirtualMachine(host: .sample(devices: devices), start: .monday, stopTime: stopTime)
    }

    private func start(of id: Int64, in machine: VirtualMachine) -> Timestamp? {
        machine.history.compactMap { entry -> Timestamp? in
            if case .started(ReservationID(id), let active) = entry.event { active.startedAt } else { nil }
        }.first
    }

    @Test func `a request that fits starts at once`() throws {
        var machine = machine()
        let events = try machine.perform(.submit(Request(devices: 2, span: .hours(4)), by: .user(1000)))
        #expect(events.map(\.kind) == ["reservation.submitted", "reservation.started"])
        guard case .started(let id, let active) = events[1] else { return }
        #expect(id == ReservationID(1))
        #expect(active.grant.devices.count == 2)
        #expect(active.grant.cores.count == 8, "two devices of eight bring two eighths of 32 cores")
        #expect(active.grant.memory == .gibibytes(32))
        #expect(active.grant.numaNodes == BitSet([0]))
        #expect(active.endsAt == .monday + .hours(4))
    }

    @Test func `a request that does not fit is told when it will, and starts then`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(1)), by: .user(1000)))
        let events = try machine.perform(.submit(Request(devices: 1, span: .hours(1)), by: .user(1001)))
        #expect(events.last?.told == .monday + .hours(1))
        machine.advance(to: .monday + .hours(2))
        #expect(start(of: 2, in: machine) == .monday + .hours(1))
    }

    @Test func `a short request fills a gap that delays nobody, a long one does not`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(Request(devices: 6, span: .hours(2)), by: .user(1000)))
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(1)), by: .user(1001)))
        let long = try machine.perform(.submit(Request(devices: 2, span: .hours(3)), by: .user(1002)))
        let short = try machine.perform(.submit(Request(devices: 2, span: .hours(2)), by: .user(1003)))
        #expect(long.last?.told == .monday + .hours(3))
        #expect(short.last?.kind == "reservation.started")
    }

    @Test func `what ends early is handed out in the order of submission`() throws {
        var machine = machine()
        for user in UInt32(1000)...1003 {
            _ = try machine.perform(.submit(Request(devices: 8, span: .hours(1)), by: .user(user)))
        }
        machine.advance(to: .monday + .minutes(10))
        _ = try machine.perform(.release(ReservationID(1), by: .user(1000)))
        machine.advance(to: .monday + .minutes(11))
        #expect(start(of: 2, in: machine) == .monday + .minutes(10))
        #expect(start(of: 3, in: machine) == nil)
        machine.advance(to: .monday + .hours(5))
        #expect(start(of: 4, in: machine) == .monday + .minutes(130))
    }

    @Test func `devices stay held until the executor has confirmed the stop`() throws {
        var machine = machine(stopTime: .seconds(3))
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(1)), by: .user(1000)))
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(1)), by: .user(1001)))
        machine.advance(to: .monday + .hours(1) + .seconds(2))
        #expect(start(of: 2, in: machine) == nil)
        machine.advance(to: .monday + .hours(1) + .seconds(3))
        #expect(start(of: 2, in: machine) == .monday + .hours(1) + .seconds(3))
    }

    @Test func `one that waits for another starts when that has ended`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(Request(devices: 1, span: .hours(1)), by: .user(1000)))
        let request = Request(devices: 1, span: .hours(1), after: [ReservationID(1)])
        let events = try machine.perform(.submit(request, by: .user(1000)))
        #expect(events.last?.told == .monday + .hours(1))
        _ = try machine.perform(.cancel(ReservationID(1), by: .user(1000)))
        machine.advance(to: .monday + .seconds(1))
        #expect(start(of: 2, in: machine) == .monday)
    }

    @Test func `not before means not before`() throws {
        var machine = machine()
        let request = Request(devices: 1, span: .hours(1), notBefore: .monday + .hours(3))
        _ = try machine.perform(.submit(request, by: .user(1000)))
        machine.advance(to: .monday + .hours(4))
        #expect(start(of: 1, in: machine) == .monday + .hours(3))
    }

    @Test func `an extension displaces no one and says how far it could go`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(1)), by: .user(1000)))
        _ = try machine.perform(
            .submit(Request(devices: 8, span: .hours(1), notBefore: .monday + .minutes(90)), by: .user(1001)))
        #expect(throws: Rejection.extensionDisplaces(ReservationID(1), latestEnd: .monday + .minutes(90))) {
            try machine.perform(.extend(ReservationID(1), by: .hours(1), subject: .user(1000)))
        }
        _ = try machine.perform(.extend(ReservationID(1), by: .minutes(30), subject: .user(1000)))
        machine.advance(to: .monday + .hours(3))
        #expect(start(of: 2, in: machine) == .monday + .minutes(90))
    }

    @Test func `a command's end ends its reservation`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(Request(devices: 1, span: .hours(1), hasCommand: true), by: .user(1000)))
        _ = try machine.perform(.commandEnded(ReservationID(1), exitCode: 3))
        machine.advance(to: .monday + .seconds(1))
        let ended = machine.history.last?.event
        guard case .ended(_, let how) = ended else { throw Missing.ended }
        #expect(how.reason == .commandEnded(exitCode: 3))
        #expect(how.at == .monday)
    }

    private enum Missing: Error { case ended }

    @Test func `who waits for another's end is told at once when that is extended`() throws {
        var machine = VirtualMachine(host: .sample(devices: 8), policy: .unconfigured, start: .monday)
        _ = try machine.perform(.submit(Request(cores: 1, span: .hours(1)), by: .user(1000)))
        _ = try machine.perform(
            .submit(Request(cores: 1, span: .hours(1), after: [ReservationID(1)]), by: .user(1001)))
        _ = try machine.perform(.extend(ReservationID(1), by: .hours(2), subject: .user(1000)))
        machine.advance(to: .monday + .minutes(5))
        let told = machine.history.compactMap { entry -> Timestamp? in
            if case .slipped(ReservationID(2), let start, _) = entry.event { start } else { nil }
        }
        #expect(told == [.monday + .hours(3)])
    }
}
