extension Policy {
    /// The policy as a YAML text that reads as the same value: every field in the order of the schema, no comments.
    public var canonicalText: String {
        var lines = CanonicalText()
        lines.append(outline, indent: 0)
        return lines.text
    }
}

/// Writes outlines as YAML.
struct CanonicalText {
    private(set) var text = ""

    /// Lists of words up to that length stand on one line.
    private static let flowLength = 100

    mutating func append(_ outline: Outline, indent: Int) {
        switch outline {
        case .plain, .text, .set: text += " " + outline.inline + "\n"
        case .fields(let fields):
            for (key, value) in fields.pairs where !value.isNothing {
                line(fields.isDictionary ? CanonicalText.scalar(key) : key, value, indent: indent)
            }
        case .list(let elements):
            for (_, element) in elements.pairs { append(element: element, indent: indent) }
        }
    }

    private mutating func line(_ key: String, _ value: Outline, indent: Int) {
        text += String(repeating: " ", count: indent) + key + ":"
        switch value {
        case .set(let words, _) where value.inline.utf8.count > CanonicalText.flowLength:
            text += "\n"
            for word in words {
                text += String(repeating: " ", count: indent + 2) + "- \(CanonicalText.scalar(word))\n"
            }
        case .plain, .text, .set: append(value, indent: indent)
        case .list(let elements) where elements.isEmpty: text += " []\n"
        case .fields, .list:
            text += "\n"
            append(value, indent: indent + 2)
        }
    }

    /// The first field stands on the dash's line.
    private mutating func append(element: Outline, indent: Int) {
        var fields = CanonicalText()
        fields.append(element, indent: indent + 2)
        text += String(repeating: " ", count: indent) + "- " + fields.text.dropFirst(indent + 2)
    }

    /// A text as YAML writes it: in quotes where it would be something else without.
    static func scalar(_ text: String) -> String {
        if isPlain(text) { return text }
        let escaped = text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
        return "\"\(escaped)\""
    }

    private static func isPlain(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        guard let first = text.utf8.first, isLetter(first), text.utf8.last != UInt8(ascii: " ") else { return false }
        guard text.utf8.allSatisfy({ isLetter($0) || $0.isDigit || " -_./".utf8.contains($0) }) else { return false }
        return !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    }
}

extension Outline {
    /// On one line; of lists and fields what stands in braces.
    var inline: String {
        switch self {
        case .plain(let text): text
        case .text(let text): CanonicalText.scalar(text)
        case .set(let texts, _): "[\(texts.map(CanonicalText.scalar).joined(separator: ", "))]"
        case .list(let elements): "[\(elements.pairs.map(\.value.inline).joined(separator: ", "))]"
        case .fields(let fields):
            "{\(fields.pairs.compactMap { $1.isNothing ? nil : "\($0): \($1.inline)" }.joined(separator: ", "))}"
        }
    }

    /// What a list of changes shows of it: a text as it is, anything longer cut.
    var compact: String {
        switch self {
        case .plain(let text), .text(let text): text
        case .set, .list, .fields:
            inline.count <= Policy.Limits.changeLength
                ? inline : inline.prefix(Policy.Limits.changeLength) + "…"
        }
    }
}

extension Policy.Limits {
    /// Characters of what a change shows of a whole department, team or rate.
    static let changeLength = 400
}
