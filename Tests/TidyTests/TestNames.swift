extension Rule {
    /// `@Test("…")` or a function whose name stands in backticks. A test without statements is no test and is let be.
    static let testNames = Rule(name: "a test is named as a sentence") { file in
        guard file.isTest else { return [] }
        let tokens = file.tokens
        return tokens.indices.dropLast(3).compactMap { index in
            guard tokens[index].text == "@", tokens[index + 1].text == "Test" else { return nil }
            let rest = tokens[(index + 2)...]
            let isTitled = rest.starts(with: ["(", "\""]) { $0.text == $1 }
            guard !isTitled, let function = rest.firstIndex(where: { $0.text == "func" }), function + 1 < tokens.count,
                tokens[function + 1].text != "`", !isEmpty(function, tokens)
            else { return nil }
            return Finding(path: file.path, line: tokens[function].line, what: "\(tokens[function + 1].text)")
        }
    }

    private static func isEmpty(_ function: Int, _ tokens: [Token]) -> Bool {
        guard let open = tokens[function...].firstIndex(where: { $0.text == "{" }), open + 1 < tokens.count else {
            return true
        }
        return tokens[open + 1].text == "}"
    }
}
