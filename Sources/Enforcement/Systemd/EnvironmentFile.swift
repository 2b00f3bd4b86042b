/// Variables in the form of EnvironmentFile= of systemd.exec(5).
enum EnvironmentFile {
    /// Writes them for root alone.
    static func write(_ environment: [String: String], to path: String) throws(ExecutorFailure) {
        try SmallFile.write(Array(text(environment).utf8), to: path)
    }

    /// Every value stands in double quotes, where only these four characters mean anything.
    static func text(_ environment: [String: String]) -> String {
        environment.sorted { $0.key < $1.key }.map { name, value in
            let escaped = value.unicodeScalars.map { "\"\\`$".unicodeScalars.contains($0) ? "\\\($0)" : "\($0)" }
            return "\(name)=\"\(escaped.joined())\"\n"
        }.joined()
    }
}
