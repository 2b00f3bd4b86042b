/// A file holds one idea, a function fits a screen, a line fits a window.
enum Limits {
    static let fileLines = 500
    /// What most files keep to.
    static let usualFileLines = 120
    static let functionLines = 60
    static let columns = 120
}

extension Rule {
    static let lengths = [fileLength, functionLength, columns]

    static let fileLength = Rule(name: "a file has at most \(Limits.fileLines) lines") { file in
        guard file.lines.count > Limits.fileLines else { return [] }
        return [Finding(path: file.path, line: file.lines.count, what: "\(file.lines.count) lines")]
    }

    static let functionLength = Rule(name: "a function has at most \(Limits.functionLines) lines") { file in
        Body.all(in: file.tokens).filter { $0.length > Limits.functionLines }
            .map { Finding(path: file.path, line: $0.firstLine, what: "\($0.name) has \($0.length) lines") }
    }

    static let columns = Rule(name: "a line has at most \(Limits.columns) columns") { file in
        file.lines.indices.filter { file.lines[$0].count > Limits.columns }
            .map { Finding(path: file.path, line: $0 + 1, what: "\(file.lines[$0].count) columns") }
    }
}
