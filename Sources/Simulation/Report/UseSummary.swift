import Scheduling
import Topology
import Units

/// What of the machines was used, between the first submission and the last end.
public struct UseSummary: Sendable, Hashable, Codable {
    /// The part of the machines' core time that reservations used.
    public var coreUtilization: Double
    /// The part of its device time; nil where they have no devices, or none was asked for.
    public var deviceUtilization: Double?
    /// The part of its device time that was held while those who held and those who waited asked for all devices or
    /// more: what a packing experiment calls its allocation. nil where that never was so.
    public var deviceAllocation: Double?
    /// While somebody waited for devices, the part of the free device time that nobody who waited could have used: too
    /// few devices on one host, of another model, too far apart, or without the cores and memory (the measure of Weng
    /// and others, "Beware of Fragmentation", USENIX ATC 2023, with those who wait for the typical tasks). nil where
    /// nothing was free while somebody waited for devices.
    public var fragmentation: Double?
}

/// Sums up what is used and what is free.
struct UseMeter {
    private let hosts: [HostSize]
    private let kinds: [HostKind]
    private let cores: Int
    private let devices: Int
    private var fits: [Demand: [DemandFit]] = [:]
    private var freeTime = 0.0
    private var strandedTime = 0.0
    private var pressedTime = 0.0
    private var allocatedTime = 0.0

    /// What one host has.
    private struct HostSize {
        /// By position in `kinds`.
        var kind: Int
        var devices: Int
        var cores: Int
        /// Bytes.
        var memory: Int64
    }

    init(hosts: [Host]) {
        var kinds: [HostKind] = []
        var known: [HostKind: Int] = [:]
        self.hosts = hosts.map { host in
            let kind = HostKind(host)
            if known[kind] == nil {
                known[kind] = kinds.count
                kinds.append(kind)
            }
            return HostSize(
                kind: known[kind] ?? 0, devices: host.devices.count(where: \.isPresent), cores: host.cores.count,
                memory: host.memory.bytes)
        }
        self.kinds = kinds
        cores = hosts.reduce(0) { $0 + $1.cores.count }
        devices = hosts.reduce(0) { $0 + $1.devices.count(where: \.isPresent) }
    }

    mutating func take(_ state: UseState, _ interval: Range<Timestamp>) {
        guard devices > 0 else { return }
        let time = (interval.upperBound - interval.lowerBound).inSeconds
        if state.heldThousandths + state.wantedThousandths >= devices * 1000 {
            pressedTime += time * Double(devices)
            allocatedTime += time * Double(state.heldThousandths) / 1000
        }
        guard state.wantedThousandths > 0 else { return }
        let asked = asked(state)
        var free = 0
        var stranded = 0
        for (host, use) in zip(hosts, state.hosts) {
            let here = FreeDevices(use)
            guard !here.some.isEmpty else { continue }
            let usable = UseMeter.usable(here, on: host, beside: use, by: asked)
            for device in here.some {
                free += here.thousandths[device]
                if !usable.contains(device) { stranded += here.thousandths[device] }
            }
        }
        freeTime += time * Double(free) / 1000
        strandedTime += time * Double(stranded) / 1000
    }

    func summary(of outcomes: [Outcome], over makespan: Span) -> UseSummary {
        var usedCores = 0.0
        var usedDevices = 0.0
        for outcome in outcomes {
            guard let demand = outcome.demand, let used = outcome.used?.inSeconds else { continue }
            usedCores += used * Double(demand.cores)
            usedDevices += used * Double(demand.thousandths) / 1000
        }
        let time = max(makespan.inSeconds, 0.001)
        return UseSummary(
            coreUtilization: usedCores / (time * Double(max(cores, 1))),
            deviceUtilization: devices == 0 || outcomes.allSatisfy { ($0.demand?.devices ?? 0) == 0 }
                ? nil : usedDevices / (time * Double(devices)),
            deviceAllocation: pressedTime > 0 ? allocatedTime / pressedTime : nil,
            fragmentation: freeTime > 0 ? strandedTime / freeTime : nil)
    }

    /// What is waited for, with the devices that it may get on each kind of host.
    private mutating func asked(_ state: UseState) -> [(demand: Demand, fits: [DemandFit])] {
        state.waiting.keys.filter { $0.devices > 0 }.map { demand in
            let fits = self.fits[demand] ?? DemandFit.all(demand, on: kinds)
            self.fits[demand] = fits
            return (demand, fits)
        }
    }

    /// The free devices of a host that somebody who waits could have now.
    private static func usable(
        _ free: FreeDevices, on host: HostSize, beside use: UseState.HostUse,
        by asked: [(demand: Demand, fits: [DemandFit])]
    ) -> DeviceSet {
        var usable = DeviceSet()
        for (demand, fits) in asked where !free.some.isSubset(of: usable) {
            guard demand.cores <= host.cores - use.cores, demand.memory.bytes <= host.memory - use.memory else {
                continue
            }
            usable = usable.union(fits[host.kind].usable(free))
        }
        return usable
    }
}

/// What is free of a host's devices.
private struct FreeDevices {
    let thousandths: [Int]
    /// Of which something is free, and all.
    let some: DeviceSet
    let whole: DeviceSet

    init(_ use: UseState.HostUse) {
        thousandths = use.devices.map { 1000 - $0 }
        some = DeviceSet(use.devices.indices.filter { use.devices[$0] < 1000 })
        whole = DeviceSet(use.devices.indices.filter { use.devices[$0] == 0 })
    }
}

/// What tells hosts apart where devices are chosen.
private struct HostKind: Hashable {
    /// In small letters.
    let models: [String]
    let numaNodes: [Int?]
    let islands: [DeviceSet]

    init(_ host: Host) {
        models = host.devices.map { $0.model.lowercased() }
        numaNodes = host.devices.map(\.numaNode)
        islands = host.links.islands
    }
}

/// The devices that a demand may get on a kind of host, as the engine understands it.
private struct DemandFit {
    private let count: Int
    /// Of one device; nil for whole ones.
    private let share: Int?
    private let groups: [DeviceSet]

    /// On each kind of host: those of the model that is asked for where some host has it, else of one that contains it.
    static func all(_ demand: Demand, on kinds: [HostKind]) -> [DemandFit] {
        guard let wanted = demand.model?.lowercased() else {
            return kinds.map { DemandFit(demand, $0, eligible: DeviceSet(first: $0.models.count)) }
        }
        func eligible(_ isWanted: (String) -> Bool) -> [DeviceSet] {
            kinds.map { kind in DeviceSet(kind.models.indices.filter { isWanted(kind.models[$0]) }) }
        }
        let exact = eligible { $0 == wanted }
        let chosen = exact.allSatisfy(\.isEmpty) ? eligible { $0.contains(wanted) } : exact
        return zip(kinds, chosen).map { DemandFit(demand, $0, eligible: $1) }
    }

    private init(_ demand: Demand, _ kind: HostKind, eligible: DeviceSet) {
        count = demand.devices
        share = demand.share.map { Int($0.thousandths) }
        let together: [DeviceSet]
        switch demand.together {
        case .nvlink where demand.devices > 1: together = kind.islands
        case .numa where demand.devices > 1:
            let byNode = Dictionary(grouping: kind.numaNodes.indices) { kind.numaNodes[$0] }
            together = byNode.values.map { DeviceSet($0) }
        case .nvlink, .numa, .host, .any: together = [eligible]
        }
        groups = together.map { $0.intersection(eligible) }
    }

    /// Those of the free devices that are in a group with enough of them; of a share, those with enough left.
    func usable(_ free: FreeDevices) -> DeviceSet {
        let enough = share.map { share in DeviceSet(free.some.filter { free.thousandths[$0] >= share }) } ?? free.whole
        return groups.reduce(DeviceSet()) { sum, group in
            let here = group.intersection(enough)
            return here.count >= count ? sum.union(here) : sum
        }
    }
}
