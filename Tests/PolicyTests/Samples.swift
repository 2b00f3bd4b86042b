import Glibc
import Policy
import Testing

/// The text of a file of the repository, by its path from the top.
func repositoryText(_ path: String) throws -> String {
    let top = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let file = try #require(fopen("\(top)/\(path)", "r"), "\(path) cannot be opened")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
    return String(decoding: bytes, as: UTF8.self)
}

/// What is wrong with a policy's text, as lines; empty for a good one.
func faults(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> [String] {
    do throws(DocumentFaults) {
        _ = try Policy.read(yaml: text, name: "p")
        return []
    } catch {
        return error.lines
    }
}

/// A text that is right but for what is put in.
func policy(department: String = "", top: String = "") -> String {
    """
    version: 1
    departments:
      - id: research
        weight: 2
    \(department.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
    \(top)
    """
}
