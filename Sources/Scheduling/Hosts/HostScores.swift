import Units

/// How well a shape fits on each host, by what is asked for most.
struct HostScores: Sendable {
    /// By kind of host; empty where nothing was learnt.
    private var strandings: [Stranding] = []
    /// How many ran and waited when it was learnt.
    private(set) var learnt = 0

    /// Nothing is known of what is asked for.
    init() {}

    init(_ typical: TypicalDemand<DeviceFilter>, on fleet: Fleet, eligible: (DeviceFilter) -> [DeviceSet]) {
        let kinds = typical.kinds.map { ($0.asked, eligible($0.devices), $0.count) }
        strandings = fleet.models.indices.map { kind in
            Stranding(kinds.map { asked, eligible, count in (asked, count, eligible[kind]) })
        }
        learnt = typical.total
    }

    /// The rank of a host of which this is free at a start; see `Stranding.rank`. Shapes of equal devices, whose cores
    /// differ by little, have the same.
    func rank(of shape: Shape, on kind: Int, in free: Capacity) -> Int64 {
        let room = HostRoom(
            whole: free.devices.whole, parts: free.devices.parts.map { .init(device: $0.device, free: $0.free) },
            cores: free.cores)
        let asked = AskedDevices(
            devices: shape.count, thousandths: shape.share?.thousandths ?? AskedDevices.whole, cores: shape.cores)
        let eligible = shape.local[kind].eligible.intersection(free.devices.devices(for: shape.share))
        return (strandings.isEmpty ? Stranding() : strandings[kind])
            .rank(from: room, to: room.without(asked.coarse, eligible: eligible))
    }
}

extension Engine {
    /// What is learnt from what runs and waits now. One host is not compared with others.
    func learnScores() -> HostScores {
        guard fleet.hosts.count > 1 else { return HostScores() }
        var typical = TypicalDemand<DeviceFilter>()
        for reservation in state.reservations.values {
            typical.add(AskedDevices(reservation.demand), reservation.demand.filter)
        }
        return HostScores(typical, on: fleet) { eligible[$0] ?? fleet.eligible($0) }
    }

    /// Learns anew where many have come since; a pass does at its beginning.
    mutating func learnIfOutdated() {
        guard fleet.hosts.count > 1,
            TypicalDemand<DeviceFilter>.isOutdated(learnt: profile.scores.learnt, now: state.reservations.count)
        else { return }
        profile.scores = learnScores()
        hints = Hints()
    }
}

extension AskedDevices {
    init(_ demand: Demand) {
        self.init(
            devices: demand.devices, thousandths: demand.share.map { Int($0.thousandths) } ?? AskedDevices.whole,
            cores: demand.cores)
    }
}

extension DeviceFilter: Comparable {
    /// By model, memory and share; what is not asked for comes first.
    static func < (left: DeviceFilter, right: DeviceFilter) -> Bool { left.order < right.order }

    private var order: (Int, String, Int64, Int64) {
        (model == nil ? 0 : 1, model ?? "", memory?.bytes ?? -1, share?.thousandths ?? -1)
    }
}
