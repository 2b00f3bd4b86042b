import Enforcement
import Scheduling
import Storage
import Testing
import Topology
import Units

@testable import AllotServer

/// Devices keep their places, whatever the machine shows at a later start.
@Suite struct DevicePlacesTests {
    private func device(_ id: String, at address: String, model: String = "A10") -> Device {
        Device(
            id: DeviceID(id), vendor: .nvidia, model: model, memory: nil, pciAddress: address, numaNode: 0,
            localCores: BitSet(), files: ["/dev/\(address)"], partition: nil, uuid: id.hasPrefix("GPU") ? id : nil)
    }

    /// A machine whose devices' links have a bandwidth that tells which two they join.
    private func machine(_ devices: Device...) -> Topology.Host {
        var host = Topology.Host.twoDevices
        host.devices = devices
        let numbers = devices.map { Int($0.pciAddress.suffix(1)) ?? 0 }
        host.links = LinkMatrix(
            kind: "NVLink", bandwidth: numbers.map { row in numbers.map { row == $0 ? 0 : 1 << row | 1 << $0 } })
        return host
    }

    private var known: [Device] { [device("GPU-a", at: "1"), device("GPU-b", at: "2"), device("GPU-c", at: "3")] }

    private func arranged(_ machine: Topology.Host) throws -> Topology.Host {
        try DevicePlaces(known: known).arranged(machine)
    }

    @Test func `a first start takes them as they come`() throws {
        let machine = machine(known[2], known[0])
        #expect(try DevicePlaces(known: []).arranged(machine) == machine)
    }

    @Test func `what comes in another order stays in its place, with its links`() throws {
        let host = try arranged(machine(known[2], known[0], known[1]))
        #expect(host.devices == known)
        #expect(host.links.bandwidth == [[0, 6, 10], [6, 0, 12], [10, 12, 0]])
    }

    @Test func `what is new comes behind, and what is gone keeps its place for when it is back`() throws {
        let fresh = device("GPU-d", at: "0")
        let machine = machine(fresh, known[0], known[2])
        let host = try arranged(machine)
        #expect(host.devices.map(\.id.text) == ["GPU-a", "GPU-b", "GPU-c", "GPU-d"])
        #expect(host.devices.map(\.isPresent) == [true, false, true, true])
        #expect(host.links.bandwidth(0, 1) == 0 && host.links.bandwidth(0, 3) == 3)
        let back = try DevicePlaces(known: host.devices).arranged(self.machine(known[1], fresh))
        #expect(back.devices.map(\.id.text) == host.devices.map(\.id.text))
        #expect(back.devices.map(\.isPresent) == [false, true, false, true])
    }

    @Test func `a device that has come to have a UUID, or lost it, is the same under its first name`() throws {
        let plain = [device("0000:01:00.0", at: "0000:01:00.0"), device("GPU-b", at: "0000:02:00.0")]
        let later = machine(device("0000:02:00.0", at: "0000:02:00.0"), device("GPU-x", at: "0000:01:00.0"))
        let host = try DevicePlaces(known: plain).arranged(later)
        #expect(host.devices.map(\.id.text) == ["0000:01:00.0", "GPU-b"])
        #expect(host.devices.map(\.uuid) == ["GPU-x", nil])
    }

    @Test func `another card in the same slot is another device`() throws {
        let host = try arranged(machine(known[0], device("GPU-x", at: "2"), known[2]))
        #expect(host.devices.map(\.id.text) == ["GPU-a", "GPU-b", "GPU-c", "GPU-x"])
        #expect(host.devices.map(\.isPresent) == [true, false, true, true])
    }

    @Test func `where all places are taken, what is new gets that of one which is gone and not named`() throws {
        let many = (0..<DeviceSet.limit).map { device("GPU-\($0)", at: "9\($0)") }
        var machine = machine()
        machine.devices = Array(many.dropFirst(3)) + [device("GPU-x", at: "8"), device("GPU-y", at: "7")]
        machine.links = .none(count: machine.devices.count)
        let host = try DevicePlaces(known: many, named: DeviceSet([1])).arranged(machine)
        #expect(host.devices.prefix(4).map(\.id.text) == ["GPU-x", "GPU-1", "GPU-y", "GPU-3"])
        #expect(host.devices.map(\.isPresent).firstIndex(of: false) == 1 && host.devices.count == DeviceSet.limit)
        #expect(throws: TooManyDevices.self) {
            try DevicePlaces(known: many, named: DeviceSet([0, 1])).arranged(machine)
        }
    }

    @Test func `what is written is read back`() throws {
        var part = device("MIG-1", at: "4")
        part.partition = Device.Partition(parent: "GPU-a", index: 3, profile: "1g.10gb")
        part.memory = .gibibytes(10)
        let read = try DevicePlaces.read(DevicePlaces.bytes(known + [part]))
        #expect(DevicePlaces.bytes(read) == DevicePlaces.bytes(known + [part]))
        #expect(read.last?.partition == part.partition && read.last?.memory == part.memory)
    }

    // MARK: Over a restart

    private static var second: Topology.Host {
        var host = Topology.Host.twoDevices
        host.devices.removeFirst()
        host.links = .none(count: 1)
        return host
    }

    @Test func `when a device is gone at a start, who holds another keeps that, and who held it is credited`()
        async throws
    {
        var world = try await WatchedDaemon("")
        for _ in 0..<2 { _ = await world.daemon.submit(Request(devices: 1, span: .hours(1))) }
        try await world.restart(on: Self.second)
        let engine = await world.daemon.broker.snapshot().engine
        #expect(engine.host.devices.map(\.isPresent) == [false, true])
        guard case .ending(let lost, let ending)? = engine.state.reservations[ReservationID(1)]?.state,
            case .active(let kept)? = engine.state.reservations[ReservationID(2)]?.state
        else {
            Issue.record("\(engine.state.reservations)")
            return
        }
        #expect(lost.grant.devices == DeviceSet([0]) && ending.reason == .deviceFailed)
        let second = try #require(engine.state.reservations[ReservationID(2)])
        #expect(Holding(second, kept, on: engine.host).devices.map(\.id.text) == ["GPU-1"])
        let health = await world.daemon.api.health()
        #expect(health.problems == ["device GPU-0 (NVIDIA A10) is failed: the machine does not have it"])
        await world.daemon.close()
        _ = try world.verify()
    }

    @Test func `a device that nobody holds and that is gone at a start is failed, unless it was drained`() async throws
    {
        for isDrained in [false, true] {
            var world = try await WatchedDaemon("")
            let admin = Subject(user: .root, accounts: [], isAdmin: true)
            if isDrained { await world.daemon.broker.perform(.drain(Scheduling.DrainRequest(devices: nil), by: admin)) }
            try await world.restart(on: Self.second)
            let views = HostViews(engine: await world.daemon.broker.snapshot().engine)
            #expect(views.devices().map(\.id) == (isDrained ? ["GPU-1"] : ["GPU-0", "GPU-1"]))
            #expect(views.drains().map(\.hasFailed) == [!isDrained])
            await world.daemon.close()
            _ = try world.verify()
        }
    }

    @Test func `nothing is given of a device that is gone, also when it is resumed, until it is back`() async throws {
        var world = try await WatchedDaemon("")
        for _ in 0..<2 { _ = await world.daemon.submit(Request(devices: 1, span: .hours(1))) }
        try await world.restart(on: Self.second)
        let admin = Subject(user: .root, accounts: [], isAdmin: true)
        await world.daemon.broker.perform(.stopped(ReservationID(1)))
        await world.daemon.broker.perform(.resume(DeviceSet([0]), by: admin))
        let shown = HostViews(engine: await world.daemon.broker.snapshot().engine)
        #expect(shown.devices().map(\.id) == ["GPU-1"] && shown.drains().isEmpty, "it is gone for good")
        #expect(await world.daemon.api.health().problems.isEmpty)
        let refused = await world.daemon.submit(Request(devices: 2, span: .hours(1)))
        #expect(refused.status == 422)
        _ = await world.daemon.submit(Request(devices: 1, cores: 1, memory: .gibibytes(1), span: .hours(1)))
        await world.daemon.broker.perform(.tick)
        var third = await world.daemon.broker.decision(about: ReservationID(3))?.reservation
        if case .waiting? = third?.state {} else { Issue.record("\(String(describing: third))") }
        try await world.restart(on: .twoDevices)
        let broker = world.daemon.broker
        try await eventually {
            if case .active? = await broker.decision(about: ReservationID(3))?.reservation.state { true } else { false }
        }
        third = await broker.decision(about: ReservationID(3))?.reservation
        guard case .active(let active)? = third?.state else {
            Issue.record("\(String(describing: third))")
            return
        }
        #expect(active.grant.devices == DeviceSet([0]))
        await world.daemon.close()
        _ = try world.verify()
    }
}
