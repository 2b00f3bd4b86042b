import Scheduling
import Testing
import Topology
import Units

@Suite struct PlacementTests {
    private func devices(_ requests: [Request]) throws -> [DeviceSet] {
        var engine = Engine.sample()
        return try requests.map { request in
            let events = try engine.perform(.submit(request, by: .user(1000)), at: .monday)
            guard case .started(_, let active) = events.last else { return DeviceSet() }
            return active.grant.devices
        }
    }

    @Test func `small requests share an island so that a whole one stays free`() throws {
        let granted = try devices([
            Request(devices: 1, span: .hours(1)), Request(devices: 2, span: .hours(1)),
            Request(devices: 4, together: .nvlink, span: .hours(1)),
        ])
        #expect(granted[2] == DeviceSet(4..<8))
    }

    @Test func `devices that have to be together are on one island`() throws {
        let granted = try devices([
            Request(devices: 3, span: .hours(1)), Request(devices: 3, span: .hours(1)),
            Request(devices: 2, together: .nvlink, span: .hours(1)),
        ])
        #expect(granted[2].isEmpty, "one device is left on each island: the third waits")
    }

    @Test func `without a wish for closeness the rest of two islands will do`() throws {
        let granted = try devices([
            Request(devices: 3, span: .hours(1)), Request(devices: 3, span: .hours(1)),
            Request(devices: 2, span: .hours(1)),
        ])
        #expect(granted[2].count == 2)
        #expect(granted[0].isDisjoint(with: granted[1]) && granted[1].isDisjoint(with: granted[2]))
    }

    @Test func `cores come from the devices' NUMA nodes`() throws {
        var engine = Engine.sample()
        let events = try engine.perform(
            .submit(Request(devices: 8, cores: 6, span: .hours(1)), by: .user(1000)), at: .monday)
        guard case .started(_, let active) = events.last else { throw NotStarted() }
        #expect(active.grant.cores.filter { $0 < 16 }.count == 4)
        #expect(active.grant.cores.filter { $0 >= 16 }.count == 2)
        #expect(active.grant.numaNodes == BitSet([0, 1]))
    }

    private struct NotStarted: Error {}
}
