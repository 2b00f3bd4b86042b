/// A YAML value with its place in the text.
struct YAMLNode {
    let position: TextPosition
    let content: Content

    enum Content {
        /// `isPlain` when written without quotes, so that `5` can be a number and `"5"` can't.
        case scalar(String, isPlain: Bool)
        case list([YAMLNode])
        case mapping([YAMLPair])
        /// A value that a fault stands for already: nothing more is said about it.
        case refused
    }
}

/// A key of a mapping and its value.
struct YAMLPair {
    let key: String
    let position: TextPosition
    let value: YAMLNode
}

/// What a text without quotes means, by the core schema of YAML 1.2.2, section 10.3.2. So `no`, `on` and `yes` are
/// texts, and a number is never a text by accident.
enum PlainScalar {
    case nothing
    case boolean(Bool)
    case number
    case text

    init(_ text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .nothing
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        default: self = PlainScalar.isNumber(text) ? .number : .text
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        var rest = Substring(text)
        if rest.hasPrefix("0x") { return rest.dropFirst(2).isAll { $0.isASCII && $0.isHexDigit } }
        if rest.hasPrefix("0o") { return rest.dropFirst(2).isAll { "01234567".contains($0) } }
        if [".nan", ".NaN", ".NAN"].contains(text) { return true }
        if let sign = rest.first, sign == "-" || sign == "+" { rest.removeFirst() }
        if [".inf", ".Inf", ".INF"].contains(rest) { return true }
        let whole = rest.takeDigits()
        var fraction = 0
        if rest.first == "." {
            rest.removeFirst()
            fraction = rest.takeDigits()
        }
        guard whole + fraction > 0 else { return false }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if let sign = rest.first, sign == "-" || sign == "+" { rest.removeFirst() }
            return rest.takeDigits() > 0 && rest.isEmpty
        }
        return rest.isEmpty
    }
}

extension Substring {
    fileprivate func isAll(_ test: (Character) -> Bool) -> Bool { !isEmpty && allSatisfy(test) }

    /// Removes the digits at the front and says how many there were.
    fileprivate mutating func takeDigits() -> Int {
        let digits = prefix { ("0"..."9").contains($0) }.count
        removeFirst(digits)
        return digits
    }
}
