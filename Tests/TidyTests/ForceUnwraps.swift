extension Rule {
    static let forceUnwraps = Rule(name: "no force unwrap, no implicitly unwrapped type") { file in
        file.code.indices.filter { hasPostfixMark(file.code[$0]) }
            .map { Finding(path: file.path, line: $0 + 1, what: "`!` after a value or a type") }
    }

    /// Whether a `!` follows an expression directly: `value!`, `call()!`, `list[0]!`, `"text"!`, `value?!`.
    private static func hasPostfixMark(_ line: Substring) -> Bool {
        let bytes = Array(line.utf8)
        return bytes.indices.dropFirst().contains { index in
            guard bytes[index] == UInt8(ascii: "!") else { return false }
            let isComparison = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=")
            let before = bytes[index - 1]
            guard !isComparison, Words.isWord(before) || ")]}\"?`".utf8.contains(before) else { return false }
            let word = bytes[..<index].reversed().prefix { Words.isWord($0) }.reversed()
            return !["try", "as"].contains(String(decoding: word, as: UTF8.self))
        }
    }
}
