extension PolicyDocument {
    /// An id that is not yet in its list.
    static func identifier(_ field: FieldValue?, _ seen: inout Repetitions) -> String? {
        guard let field, let text = field.text(limit: Policy.Limits.idLength) else { return nil }
        let isWord = text.utf8.allSatisfy { (97...122).contains($0) || $0.isDigit || $0 == UInt8(ascii: "-") }
        guard isWord, !text.hasPrefix("-") else {
            field.fault("\(text.quoted) is no id: lower-case letters, digits and -, and no - in front")
            return nil
        }
        guard !text.utf8.allSatisfy(\.isDigit) else {
            field.fault("\(text.quoted) is no id: it has only digits, so it would be taken for a number")
            return nil
        }
        return seen.check(field, text) ? text : nil
    }

    /// What people read, on one line: a department, a team, a window of prices.
    static func name(_ field: FieldValue?, orElse id: String?) -> String? {
        guard let field else { return id }
        guard let text = field.text(limit: Policy.Limits.nameLength) else { return nil }
        guard text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
            field.fault("\(text.quoted) must neither begin nor end with a space")
            return nil
        }
        return text
    }
}
