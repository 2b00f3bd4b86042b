import Units

/// A time of the week, such as nights and weekends, that has a price of its own.
///
/// It holds by the clocks on the wall: an hour that they skip is left out, one that they show twice counts twice.
public struct RateWindow: Sendable, Hashable, Codable {
    public var name: String
    /// Those on which it begins, from Monday on.
    public var days: [Weekday]
    public var from: TimeOfDay
    /// At or before `from` it is on the day after.
    public var to: TimeOfDay
    public var perHour: Price

    public init(name: String, days: [Weekday], from: TimeOfDay, to: TimeOfDay, perHour: Price) {
        self.name = name
        self.days = days
        self.from = from
        self.to = to
        self.perHour = perHour
    }

    /// The minutes of the week that it holds in, counted from Monday's midnight.
    var minutesOfWeek: [Range<Int>] {
        days.flatMap { day -> [Range<Int>] in
            let midnight = day.index * TimeOfDay.minutesPerDay
            if from < to { return [(midnight + from.minutes)..<(midnight + to.minutes)] }
            let next = day.next.index * TimeOfDay.minutesPerDay
            return [(midnight + from.minutes)..<(midnight + TimeOfDay.minutesPerDay), next..<(next + to.minutes)]
                .filter { !$0.isEmpty }
        }
    }
}
