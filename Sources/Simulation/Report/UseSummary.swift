import Scheduling
import Topology
import Units

/// What of the machine was used, between the first submission and the last end.
public struct UseSummary: Sendable, Hashable, Codable {
    /// The part of the machine's core time that reservations used.
    public var coreUtilization: Double
    /// The part of its device time; nil where it has no devices, or none was asked for.
    public var deviceUtilization: Double?
    /// The part of its device time that was held while those who held and those who waited asked for all devices or
    /// more: what a packing experiment calls its allocation. nil where that never was so.
    public var deviceAllocation: Double?
    /// While somebody waited for devices, the part of the free device time that nobody who waited could have used: too
    /// few devices, of another model, too far apart, or without the cores and memory (the measure of Weng and others,
    /// "Beware of Fragmentation", USENIX ATC 2023, with those who wait for the typical tasks). nil where nothing was
    /// free while somebody waited for devices.
    public var fragmentation: Double?
}

/// Sums up what is used and what is free.
struct UseMeter {
    private let host: Host
    private let memory: Int64
    private var fits: [Demand: DemandFit] = [:]
    private var freeTime = 0.0
    private var strandedTime = 0.0
    private var pressedTime = 0.0
    private var allocatedTime = 0.0

    init(host: Host) {
        self.host = host
        memory = host.memory.bytes
    }

    mutating func take(_ state: UseState, _ interval: Range<Timestamp>) {
        guard !host.devices.isEmpty else { return }
        let time = (interval.upperBound - interval.lowerBound).inSeconds
        let held = state.devices.count
        if held + state.wantedDevices >= host.devices.count {
            pressedTime += time * Double(host.devices.count)
            allocatedTime += time * Double(held)
        }
        guard state.wantedDevices > 0 else { return }
        let free = DeviceSet(first: host.devices.count).subtracting(state.devices)
        freeTime += time * Double(free.count)
        strandedTime += time * Double(free.subtracting(usable(free, state)).count)
    }

    func summary(of outcomes: [Outcome], over makespan: Span) -> UseSummary {
        var cores = 0.0
        var devices = 0.0
        for outcome in outcomes {
            guard let demand = outcome.demand, let used = outcome.used?.inSeconds else { continue }
            cores += used * Double(demand.cores)
            devices += used * Double(demand.devices)
        }
        let time = max(makespan.inSeconds, 0.001)
        return UseSummary(
            coreUtilization: cores / (time * Double(max(host.cores.count, 1))),
            deviceUtilization: host.devices.isEmpty || outcomes.allSatisfy { ($0.demand?.devices ?? 0) == 0 }
                ? nil : devices / (time * Double(host.devices.count)),
            deviceAllocation: pressedTime > 0 ? allocatedTime / pressedTime : nil,
            fragmentation: freeTime > 0 ? strandedTime / freeTime : nil)
    }

    /// The free devices that somebody who waits could have now.
    private mutating func usable(_ free: DeviceSet, _ state: UseState) -> DeviceSet {
        var usable = DeviceSet()
        for demand in state.waiting.keys where demand.devices > 0 && !free.isSubset(of: usable) {
            guard demand.cores <= host.cores.count - state.cores, demand.memory.bytes <= memory - state.memory else {
                continue
            }
            let fit = fits[demand] ?? DemandFit(demand, host: host)
            fits[demand] = fit
            usable = usable.union(fit.usable(free))
        }
        return usable
    }
}

/// The devices that a demand may get on a host, as the engine understands it.
private struct DemandFit {
    private let count: Int
    private let groups: [DeviceSet]

    init(_ demand: Demand, host: Host) {
        count = demand.devices
        let models = host.devices.map { $0.model.lowercased() }
        let wanted = demand.model?.lowercased()
        let exact = DeviceSet(models.indices.filter { wanted == nil || models[$0] == wanted })
        let similar = DeviceSet(models.indices.filter { wanted.map(models[$0].contains) ?? true })
        let eligible = exact.isEmpty ? similar : exact
        let together: [DeviceSet]
        switch demand.together {
        case .nvlink where demand.devices > 1: together = host.links.islands
        case .numa where demand.devices > 1:
            let byNode = Dictionary(grouping: host.devices.indices) { host.devices[$0].numaNode }
            together = byNode.values.map { DeviceSet($0) }
        case .nvlink, .numa, .host, .any: together = [eligible]
        }
        groups = together.map { $0.intersection(eligible) }
    }

    /// Those of the free devices that are in a group with enough of them.
    func usable(_ free: DeviceSet) -> DeviceSet {
        groups.reduce(DeviceSet()) { sum, group in
            let here = group.intersection(free)
            return here.count >= count ? sum.union(here) : sum
        }
    }
}
