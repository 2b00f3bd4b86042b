/// Text on a terminal: how many columns it takes, and what must not reach it.
enum DisplayText {
    /// Columns that the text takes: 2 for wide characters (CJK, emoji), 0 for combining marks.
    static func width(_ text: String) -> Int {
        isPlain(text) ? text.utf8.count : text.reduce(0) { $0 + width($1) }
    }

    /// The text with what could steer a terminal or reorder a line written as `\u{1b}`: names and tags are other
    /// people's.
    static func printable(_ text: String) -> String {
        if isPlain(text) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text cut to at most `limit` columns, the last one an ellipsis.
    static func cut(_ text: String, to limit: Int, isUnicode: Bool) -> String {
        guard width(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let next = width(character)
            guard used + next < limit else { break }
            result.append(character)
            used += next
        }
        return result + (isUnicode ? "…" : "~")
    }

    /// Printable ASCII: one column, and harmless.
    static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7F }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy(isPlain) }

    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        // U+FE0F asks for the emoji form of what is a narrow sign otherwise.
        if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return first.properties.isEmojiPresentation || isWide(first.value) ? 2 : 1
        }
    }

    /// East Asian Width W and F (Unicode Standard Annex 11), by blocks.
    private static func isWide(_ code: UInt32) -> Bool {
        switch code {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x17000...0x18CFF, 0x1AFF0...0x1B2FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }

    /// Control characters, line and paragraph ends, and marks that change the direction of what follows.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
