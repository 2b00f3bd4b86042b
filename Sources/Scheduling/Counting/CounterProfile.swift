import Units

/// What every counter has in use over time: what stands beside the capacity of a `Profile`.
///
/// A profile of capacity answers where a reservation fits on the host; this one, how far on to look where a counter
/// has no room. Both are changed over the same intervals, so that a counter changes only where a segment begins.
struct CounterProfile: Sendable {
    let quotas: Quotas
    let months: Months?
    let start: Timestamp
    /// What users have had, and are planned to have, of each month.
    var spent = DeviceTimes()
    /// Those that are, or were, in use.
    private var tracks: [Counter: CounterTrack] = [:]

    /// Nothing is in use from `start` on.
    init(from start: Timestamp, counters: Counters) {
        self.start = start
        quotas = counters.quotas
        months = counters.months
    }

    /// A stretch in which something has no room.
    typealias Full = (start: Timestamp, end: Timestamp)

    /// - Parameter turns: when it takes its devices from all others, and so counts in quotas; nil for all the time.
    mutating func take(_ use: Use, from: Timestamp, until: Timestamp, turns: [Range<Timestamp>]? = nil) {
        change(use, from: from, until: until, turns, sign: 1)
    }

    mutating func give(_ use: Use, from: Timestamp, until: Timestamp, turns: [Range<Timestamp>]? = nil) {
        change(use, from: from, until: until, turns, sign: -1)
    }

    /// The first time in `[from, until)` at which `use` has no room; nil where it has room all the time.
    func shortage(
        of use: Use, from: Timestamp, until: Timestamp, turns: [Range<Timestamp>]? = nil
    ) -> Timestamp? {
        let parts = use.counted.parts.compactMap { full($0, from: from, until: until)?.start }.min()
        let quotas = (turns ?? [from..<max(from, until)]).lazy.compactMap { turn in
            full(use.counted, use.devices, on: use.host, from: turn.lowerBound, until: turn.upperBound)
                .map(\.start).min()
        }.first
        let hours = use.counted.deviceTime.flatMap { exhaustion($0, from: from, until: until) }
        return [parts, quotas, hours].compactMap(\.self).min()
    }

    /// What is in use of a counter at a time.
    func used(_ counter: Counter, at time: Timestamp) -> Int { track(counter).used(at: time) }

    /// The first stretch in which a counter has no room.
    func full(_ part: Counted.Part, from: Timestamp, until: Timestamp) -> Full? {
        track(part.counter).firstStretch(from: from, until: until) { $0.value + part.amount > part.limit }
    }

    /// For each quota and pool that has no room for the devices, the first stretch of that.
    func full(
        _ counted: Counted, _ devices: DeviceSet, on host: Int, from: Timestamp, until: Timestamp
    ) -> [Full] {
        guard let own = counted.quotas, !devices.isEmpty else { return [] }
        let kind = quotas.hostKinds[host]
        var full: [Full] = []
        let parts = parts(devices, own, kind, each: counted.each)
        for part in parts {
            guard let limit = counted.reach == .nominal ? part.rule.nominal : part.rule.most else { continue }
            let found = part.track.firstStretch(from: from, until: until) { $0.value + part.amount > limit }
            if let found { full.append(found) }
        }
        for (index, pool) in quotas.pools.enumerated() where counted.reach == .nominal || pool.reach == .lent {
            let here = pool.devices[kind].intersection(devices).count * counted.each
            guard here > 0 else { continue }
            let found = track(.pool(index)).firstStretch(from: from, until: until) { stretch in
                let amount = CounterProfile.amount(here, parts, in: pool, at: stretch.start, sign: 1)
                // What is within one's own claim takes nothing away, also where a changed policy left no room.
                return amount > 0 && stretch.value + amount > pool.room
            }
            if let found { full.append(found) }
        }
        return full
    }

    /// Those devices of a choice that one quota of the department is for.
    private struct Part {
        var position: Int
        var rule: Quotas.Rule
        var amount: Int
        var track: CounterTrack
    }

    private func parts(_ devices: DeviceSet, _ own: [Int], _ kind: Int, each: Int) -> [Part] {
        own.compactMap { index in
            let rule = quotas.rules[index]
            let amount = devices.intersection(rule.devices[kind]).count * each
            guard amount > 0 else { return nil }
            return Part(position: index, rule: rule, amount: amount, track: track(.quota(index)))
        }
    }

    /// By how much a change of a department's use by so much of a pool's devices changes what is taken out of it.
    private static func amount(
        _ count: Int, _ parts: [Part], in pool: Quotas.Pool, at time: Timestamp, sign: Int
    ) -> Int {
        var others = count
        var beyond = 0
        for part in parts where pool.holds[part.position] {
            let (used, claim) = (part.track.used(at: time), part.rule.claim(pool.reach))
            others -= part.amount
            beyond += max(used + sign * part.amount - claim, 0) - max(used - claim, 0)
        }
        return sign * others + beyond
    }

    private func track(_ counter: Counter) -> CounterTrack { tracks[counter] ?? CounterTrack(from: start) }

    /// When a start is next worth a try, because something that does not depend on the devices has no room over
    /// `[from, until)`; nil where all have.
    func blocked(_ counted: Counted, from: Timestamp, until: Timestamp) -> Timestamp? {
        let ends = counted.parts.compactMap { full($0, from: from, until: until)?.end }
        let next = counted.deviceTime.flatMap { nextStart($0, from: from, until: until) }
        return [ends.max(), next].compactMap(\.self).max()
    }

    private mutating func change(
        _ use: Use, from: Timestamp, until: Timestamp, _ turns: [Range<Timestamp>]?, sign: Int
    ) {
        for part in use.counted.parts {
            change(part.counter, from: from, until: until) { _ in sign * part.amount }
        }
        if let time = use.counted.deviceTime { spend(time, from: from, until: until, sign: Int64(sign)) }
        guard use.counted.quotas != nil, !use.devices.isEmpty else { return }
        for turn in turns ?? [from..<max(from, until)] { changeQuotas(use, over: turn, sign: sign) }
    }

    private mutating func changeQuotas(_ use: Use, over turn: Range<Timestamp>, sign: Int) {
        let (from, until) = (turn.lowerBound, turn.upperBound)
        guard let own = use.counted.quotas else { return }
        // Pools first: what they lose depends on what the quotas had in use. Every change of a quota's track is one of
        // its pools' too, so that a quota is even over each stretch of them.
        let kind = quotas.hostKinds[use.host]
        let parts = parts(use.devices, own, kind, each: use.counted.each)
        for (index, pool) in quotas.pools.enumerated() {
            let here = pool.devices[kind].intersection(use.devices).count * use.counted.each
            guard here > 0 else { continue }
            change(.pool(index), from: from, until: until) {
                CounterProfile.amount(here, parts, in: pool, at: $0, sign: sign)
            }
        }
        for part in parts { change(.quota(part.position), from: from, until: until) { _ in sign * part.amount } }
    }

    private mutating func change(
        _ counter: Counter, from: Timestamp, until: Timestamp, by amount: (Timestamp) -> Int
    ) {
        var track = tracks.removeValue(forKey: counter) ?? CounterTrack(from: start)
        track.change(from: from, until: until) { $1 += amount($0) }
        if !track.isIdle { tracks[counter] = track }
    }
}
