import ArgumentParser
import Units

/// How a window repeats: at the same time of day as the clocks show it, also where they are set in between.
struct Repetition: Sendable, Hashable {
    enum Every: String, Sendable, CaseIterable, ExpressibleByArgument {
        case daily, weekly

        var days: Int64 { self == .daily ? 1 : 7 }
    }

    let every: Every
    /// The last day on which it may begin, in whole days since 1970 on the wall.
    let lastDay: Int64

    /// Occurrences of one series.
    static let most = 366

    /// The starts from the first one on. An occurrence whose time the clocks skip is nil, with its day.
    func starts(from first: Timestamp, zone: Zone) throws(TimeArgument.Fault) -> [(day: Int64, start: Timestamp?)] {
        let wall = zone.wall(first)
        var starts: [(day: Int64, start: Timestamp?)] = []
        var step = Span.zero
        while true {
            let time = wall + step
            let day = TimeArgument.wallDay(of: time)
            guard day <= lastDay else { return starts }
            guard starts.count < Repetition.most else {
                throw TimeArgument.Fault(description: "a series has at most \(Repetition.most) windows")
            }
            starts.append((day, starts.isEmpty ? first : zone.time(ofWall: time)))
            step = step + .days(every.days)
        }
    }
}
