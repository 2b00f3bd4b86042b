internal import CYaml

/// Turns the place and words at which libyaml gave up into one fault that says what to do.
enum YAMLSyntaxError {
    static func describe(_ parser: yaml_parser_t, in bytes: UnsafeBufferPointer<UInt8>) -> (TextPosition, String) {
        switch parser.error {
        case YAML_MEMORY_ERROR:
            return (.start, "there is no memory to read it")
        case YAML_READER_ERROR:
            let position = TextPosition(endOf: String(decoding: bytes.prefix(parser.problem_offset), as: UTF8.self))
            let code = parser.problem_value >= 0 ? " (U+\(String(parser.problem_value, radix: 16)))" : ""
            return (position, "not YAML: \(words(parser.problem))\(code)")
        default:
            let position = TextPosition(parser.problem_mark)
            return (position, "not YAML: \(words(parser.problem))\(context(parser))\(hint(parser, bytes))")
        }
    }

    private static func context(_ parser: yaml_parser_t) -> String {
        guard parser.context != nil else { return "" }
        let start = TextPosition(parser.context_mark)
        return " \(words(parser.context)) from line \(start.line), column \(start.column)"
    }

    private static func words(_ text: UnsafePointer<CChar>?) -> String {
        text.map { String(cString: $0) } ?? "it cannot be read"
    }

    /// What most often is wrong where YAML meets a character that it gives a meaning of its own.
    private static func hint(_ parser: yaml_parser_t, _ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
        let index = Int(parser.problem_mark.index)
        // An alias's name is looked for behind its asterisk.
        let around = scalars.dropFirst(max(index - 1, 0)).prefix(2)
        guard let last = around.last else { return "" }
        if last == "\t" { return "; indent with spaces, not with tabs" }
        let isAlias = parser.context.map { String(cString: $0).contains("alias") } ?? false
        guard isAlias || last == "@" || last == "%" || last == "`" else { return "" }
        return "; a text that begins with `*`, `@` or `%` must stand in quotes, as in \"*\" or \"@group\""
    }
}

extension TextPosition {
    /// The place behind the last character, lines broken where libyaml breaks them.
    init(endOf text: some StringProtocol) {
        self = .start
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where last == "\r": break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": self = TextPosition(line: line + 1, column: 1)
            default: column += 1
            }
            last = scalar
        }
    }
}
