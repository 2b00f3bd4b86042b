import Policy
import Units

/// What the policy counts, worked out once.
struct Counters: Sendable {
    /// How many of each there are.
    let licences: [String: Int]

    init(policy: Policy) {
        licences = Dictionary(policy.licences.map { ($0.name, $0.count) }) { first, _ in first }
    }

    /// What a reservation of a demand counts.
    func counted(_ demand: Demand) -> Counted {
        guard !demand.licences.isEmpty else { return .nothing }
        return Counted(
            parts: demand.licences.map {
                Counted.Part(counter: .licence($0.name), amount: $0.count, limit: licences[$0.name] ?? 0)
            })
    }
}

extension Engine {
    /// What a reservation takes when it gets these devices.
    func use(of reservation: Reservation, _ devices: DeviceSet) -> Use {
        Use(
            devices: devices, cores: reservation.demand.cores, memory: reservation.demand.memory.bytes,
            counted: counters.counted(reservation.demand))
    }

    /// What a reservation takes with what it was granted.
    func use(of reservation: Reservation, _ grant: Grant) -> Use {
        Use(
            devices: grant.devices, cores: grant.cores.count, memory: grant.memory.bytes,
            counted: counters.counted(reservation.demand))
    }
}
