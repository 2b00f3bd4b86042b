/// `GET /v1/invoices/{number}`: what a department is charged for a period.
public struct InvoiceView: Sendable, Hashable, Codable {
    /// `INV-2026-11-vision`.
    public var number: String
    public var status: Status
    /// Of a sealed one: SHA-256 of the document, in hexadecimal digits.
    public var sha256: String?
    /// Of a sealed one: when its period was closed.
    public var closedAt: DateTime?
    /// `2026-11`.
    public var period: String
    /// The policy's zone: `Europe/Berlin`.
    public var timeZone: String
    public var from: DateTime
    /// The period's end, exclusive.
    public var to: DateTime
    public var department: String
    /// As it is called now; the document holds its id alone.
    public var departmentName: String?
    /// ISO 4217.
    public var currency: String
    /// In a fixed order.
    public var lines: [Line]
    /// The exact sum of the lines: a decimal with 12 places.
    public var exact: String
    /// `total` less `exact`: a decimal with 12 places.
    public var rounding: String
    /// The sum of the lines' amounts.
    public var total: String
    /// The policy's version at its making, and the rating's.
    public var policyVersion: Int64
    public var ratingVersion: Int
    /// Of a draft: hours that have no price, and are in no line. A period that has some is not closed.
    public var unrated: [SKUHoursView]

    public init(
        number: String, status: Status, sha256: String? = nil, closedAt: DateTime? = nil, period: String,
        timeZone: String, from: DateTime, to: DateTime, department: String, departmentName: String? = nil,
        currency: String, lines: [Line], exact: String, rounding: String, total: String, policyVersion: Int64,
        ratingVersion: Int, unrated: [SKUHoursView] = []
    ) {
        self.number = number
        self.status = status
        self.sha256 = sha256
        self.closedAt = closedAt
        self.period = period
        self.timeZone = timeZone
        self.from = from
        self.to = to
        self.department = department
        self.departmentName = departmentName
        self.currency = currency
        self.lines = lines
        self.exact = exact
        self.rounding = rounding
        self.total = total
        self.policyVersion = policyVersion
        self.ratingVersion = ratingVersion
        self.unrated = unrated
    }

    /// Whether it may still change.
    public enum Status: String, Sendable, Codable, CaseIterable {
        /// Its period is open.
        case draft
        case sealed
    }

    /// What a line is for.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case usage, credit, reversal, restatement, adjustment
        /// The department's part of what nobody used.
        case shared
    }

    /// One line: a team's share of one SKU, or what else is charged.
    public struct Line: Sendable, Hashable, Codable {
        /// From 1 on.
        public var id: Int
        public var kind: Kind
        /// Absent for members of the department alone, and for what is no team's.
        public var team: String?
        public var sku: String?
        /// The proposal that it comes from: `f-12`.
        public var proposal: String?
        /// The period that a reversal or a restatement is about.
        public var original: String?
        /// In hours of the SKU's unit; negative for what is given back.
        public var quantityHours: String?
        /// A decimal with 12 places.
        public var exact: String
        /// Rounded, so that the lines' amounts add up to the total.
        public var amount: String
        /// What it is made of; absent unless it is asked for, and for lines without a quantity.
        public var parts: [Part]?

        public init(
            id: Int, kind: Kind, team: String? = nil, sku: String? = nil, proposal: String? = nil,
            original: String? = nil, quantityHours: String? = nil, exact: String, amount: String,
            parts: [Part]? = nil
        ) {
            self.id = id
            self.kind = kind
            self.team = team
            self.sku = sku
            self.proposal = proposal
            self.original = original
            self.quantityHours = quantityHours
            self.exact = exact
            self.amount = amount
            self.parts = parts
        }
    }

    /// Hours at one tariff: quantity × price × factors = amount.
    public struct Part: Sendable, Hashable, Codable {
        public var priorityClass: String
        /// What is known of how it was used.
        public var state: String
        public var quantityHours: String
        /// Of one unit, in the currency's unit; absent where none is needed.
        public var perHour: String?
        /// Counts the SKU's prices in the order of time, from 1.
        public var priceVersion: Int?
        /// The window of the week whose price it is.
        public var window: String?
        /// The class's: `1.5`.
        public var multiplier: String
        /// What the policy charges for such a state, of the price: `1`, `0.5`.
        public var factor: String
        /// The part that is credited; `1` for all else.
        public var part: String
        /// A decimal with 12 places.
        public var amount: String

        public init(
            priorityClass: String, state: String, quantityHours: String, perHour: String?, priceVersion: Int?,
            window: String?, multiplier: String, factor: String, part: String, amount: String
        ) {
            self.priorityClass = priorityClass
            self.state = state
            self.quantityHours = quantityHours
            self.perHour = perHour
            self.priceVersion = priceVersion
            self.window = window
            self.multiplier = multiplier
            self.factor = factor
            self.part = part
            self.amount = amount
        }
    }
}

/// Hours of one SKU.
public struct SKUHoursView: Sendable, Hashable, Codable {
    public var sku: String
    /// A decimal.
    public var hours: String

    public init(sku: String, hours: String) {
        self.sku = sku
        self.hours = hours
    }
}

/// In `GET /v1/invoices`: an invoice without its lines.
public struct InvoiceSummaryView: Sendable, Hashable, Codable {
    public var number: String
    public var status: InvoiceView.Status
    public var period: String
    public var department: String
    public var departmentName: String?
    /// ISO 4217.
    public var currency: String
    public var lines: Int
    public var exact: String
    public var rounding: String
    public var total: String
    /// Of a sealed one: SHA-256 of the document, in hexadecimal digits.
    public var sha256: String?

    public init(
        number: String, status: InvoiceView.Status, period: String, department: String, departmentName: String?,
        currency: String, lines: Int, exact: String, rounding: String, total: String, sha256: String?
    ) {
        self.number = number
        self.status = status
        self.period = period
        self.department = department
        self.departmentName = departmentName
        self.currency = currency
        self.lines = lines
        self.exact = exact
        self.rounding = rounding
        self.total = total
        self.sha256 = sha256
    }
}

/// `POST /v1/invoices/verify`: what is recomputed.
public struct InvoiceVerifyRequest: Sendable, Hashable, Codable {
    /// A month; absent for all closed ones.
    public var period: String?

    public init(period: String? = nil) {
        self.period = period
    }
}

/// What a comparison of sealed invoices with the journal found.
public struct InvoiceVerificationView: Sendable, Hashable, Codable {
    public var status: AuditVerificationView.Status
    /// What is wrong, in words; empty where all is right.
    public var faults: [String]
    /// Rows of the journal that were read.
    public var events: Int64
    /// Usage records that were made again from them.
    public var records: Int64
    /// Invoices that were made again and compared.
    public var invoices: Int
    /// Closed periods that were compared.
    public var periods: [String]

    public init(
        status: AuditVerificationView.Status, faults: [String], events: Int64, records: Int64, invoices: Int,
        periods: [String]
    ) {
        self.status = status
        self.faults = faults
        self.events = events
        self.records = records
        self.invoices = invoices
        self.periods = periods
    }
}
