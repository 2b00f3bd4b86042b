import Units

extension PolicyDocument {
    static func budgets(_ field: FieldValue?) -> BudgetRules {
        var rules = BudgetRules()
        _ = field?.mapping { fields in
            set(&rules.idleFactor, fields.optional("idleFactor")) { $0.ratio(in: Policy.Limits.idleFactor) }
            set(&rules.atHardStop, fields.optional("atHardStop")) { $0.choice(BudgetRules.HardStop.self) }
            set(&rules.grace, fields.optional("grace")) { $0.duration(in: Policy.Limits.grace) }
        }
        return rules
    }

    static func budget(_ field: FieldValue?) -> Budget? {
        field?.mapping { fields in
            let perMonth = fields.required("perMonth")?.amount(in: Policy.Limits.budget)
            let thresholds = fields.optional("thresholds").map(thresholds) ?? Budget.standardThresholds
            let isHard = fields.optional("hardStop").map { $0.boolean() } ?? true
            guard let perMonth, let isHard else { return nil }
            return Budget(perMonth: perMonth, thresholds: thresholds, isHard: isHard)
        } ?? nil
    }

    private static func thresholds(_ field: FieldValue) -> [Int] {
        var rising: [Int] = []
        for element in field.list(limit: Policy.Limits.thresholds) ?? [] {
            guard let percent = element.integer(in: Policy.Limits.threshold) else { continue }
            if let last = rising.last, percent <= last {
                element.fault("\(percent) does not rise: \(last) stands before it")
            } else {
                rising.append(percent)
            }
        }
        return rising
    }
}

extension FieldValue {
    /// An amount of the price book's currency.
    func amount(in range: ClosedRange<Amount>) -> Amount? {
        written("an amount such as 50000 or 2.50, with at most 6 decimals", in: range) { Amount($0) }
    }
}
