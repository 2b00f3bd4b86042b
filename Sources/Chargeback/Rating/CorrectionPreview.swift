public import Units

/// What a correction would come to, by department: shown before anybody approves it. Records are taken one by one.
public struct CorrectionPreview: Sendable {
    public let correction: FinanceProposal.Correction
    /// Records that it would reverse.
    public private(set) var records: Int64 = 0
    private var sums: [DepartmentID: Sum] = [:]

    public init(_ correction: FinanceProposal.Correction) {
        self.correction = correction
    }

    /// Takes one more record that is not reversed; those that the correction does not change count as nothing.
    public mutating func add(_ record: UsageRecord) {
        let entries = correction.entries(for: record, proposal: 0, from: 0, postedOn: record.day)
        guard !entries.isEmpty else { return }
        records += 1
        var sum = sums[record.department] ?? Sum()
        sum.records += 1
        for entry in entries { sum.exact += entry.amount ?? .zero }
        sums[record.department] = sum
    }

    /// By department.
    public var differences: [Difference] {
        sums.sorted { $0.key < $1.key }.map { department, sum in
            Difference(department: department, records: sum.records, exact: sum.exact)
        }
    }

    /// All departments together.
    public var exact: ExactAmount { sums.values.reduce(.zero) { $0 + $1.exact } }

    private struct Sum {
        var records: Int64 = 0
        var exact = ExactAmount.zero
    }

    /// What one department would be charged more, or less where it is negative.
    public struct Difference: Sendable, Hashable {
        public var department: DepartmentID
        public var records: Int64
        public var exact: ExactAmount

        public init(department: DepartmentID, records: Int64, exact: ExactAmount) {
            self.department = department
            self.records = records
            self.exact = exact
        }

        /// Whole hundredths: rounded half to even. nil where the sum is beyond what is exact.
        public var rounded: Amount? { exact.rounded }
    }
}

extension ExactAmount {
    /// Whole hundredths of the currency's unit, rounded half to even; nil where it is beyond what is exact.
    public var rounded: Amount? {
        if isBeyond { return nil }
        return Amount(microunits: Int64(parts.rounded(dividingBy: LargestRemainder.hundredth)) * 10_000)
    }
}
