/// Whole numbers for parts of a whole, so that they sum to it exactly: each part is rounded down, and what is missing
/// goes one by one to those that lost most by it (Hamilton's method); of those that lost as much, to the first.
enum LargestRemainder {
    /// A hundredth of the currency's unit.
    static let hundredth: Int128 = ExactAmount.perMicrounit * 10_000

    /// Exact amounts as whole hundredths, which sum to `total`: the amounts' sum, rounded half to even. None is a whole
    /// hundredth away from its exact amount, and what is exact stays.
    static func hundredths(of exact: [ExactAmount]) -> (amounts: [Int64], total: Int64) {
        let total = Int64(exact.reduce(.zero, +).parts.rounded(dividingBy: hundredth))
        let floors = exact.map { $0.parts.floored(dividingBy: hundredth) }
        var amounts = floors.map { Int64($0.quotient) }
        let missing = Int(total - amounts.reduce(0, +))
        for index in places(of: missing, by: floors.map(\.remainder)) { amounts[index] += 1 }
        return (amounts, total)
    }

    /// A whole that is not negative in parts by weight; nobody's where no weight is more than zero.
    /// - Parameter weights: none negative; their sum within an Int128.
    static func shares(of whole: Int64, by weights: [Int128]) -> [Int64]? {
        let sum = weights.reduce(0, +)
        guard sum > 0, whole >= 0, weights.allSatisfy({ $0 >= 0 }) else { return nil }
        let parts = weights.map { weight in
            sum.magnitude.dividingFullWidth(weight.magnitude.multipliedFullWidth(by: UInt128(whole)))
        }
        var shares = parts.map { Int64($0.quotient) }
        let missing = Int(whole - shares.reduce(0, +))
        for index in places(of: missing, by: parts.map(\.remainder)) { shares[index] += 1 }
        return shares
    }

    /// The places of the largest, as many as are missing; of equals the first.
    private static func places(of missing: Int, by remainders: [some Comparable]) -> ArraySlice<Int> {
        let order = remainders.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
        return order.prefix(missing)
    }
}

extension Int128 {
    /// Rounded towards minus infinity, so that the remainder is never negative; the divisor is positive.
    fileprivate func floored(dividingBy divisor: Int128) -> (quotient: Int128, remainder: Int128) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
