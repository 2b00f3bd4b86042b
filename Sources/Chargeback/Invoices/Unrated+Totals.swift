import Policy
import Units

extension Unrated {
    /// What of the totals has no price, by department and SKU; what was reversed, or given back whole, is not in it.
    ///
    /// A reversal has the factors of what it takes back, so all entries with the same factors are summed first: a sum
    /// of zero costs nothing at any price. What is left of credits alone takes nothing from the use that they are of.
    public static func all(of totals: [PeriodTotal]) -> [Unrated] {
        var nets: [Place: Int128] = [:]
        for total in totals where total.tariff.amount(of: total.quantity) == nil {
            nets[Place(total), default: 0] += Int128(total.quantity)
        }
        var sums: [DepartmentID: [SKU: (positive: Int128, negative: Int128)]] = [:]
        for (place, net) in nets where net != 0 {
            var sum = sums[place.department]?[place.tariff.sku] ?? (0, 0)
            if net > 0 { sum.positive += net } else { sum.negative += net }
            sums[place.department, default: [:]][place.tariff.sku] = sum
        }
        return sums.sorted { $0.key < $1.key }.flatMap { department, skus in
            skus.sorted { $0.key < $1.key }.map { sku, sum in
                let quantity = Int64(clamping: sum.positive > 0 ? sum.positive : sum.negative)
                return Unrated(department: department, sku: sku, quantity: quantity)
            }
        }
    }

    private struct Place: Hashable {
        var department: DepartmentID
        /// As the first entry had it.
        var tariff: Tariff

        init(_ total: PeriodTotal) {
            department = total.department
            tariff = total.tariff
            tariff.entry = .usage
            tariff.correction = nil
            tariff.original = nil
        }
    }
}
