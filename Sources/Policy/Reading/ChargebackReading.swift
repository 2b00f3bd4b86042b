import Units

extension PolicyDocument {
    static func chargeback(_ field: FieldValue?, _ departments: [Department]) -> ChargebackRules {
        var rules = ChargebackRules()
        _ = field?.mapping { fields in
            set(&rules.degradedFactor, fields.optional("degradedFactor")) { $0.ratio(in: Policy.Limits.stateFactor) }
            set(&rules.adjustmentLimit, fields.optional("adjustmentLimit")) { $0.amount(in: Policy.Limits.budget) }
            rules.unsold = unsold(fields.optional("unsold"))
            rules.accounts = accounts(fields.optional("accounts"), departments)
        }
        return rules
    }

    private static func unsold(_ field: FieldValue?) -> ChargebackRules.Unsold {
        var unsold = ChargebackRules.Unsold()
        _ = field?.mapping { fields in
            set(&unsold.distribute, fields.optional("distribute")) { $0.choice(ChargebackRules.Distribution.self) }
            set(&unsold.factor, fields.optional("factor")) { $0.ratio(in: Policy.Limits.stateFactor) }
        }
        return unsold
    }

    private static func accounts(
        _ field: FieldValue?, _ departments: [Department]
    ) -> ChargebackRules.LedgerAccounts {
        var accounts = ChargebackRules.LedgerAccounts()
        _ = field?.mapping { fields in
            set(&accounts.expense, fields.optional("expense")) { account($0) }
            set(&accounts.revenue, fields.optional("revenue")) { account($0) }
            accounts.departments = own(fields.optional("departments"), departments)
        }
        return accounts
    }

    private static func own(_ field: FieldValue?, _ departments: [Department]) -> [DepartmentID: String] {
        let ids = Set(departments.map(\.id.text))
        var accounts: [DepartmentID: String] = [:]
        for entry in field?.entries(limit: Policy.Limits.departments) ?? [] {
            guard ids.contains(entry.key) else {
                let advice = entry.key.nearest(in: Array(ids)).map { "; did you mean `\($0)`?" } ?? ""
                entry.value.fault("\(entry.key.quoted) is none of the departments\(advice)")
                continue
            }
            if let account = account(entry.value) { accounts[DepartmentID(entry.key)] = account }
        }
        return accounts
    }

    /// A name that ledgers read: an account's parts stand between colons, and two blanks or a line's end end it.
    private static func account(_ field: FieldValue) -> String? {
        guard let text = field.text(limit: Policy.Limits.accountLength) else { return nil }
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: ";") }
        let isName = text.split(separator: ":", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.first != " " && part.last != " "
        }
        let hasTwoBlanks = zip(text.utf8, text.utf8.dropFirst()).contains { $0 == 0x20 && $1 == 0x20 }
        if isPlain, isName, !hasTwoBlanks { return text }
        field.fault("\(text.quoted) is no account's name: words between single colons, such as Expenses:Compute")
        return nil
    }
}
