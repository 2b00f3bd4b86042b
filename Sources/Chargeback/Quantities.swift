public import Scheduling
public import Units

/// How much of the machine a grant is over an interval: exact, in thousandths of devices, and in cores, times
/// milliseconds.
public struct Quantities: Sendable, Hashable {
    /// Thousandths of a device times milliseconds: a whole device counts 1000 each millisecond.
    public let deviceMicroseconds: Int128
    public let coreMilliseconds: Int128

    private init(deviceMicroseconds: Int128, coreMilliseconds: Int128) {
        self.deviceMicroseconds = deviceMicroseconds
        self.coreMilliseconds = coreMilliseconds
    }

    /// So many devices, or a share of each, and cores for so long. Neither the counts nor the span may be negative.
    public init(devices: Int, share: Ratio? = nil, cores: Int, span: Span) {
        precondition(devices >= 0 && cores >= 0, "a grant holds no negative number of devices or cores")
        precondition(span >= .zero, "an interval ends after its beginning")
        deviceMicroseconds = Int128(devices) * Int128((share ?? .one).thousandths) * Int128(span.milliseconds)
        coreMilliseconds = Int128(cores) * Int128(span.milliseconds)
    }

    /// What the grant was between two points of engine time.
    public init(of grant: Grant, share: Ratio?, from start: Timestamp, to end: Timestamp) {
        self.init(devices: grant.devices.count, share: share, cores: grant.cores.count, span: end - start)
    }

    public static let none = Quantities(deviceMicroseconds: 0, coreMilliseconds: 0)

    /// Of two intervals, or two grants, together. Exact: sums are made here, and rounded only to be shown.
    public static func + (left: Quantities, right: Quantities) -> Quantities {
        Quantities(
            deviceMicroseconds: left.deviceMicroseconds + right.deviceMicroseconds,
            coreMilliseconds: left.coreMilliseconds + right.coreMilliseconds)
    }

    /// Device-hours as a decimal, `12.5`: see `Quantities.hours`.
    public var deviceHours: String { Quantities.hours(deviceMicroseconds, perHour: 3_600_000_000) }

    /// Core-hours as a decimal, `96`: see `Quantities.hours`.
    public var coreHours: String { Quantities.hours(coreMilliseconds, perHour: 3_600_000) }
}

extension Quantities {
    /// A count, not negative, of which so many make an hour, as hours: a decimal of at most six places without trailing
    /// zeros.
    ///
    /// An hour has 3,600,000 ms, so most counts have no finite decimal: the nearest millionth of an hour (3.6 ms) is
    /// shown, and of two that are equally near the even one. This is for people's eyes; what is charged is computed
    /// from the count.
    static func hours(_ count: Int128, perHour: Int128) -> String {
        precondition(count >= 0, "a quantity is never negative")
        let (whole, rest) = count.quotientAndRemainder(dividingBy: perHour)
        var (millionths, remainder) = (rest * 1_000_000).quotientAndRemainder(dividingBy: perHour)
        if remainder * 2 > perHour || (remainder * 2 == perHour && millionths % 2 == 1) { millionths += 1 }
        guard millionths < 1_000_000 else { return "\(whole + 1)" }
        guard millionths > 0 else { return "\(whole)" }
        var digits = String(millionths)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
