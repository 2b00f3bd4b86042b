/// `POST /v1/finance/proposals`: an adjustment or a correction, one of them, and why.
public struct FinanceProposalRequest: Sendable, Hashable, Codable {
    public var adjustment: AdjustmentRequest?
    public var correction: CorrectionRequest?
    public var reason: String

    public init(adjustment: AdjustmentRequest? = nil, correction: CorrectionRequest? = nil, reason: String) {
        self.adjustment = adjustment
        self.correction = correction
        self.reason = reason
    }
}

/// An amount that a department is charged, or for a negative one given back, beside all use.
public struct AdjustmentRequest: Sendable, Hashable, Codable {
    public var department: String
    public var team: String?
    /// In the currency's unit with two decimals at most: `-120.50`.
    public var amount: String
    /// The open period that it is posted to, `2026-11`; the earliest open one where it is absent.
    public var period: String?

    public init(department: String, team: String? = nil, amount: String, period: String? = nil) {
        self.department = department
        self.team = team
        self.amount = amount
        self.period = period
    }
}

/// The price that a SKU should have had for some time.
public struct CorrectionRequest: Sendable, Hashable, Codable {
    public var sku: String
    public var from: DateTime
    /// Exclusive.
    public var to: DateTime
    /// Of one device, core, GiB or licence: a decimal in the currency's unit.
    public var perHour: String

    public init(sku: String, from: DateTime, to: DateTime, perHour: String) {
        self.sku = sku
        self.from = from
        self.to = to
        self.perHour = perHour
    }
}

/// What finance asks to have changed, from its proposal to its end.
public struct FinanceProposalView: Sendable, Hashable, Codable {
    /// `f-12`.
    public var id: String
    public var state: State
    /// An adjustment, with the period that it is posted to.
    public var adjustment: AdjustmentRequest?
    public var correction: CorrectionRequest?
    /// ISO 4217; absent where the policy has no prices.
    public var currency: String?
    /// Who proposed it.
    public var by: String
    public var at: DateTime
    /// Absent where it is erased.
    public var reason: String?
    /// Who said yes or no; absent where nobody had to, or has.
    public var decidedBy: String?
    /// When it was applied or rejected.
    public var decidedAt: DateTime?
    /// Why it was rejected.
    public var rejectionReason: String?
    /// Of a correction: what each department is charged more, or for a negative amount less.
    public var differences: [Difference]?

    public init(
        id: String, state: State, adjustment: AdjustmentRequest? = nil, correction: CorrectionRequest? = nil,
        currency: String?, by: String, at: DateTime, reason: String? = nil, decidedBy: String? = nil,
        decidedAt: DateTime? = nil, rejectionReason: String? = nil, differences: [Difference]? = nil
    ) {
        self.id = id
        self.state = state
        self.adjustment = adjustment
        self.correction = correction
        self.currency = currency
        self.by = by
        self.at = at
        self.reason = reason
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
        self.rejectionReason = rejectionReason
        self.differences = differences
    }

    /// What has become of it.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// It waits for a second person's word.
        case pending
        case applied, rejected
    }

    /// What a correction changes for one department.
    public struct Difference: Sendable, Hashable, Codable {
        public var department: String
        /// A decimal with 12 places.
        public var exact: String
        /// Rounded to hundredths.
        public var amount: String

        public init(department: String, exact: String, amount: String) {
            self.department = department
            self.exact = exact
            self.amount = amount
        }
    }
}

/// In `GET /v1/periods`: a month of the policy's zone, as it is invoiced.
public struct PeriodView: Sendable, Hashable, Codable {
    /// `2026-11`.
    public var period: String
    public var state: State
    public var from: DateTime
    /// Its end, exclusive.
    public var to: DateTime
    /// ISO 4217; absent where the policy has no prices.
    public var currency: String?
    public var invoices: Int
    /// Of all invoices.
    public var total: String
    public var closedAt: DateTime?
    /// Who closed it.
    public var closedBy: String?
    /// What keeps an open one from being closed; absent for a closed one.
    public var hindrances: Hindrances?

    public init(
        period: String, state: State, from: DateTime, to: DateTime, currency: String?, invoices: Int, total: String,
        closedAt: DateTime? = nil, closedBy: String? = nil, hindrances: Hindrances? = nil
    ) {
        self.period = period
        self.state = state
        self.from = from
        self.to = to
        self.currency = currency
        self.invoices = invoices
        self.total = total
        self.closedAt = closedAt
        self.closedBy = closedBy
        self.hindrances = hindrances
    }

    /// Whether it may still change.
    public enum State: String, Sendable, Codable, CaseIterable {
        case open, closed
    }

    /// What has to be done before a period can be closed.
    public struct Hindrances: Sendable, Hashable, Codable {
        /// It is not over yet.
        public var isUnderWay: Bool
        /// An earlier period that has to be closed first.
        public var earlier: String?
        /// Hours that have no price.
        public var unrated: [SKUHoursView]
        /// Reservations whose use of it is not written down yet; at most a hundred.
        public var unsettled: [String]
        /// Finance proposals that wait for a second person.
        public var pending: [String]

        public init(
            isUnderWay: Bool, earlier: String? = nil, unrated: [SKUHoursView] = [], unsettled: [String] = [],
            pending: [String] = []
        ) {
            self.isUnderWay = isUnderWay
            self.earlier = earlier
            self.unrated = unrated
            self.unsettled = unsettled
            self.pending = pending
        }
    }
}
