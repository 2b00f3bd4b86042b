import AllotAPI
import Scheduling
import Topology
import Units

/// The machine and its devices, with who holds them.
struct HostViews: Sendable {
    let engine: Engine

    func host() -> HostView {
        let host = engine.host
        return HostView(
            name: host.name,
            packages: host.packages.map { .init(index: $0.index, model: $0.model, cores: $0.cores.list) },
            numaNodes: host.numaNodes.map {
                .init(index: $0.osIndex, memoryBytes: $0.memory.bytes, cores: $0.cores.list)
            },
            cores: host.cores.count,
            processingUnits: host.cores.reduce(0) { $0 + $1.processingUnits.count },
            coreKinds: host.coreKinds.map { .init(efficiency: $0.efficiency, cores: $0.cores.list) },
            memoryBytes: host.memory.bytes, devices: devices())
    }

    func devices() -> [DeviceView] {
        var holders: [Int: [Reservation]] = [:]
        for reservation in engine.state.reservations.values {
            for device in reservation.heldDevices { holders[device, default: []].append(reservation) }
        }
        let named = engine.state.reservations.values.reduce(into: DeviceSet()) { $0 = $0.union($1.namedDevices) }
        let drained = engine.drains.filter { !$0.isHost }.reduce(into: DeviceSet()) { $0 = $0.union($1.devices) }
        return engine.host.devices.enumerated().compactMap { index, device in
            // What is gone for good is shown no more.
            guard device.isPresent || named.contains(index) || drained.contains(index) else { return nil }
            return view(device, index: index, holders: (holders[index] ?? []).sorted { $0.id < $1.id })
        }
    }

    /// What is out of the plan, with what still runs there.
    func drains() -> [DrainView] {
        engine.drains.sorted { $0.from < $1.from }.map { drain in
            DrainView(
                devices: engine.host.ids(of: drain.devices), isHost: drain.isHost, from: DateTime(drain.from),
                until: drain.until.map { DateTime($0) }, hasFailed: drain.hasFailed, reason: drain.reason,
                running: engine.holders(under: drain).map(\.view))
        }
    }

    /// - Parameter holders: one, or those that share it.
    private func view(_ device: Device, index: Int, holders: [Reservation]) -> DeviceView {
        let links = engine.host.links
        let current = engine.drains.filter { $0.devices.contains(index) && $0.from <= engine.time }
        let drain = current.first(where: \.hasFailed) ?? current.first
        let hasFailed = !device.isPresent || drain?.hasFailed == true
        let state: DeviceView.State = hasFailed ? .failed : drain == nil ? .free : .drained
        let shares = holders.compactMap(\.share)
        let departments = Set(holders.map(\.account.department))
        let until = holders.isEmpty ? drain?.until : holders.compactMap(\.holdsUntil).max()
        var view = DeviceView(
            index: index, id: device.id.text, vendor: device.vendor.rawValue, model: device.model,
            memoryBytes: device.memory?.bytes, pciAddress: device.pciAddress, numaNode: device.numaNode,
            localCores: device.localCores.list, files: device.files, partitionOf: device.partition?.parent,
            partitionProfile: device.partition?.profile,
            links: engine.host.devices.indices.filter { $0 != index && links.bandwidth(index, $0) > 0 }.map {
                .init(device: $0, kind: links.kind ?? "link", bandwidth: links.bandwidth(index, $0))
            },
            state: holders.isEmpty ? state : shares.isEmpty ? .held : .shared,
            health: hasFailed ? .failed : drain == nil ? .healthy : holders.isEmpty ? .drained : .draining,
            reservation: shares.isEmpty ? holders.first?.id.description : nil,
            department: departments.count == 1 ? departments.first?.text : nil, until: until.map { DateTime($0) })
        view.shares = shares.isEmpty ? nil : shares
        let announced = engine.drains.filter { $0.devices.contains(index) && $0.from > engine.time }.min {
            $0.from < $1.from
        }
        view.healthReason = (drain ?? announced).flatMap { $0.reason.isEmpty ? nil : $0.reason }
        if !device.isPresent { view.healthReason = Device.isGone }
        view.drainsFrom = announced.map { DateTime($0.from) }
        return view
    }
}

extension Reservation {
    /// Its part of the device that it holds; nil where it holds devices whole, or none.
    fileprivate var share: DeviceView.Share? {
        guard let share = demand.share, let until = holdsUntil else { return nil }
        return DeviceView.Share(
            reservation: id.description, department: account.department.text, gpuShare: share.description,
            until: DateTime(until))
    }

    /// Devices of which it holds all, or its share.
    var heldDevices: DeviceSet {
        switch state {
        case .active(let active), .ending(let active, _): active.grant.devices
        case .waiting, .ended: DeviceSet()
        }
    }

    /// When its time is over; nil while it does not hold anything.
    var holdsUntil: Timestamp? {
        switch state {
        case .active(let active): active.endsAt
        case .ending(_, let ending): ending.at
        case .waiting, .ended: nil
        }
    }
}

extension Device {
    /// Why one that is not present has failed.
    static let isGone = "the machine does not have it"
}
