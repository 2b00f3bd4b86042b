import Units

/// What is free over time: segments of constant capacity, the last without end.
///
/// The structure of conservative backfill (Mu'alem and Feitelson, "Utilization, Predictability, Workloads, and User
/// Runtime Estimates in Scheduling the IBM SP2 with Backfilling", IEEE TPDS 12(6), 2001): the earliest place for one
/// more reservation is the first run of segments that holds it for its whole span.
struct Profile: Sendable {
    /// By rising start; never empty.
    private(set) var segments: [Segment]

    struct Segment: Sendable {
        var start: Timestamp
        var free: Capacity
    }

    /// `capacity` is free from `start` on.
    init(from start: Timestamp, free capacity: Capacity) {
        segments = [Segment(start: start, free: capacity)]
    }

    /// Takes `use` away over `[from, until)`. What is before the first segment is past and left out.
    mutating func take(_ use: Use, from: Timestamp, until: Timestamp) {
        change(from: from, until: until) { $0.take(use) }
    }

    /// Gives back what was taken over `[from, until)`.
    mutating func give(_ use: Use, from: Timestamp, until: Timestamp) {
        change(from: from, until: until) { $0.give(use) }
    }

    /// Whether exactly `use` is free over the whole of `[from, until)`.
    func holds(_ use: Use, from: Timestamp, until: Timestamp) -> Bool {
        var index = segment(at: max(from, segments[0].start))
        while index < segments.count, segments[index].start < until {
            if !segments[index].free.holds(use) { return false }
            index += 1
        }
        return true
    }

    /// How long from `from` on exactly `use` stays free; `distantFuture` where nothing takes it again.
    func end(of use: Use, from: Timestamp) -> Timestamp {
        var index = segment(at: max(from, segments[0].start))
        while index < segments.count {
            if !segments[index].free.holds(use) { return max(from, segments[index].start) }
            index += 1
        }
        return .distantFuture
    }

    /// The earliest start from `bound` on at which `shape` fits for `span`, and the devices free all that time.
    ///
    /// Looks at `steps` segments at most, and takes the end of everything after that: there it fits, because a
    /// shape that the empty host does not hold is never admitted.
    func earliest(_ shape: Shape, span: Span, from bound: Timestamp, steps: Int = .max) -> Fit {
        var steps = steps
        var index = segment(at: max(bound, segments[0].start))
        while index < segments.count {
            let start = max(bound, segments[index].start)
            switch fit(shape, at: start, span: span, first: index, steps: &steps) {
            case .free(let devices): return Fit(start: start, free: devices)
            case .blocked(let blocker): index = blocker + 1
            case .tooFar: index = segments.count
            }
        }
        let last = segments[segments.count - 1]
        return Fit(start: max(bound, last.start), free: last.free.devices)
    }

    /// The devices free for `shape` over `[start, start + span)`; nil where it does not fit.
    func free(for shape: Shape, at start: Timestamp, span: Span) -> DeviceSet? {
        var steps = Int.max
        let first = segment(at: max(start, segments[0].start))
        guard case .free(let devices) = fit(shape, at: start, span: span, first: first, steps: &steps) else {
            return nil
        }
        return devices
    }

    private enum Attempt {
        case free(DeviceSet)
        /// No start before the end of this segment is worth a try.
        case blocked(by: Int)
        case tooFar
    }

    private func fit(_ shape: Shape, at start: Timestamp, span: Span, first: Int, steps: inout Int) -> Attempt {
        let end = start + span
        var devices = shape.eligible
        var index = first
        while index < segments.count, segments[index].start < end || index == first {
            guard steps > 0 else { return .tooFar }
            steps -= 1
            let free = segments[index].free
            guard free.cores >= shape.cores, free.memory >= shape.memory, shape.fits(free.devices) else {
                return .blocked(by: index)
            }
            devices = devices.intersection(free.devices)
            guard shape.fits(devices) else { return .blocked(by: first) }
            index += 1
        }
        return .free(devices)
    }

    private mutating func change(from: Timestamp, until: Timestamp, _ edit: (inout Capacity) -> Void) {
        let from = max(from, segments[0].start)
        guard from < until else { return }
        let first = split(at: from)
        let last = until == .distantFuture ? segments.count : split(at: until)
        for index in first..<last { edit(&segments[index].free) }
    }

    /// The segment that holds `time`; the first for an earlier one.
    private func segment(at time: Timestamp) -> Int {
        var low = 0
        var high = segments.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if segments[middle].start <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// Makes a segment start at `time`, which is not before the first, and gives its index.
    private mutating func split(at time: Timestamp) -> Int {
        let index = segment(at: time)
        if segments[index].start == time { return index }
        segments.insert(Segment(start: time, free: segments[index].free), at: index + 1)
        return index + 1
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

/// What one reservation takes: exact devices; cores and memory by amount.
struct Use: Sendable, Hashable {
    var devices: DeviceSet
    var cores: Int
    /// Bytes.
    var memory: Int64
}

/// What a demand means on this host: reservations of one shape fit in the same places.
struct Shape: Sendable, Hashable {
    var count: Int
    /// Devices of the model that is asked for.
    var eligible: DeviceSet
    /// The groups of which one has to hold all; empty where any devices of the host do.
    var groups: [DeviceSet]
    var cores: Int
    /// Bytes.
    var memory: Int64

    func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(eligible)
        hasher.combine(cores)
        hasher.combine(memory)
    }

    /// Whether enough of the free devices are eligible, and close enough together.
    func fits(_ free: DeviceSet) -> Bool {
        let usable = free.intersection(eligible)
        guard usable.count >= count else { return false }
        return groups.isEmpty || groups.contains { $0.intersection(usable).count >= count }
    }
}
