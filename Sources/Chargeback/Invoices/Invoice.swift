public import Policy
public import Units

/// What a department is charged for a period. Holds ids only: names are joined where it is shown.
public struct Invoice: Sendable, Hashable, Codable {
    /// `INV-2026-11-vision`.
    public var number: String
    public var period: Period
    public var timeZone: Zone
    public var from: Timestamp
    public var to: Timestamp
    public var department: DepartmentID
    /// ISO 4217.
    public var currency: String
    /// In a fixed order; ids count from 1.
    public var lines: [Line]
    /// The exact sum of the lines, in the currency's unit with 12 decimals.
    public var exact: String
    /// What rounding adds: `total` less `exact`, with 12 decimals.
    public var rounding: String
    /// The sum of the lines' amounts: whole hundredths.
    public var total: Amount
    public var versions: Versions

    public init(
        number: String, period: Period, timeZone: Zone, from: Timestamp, to: Timestamp, department: DepartmentID,
        currency: String, lines: [Line], exact: String, rounding: String, total: Amount, versions: Versions
    ) {
        self.number = number
        self.period = period
        self.timeZone = timeZone
        self.from = from
        self.to = to
        self.department = department
        self.currency = currency
        self.lines = lines
        self.exact = exact
        self.rounding = rounding
        self.total = total
        self.versions = versions
    }

    /// What it was made with: the same versions over the same journal make the same bytes.
    public struct Versions: Sendable, Hashable, Codable {
        /// The policy's, at its making.
        public var policy: Int64
        public var rating: Int

        public init(policy: Int64, rating: Int) {
            self.policy = policy
            self.rating = rating
        }
    }

    /// One line: a team's share of one SKU, or what else is charged.
    public struct Line: Sendable, Hashable, Codable {
        public var id: Int
        public var kind: Kind
        /// nil for members of the department alone, and for what is no team's.
        public var team: TeamID?
        public var sku: SKU?
        /// The finance proposal that it comes from: a correction's, an adjustment's.
        public var proposal: Int64?
        /// The period that a reversal or a restatement is about.
        public var original: Period?
        /// In the SKU's quantities times milliseconds; nil for what has none.
        public var quantity: Int64?
        /// In the currency's unit with 12 decimals.
        public var exact: String
        /// Whole hundredths of the unit.
        public var amount: Amount

        public init(
            id: Int, kind: Kind, team: TeamID? = nil, sku: SKU? = nil, proposal: Int64? = nil,
            original: Period? = nil, quantity: Int64? = nil, exact: String, amount: Amount
        ) {
            self.id = id
            self.kind = kind
            self.team = team
            self.sku = sku
            self.proposal = proposal
            self.original = original
            self.quantity = quantity
            self.exact = exact
            self.amount = amount
        }
    }

    /// What a line is for; in the order in which they stand.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case usage, credit, reversal, restatement, adjustment
        /// The department's part of what nobody used.
        case shared
    }
}
