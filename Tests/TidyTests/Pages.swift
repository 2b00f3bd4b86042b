import Foundation

/// The files that are not Swift, and what any file says.
enum Pages {
    /// Relative links of a page in Markdown that lead nowhere, from the page's folder.
    static func deadLinks(path: String, text: String, exists: (String) -> Bool) -> [Finding] {
        let folder = path.contains("/") ? path.split(separator: "/").dropLast().joined(separator: "/") + "/" : ""
        return lines(text).flatMap { number, line in
            line.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { part in
                let target = part.prefix { $0 != ")" && $0 != "#" }
                guard !target.isEmpty, !target.contains(":"), !exists(resolve(folder + target)) else { return nil }
                return Finding(path: path, line: number, what: "links to \(target)")
            }
        }
    }

    /// `make x` in quotes of a page where the Makefile has no `x`.
    static func unknownTargets(path: String, text: String, makefile: String) -> [Finding] {
        let targets = Set(lines(makefile).compactMap { $0.line.contains(":") ? $0.line.prefix { $0 != ":" } : nil })
        return lines(text).flatMap { number, line in
            line.split(separator: "`make ").dropFirst().compactMap { part in
                let target = part.prefix { $0.isLetter || $0 == "-" }
                return targets.contains(target) ? nil : Finding(path: path, line: number, what: "`make \(target)`")
            }
        }
    }

    /// Paths of the machine that it was written on, and numbers of a tracker that a reader can not open.
    static func foreignWords(path: String, text: String, machine: [String]) -> [Finding] {
        let tracker = #/\b([Ii]ssue|[Tt]icket|PR) #?[0-9]+\b/#
        return lines(text).flatMap { number, line in
            machine.filter { line.contains($0) }.map { Finding(path: path, line: number, what: "names \($0)") }
                + line.matches(of: tracker).map { Finding(path: path, line: number, what: "names \($0.output.0)") }
        }
    }

    /// The folders that only this machine has: where the tree lies, who works on it, where the toolchain is.
    static func machinePaths(root: URL, environment: [String: String]) -> [String] {
        let tree = root.path(percentEncoded: false)
        let around = root.deletingLastPathComponent().path(percentEncoded: false)
        let tools = (environment["PATH"] ?? "").split(separator: ":")
            .first { FileManager.default.isExecutableFile(atPath: "\($0)/swift") }
            .map { URL(filePath: String($0)).deletingLastPathComponent().path(percentEncoded: false) }
        return [tree, around, environment["HOME"].map { $0 + "/" } ?? tree, tools ?? tree, "/Users" + "/"]
            .filter { !everyMachineHas.contains($0) }
    }

    private static let everyMachineHas: Set<String> = [
        "/", "/home/", "/mnt/", "/opt/", "/root/", "/srv/", "/tmp/", "/usr/", "/usr/local/", "/usr/src/", "/var/tmp/",
    ]

    private static func lines(_ text: String) -> [(number: Int, line: Substring)] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0.offset + 1, $0.element) }
    }

    private static func resolve(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
