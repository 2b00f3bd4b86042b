import Units

/// What every counter has in use over time: what stands beside the capacity of a `Profile`.
///
/// A profile of capacity answers where a reservation fits on the host; this one, how far on to look where a counter
/// has no room. Both are changed over the same intervals, so that a counter changes only where a segment begins.
struct CounterProfile: Sendable {
    private let start: Timestamp
    /// Those that are, or were, in use.
    private var tracks: [Counter: CounterTrack] = [:]

    /// Nothing is in use from `start` on.
    init(from start: Timestamp) {
        self.start = start
    }

    /// What a search finds at one start.
    enum Room {
        /// Devices any of which will do.
        case devices(DeviceSet)
        /// No start before this time is worth a try; `distantFuture` where there never is room.
        case none(until: Timestamp)
    }

    mutating func take(_ use: Use, from: Timestamp, until: Timestamp) {
        change(use, from: from, until: until, sign: 1)
    }

    mutating func give(_ use: Use, from: Timestamp, until: Timestamp) {
        change(use, from: from, until: until, sign: -1)
    }

    /// The first time in `[from, until)` at which `use` has no room; nil where it has room all the time.
    func shortage(of use: Use, from: Timestamp, until: Timestamp) -> Timestamp? {
        use.counted.parts.compactMap { full($0, from: from, until: until)?.start }.min()
    }

    /// Which of the free devices a shape may have over `[from, until)`.
    func room(for shape: Shape, in free: DeviceSet, from: Timestamp, until: Timestamp) -> Room {
        let end = shape.counted.parts.compactMap { full($0, from: from, until: until)?.end }.max()
        return end.map { .none(until: $0) } ?? .devices(free)
    }

    private func full(
        _ part: Counted.Part, from: Timestamp, until: Timestamp
    ) -> (start: Timestamp, end: Timestamp)? {
        guard let track = tracks[part.counter] else {
            return part.amount > part.limit ? (from, .distantFuture) : nil
        }
        return track.firstStretch(from: from, until: until) { $0.used + part.amount > part.limit }
    }

    private mutating func change(_ use: Use, from: Timestamp, until: Timestamp, sign: Int) {
        for part in use.counted.parts {
            change(part.counter, from: from, until: until) { _ in sign * part.amount }
        }
    }

    private mutating func change(
        _ counter: Counter, from: Timestamp, until: Timestamp, by amount: (CounterTrack.Stretch) -> Int
    ) {
        var track = tracks.removeValue(forKey: counter) ?? CounterTrack(from: start)
        track.change(from: from, until: until, by: amount)
        if !track.isIdle { tracks[counter] = track }
    }
}
