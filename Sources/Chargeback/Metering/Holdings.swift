import Policy
import Scheduling
import Units

/// What a grant is of each SKU.
struct Holdings {
    private let devices: [(sku: SKU, devices: DeviceSet)]
    private let share: Int64
    private let rest: [Part]

    /// Something of one SKU in one state.
    struct Part {
        var sku: SKU
        var devices = DeviceSet()
        /// In the SKU's quantities.
        var quantity: Int64
        var state = UsageState.unmeasured
    }

    init(_ reservation: Reservation, _ grant: Grant, inventory: MachineInventory) {
        var models: [SKU: DeviceSet] = [:]
        for device in grant.devices where device < inventory.devices.count {
            models[.device(inventory.devices[device].model), default: DeviceSet()].insert(device)
        }
        devices = models.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        share = (reservation.demand.share ?? .one).thousandths
        var rest: [Part] = []
        if !grant.cores.isEmpty { rest.append(Part(sku: .core, quantity: Int64(grant.cores.count))) }
        // A part of a MiB is one.
        let memory = (grant.memory.bytes + (1 << 20) - 1) >> 20
        if memory > 0 { rest.append(Part(sku: .memory, quantity: memory)) }
        for licence in reservation.demand.licences.sorted(by: { $0.name < $1.name }) where licence.count > 0 {
            rest.append(Part(sku: .licence(licence.name), quantity: Int64(licence.count)))
        }
        self.rest = rest
    }

    /// By SKU, each in as many parts as it has states.
    func parts(sample: UsageSample?) -> [Part] {
        var parts: [Part] = []
        for (sku, all) in devices {
            let used = sample.map { all.intersection($0.used) } ?? DeviceSet()
            let idle = (sample.map { all.intersection($0.idle) } ?? DeviceSet()).subtracting(used)
            let others = all.subtracting(used).subtracting(idle)
            for (state, some) in [(UsageState.used, used), (.idle, idle), (.unmeasured, others)] where !some.isEmpty {
                parts.append(Part(sku: sku, devices: some, quantity: Int64(some.count) * share, state: state))
            }
        }
        for var part in rest {
            if part.sku == .core || part.sku == .memory {
                part.state =
                    switch sample?.processors {
                    case .used: .used
                    case .idle: .idle
                    case nil: .unmeasured
                    }
            }
            parts.append(part)
        }
        return parts
    }
}
