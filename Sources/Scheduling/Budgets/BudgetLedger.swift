import Units

/// What counts against the departments' budgets, month by month: what live reservations hold, and what has been posted
/// at their ends.
public struct BudgetLedger: Sendable, Hashable {
    /// What is known of one department's month, by the month's first instant.
    public private(set) var periods: [DepartmentID: [Timestamp: Period]]
    /// The sum of what live reservations hold; what is zero is left out. Wide enough that it can be taken back exactly.
    private var held: [DepartmentID: [Timestamp: Int128]] = [:]

    /// One department's month.
    public struct Period: Sendable, Hashable {
        public var posted: Amount
        /// The highest threshold that has been announced, in percent; 0 for none.
        public var announced: Int

        public init(posted: Amount = .zero, announced: Int = 0) {
            self.posted = posted
            self.announced = announced
        }
    }

    public init(periods: [DepartmentID: [Timestamp: Period]] = [:]) { self.periods = periods }

    /// What is posted to a department's month.
    public func posted(to department: DepartmentID, in month: Timestamp) -> Amount {
        periods[department]?[month]?.posted ?? .zero
    }

    /// What live reservations hold of a department's month.
    public func held(of department: DepartmentID, in month: Timestamp) -> Amount {
        Amount(microunits: Int64(clamping: held[department]?[month] ?? 0))
    }

    /// The highest threshold of a department's month that has been announced; 0 for none.
    func announced(to department: DepartmentID, in month: Timestamp) -> Int {
        periods[department]?[month]?.announced ?? 0
    }

    /// The months of a department of which something is held, or known, in order.
    public func months(of department: DepartmentID) -> [Timestamp] {
        let known = Set((periods[department] ?? [:]).keys)
        return known.union((held[department] ?? [:]).keys).sorted()
    }

    mutating func hold(_ amounts: [MonthAmount], of department: DepartmentID, sign: Int128 = 1) {
        for part in amounts {
            let sum = (held[department]?[part.month] ?? 0) + sign * Int128(part.amount.microunits)
            held[department, default: [:]][part.month] = sum == 0 ? nil : sum
        }
        if held[department]?.isEmpty ?? false { held[department] = nil }
    }

    /// Adds what has been used, and forgets what is long past by then.
    mutating func post(_ amounts: [MonthAmount], to department: DepartmentID) {
        guard let last = amounts.map(\.month).max() else { return }
        for part in amounts {
            let sum = posted(to: department, in: part.month) + part.amount
            periods[department, default: [:]][part.month, default: Period()].posted = sum
        }
        periods[department] = periods[department]?.filter { $0.key + Limits.budgetMemory > last }
    }

    mutating func announce(_ percent: Int, to department: DepartmentID, in month: Timestamp) {
        periods[department, default: [:]][month, default: Period()].announced = percent
    }
}
