/// What is asked for most, learnt from what runs and waits: what is to come is taken to look like it.
///
/// Nothing is remembered of what is over.
public struct TypicalDemand<Devices: Hashable & Comparable & Sendable>: Sendable {
    /// How many ask for each.
    private var counts: [Kind: Int] = [:]
    /// Those that were counted.
    public private(set) var total = 0

    private struct Kind: Hashable, Comparable {
        var asked: AskedDevices
        /// Which devices will do.
        var devices: Devices

        static func < (left: Kind, right: Kind) -> Bool {
            left.asked == right.asked ? left.devices < right.devices : left.asked < right.asked
        }
    }

    public init() {}

    /// Counts one that runs or waits.
    public mutating func add(_ asked: AskedDevices, _ devices: Devices) {
        total += 1
        if asked.devices > 0 { counts[Kind(asked: asked, devices: devices), default: 0] += 1 }
    }

    /// The kinds that most ask for, those first; of equally frequent ones the larger.
    public var kinds: [(asked: AskedDevices, devices: Devices, count: Int)] {
        counts.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(Limits.typicalKinds).map {
            ($0.key.asked, $0.key.devices, $0.value)
        }
    }

    /// Whether so many have come since it was learnt from `learnt` that it is to be learnt anew.
    public static func isOutdated(learnt: Int, now: Int) -> Bool { now >= learnt + learnt / 4 + 16 }
}
