public import Scheduling
public import Units

/// How much of the machine a grant is over an interval: exact, in devices and cores times milliseconds.
public struct Quantities: Sendable, Hashable {
    public let deviceMilliseconds: Int128
    public let coreMilliseconds: Int128

    private init(deviceMilliseconds: Int128, coreMilliseconds: Int128) {
        self.deviceMilliseconds = deviceMilliseconds
        self.coreMilliseconds = coreMilliseconds
    }

    /// So many devices and cores for so long. Neither the counts nor the span may be negative.
    public init(devices: Int, cores: Int, span: Span) {
        precondition(devices >= 0 && cores >= 0, "a grant holds no negative number of devices or cores")
        precondition(span >= .zero, "an interval ends after its beginning")
        deviceMilliseconds = Int128(devices) * Int128(span.milliseconds)
        coreMilliseconds = Int128(cores) * Int128(span.milliseconds)
    }

    /// What the grant was between two points of engine time.
    public init(of grant: Grant, from start: Timestamp, to end: Timestamp) {
        self.init(devices: grant.devices.count, cores: grant.cores.count, span: end - start)
    }

    public static let none = Quantities(deviceMilliseconds: 0, coreMilliseconds: 0)

    /// Of two intervals, or two grants, together. Exact: sums are made here, and rounded only to be shown.
    public static func + (left: Quantities, right: Quantities) -> Quantities {
        Quantities(
            deviceMilliseconds: left.deviceMilliseconds + right.deviceMilliseconds,
            coreMilliseconds: left.coreMilliseconds + right.coreMilliseconds)
    }

    /// Device-hours as a decimal, `12.5`: see `Quantities.hours`.
    public var deviceHours: String { Quantities.hours(deviceMilliseconds) }

    /// Core-hours as a decimal, `96`: see `Quantities.hours`.
    public var coreHours: String { Quantities.hours(coreMilliseconds) }
}

extension Quantities {
    /// A count of milliseconds, not negative, as hours: a decimal of at most six places without trailing zeros.
    ///
    /// An hour has 3,600,000 ms, so most counts have no finite decimal: the nearest millionth of an hour (3.6 ms) is
    /// shown, and of two that are equally near the even one. This is for people's eyes; what is charged is computed
    /// from the milliseconds.
    static func hours(_ milliseconds: Int128) -> String {
        precondition(milliseconds >= 0, "a quantity is never negative")
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 3_600_000)
        // rest / 3,600,000 h × 1,000,000 = rest × 5 / 18 millionths of an hour.
        var (millionths, remainder) = (rest * 5).quotientAndRemainder(dividingBy: 18)
        if remainder > 9 || (remainder == 9 && millionths % 2 == 1) { millionths += 1 }
        guard millionths < 1_000_000 else { return "\(whole + 1)" }
        guard millionths > 0 else { return "\(whole)" }
        var digits = String(millionths)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
