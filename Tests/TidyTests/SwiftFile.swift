/// One Swift file, seen in parts: what is code, what is text in quotes, what is comment.
struct SwiftFile: Sendable {
    /// From the root of the repository: `Sources/Units/Span.swift`.
    let path: String
    let lines: [Substring]
    /// Comments and the insides of strings are blank.
    let code: [Substring]
    /// Comments are blank.
    let codeAndStrings: [Substring]
    /// Of the code.
    let tokens: [Token]

    init(path: String, text: String) {
        self.path = path
        let parts = SwiftParts(text)
        lines = SwiftFile.lines(text)
        code = SwiftFile.lines(parts.text { $0 == .code })
        tokens = Token.all(of: code)
        codeAndStrings = SwiftFile.lines(parts.text { $0 != .comment })
    }

    /// The folder below `Sources` or `Tests`.
    var room: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    var isSource: Bool { path.hasPrefix("Sources/") }
    var isTest: Bool { path.hasPrefix("Tests/") }

    /// The modules that it imports, with their lines.
    var imports: [(module: String, line: Int)] {
        code.indices.compactMap { index -> (module: String, line: Int)? in
            let words = code[index].split(separator: " ")
            guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
                words[..<position].allSatisfy({ $0.hasPrefix("@") || SwiftFile.importLevels.contains($0) })
            else { return nil }
            let named = words[(position + 1)...].first { !SwiftFile.importKinds.contains($0) } ?? ""
            return (String(named.prefix { $0 != "." }), index + 1)
        }
    }

    private static let importLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    private static let importKinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "var", "let",
    ]

    private static func lines(_ text: String) -> [Substring] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
