import Policy
import Scheduling
import Testing
import Topology
import Units

/// The cap on the device-hours of a user in a calendar month.
@Suite struct DeviceHoursTests {
    private func engine(_ hours: Int, zone: String = "UTC", state: EngineState = EngineState(), at time: Timestamp)
        throws
        -> Engine
    {
        let policy = Policy(
            departments: Policy.unconfigured.departments, classes: Policy.defaultClasses,
            timeZone: try #require(Zone(zone)), caps: Caps(deviceHours: hours))
        return Engine(host: .sample(devices: 8), policy: policy, state: state, time: time)
    }

    private func request(_ devices: Int, hours: Int64, at: Timestamp? = nil) -> Request {
        Request(devices: devices, cores: 1, memory: .gibibytes(1), span: .hours(hours), at: at)
    }

    /// 2026-11-30T12:00:00Z, twelve hours before December.
    private static let lastNoon = Timestamp(milliseconds: 1_796_040_000_000)
    private static let december = lastNoon + .hours(12)

    @Test func `who has used up the month waits for the next one`() throws {
        var engine = try engine(10, at: DeviceHoursTests.lastNoon)
        let first = try engine.perform(.submit(request(2, hours: 4), by: .user(1)), at: DeviceHoursTests.lastNoon)
        #expect(first.last?.told == nil, "8 of 10: it starts")
        let second = try engine.perform(.submit(request(2, hours: 4), by: .user(1)), at: DeviceHoursTests.lastNoon)
        // 2 device-hours are left: one hour of two devices, at the end of the month.
        #expect(second.first?.told == DeviceHoursTests.december - .hours(1))
        let other = try engine.perform(.submit(request(2, hours: 4), by: .user(2)), at: DeviceHoursTests.lastNoon)
        #expect(other.first?.told == nil, "it is each user's own")
    }

    @Test func `what is given back early can be had again`() throws {
        let noon = DeviceHoursTests.lastNoon
        var engine = try engine(8, at: noon)
        _ = try engine.perform(.submit(request(2, hours: 4), by: .user(1)), at: noon)
        _ = try engine.perform(.submit(request(2, hours: 3), by: .user(1)), at: noon)
        _ = try engine.perform(.release(ReservationID(1), by: .user(1)), at: noon + .hours(1))
        let events = try engine.perform(.stopped(ReservationID(1)), at: noon + .hours(1))
        #expect(
            events.contains { event in
                if case .started(ReservationID(2), _) = event { true } else { false }
            }, "2 of 8 are used, and 6 are asked for")
    }

    @Test func `the account outlives the reservation and the daemon, and has the zone's months`() throws {
        let noon = DeviceHoursTests.lastNoon
        for (zone, end) in [("UTC", DeviceHoursTests.december), ("Asia/Tokyo", noon + .hours(3))] {
            var engine = try engine(8, zone: zone, at: noon)
            _ = try engine.perform(.submit(request(8, hours: 1), by: .user(1)), at: noon)
            _ = try engine.perform(.tick, at: noon + .hours(1))
            _ = try engine.perform(.stopped(ReservationID(1)), at: noon + .hours(1))
            var again = try self.engine(8, zone: zone, state: engine.state, at: noon + .hours(1))
            let events = try again.perform(.submit(request(1, hours: 2), by: .user(1)), at: noon + .hours(1))
            #expect(events.first?.told == end, "\(zone)")
        }
    }

    @Test func `what no month has enough for is refused with its numbers`() throws {
        let noon = DeviceHoursTests.lastNoon
        var engine = try engine(10, at: noon)
        #expect(throws: Rejection.exceedsCap(.deviceHours, asked: 24, limit: 10)) {
            try engine.perform(.submit(request(8, hours: 3), by: .user(1)), at: noon)
        }
        // Over the end of a month it has something of both.
        let events = try engine.perform(.submit(request(6, hours: 3), by: .user(1)), at: noon)
        #expect(events.first?.told == DeviceHoursTests.december - Span(milliseconds: 10 * 3_600_000 / 6))
    }

    @Test func `windows and extensions are held to it`() throws {
        let noon = DeviceHoursTests.lastNoon
        var engine = try engine(10, at: noon)
        _ = try engine.perform(.submit(request(2, hours: 4), by: .user(1)), at: noon)
        #expect(throws: Rejection.self) {
            try engine.perform(.submit(request(2, hours: 2, at: noon + .hours(5)), by: .user(1)), at: noon)
        }
        #expect(throws: Rejection.extensionDisplaces(ReservationID(1), latestEnd: noon + .hours(5))) {
            try engine.perform(.extend(ReservationID(1), by: .hours(2), subject: .user(1)), at: noon)
        }
        let extended = try engine.perform(.extend(ReservationID(1), by: .hours(1), subject: .user(1)), at: noon)
        #expect(extended == [.extended(ReservationID(1), span: .hours(5))])
    }

    @Test func `it is told as what is in the way`() throws {
        let noon = DeviceHoursTests.lastNoon
        var engine = try engine(10, at: noon)
        _ = try engine.perform(.submit(request(2, hours: 4), by: .user(1)), at: noon)
        _ = try engine.perform(.submit(request(2, hours: 4), by: .user(1)), at: noon)
        let explanation = try engine.explain(ReservationID(2), at: noon)
        #expect(
            explanation.blockers.contains(
                .counted(
                    .deviceHours, used: .whole(8), asked: .whole(8), limit: .whole(10),
                    until: DeviceHoursTests.december - .hours(1))))
    }

    @Test func `a run that failed is not counted`() throws {
        let noon = DeviceHoursTests.lastNoon
        var engine = try engine(8, at: noon)
        _ = try engine.perform(.submit(request(1, hours: 8), by: .user(1)), at: noon)
        let drain = DrainRequest(devices: DeviceSet(first: 4), hasFailed: true)
        _ = try engine.perform(.drain(drain, by: .admin), at: noon + .hours(2))
        _ = try engine.perform(.stopped(ReservationID(1)), at: noon + .hours(2))
        let events = try engine.perform(.submit(request(1, hours: 8), by: .user(1)), at: noon + .hours(2))
        #expect(events.first?.told == nil)
    }
}
