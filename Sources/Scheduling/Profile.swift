import Units

/// What is free over time, on each host, and what is counted over all of them.
///
/// The structure of conservative backfill (Mu'alem and Feitelson, "Utilization, Predictability, Workloads, and User
/// Runtime Estimates in Scheduling the IBM SP2 with Backfilling", IEEE TPDS 12(6), 2001): the earliest place for one
/// more reservation is the first run of steps that holds it for its whole span.
struct Profile: Sendable {
    /// By host.
    private(set) var free: [StepFunction<Capacity>]
    /// What is in use of what is counted.
    private(set) var counters: CounterProfile
    /// Of each host.
    let kinds: [Int]
    let sharing: Sharing
    /// What tells hosts apart on which a shape may start at the same time.
    var scores = HostScores()
    /// What has been taken, in order, where there are several hosts: what an index has to catch up with.
    private(set) var taken: [Taken] = []
    /// Grows when something is given back: until then a profile only fills up.
    private(set) var loosened = 0

    /// One change of one host.
    struct Taken: Sendable {
        var host: Int
        var from: Timestamp
        var until: Timestamp
    }

    /// All of the hosts is free from `start` on.
    init(from start: Timestamp, fleet: Fleet, counters: Counters) {
        free = fleet.capacities.map { StepFunction(from: start, $0) }
        kinds = fleet.kinds
        sharing = fleet.sharing
        self.counters = CounterProfile(from: start, counters: counters)
    }

    /// Takes `use` away over `[from, until)`. What is before the first step is past and left out.
    mutating func take(_ use: Use, from: Timestamp, until: Timestamp) {
        guard free.indices.contains(use.host) else { return }
        let turns = turns(of: use, from: from, until: until)
        free[use.host].change(from: from, until: until) { $1.take(use) }
        if !use.counted.isEmpty { counters.take(use, from: from, until: until, turns: turns) }
        guard free.count > 1 else { return }
        taken.append(Taken(host: use.host, from: from, until: until))
    }

    /// Counts what has been had of this and earlier months.
    mutating func spend(_ times: DeviceTimes) { counters.spent = times }

    /// Counts what somebody has had before the profile begins.
    mutating func spend(_ time: DeviceTime, from: Timestamp, until: Timestamp) {
        counters.spend(time, from: from, until: until)
    }

    /// Gives back what was taken over `[from, until)`.
    mutating func give(_ use: Use, from: Timestamp, until: Timestamp) {
        guard free.indices.contains(use.host) else { return }
        free[use.host].change(from: from, until: until) { $1.give(use) }
        if !use.counted.isEmpty {
            counters.give(use, from: from, until: until, turns: turns(of: use, from: from, until: until))
        }
        loosened += 1
    }

    /// Whether exactly `use` is free over the whole of `[from, until)`.
    func holds(_ use: Use, from: Timestamp, until: Timestamp) -> Bool {
        guard free.indices.contains(use.host),
            free[use.host].firstIndex(from: from, until: until, where: { !$0.value.holds(use) }) == nil
        else { return false }
        guard !use.counted.isEmpty else { return true }
        let turns = turns(of: use, from: from, until: until)
        return counters.shortage(of: use, from: from, until: until, turns: turns) == nil
    }

    /// When in `[from, until)` a share is the first of its device: then it takes the device from all others, and is
    /// what counts in quotas. nil for what counts all the time: whole devices, and those that departments share.
    func turns(of use: Use, from: Timestamp, until: Timestamp) -> [Range<Timestamp>]? {
        guard use.share?.tenant != nil, use.counted.quotas != nil else { return nil }
        let free = free[use.host]
        var turns: [Range<Timestamp>] = []
        var index = free.index(at: max(from, free.start))
        while index < free.count, free[index].start < until {
            let start = max(free[index].start, from)
            let end = min(free.end(of: index), until)
            if start < end, use.devices.isSubset(of: free[index].value.devices.whole) {
                if let last = turns.last, last.upperBound == start {
                    turns[turns.count - 1] = last.lowerBound..<end
                } else {
                    turns.append(start..<end)
                }
            }
            index += 1
        }
        return turns
    }

    /// How long from `from` on exactly `use` stays free; `distantFuture` where nothing takes it again.
    func end(of use: Use, from: Timestamp) -> Timestamp {
        guard free.indices.contains(use.host) else { return from }
        let turns = turns(of: use, from: from, until: .distantFuture)
        let counted =
            counters.shortage(of: use, from: from, until: .distantFuture, turns: turns) ?? .distantFuture
        let blocker = free[use.host].firstIndex(from: from, until: counted) { !$0.value.holds(use) }
        return blocker.map { max(from, free[use.host][$0].start) } ?? counted
    }

    /// The earliest start from `bound` on at which `shape` fits on a host for `span`, and the devices free all that
    /// time; nil where that is after `last`, or never.
    ///
    /// Looks at `steps` steps at most, and takes the end of everything after that: there it fits, because a shape that
    /// no empty host holds is never admitted; unless devices are drained without an end.
    func earliest(
        _ shape: Shape, span: Span, on host: Int, from bound: Timestamp, last: Timestamp = .distantFuture,
        steps: Int = .max
    ) -> Fit? {
        var steps = steps
        var bound = bound
        let local = shape.local[kinds[host]]
        let free = free[host]
        var index = free.index(at: bound)
        while index < free.count {
            let start = max(bound, free[index].start)
            guard start <= last else { return nil }
            switch fit(shape, local, on: host, free, at: start, span: span, first: index, steps: &steps) {
            case .free(let devices): return Fit(host: host, start: start, free: devices)
            case .blocked(let blocker): index = blocker + 1
            case .full(.distantFuture): return nil
            case .full(let until):
                bound = max(bound, until)
                index = free.index(at: bound)
            case .tooFar: index = free.count
            }
        }
        return atTheEnd(shape, span: span, on: host, from: bound).flatMap { $0.start <= last ? $0 : nil }
    }

    /// The devices of a host free for `shape` over `[start, start + span)`; nil where it does not fit.
    func free(for shape: Shape, on host: Int, at start: Timestamp, span: Span) -> DeviceSet? {
        var steps = Int.max
        guard free.indices.contains(host) else { return nil }
        let local = shape.local[kinds[host]]
        guard local.isPossible || free.count == 1,
            case .free(let devices) = fit(
                shape, local, on: host, free[host], at: start, span: span, first: free[host].index(at: start),
                steps: &steps)
        else { return nil }
        return devices
    }

    private enum Attempt {
        case free(DeviceSet)
        /// No start before the end of this step is worth a try.
        case blocked(by: Int)
        /// A counter has no room, whatever is free, for a start before this time.
        case full(until: Timestamp)
        case tooFar
    }

    private func fit(
        _ shape: Shape, _ local: Shape.Local, on host: Int, _ free: StepFunction<Capacity>, at start: Timestamp,
        span: Span, first: Int, steps: inout Int
    ) -> Attempt {
        let end = start + span
        var devices = local.eligible
        var index = first
        while index < free.count, free[index].start < end || index == first {
            guard steps > 0 else { return .tooFar }
            steps -= 1
            let here = free[index].value
            let usable = here.devices.devices(for: shape.share)
            guard here.cores >= shape.cores, here.memory >= shape.memory, local.fits(shape.count, in: usable)
            else { return .blocked(by: index) }
            devices = devices.intersection(usable)
            guard local.fits(shape.count, in: devices) else { return .blocked(by: first) }
            index += 1
        }
        switch room(for: shape, on: host, in: devices, from: start, until: end) {
        case .devices(let devices): return .free(devices)
        case .none(let until): return .full(until: until)
        case .noneHere: return .blocked(by: first)
        }
    }

    private func atTheEnd(_ shape: Shape, span: Span, on host: Int, from bound: Timestamp) -> Fit? {
        let last = free[host][free[host].count - 1]
        let start = max(bound, last.start)
        let local = shape.local[kinds[host]]
        let usable = last.value.devices.devices(for: shape.share)
        guard last.value.cores >= shape.cores, last.value.memory >= shape.memory, local.fits(shape.count, in: usable)
        else { return nil }
        switch room(for: shape, on: host, in: usable.intersection(local.eligible), from: start, until: start + span) {
        case .devices(let devices): return Fit(host: host, start: start, free: devices)
        case .none, .noneHere: return nil
        }
    }

    /// Where what is drained without an end, or what a changed policy has no room for, is planned: two horizons on, and
    /// the same for the length of one, so that its forecast does not move with every pass.
    private var outOfReach: Timestamp {
        let horizon = Limits.horizon.milliseconds
        return Timestamp(milliseconds: free[0].start.milliseconds / horizon * horizon) + Limits.horizon
            + Limits.horizon
    }
}

extension Profile {
    /// The best place on all hosts, by a look at each of them.
    func earliest(_ shape: Shape, span: Span, from bound: Timestamp) -> Fit {
        var best: (key: HostKey, fit: Fit)?
        for host in free.indices where shape.local[kinds[host]].isPossible {
            let last = best?.key.start ?? .distantFuture
            guard let fit = earliest(shape, span: span, on: host, from: bound, last: last) else { continue }
            let key = key(fit, of: shape)
            if best.map({ key < $0.key }) ?? true { best = (key, fit) }
        }
        return best?.fit ?? earliestAtHome(shape, span: span, from: bound)
    }

    /// The best host for a start at this very time; nil where there is none.
    func fit(for shape: Shape, at start: Timestamp, span: Span) -> Fit? {
        let fits = free.indices.compactMap { host in
            self.free(for: shape, on: host, at: start, span: span).map { Fit(host: host, start: start, free: $0) }
        }
        return fits.count == 1 ? fits[0] : fits.map { (key: key($0, of: shape), fit: $0) }.min { $0.key < $1.key }?.fit
    }

    /// The place on the first host that may ever have room: the only one, or as good as any where none has.
    func earliestAtHome(_ shape: Shape, span: Span, from bound: Timestamp, steps: Int = .max) -> Fit {
        let home = free.indices.first { shape.local[kinds[$0]].isPossible } ?? 0
        return earliest(shape, span: span, on: home, from: bound, steps: steps)
            ?? Fit(host: home, start: outOfReach, free: shape.local[kinds[home]].eligible)
    }
}
