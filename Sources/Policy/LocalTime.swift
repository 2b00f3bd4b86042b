import Units

/// An instant as clocks on a wall show it.
struct LocalTime {
    /// Days since 1970-01-01.
    let day: Int64
    /// Since the day's midnight, in whole milliseconds.
    let sinceMidnight: Span

    init(_ time: Timestamp, offset: Span) {
        let local = (time + offset).milliseconds
        let (days, rest) = local.quotientAndRemainder(dividingBy: LocalTime.millisecondsPerDay)
        day = rest < 0 ? days - 1 : days
        sinceMidnight = Span(milliseconds: rest < 0 ? rest + LocalTime.millisecondsPerDay : rest)
    }

    /// Since the midnight that begins Monday.
    var minuteOfWeek: Int {
        // 1970 began on a Thursday.
        let weekday = (Int(day % 7) + 7 + 3) % 7
        return weekday * TimeOfDay.minutesPerDay + Int(sinceMidnight.wholeSeconds / 60)
    }

    private static let millisecondsPerDay: Int64 = 86_400_000
}
