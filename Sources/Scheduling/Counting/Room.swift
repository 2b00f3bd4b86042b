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
    /// The first time from `bound` on from which what does not depend on the devices has room for `span`: no start is
    /// before it. `bound` where there never is.
    func room(for counted: Counted, span: Span, from bound: Timestamp) -> Timestamp {
        var start = bound
        while let end = blocked(counted, from: start, until: start + span) {
            guard end < .distantFuture else { return bound }
            start = end
        }
        return start
    }

    /// Which of the free devices of a host a shape may have over `[from, until)`.
    func room(for shape: Shape, on host: Int, in free: DeviceSet, from: Timestamp, until: Timestamp) -> Room {
        if let end = blocked(shape.counted, from: from, until: until) { return .none(until: end) }
        guard shape.counted.quotas != nil, shape.count > 0 else { return .devices(free) }
        let local = shape.local[quotas.hostKinds[host]]
        let usable = free.intersection(local.eligible)
        let kinds = quotas.kinds[quotas.hostKinds[host]].filter { !$0.isDisjoint(with: local.eligible) }
        if kinds.count == 1 {
            let end = full(shape.counted, usable.first(shape.count), on: host, from: from, until: until).map(\.end)
                .max()
            return end.map { .none(until: $0) } ?? .devices(free)
        }
        // First what is the department's own, or nobody's: nothing is borrowed without need.
        if shape.counted.reach == .lent {
            var own = shape.counted
            own.reach = .nominal
            let found = choice(of: shape.count, counted: own, local, usable, kinds, on: host, from..<until)
            if case .devices = found { return found }
        }
        return choice(of: shape.count, counted: shape.counted, local, usable, kinds, on: host, from..<until)
    }

    private func choice(
        of count: Int, counted: Counted, _ local: Shape.Local, _ usable: DeviceSet, _ kinds: [DeviceSet],
        on host: Int, _ interval: Range<Timestamp>
    ) -> Room {
        func holds(_ devices: DeviceSet) -> Bool {
            full(counted, devices, on: host, from: interval.lowerBound, until: interval.upperBound).isEmpty
        }
        if holds(usable) { return .devices(usable) }
        let pure = kinds.map { usable.intersection($0) }.first {
            local.fits(count, in: $0) && holds($0.first(count))
        }
        if let pure { return .devices(pure) }
        let groups = local.groups.isEmpty ? [usable] : local.groups.map { usable.intersection($0) }
        let mixed = groups.lazy.map { self.mixed(count, of: $0, kinds: kinds, holds) }
            .first { local.fits(count, in: $0) }
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
