/// A word or a mark of code, and its line.
struct Token: Equatable, Sendable {
    let text: Substring
    let line: Int

    /// The tokens of a file's code: words whole, each mark by itself.
    static func all(of code: [Substring]) -> [Token] {
        var tokens: [Token] = []
        for (index, line) in code.enumerated() {
            var rest = line
            while let first = rest.utf8.first {
                let length = Words.isWord(first) ? rest.utf8.prefix { Words.isWord($0) }.count : 1
                let end = rest.utf8.index(rest.startIndex, offsetBy: length)
                if first != UInt8(ascii: " ") { tokens.append(Token(text: rest[..<end], line: index + 1)) }
                rest = rest[end...]
            }
        }
        return tokens
    }

    /// The brace that closes the one at `open`; nil in a text that is cut short.
    static func closing(of open: Int, in tokens: [Token]) -> Int? {
        var depth = 0
        for index in tokens.indices[open...] {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }
}

/// A function, an initializer, or anything else with a body of statements.
struct Body {
    let name: String
    let firstLine: Int
    let lastLine: Int

    var length: Int { lastLine - firstLine + 1 }

    /// Every body in a file, nested ones too: from the line of its keyword to that of its closing brace.
    static func all(in tokens: [Token]) -> [Body] {
        tokens.indices.compactMap { start in
            guard beginners.contains(tokens[start].text), start == 0 || tokens[start - 1].text != ".",
                let open = opening(after: start, in: tokens), let close = Token.closing(of: open, in: tokens)
            else { return nil }
            let name = tokens[start].text == "func" || tokens[start].text == "var" ? tokens[start + 1] : tokens[start]
            return Body(name: String(name.text), firstLine: tokens[start].line, lastLine: tokens[close].line)
        }
    }

    /// Where the body's brace opens: nil for what has none, such as a protocol's requirement.
    private static func opening(after start: Int, in tokens: [Token]) -> Int? {
        var depth = 0
        for index in tokens.indices[(start + 1)...] {
            let text = tokens[index].text
            switch text {
            case "(", "[": depth += 1
            case ")", "]":
                depth -= 1
                if depth < 0 { return nil }
            case "{" where depth == 0: return index
            case "}" where depth == 0: return nil
            case "=" where depth == 0 && tokens[start].text == "var": return nil
            default: if depth == 0, index > start + 1, declarations.contains(text) { return nil }
            }
        }
        return nil
    }

    private static let beginners: Set<Substring> = ["func", "init", "deinit", "subscript", "var"]
    private static let declarations: Set<Substring> = [
        "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "enum", "class", "actor", "protocol",
        "extension", "typealias", "associatedtype", "import",
    ]
}
