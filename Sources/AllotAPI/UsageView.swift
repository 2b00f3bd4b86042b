/// `GET /v1/usage`: what was held, and what it costs, summed up by what is asked for.
///
/// Sums are of quantities of one SKU: hours of different ones are never added.
public struct UsageView: Sendable, Hashable, Codable {
    /// The first day, of `timeZone`: `2026-11-01`.
    public var from: String
    /// The day behind the last one.
    public var to: String
    /// The policy's zone, in which days begin and end: `Europe/Berlin`.
    public var timeZone: String
    /// ISO 4217; absent where the policy has no prices.
    public var currency: String?
    /// In the order of their keys, and of their SKUs.
    public var items: [Item]
    /// Of all items, SKU by SKU.
    public var totals: [Total]
    /// Of all of them: a decimal with 12 places. Exact; what is invoiced is rounded once, at an invoice's lines.
    public var amount: String

    public init(
        from: String, to: String, timeZone: String, currency: String?, items: [Item], totals: [Total], amount: String
    ) {
        self.from = from
        self.to = to
        self.timeZone = timeZone
        self.currency = currency
        self.items = items
        self.totals = totals
        self.amount = amount
    }

    /// One SKU of one group.
    public struct Item: Sendable, Hashable, Codable {
        /// What the group has in common, by what was asked for: `department`, `tag:project`. A value that is not there,
        /// such as the team of somebody in none, is the empty text.
        public var keys: [String: String]
        /// `gpu:NVIDIA H100 80GB HBM3`, `cpu`, `memory`, `licence:matlab`.
        public var sku: String
        /// Hours of devices, cores, GiB or licences that were held: a decimal.
        public var quantityHours: String
        /// With credits and corrections: a decimal with 12 places.
        public var amount: String
        /// Hours that have no price, and are in no amount: a decimal; `0` for none.
        public var unratedHours: String

        public init(
            keys: [String: String], sku: String, quantityHours: String, amount: String, unratedHours: String
        ) {
            self.keys = keys
            self.sku = sku
            self.quantityHours = quantityHours
            self.amount = amount
            self.unratedHours = unratedHours
        }
    }

    /// One SKU of all groups.
    public struct Total: Sendable, Hashable, Codable {
        public var sku: String
        public var quantityHours: String
        public var amount: String
        public var unratedHours: String

        public init(sku: String, quantityHours: String, amount: String, unratedHours: String) {
            self.sku = sku
            self.quantityHours = quantityHours
            self.amount = amount
            self.unratedHours = unratedHours
        }
    }
}

/// What usage is asked for.
public struct UsageQuery: Sendable, Hashable {
    /// A month, `2026-11`; with neither it nor days, this one.
    public var period: String?
    /// The first day: `2026-11-01`.
    public var from: String?
    /// The day behind the last one.
    public var to: String?
    /// What groups have in common; none is one sum for each SKU.
    public var by: [Key] = []
    public var department: String?
    public var team: String?
    /// A name or a uid.
    public var user: String?
    public var sku: String?
    public var priorityClass: String?
    public var state: State?
    /// Of reservations that have this tag with this value.
    public var tag: Tag?

    public init(period: String? = nil, from: String? = nil, to: String? = nil, by: [Key] = []) {
        self.period = period
        self.from = from
        self.to = to
        self.by = by
    }

    /// What usage may be grouped by.
    public enum Key: Sendable, Hashable, CustomStringConvertible {
        case department, team, user, sku, priorityClass, state, entry, day, month
        /// The value that a reservation has of a tag of that name.
        case tag(String)

        /// Those without a name of one's own.
        public static let plain: [Key] = [
            .department, .team, .user, .sku, .priorityClass, .state, .entry, .day, .month,
        ]

        /// Reads `department`, `class`, `tag:project`; nil for anything else.
        public init?(_ text: String) {
            if text.hasPrefix("tag:"), text.utf8.count > 4 {
                self = .tag(String(text.dropFirst(4)))
            } else if let key = Key.plain.first(where: { $0.description == text }) {
                self = key
            } else {
                return nil
            }
        }

        public var description: String {
            switch self {
            case .department: "department"
            case .team: "team"
            case .user: "user"
            case .sku: "sku"
            case .priorityClass: "class"
            case .state: "state"
            case .entry: "entry"
            case .day: "day"
            case .month: "month"
            case .tag(let name): "tag:\(name)"
            }
        }
    }

    /// What is known of how something was used while it was held.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case used, idle, unmeasured, noShow, degraded
    }

    /// A tag with a value.
    public struct Tag: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// Reads `project=vision`; nil where there is no `=` behind a name.
        public init?(_ text: String) {
            guard let mark = text.firstIndex(of: "="), mark != text.startIndex else { return nil }
            self.init(name: String(text[..<mark]), value: String(text[text.index(after: mark)...]))
        }
    }
}
