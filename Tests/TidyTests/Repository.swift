import Foundation

/// The working tree that these tests were compiled from.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file of the rooms and their tests, by path.
    static func swiftFiles() throws -> [SwiftFile] { try readOnce.get() }

    private static let readOnce = Result {
        try paths().filter { $0.hasSuffix(".swift") && ($0.hasPrefix("Sources/") || $0.hasPrefix("Tests/")) }
            .map { SwiftFile(path: $0, text: try text($0)) }
    }

    /// Every file that people wrote, by path: no build output, nothing that an editor or git keeps.
    static func paths() throws -> [String] {
        guard
            let walk = FileManager.default.enumerator(
                at: root, includingPropertiesForKeys: [.isRegularFileKey, .isDirectoryKey], options: [])
        else { return [] }
        var paths: [String] = []
        for case let url as URL in walk {
            let values = try url.resourceValues(forKeys: [.isRegularFileKey, .isDirectoryKey])
            let name = url.lastPathComponent
            if values.isDirectory == true {
                if name.hasPrefix("."), name != ".ci" { walk.skipDescendants() }
                if name == "__pycache__" { walk.skipDescendants() }
            } else if values.isRegularFile == true, name != "Package.resolved" {
                paths.append(String(url.path(percentEncoded: false).dropFirst(root.path(percentEncoded: false).count)))
            }
        }
        return paths.sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
    }
}
