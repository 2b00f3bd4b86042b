import Units

extension Policy {
    /// What one policy may hold. Past a limit the text is refused with a fault that names it.
    public enum Limits {
        /// Characters of a department's, team's or class's id.
        public static let idLength = 40
        /// Characters of a department's or team's name.
        public static let nameLength = 100
        /// Characters of a user's or group's name: what directory services make of Linux's 32.
        public static let memberLength = 256
        public static let classes = 32
        public static let departments = 1000
        /// Of one department.
        public static let teams = 1000
        /// Of one list of members.
        public static let members = 10_000
        public static let weight = 1...1_000_000
        public static let rank = 1...1_000_000
        public static let maximumWait = Span.minutes(1)...Span.days(365)
        /// Characters of a time zone's name; the longest of the IANA database have 32.
        public static let zoneLength = 64
        /// The longest interval that is rated at once.
        public static let rated = Span.days(3660)
    }
}

/// Quotas, caps, licences, sharing, preemption, fair shares.
extension Policy.Limits {
    /// Characters of a device's model.
    public static let modelLength = 256
    /// Of one department.
    public static let quotas = 256
    /// Devices that are nominal, borrowed or lent.
    public static let quota = 0...100_000
    /// Of one department.
    public static let cells = 256
    /// Devices of one island.
    public static let cellSize = 2...DeviceSet.limit
    public static let cellCount = 1...10_000
    /// Devices that a team or user holds.
    public static let devices = 0...100_000
    public static let duration = Span.minutes(1)...Span.days(366)
    public static let horizon = Span.minutes(1)...Span.days(366)
    public static let waiting = 0...100_000
    /// Of one user in a month.
    public static let deviceHours = 0...100_000_000
    public static let licences = 1000
    /// Characters of a licence's name.
    public static let licenceLength = 64
    public static let licenceCount = 1...1_000_000
    public static let shareable = 256
    public static let usersPerDevice = 2...1000
    public static let minimumRunTime = Span.zero...Span.days(30)
    /// The longest is what the enforcer waits at most.
    public static let grace = Span.zero...Span.hours(1)
    /// Preemptions in an hour.
    public static let preemptions = 0...100_000
    public static let halfLife = Span.hours(1)...Span.days(3650)
}

/// The price book.
extension Policy.Limits {
    /// Characters of a currency's code.
    public static let currencyLength = 3
    /// Characters of a SKU: a model, or a licence's name, and what it is.
    public static let skuLength = modelLength + 8
    public static let rates = 10_000
    /// Times of the week with a price of their own, of one rate.
    public static let windows = 64
    /// Per hour; a million of the currency's unit at most.
    public static let price = Price.zero...Price(microunits: 1_000_000_000_000)
    /// Of a class or a window.
    public static let multiplier = Ratio(thousandths: 0)...Ratio(thousandths: 1_000_000)
}

/// Roles, budgets, approvals, attendance.
extension Policy.Limits {
    /// Users with a default department.
    public static let defaultDepartments = 100_000
    /// Of a department in a month, and of a request that needs approval; in the price book's currency.
    public static let budget = Amount.zero...Amount(microunits: 1_000_000_000_000_000_000)
    /// Of one budget.
    public static let thresholds = 16
    /// In percent of the budget.
    public static let threshold = 1...1000
    /// Of the price, for what is known of use: a penalty at most ten times.
    public static let stateFactor = Ratio(thousandths: 0)...Ratio(thousandths: 10_000)
    /// Of what a run that gave way was charged.
    public static let credit = Ratio(thousandths: 0)...Ratio.one
    /// Characters of an account's name in a ledger.
    public static let accountLength = 128
    public static let idleFactor = Ratio(thousandths: 0)...Ratio(thousandths: 1000)
    /// Between the word that a reservation ends early and its end.
    public static let endingGrace = Span.zero...Span.days(7)
    public static let requestRules = 64
    public static let requestHold = Span.minutes(1)...Span.days(30)
    /// After which an idle reservation, or one that nobody came for, is noticed.
    public static let absence = Span.minutes(1)...Span.days(30)
    /// Before the end of a reservation's time; none tells nobody.
    public static let endLead = Span.zero...Span.days(1)
    /// In percent.
    public static let utilization = 1...100
    /// At most a hundred years.
    public static let retention = Span.days(1)...Span.days(36_500)
}

extension YAMLDocument {
    /// What one YAML text may hold, checked before anything is made of it.
    public enum Limits {
        /// Bytes of the text: 8 MiB.
        public static let bytes = 8 << 20
        /// Lists and mappings inside each other.
        public static let levels = 32
        /// Texts, lists and mappings altogether: what bounds the memory that 8 MiB of `[` and `,` would take.
        public static let nodes = 1_000_000
        /// Faults that are reported one by one; those behind them are only counted.
        public static let faults = 1000
        /// Characters of a text from the file that a message repeats.
        static let quotedLength = 60
    }
}
