import Logging

/// Log lines for people: one line each, whatever a user's text holds.
enum LogText {
    /// `message key=value key="two words"`.
    static func line(_ message: String, _ metadata: [(key: String, value: String)]) -> String {
        var line = escaped(message)
        for (key, value) in metadata {
            line += " \(escaped(key))=\(isBare(value) ? value : "\"\(escaped(value, quotes: true))\"")"
        }
        return line
    }

    /// All metadata of an event, by key; the event's own win over its logger's.
    static func fields(_ own: Logger.Metadata, _ event: Logger.Metadata?) -> [(key: String, value: String)] {
        if own.isEmpty, event?.isEmpty ?? true { return [] }
        return own.merging(event ?? [:]) { $1 }.map { ($0.key, $0.value.description) }.sorted { $0.key < $1.key }
    }

    /// The text with everything escaped that could end the line, move the cursor, or turn the writing direction.
    static func escaped(_ text: String, quotes: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: { needsEscape($0, quotes) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where needsEscape(scalar, quotes):
                if scalar == "\"" || scalar == "\\" {
                    result += "\\"
                    result.unicodeScalars.append(scalar)
                } else {
                    result += "\\u{\(String(scalar.value, radix: 16))}"
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func needsEscape(_ scalar: Unicode.Scalar, _ quotes: Bool) -> Bool {
        if scalar.value >= 0x20 && scalar.value < 0x7F { return quotes && (scalar == "\"" || scalar == "\\") }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: return true
        default: return false
        }
    }

    /// Whether a value needs no quotation marks.
    private static func isBare(_ value: String) -> Bool {
        !value.isEmpty
            && value.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
                    && byte != UInt8(ascii: "\\")
            }
    }
}
