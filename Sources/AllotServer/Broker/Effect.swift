import Enforcement
import Scheduling
import Topology
import Units

/// What has to become true on the machine after a commit.
enum Effect: Sendable {
    case start(Holding, command: BatchCommand?)
    case stop(ReservationID)
}

extension Holding {
    /// What a grant is in the machine's own words.
    init(_ reservation: Reservation, _ active: Reservation.Active, on host: Host) {
        var processors = BitSet()
        for core in active.grant.cores where core < host.cores.count {
            processors.formUnion(host.cores[core].processingUnits)
        }
        let devices = active.grant.devices.filter { $0 < host.devices.count }.map { index -> HeldDevice in
            let device = host.devices[index]
            let ordinal = host.devices[..<index].count { $0.vendor == device.vendor }
            return HeldDevice(
                id: device.id, vendor: device.vendor.rawValue, uuid: device.uuid, ordinal: ordinal, files: device.files)
        }
        self.init(
            reservation: reservation.id, owner: reservation.owner, sharedWith: reservation.sharedWith, devices: devices,
            processors: processors,
            memoryNodes: active.grant.numaNodes, memory: active.grant.memory)
    }
}
