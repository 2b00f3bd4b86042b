import Units

/// Which devices and cores: close together for the request, and whole cells left for those to come.
extension HostModel {
    /// What a demand means on such a host; `eligible` are the devices of its model.
    func shape(_ demand: Demand, eligible: DeviceSet) -> Shape.Local {
        let isGrouped = demand.devices > 1 && (demand.together == .nvlink || demand.together == .numa)
        var local = Shape.Local(
            eligible: eligible, groups: isGrouped ? groups(demand.together) : [], isPossible: false)
        local.isPossible =
            demand.cores <= coreCount && demand.memory <= memory && local.fits(demand.devices, in: allDevices)
        return local
    }

    /// Chooses devices for `shape` out of `free`, which holds enough: the best by `DeviceChoice.Score`. Where there are
    /// too many choices to score them all, the fullest cell that holds all, else the fullest island or NUMA node, else
    /// the emptiest cells first, so that few are touched.
    func devices(for shape: Shape, on kind: Int, from free: DeviceSet) -> DeviceSet {
        guard shape.count > 0 else { return DeviceSet() }
        let local = shape.local[kind]
        let usable = free.intersection(local.eligible)
        let allowed = local.groups.isEmpty ? [allDevices] : local.groups
        let pools = allowed.map { $0.intersection(usable) }.filter { $0.count >= shape.count }
        if let best = choice.best(shape.count, of: pools, free: free) { return best }
        for level in [cells, islands, numaGroups, allowed] {
            let candidates = level.flatMap { group in pools.map { $0.intersection(group) } }
                .filter { $0.count >= shape.count }
            if let tightest = candidates.min(by: { $0.count < $1.count }) {
                return pick(shape.count, from: tightest)
            }
        }
        return pick(shape.count, from: usable)
    }

    /// `count` devices of `pool`, cell by cell, those with the most left first.
    private func pick(_ count: Int, from pool: DeviceSet) -> DeviceSet {
        var chosen = DeviceSet()
        let parts = cells.map { $0.intersection(pool) }.sorted { $0.count > $1.count }
        for part in parts {
            for device in part where chosen.count < count { chosen.insert(device) }
        }
        return chosen
    }

    /// Chooses `count` of the free cores: near the devices in equal parts, then near any of them, then anywhere;
    /// without devices, first on nodes that have none.
    func cores(_ count: Int, near devices: DeviceSet, free: BitSet) -> BitSet {
        var chosen = BitSet()
        var left = free
        func take(_ limit: Int, from pool: BitSet) {
            var taken = 0
            for core in pool where taken < limit && left.contains(core) {
                chosen.insert(core)
                taken += 1
            }
            left.subtract(chosen)
        }
        let deviceCount = devices.count
        for (position, device) in devices.enumerated() {
            let part = count / deviceCount + (position < count % deviceCount ? 1 : 0)
            take(part, from: host.devices[device].localCores)
        }
        for device in devices { take(count - chosen.count, from: host.devices[device].localCores) }
        for pool in coresByPreference(free: left) { take(count - chosen.count, from: pool) }
        return chosen
    }

    /// The operating system's numbers of the NUMA nodes of these devices and cores.
    func numaNodes(devices: DeviceSet, cores: BitSet) -> BitSet {
        var nodes = BitSet()
        for device in devices {
            if let node = host.devices[device].numaNode, host.numaNodes.contains(where: { $0.osIndex == node }) {
                nodes.insert(node)
            }
        }
        for core in cores {
            if let node = host.cores[core].numaNode { nodes.insert(node) }
        }
        return nodes
    }

    /// Cores node by node: nodes without devices first, then those with the most free cores.
    private func coresByPreference(free: BitSet) -> [BitSet] {
        let nodes = host.numaNodes.filter { !$0.cores.isEmpty }
        let withDevices = Set(host.devices.filter(\.isPresent).compactMap(\.numaNode))
        let sorted = nodes.sorted { left, right in
            let leftHas = withDevices.contains(left.osIndex)
            let rightHas = withDevices.contains(right.osIndex)
            if leftHas != rightHas { return rightHas }
            let leftFree = left.cores.subtracting(left.cores.subtracting(free)).count
            let rightFree = right.cores.subtracting(right.cores.subtracting(free)).count
            return leftFree == rightFree ? left.osIndex < right.osIndex : leftFree > rightFree
        }
        return sorted.map(\.cores) + [allCores]
    }
}
