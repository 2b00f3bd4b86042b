import Units

/// An amount of money in one calendar month of the policy's zone.
public struct MonthAmount: Sendable, Hashable, Codable {
    /// The month's first instant.
    public var month: Timestamp
    public var amount: Amount

    public init(month: Timestamp, amount: Amount) {
        self.month = month
        self.amount = amount
    }
}

extension [MonthAmount] {
    /// What they come to.
    public var total: Amount { reduce(.zero) { $0 + $1.amount } }

    /// What is of one month.
    func amount(in month: Timestamp) -> Amount { first { $0.month == month }?.amount ?? .zero }

    /// Both together, by month.
    func adding(_ others: [MonthAmount]) -> [MonthAmount] {
        var sum = self
        for other in others {
            if let index = sum.firstIndex(where: { $0.month == other.month }) {
                sum[index].amount = sum[index].amount + other.amount
            } else {
                sum.append(other)
            }
        }
        return sum.sorted { $0.month < $1.month }
    }
}
