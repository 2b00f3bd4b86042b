import Units

/// What attendance keeps at most.
enum AttendanceLimits {
    /// Of the time that is looked back on for idleness.
    static let slots = 64
    /// That equal pieces of use make one sample of.
    static let sample = Span.hours(1)
    /// Users of devices without a grant that are followed at a time.
    static let unreserved = 1024
    /// Pages of the journal that are looked through for ends that were announced.
    static let announcedPages = 100
    /// Two looks that are further apart say nothing of the time between them.
    static func step(_ interval: Span) -> Span {
        max(Span(milliseconds: interval.milliseconds * 3), .seconds(30))
    }
}
