public import Policy
public import Scheduling
public import Topology
public import Units

/// What a grant would cost by the price book, for people's eyes before they ask for it. What is charged is rated from
/// what was used, and may come to something else: other devices, another end, a price that begins meanwhile.
public struct Estimate: Sendable, Hashable {
    /// The currency's units, rounded half up to two decimals.
    public var amount: String { Estimate.text(exact) }
    /// Millionths of the currency's unit × ms × thousandths × thousandths.
    private let exact: Int128
    /// ISO 4217.
    public let currency: String
    /// SKUs that have no price for some of the time, and count as nothing then.
    public let unpriced: [SKU]

    /// nil where the policy has no price book, or the sum is beyond all sense.
    ///
    /// - Parameters:
    ///   - devices: by index in the host's.
    ///   - interval: at most ten years; see `Policy.rate`.
    public init?(
        _ demand: Demand, on devices: DeviceSet, of host: Host, over interval: Range<Timestamp>,
        priorityClass: ClassID, policy: Policy
    ) {
        guard let book = policy.priceBook else { return nil }
        // Each SKU with its quantity in 2⁻³⁰ of a thousandth of its unit, so that bytes and shares are as exact as
        // devices.
        var quantities: [SKU: Int128] = [
            .core: Int128(demand.cores) * 1000 << 30, .memory: Int128(demand.memory.bytes) * 1000,
        ]
        let share = Int128((demand.share ?? .one).thousandths) << 30
        for device in devices { quantities[.device(host.devices[device].model), default: 0] += share }
        for licence in demand.licences {
            quantities[.licence(licence.name), default: 0] += Int128(licence.count) * 1000 << 30
        }
        var sum: Int128 = 0
        var unpriced: [SKU] = []
        for (sku, quantity) in quantities.sorted(by: { $0.key < $1.key }) where quantity > 0 {
            for piece in policy.rate(sku, over: interval) {
                guard let rate = piece.rate else {
                    if unpriced.last != sku { unpriced.append(sku) }
                    continue
                }
                let time = Int128((piece.to - piece.from).milliseconds)
                let (price, first) = Int128(rate.perHour.microunits).multipliedReportingOverflow(by: time)
                let (cost, second) = price.multipliedReportingOverflow(by: quantity)
                let (total, third) = sum.addingReportingOverflow(cost)
                if first || second || third { return nil }
                sum = total
            }
        }
        let multiplier = policy.classes.first { $0.id == priorityClass }?.priceMultiplier ?? .one
        // Out of the unit of 2⁻³⁰ first: what that drops is less than a millionth of a millionth.
        let (product, isOver) = (sum >> 30).multipliedReportingOverflow(by: Int128(multiplier.thousandths))
        if isOver { return nil }
        exact = product
        currency = book.currency
        self.unpriced = unpriced
    }

    /// As hundredths of the unit.
    private static func text(_ exact: Int128) -> String {
        let divisor: Int128 = 3_600_000 * 1000 * 1000 * 10_000
        let hundredths = (exact + divisor / 2) / divisor
        let rest = String(hundredths % 100)
        return "\(hundredths / 100).\(rest.count == 1 ? "0" : "")\(rest)"
    }

    /// Several together, rounded once.
    public struct Sum: Sendable {
        private var exact: Int128 = 0

        public init() {}

        /// Whether it still makes sense; nothing is added where not.
        public mutating func add(_ estimate: Estimate) -> Bool {
            let (sum, isOver) = exact.addingReportingOverflow(estimate.exact)
            if isOver { return false }
            exact = sum
            return true
        }

        /// The currency's units, rounded half up to two decimals.
        public var amount: String { Estimate.text(exact) }
    }
}
