import Enforcement
import Policy
import Scheduling
import Topology
import Units

/// What has to become true on the machine after a commit.
enum Effect: Sendable {
    case start(Holding, command: BatchCommand?)
    /// With a warning where it has to give way to another.
    case stop(ReservationID, warning: StopWarning?)
}

extension StopWarning.Signal {
    init(_ signal: PreemptionRules.WarningSignal) {
        switch signal {
        case .hangUp: self = .hangUp
        case .interrupt: self = .interrupt
        case .terminate: self = .terminate
        case .user1: self = .user1
        case .user2: self = .user2
        }
    }
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
            let ordinal = host.devices.count { $0.isPresent && $0.vendor == device.vendor && $0.comes(before: device) }
            return HeldDevice(
                id: device.id, vendor: device.vendor.rawValue, uuid: device.uuid, ordinal: ordinal, files: device.files)
        }
        self.init(
            reservation: reservation.id, owner: reservation.owner, sharedWith: reservation.sharedWith, devices: devices,
            share: reservation.demand.share?.description, processors: processors,
            memoryNodes: active.grant.numaNodes, memory: active.grant.memory)
    }
}

extension Device {
    /// In the order that drivers number them in: by address, then by part.
    fileprivate func comes(before other: Device) -> Bool {
        (pciAddress, partition?.index ?? 0) < (other.pciAddress, other.partition?.index ?? 0)
    }
}
