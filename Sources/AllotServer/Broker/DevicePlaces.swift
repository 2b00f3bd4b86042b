import AllotAPI
import Scheduling
import Storage
import Topology
import Units

/// Which place each device has in the host's list.
///
/// Grants, windows, drains and records of use name devices by their places. So a device keeps the place that it has
/// once had, whatever else the machine shows at a later start: one that is gone keeps it, and what is new comes behind
/// all. Only where all places are taken, what is new gets one of a device that is gone and that nothing live names.
struct DevicePlaces {
    /// Its name among the store's documents.
    static let document = "devices"

    /// As they were known at the last start.
    let known: [Device]
    /// What live reservations name, and drains of devices.
    let named: DeviceSet

    /// - Throws: `StoreError`, where what is stored can't be read.
    init(from store: Store) throws(StoreError) {
        var named = DeviceSet()
        do {
            known = try store.read(.document(DevicePlaces.document)).map { try DevicePlaces.read($0) } ?? []
            for row in try store.read(.liveReservations) {
                named = named.union(try ReservationRecord.reservation(row.body).namedDevices)
            }
            if let body = try store.read(.document(HostRecord.name)) {
                // A drain of the host is one of whatever it has.
                for drain in try HostRecord.read(body).drains where !drain.isHost {
                    named = named.union(drain.devices)
                }
            }
        } catch {
            throw error as? StoreError ?? .corrupt("which places devices have: \(error)")
        }
        self.named = named
    }

    init(known: [Device], named: DeviceSet = DeviceSet()) {
        self.known = known
        self.named = named
    }

    /// The machine with every device in its place.
    /// - Throws: where there are not places enough.
    func arranged(_ machine: Host) throws(TooManyDevices) -> Host {
        var places: [(device: Device, index: Int?)] = []
        let found = indexes(in: machine.devices)
        for (place, device) in known.enumerated() {
            var device = device
            if let index = found[place] {
                // By what it was known by: that the driver tells more of it now makes it no other.
                let id = device.id
                device = machine.devices[index]
                device.id = id
            } else {
                device.isPresent = false
            }
            places.append((device, found[place]))
        }
        let taken = Set(found.values)
        for index in machine.devices.indices where !taken.contains(index) {
            let device = (machine.devices[index], Optional(index))
            if places.count < DeviceSet.limit {
                places.append(device)
            } else if let place = places.indices.first(where: { !places[$0].device.isPresent && !named.contains($0) }) {
                places[place] = device
            } else {
                throw TooManyDevices(count: places.count + 1)
            }
        }
        var host = machine
        host.devices = places.map(\.device)
        host.links = machine.links.arranged(places.map(\.index))
        return host
    }

    /// By place, the index of each known device in the list.
    private func indexes(in devices: [Device]) -> [Int: Int] {
        var found: [Int: Int] = [:]
        var left = Array(devices.indices)
        for isMeant in [DevicePlaces.isSame, DevicePlaces.isNamedAnew] {
            for (place, device) in known.enumerated() where found[place] == nil {
                guard let position = left.firstIndex(where: { isMeant(device, devices[$0]) }) else { continue }
                found[place] = left.remove(at: position)
            }
        }
        return found
    }

    private static func isSame(_ known: Device, _ device: Device) -> Bool { known.id == device.id }

    /// A device without a UUID is named by its address: with the driver it comes to have one, or without it none.
    private static func isNamedAnew(_ known: Device, _ device: Device) -> Bool {
        known.partition == nil && device.partition == nil && known.pciAddress == device.pciAddress
            && [known.id.text, device.id.text].contains(known.pciAddress)
    }

    // MARK: The document

    static func bytes(_ devices: [Device]) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.openArray()
        for device in devices {
            writer.openObject()
            writer.field("id", device.id.text)
            writer.field("vendor", device.vendor.rawValue)
            writer.field("model", device.model)
            writer.field("memory", device.memory?.bytes)
            writer.field("pciAddress", device.pciAddress)
            writer.field("numaNode", device.numaNode)
            if let partition = device.partition {
                writer.field("parent", partition.parent)
                writer.field("part", partition.index)
                writer.field("profile", partition.profile)
            }
            writer.closeObject()
        }
        writer.closeArray()
        return writer.bytes
    }

    static func read(_ bytes: [UInt8]) throws(AllotAPI.JSONFault) -> [Device] {
        var devices: [Device] = []
        var reader = JSONReader(bytes)
        try reader.array { reader throws(AllotAPI.JSONFault) in devices.append(try device(from: &reader)) }
        return devices
    }

    private static func device(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> Device {
        var device = Device(
            id: DeviceID(""), vendor: .other, model: "", memory: nil, pciAddress: "", numaNode: nil,
            localCores: BitSet(), files: [], partition: nil, uuid: nil)
        var parent: String?
        var part = 0
        var profile: String?
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            switch name {
            case "id": device.id = DeviceID(try reader.string())
            case "vendor": device.vendor = Device.Vendor(rawValue: try reader.string()) ?? .other
            case "model": device.model = try reader.string()
            case "memory": device.memory = ByteCount(bytes: try reader.integer())
            case "pciAddress": device.pciAddress = try reader.string()
            case "numaNode": device.numaNode = try reader.integer()
            case "parent": parent = try reader.string()
            case "part": part = try reader.integer()
            case "profile": profile = try reader.string()
            default: try reader.skip()
            }
        }
        device.partition = parent.map { Device.Partition(parent: $0, index: part, profile: profile) }
        return device
    }
}

/// The machine's devices, and those that are gone and that reservations or drains name, are more than a host may have.
struct TooManyDevices: Error, CustomStringConvertible {
    var count: Int

    var description: String {
        "the host would have \(count) devices, with those that are gone and that reservations or drains still name; "
            + "the limit is \(DeviceSet.limit)"
    }
}

extension Reservation {
    /// The places of devices that it holds, or will hold at a time of its own.
    var namedDevices: DeviceSet {
        switch state {
        case .active(let active), .ending(let active, _): active.grant.devices
        case .waiting:
            if case .window(_, let devices) = kind { devices } else { DeviceSet() }
        case .ended: DeviceSet()
        }
    }
}
