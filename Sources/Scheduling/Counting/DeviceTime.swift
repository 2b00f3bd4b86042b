import Policy
import Units

/// Device time of one user, of which only so much may be had in a calendar month.
struct DeviceTime: Hashable, Sendable {
    var user: UserID
    /// Thousandths of a device that are held meanwhile.
    var rate: Int64
    /// The most in a month, in thousandths of a device times milliseconds.
    var limit: Int64

    /// Of a device-hour.
    static let perHour: Int64 = 3_600_000 * 1000
    /// Where no cap is: more than anybody can use.
    static let unlimited = Int64.max / 2
}

/// The calendar months of the policy's zone, of which those that are planned in are worked out once.
struct Months: Sendable {
    private let zone: Zone
    /// The first instants of months that follow each other.
    private let starts: [Timestamp]

    /// Months beyond those around `time` are worked out each time that they are asked for.
    init(zone: Zone, around time: Timestamp) {
        self.zone = zone
        var starts = [zone.month(containing: time - .days(40)).lowerBound]
        for _ in 0..<Limits.months {
            let last = starts[starts.count - 1]
            starts.append(zone.month(containing: last).upperBound)
        }
        self.starts = starts
    }

    /// The month around a time.
    subscript(time: Timestamp) -> Range<Timestamp> {
        guard time >= starts[0], time < starts[starts.count - 1] else { return zone.month(containing: time) }
        let next = starts.partitioningIndex { $0 > time }
        return starts[next - 1]..<starts[next]
    }

    /// An interval, month by month: the first instant of each, and how long it lasts there.
    func parts(from: Timestamp, until: Timestamp) -> [(month: Range<Timestamp>, span: Span)] {
        var parts: [(month: Range<Timestamp>, span: Span)] = []
        var start = from
        while start < until {
            let month = self[start]
            let end = min(month.upperBound, until)
            parts.append((month, end - start))
            start = end
        }
        return parts
    }
}

extension [Timestamp] {
    /// The first position whose time matches, and all after it do.
    fileprivate func partitioningIndex(where matches: (Timestamp) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if matches(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// What each user has had of devices, by month: thousandths of a device times milliseconds.
public struct DeviceTimes: Sendable, Hashable {
    /// By the first instant of the month.
    public private(set) var ofUser: [UserID: [Timestamp: Int64]]

    public init(ofUser: [UserID: [Timestamp: Int64]] = [:]) { self.ofUser = ofUser }

    public var isEmpty: Bool { ofUser.isEmpty }

    func amount(of user: UserID, in month: Timestamp) -> Int64 { ofUser[user]?[month] ?? 0 }

    mutating func add(_ amount: Int64, to month: Timestamp, of user: UserID) {
        ofUser[user, default: [:]][month, default: 0] += amount
    }

    /// Adds what was used, and forgets what is two months older.
    mutating func settle(_ parts: [Reservation.Ending.Month], of user: UserID) {
        for part in parts { add(part.amount, to: part.start, of: user) }
        guard let last = parts.map(\.start).max() else { return }
        ofUser[user] = ofUser[user]?.filter { $0.key + .days(70) > last }
    }
}

extension CounterProfile {
    /// When a start is next worth a try, because in a month of `[from, until)` the user has too little left; nil where
    /// there is enough, `distantFuture` where there never is.
    func nextStart(_ time: DeviceTime, from: Timestamp, until: Timestamp) -> Timestamp? {
        guard let months else { return nil }
        for (month, span) in months.parts(from: from, until: until) {
            let left = max(time.limit - spent.amount(of: time.user, in: month.lowerBound), 0)
            guard Int128(span.milliseconds) * Int128(time.rate) > Int128(left) else { continue }
            // As late in the month as what is left allows.
            let next = month.upperBound - Span(milliseconds: left / time.rate)
            return next > start + Limits.horizon + Limits.horizon ? .distantFuture : next
        }
        return nil
    }

    /// When in `[from, until)` the user has used up the month; nil where there is enough.
    func exhaustion(_ time: DeviceTime, from: Timestamp, until: Timestamp) -> Timestamp? {
        guard let months else { return nil }
        var start = from
        let horizon = min(until, max(from, self.start) + Limits.horizon + Limits.horizon)
        for (month, span) in months.parts(from: from, until: horizon) {
            let left = max(time.limit - spent.amount(of: time.user, in: month.lowerBound), 0)
            if Int128(span.milliseconds) * Int128(time.rate) > Int128(left) {
                return start + Span(milliseconds: left / time.rate)
            }
            start = start + span
        }
        return nil
    }

    /// Counts, with `sign`, what is held over `[from, until)`.
    mutating func spend(_ time: DeviceTime, from: Timestamp, until: Timestamp, sign: Int64 = 1) {
        guard let months else { return }
        // What is held without an end is planned no further than this.
        let until = min(until, max(from, start) + Limits.horizon + Limits.horizon)
        for (month, span) in months.parts(from: from, until: until) {
            let amount = Int64(clamping: Int128(span.milliseconds) * Int128(time.rate) * Int128(sign))
            spent.add(amount, to: month.lowerBound, of: time.user)
        }
    }
}

extension Engine {
    /// Over for its owner, with what it had of devices and what it costs, where the policy counts that.
    func ending(of reservation: Reservation, at end: Timestamp, _ reason: EndReason) -> Reservation.Ending {
        var ending = Reservation.Ending(at: end, reason: reason)
        guard reason != .deviceFailed, case .active(let active) = reservation.state else { return ending }
        ending.posts = posts(of: reservation, active, until: end)
        guard let time = counters.deviceTime(reservation.demand, of: reservation.usageKey), let months = counters.months
        else {
            return ending
        }
        ending.deviceTime = months.parts(from: active.startedAt, until: end).map { month, span in
            let amount = Int64(clamping: Int128(span.milliseconds) * Int128(time.rate))
            return Reservation.Ending.Month(start: month.lowerBound, amount: amount)
        }
        return ending
    }
}
