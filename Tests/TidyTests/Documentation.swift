extension Rule {
    /// Types, functions, subscripts, and initializers that can fail; a public protocol's functions like its own.
    /// Free of it: properties, enum cases, initializers that only take the parts, functions that are one line with
    /// their body, and names whose meaning the standard library fixes (CONTRIBUTING.md).
    /// - Parameter inherited: Requirements of public protocols of the tree; who fulfils one has its comment from there.
    static func documentation(inheriting inherited: Set<String> = []) -> Rule {
        Rule(name: "public declarations have a doc comment") { file in
            guard file.isSource else { return [] }
            let requirements = requirementLines(file.tokens)
            return file.code.indices.compactMap { index in
                guard let declared = Declaration(file.code[index]), declared.needsComment else { return nil }
                let isRequirement = requirements.contains(index + 1)
                let isFree = inherited.contains(declared.description) && !isRequirement
                guard declared.isPublic || isRequirement, !isFree, !isDocumented(index, in: file) else { return nil }
                return Finding(path: file.path, line: index + 1, what: "\(declared)")
            }
        }
    }

    /// What the public protocols of these files require, as `func write` and `init reading`.
    static func requirements(of files: [SwiftFile]) -> Set<String> {
        Set(
            files.filter(\.isSource).flatMap { file in
                requirementLines(file.tokens).compactMap { Declaration(file.code[$0 - 1])?.description }
            })
    }

    /// The lines within public protocols, whose requirements are public without saying so.
    private static func requirementLines(_ tokens: [Token]) -> Set<Int> {
        var lines: Set<Int> = []
        for index in tokens.indices.dropFirst()
        where tokens[index].text == "protocol" && tokens[index - 1].text == "public" {
            guard let open = tokens[index...].firstIndex(where: { $0.text == "{" }),
                let close = Token.closing(of: open, in: tokens)
            else { continue }
            lines.formUnion((tokens[open].line + 1)..<max(tokens[close].line, tokens[open].line + 1))
        }
        return lines
    }

    private static func isDocumented(_ index: Int, in file: SwiftFile) -> Bool {
        func start(_ line: Int) -> Substring { file.lines[line].drop { $0 == " " } }
        var above = index - 1
        while above >= 0, start(above).hasPrefix("@") { above -= 1 }
        return above >= 0 && start(above).hasPrefix("///")
    }
}

/// What a line declares, as far as its words tell.
private struct Declaration: CustomStringConvertible {
    let isPublic: Bool
    private let keyword: Substring
    /// Of an initializer, the first label.
    private let name: Substring
    private let canFail: Bool
    private let isWhole: Bool

    init?(_ line: Substring) {
        let words = Token.all(of: [line]).map(\.text)
        guard let position = words.firstIndex(where: { Declaration.keywords.contains($0) }) else { return nil }
        keyword = words[position]
        isPublic = words[..<position].contains("public") || words[..<position].contains("open")
        let rest = words[(position + 1)...]
        name = (keyword == "init" ? rest.drop { !Words.isWord($0) } : rest).first ?? ""
        isWhole = words.contains("{") && words.last == "}"
        canFail = rest.first == "?" || (words.contains("throws") && !words.contains("decoder"))
    }

    var description: String { "\(keyword) \(name)" }

    var needsComment: Bool {
        switch keyword {
        case "init": canFail
        case "func": !isWhole && !Declaration.standardNames.contains(name) && Words.isWord(name)
        case "typealias": !Declaration.standardTypes.contains(name)
        case "var", "let", "case": false
        default: true
        }
    }

    private static let keywords: Set<Substring> = [
        "func", "init", "struct", "enum", "class", "actor", "protocol", "typealias", "subscript", "var", "let", "case",
    ]

    /// Requirements of the standard library's protocols, ArgumentParser's `run` and ServiceLifecycle's, and the words
    /// of `SetAlgebra`. Operators are free too.
    private static let standardNames: Set<Substring> = [
        "encode", "hash", "makeIterator", "makeAsyncIterator", "next", "index", "run", "validate",
        "contains", "insert", "remove", "union", "intersection", "subtracting", "subtract", "formUnion", "isDisjoint",
        "isSubset", "isSuperset",
    ]

    /// Associated types of the standard library's protocols.
    private static let standardTypes: Set<Substring> = [
        "AsyncIterator", "Element", "Failure", "ID", "Index", "Iterator", "RawValue",
    ]
}
