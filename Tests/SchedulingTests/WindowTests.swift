import Scheduling
import Simulation
import Testing
import Topology
import Units

@Suite struct WindowTests {
    private func machine() -> VirtualMachine { VirtualMachine(host: .sample(devices: 8), start: .monday) }

    @Test func `a window starts at its time on the devices that were set aside`() throws {
        var machine = machine()
        let request = Request(devices: 4, span: .hours(2), at: .monday + .hours(5))
        guard case .submitted(let reservation) = try machine.perform(.submit(request, by: .user(1000))).first,
            case .window(let start, let devices) = reservation.kind
        else { throw Failure.notAWindow }
        #expect(start == .monday + .hours(5))
        for user in UInt32(1)...20 {
            _ = try machine.perform(.submit(Request(devices: 3, span: .hours(3)), by: .user(1000 + user)))
        }
        machine.advance(to: .monday + .hours(5))
        guard case .active(let active) = machine.engine.state.reservations[reservation.id]?.state else {
            throw Failure.notActive
        }
        #expect(active.startedAt == .monday + .hours(5))
        #expect(active.grant.devices == devices)
    }

    @Test func `a window that would displace what waits is refused with the nearest that fit`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(2)), by: .user(1000)))
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(2)), by: .user(1001)))
        let request = Request(devices: 1, span: .hours(1), at: .monday + .hours(1))
        let nearest = [4, 5, 6].map { Timestamp.monday + .hours($0) }
        #expect(throws: Rejection.windowDoesNotFit(start: .monday + .hours(1), nearest: nearest)) {
            try machine.perform(.submit(request, by: .user(1002)))
        }
    }

    @Test func `the plan is true when a window is asked for right after a cancel`() throws {
        var machine = machine()
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(2)), by: .user(1000)))
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(2)), by: .user(1001)))
        _ = try machine.perform(.submit(Request(devices: 8, span: .hours(2)), by: .user(1002)))
        _ = try machine.perform(.cancel(ReservationID(3), by: .user(1002)))
        let request = Request(devices: 8, span: .hours(1), at: .monday + .hours(4))
        let events = try machine.perform(.submit(request, by: .user(1003)))
        #expect(events.last?.told == .monday + .hours(4))
    }

    @Test(arguments: [
        (
            Request(devices: 1, span: .hours(1), at: .monday - .hours(1)),
            Rejection.startsInPast(.monday - .hours(1), now: .monday)
        ),
        (
            Request(devices: 1, span: .hours(1), at: .monday + .days(400)),
            Rejection.beyondHorizon(field: "at", .monday + .days(400), horizon: .monday + .days(366))
        ),
        (
            Request(devices: 1, span: .hours(1), at: .monday, notBefore: .monday),
            Rejection.windowWith(field: "notBefore")
        ),
    ])
    func `a window outside its limits is refused`(request: Request, rejection: Rejection) {
        var machine = machine()
        #expect(throws: rejection) { try machine.perform(.submit(request, by: .user(1000))) }
    }

    private enum Failure: Error { case notAWindow, notActive }
}
