import Units

#if canImport(Glibc)
    import Glibc
#endif

/// A time zone: how far its clocks are from UTC, and when.
struct Zone: Sendable {
    let name: Name
    /// Seconds east of UTC at a time in seconds since 1970.
    let offset: @Sendable (Int64) -> Int64

    enum Name: Sendable, Hashable {
        case utc, local
    }

    static let utc = Zone(name: .utc) { _ in 0 }

    /// The zone of the process: `TZ`, else /etc/localtime.
    static let local = Zone(name: .local) { seconds in
        var time = time_t(seconds)
        var parts = tm()
        return localtime_r(&time, &parts) == nil ? 0 : Int64(parts.tm_gmtoff)
    }

    /// What the clocks show, as if they showed UTC.
    func wall(_ time: Timestamp) -> Timestamp {
        let seconds = Span(milliseconds: time.milliseconds).wholeSeconds
        return time + Span(seconds: offset(seconds))
    }

    /// When the clocks show `wall`: the first time where they show it twice, nil where they skip it.
    func time(ofWall wall: Timestamp) -> Timestamp? {
        let seconds = Span(milliseconds: wall.milliseconds).wholeSeconds
        let day: Int64 = 86_400
        let candidates = [offset(seconds - day), offset(seconds + day)].map { wall - Span(seconds: $0) }.sorted()
        return candidates.first { self.wall($0) == wall }
    }
}
