import Units

/// What is free over time.
///
/// The structure of conservative backfill (Mu'alem and Feitelson, "Utilization, Predictability, Workloads, and User
/// Runtime Estimates in Scheduling the IBM SP2 with Backfilling", IEEE TPDS 12(6), 2001): the earliest place for one
/// more reservation is the first run of segments that holds it for its whole span.
struct Profile: Sendable {
    private(set) var free: StepFunction<Capacity>
    /// What is in use of what is counted.
    private(set) var counters: CounterProfile

    /// `capacity` is free from `start` on.
    init(from start: Timestamp, free capacity: Capacity, quotas: Quotas) {
        free = StepFunction(from: start, capacity)
        counters = CounterProfile(from: start, quotas: quotas)
    }

    /// Takes `use` away over `[from, until)`. What is before the first segment is past and left out.
    mutating func take(_ use: Use, from: Timestamp, until: Timestamp) {
        free.change(from: from, until: until) { $1.take(use) }
        if !use.counted.isEmpty { counters.take(use, from: from, until: until) }
    }

    /// Gives back what was taken over `[from, until)`.
    mutating func give(_ use: Use, from: Timestamp, until: Timestamp) {
        free.change(from: from, until: until) { $1.give(use) }
        if !use.counted.isEmpty { counters.give(use, from: from, until: until) }
    }

    /// Whether exactly `use` is free over the whole of `[from, until)`.
    func holds(_ use: Use, from: Timestamp, until: Timestamp) -> Bool {
        if free.firstIndex(from: from, until: until, where: { !$0.value.holds(use) }) != nil { return false }
        return use.counted.isEmpty || counters.shortage(of: use, from: from, until: until) == nil
    }

    /// How long from `from` on exactly `use` stays free; `distantFuture` where nothing takes it again.
    func end(of use: Use, from: Timestamp) -> Timestamp {
        let counted = counters.shortage(of: use, from: from, until: .distantFuture) ?? .distantFuture
        let blocker = free.firstIndex(from: from, until: counted) { !$0.value.holds(use) }
        return blocker.map { max(from, free[$0].start) } ?? counted
    }

    /// The earliest start from `bound` on at which `shape` fits for `span`, and the devices free all that time.
    ///
    /// Looks at `steps` segments at most, and takes the end of everything after that: there it fits, because a
    /// shape that the empty host does not hold is never admitted; unless devices are drained without an end.
    func earliest(_ shape: Shape, span: Span, from bound: Timestamp, steps: Int = .max) -> Fit {
        var steps = steps
        var bound = bound
        var index = free.index(at: bound)
        while index < free.count {
            let start = max(bound, free[index].start)
            switch fit(shape, at: start, span: span, first: index, steps: &steps) {
            case .free(let devices): return Fit(start: start, free: devices)
            case .blocked(let blocker): index = blocker + 1
            case .full(.distantFuture): return Fit(start: outOfReach, free: free[index].value.devices)
            case .full(let until):
                bound = max(bound, until)
                index = free.index(at: bound)
            case .tooFar: index = free.count
            }
        }
        return atTheEnd(shape, span: span, from: bound)
    }

    /// The devices free for `shape` over `[start, start + span)`; nil where it does not fit.
    func free(for shape: Shape, at start: Timestamp, span: Span) -> DeviceSet? {
        var steps = Int.max
        let first = free.index(at: start)
        guard case .free(let devices) = fit(shape, at: start, span: span, first: first, steps: &steps) else {
            return nil
        }
        return devices
    }

    private enum Attempt {
        case free(DeviceSet)
        /// No start before the end of this segment is worth a try.
        case blocked(by: Int)
        /// A counter has no room, whatever is free, for a start before this time.
        case full(until: Timestamp)
        case tooFar
    }

    private func fit(_ shape: Shape, at start: Timestamp, span: Span, first: Int, steps: inout Int) -> Attempt {
        let end = start + span
        var devices = shape.eligible
        var index = first
        while index < free.count, free[index].start < end || index == first {
            guard steps > 0 else { return .tooFar }
            steps -= 1
            let here = free[index].value
            guard here.cores >= shape.cores, here.memory >= shape.memory, shape.fits(here.devices) else {
                return .blocked(by: index)
            }
            devices = devices.intersection(here.devices)
            guard shape.fits(devices) else { return .blocked(by: first) }
            index += 1
        }
        guard !shape.counted.isEmpty else { return .free(devices) }
        switch counters.room(for: shape, in: devices, from: start, until: end) {
        case .devices(let devices): return .free(devices)
        case .none(let until): return .full(until: until)
        case .noneHere: return .blocked(by: first)
        }
    }

    private func atTheEnd(_ shape: Shape, span: Span, from bound: Timestamp) -> Fit {
        let last = free[free.count - 1]
        let start = max(bound, last.start)
        guard last.value.cores >= shape.cores, last.value.memory >= shape.memory, shape.fits(last.value.devices) else {
            return Fit(start: outOfReach, free: shape.eligible)
        }
        guard !shape.counted.isEmpty else { return Fit(start: start, free: last.value.devices) }
        switch counters.room(for: shape, in: last.value.devices, from: start, until: start + span) {
        case .devices(let devices): return Fit(start: start, free: devices)
        case .none, .noneHere: return Fit(start: outOfReach, free: last.value.devices)
        }
    }

    /// Where what is drained without an end, or what a changed policy has no room for, is planned: two horizons on, and
    /// the same for the length of one, so that its forecast does not move with every pass.
    private var outOfReach: Timestamp {
        let horizon = Limits.horizon.milliseconds
        return Timestamp(milliseconds: free.start.milliseconds / horizon * horizon) + Limits.horizon
            + Limits.horizon
    }
}

/// Where a shape fits.
struct Fit: Sendable {
    var start: Timestamp
    /// Eligible devices that are free over the whole span: at least as many as asked for, close enough together.
    var free: DeviceSet
}

/// What is free at one time.
struct Capacity: Sendable, Hashable {
    var devices: DeviceSet
    var cores: Int
    /// Bytes.
    var memory: Int64

    func holds(_ use: Use) -> Bool {
        use.devices.isSubset(of: devices) && use.cores <= cores && use.memory <= memory
    }

    mutating func take(_ use: Use) {
        devices = devices.subtracting(use.devices)
        cores -= use.cores
        memory -= use.memory
    }

    mutating func give(_ use: Use) {
        devices = devices.union(use.devices)
        cores += use.cores
        memory += use.memory
    }
}

/// What one reservation takes: exact devices; cores and memory by amount; and what it counts.
struct Use: Sendable, Hashable {
    var devices: DeviceSet
    var cores: Int
    /// Bytes.
    var memory: Int64
    var counted: Counted
}

/// What a demand means on this host, and what it counts: reservations of one shape fit in the same places.
struct Shape: Sendable, Hashable {
    var count: Int
    /// Devices of the model that is asked for.
    var eligible: DeviceSet
    /// The groups of which one has to hold all; empty where any devices of the host do.
    var groups: [DeviceSet]
    var cores: Int
    /// Bytes.
    var memory: Int64
    var counted: Counted

    func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(eligible)
        hasher.combine(cores)
        hasher.combine(memory)
        if !counted.isEmpty { hasher.combine(counted) }
    }

    /// Whether enough of the free devices are eligible, and close enough together.
    func fits(_ free: DeviceSet) -> Bool {
        let usable = free.intersection(eligible)
        guard usable.count >= count else { return false }
        return groups.isEmpty || groups.contains { $0.intersection(usable).count >= count }
    }
}
