import Units

/// What a search finds at one start.
enum Room {
    /// Devices any of which will do.
    case devices(DeviceSet)
    /// No start before this time is worth a try; `distantFuture` where there never is room.
    case none(until: Timestamp)
    /// None with what is free now; where more is free there may be.
    case noneHere
}

extension CounterProfile {
    /// Which of the free devices a shape may have over `[from, until)`.
    func room(for shape: Shape, in free: DeviceSet, from: Timestamp, until: Timestamp) -> Room {
        if let end = shape.counted.parts.compactMap({ full($0, from: from, until: until)?.end }).max() {
            return .none(until: end)
        }
        guard shape.counted.quotas != nil, shape.count > 0 else { return .devices(free) }
        let usable = free.intersection(shape.eligible)
        let kinds = quotas.kinds.filter { !$0.isDisjoint(with: shape.eligible) }
        if kinds.count == 1 {
            let end = full(shape.counted, usable.first(shape.count), from: from, until: until).map(\.end).max()
            return end.map { .none(until: $0) } ?? .devices(free)
        }
        func holds(_ devices: DeviceSet) -> Bool {
            full(shape.counted, devices, from: from, until: until).isEmpty
        }
        if holds(usable) { return .devices(usable) }
        let pure = kinds.map { usable.intersection($0) }.first { shape.fits($0) && holds($0.first(shape.count)) }
        if let pure { return .devices(pure) }
        let groups = shape.groups.isEmpty ? [usable] : shape.groups.map { usable.intersection($0) }
        let mixed = groups.lazy.map { self.mixed(shape.count, of: $0, kinds: kinds, holds) }.first { shape.fits($0) }
        return mixed.map { .devices($0) } ?? .noneHere
    }

    /// At most `count` devices, of each kind as many as go with those before it.
    private func mixed(
        _ count: Int, of pool: DeviceSet, kinds: [DeviceSet], _ holds: (DeviceSet) -> Bool
    ) -> DeviceSet {
        kinds.reduce(DeviceSet()) { chosen, kind in
            let part = pool.intersection(kind)
            let most = min(part.count, count - chosen.count)
            let amount = stride(from: most, to: 0, by: -1).first { holds(chosen.union(part.first($0))) }
            return chosen.union(part.first(amount ?? 0))
        }
    }
}

extension DeviceSet {
    /// The `count` lowest; all where there are fewer.
    func first(_ count: Int) -> DeviceSet {
        self.count <= count ? self : DeviceSet(prefix(count))
    }
}
