import Testing

/// Something that every Swift file of the tree keeps.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    let findings: @Sendable (SwiftFile) -> [Finding]

    var testDescription: String { name }

    /// The rules for a tree of these files.
    static func all(_ files: [SwiftFile] = []) -> [Rule] {
        lengths + forbiddenCalls + [forceUnwraps, testNames, documentation(inheriting: requirements(of: files))]
    }
}

/// A place that breaks a rule.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let what: String

    var description: String { "\(path):\(line): \(what)" }
}
