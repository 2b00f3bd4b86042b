import Foundation
import Storage
import Testing

/// The auditor's program out of docs/storage.md, run as it stands there.
@Suite(.enabled(if: Python.isThere, "needs python3 with sqlite3"))
struct DocumentationTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `The documented program agrees with the store, beside the daemon and after it`() throws {
        let store = try folder.store()
        try writeSample(store)
        var named = event(3)
        named.caller = 4
        let head = try store.commit(Batch(events: [named], eraseAtEnd: [.init(2)]))
        #expect(try audit() == "\(head) personal 2 erased 1\n")
        try store.close()
        #expect(try audit() == "\(head) personal 2 erased 1\n")
    }

    @Test(arguments: [
        ("UPDATE journal SET payload = x'00' WHERE sequence = 3", "event 3 was changed\n"),
        ("UPDATE journal SET actor = NULL WHERE sequence = 2", "event 2 was changed\n"),
        ("DELETE FROM journal WHERE sequence = 2", "event 2 is missing\n"),
        ("UPDATE personal SET value = x'00' WHERE sequence = 4", "the reason of event 4 was changed\n"),
        ("DELETE FROM journal WHERE sequence = 5", "the journal does not end where the last commit left it\n"),
    ])
    func `The documented program finds tampering`(_ statement: String, _ message: String) throws {
        let store = try folder.store()
        try writeSample(store)
        try store.close()
        try tamper(folder.database, statement)
        #expect(try audit() == message)
    }

    private func audit() throws -> String {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/storage.md")
        let text = try String(contentsOf: page.standardized, encoding: .utf8)
        let program = try #require(
            text.components(separatedBy: "```python\n").last?.components(separatedBy: "```").first)
        return try Python.run(["-c", program, folder.database])
    }
}

/// The auditor's interpreter.
private enum Python {
    static let isThere = (try? run(["-c", "import sqlite3; print(1)"])) == "1\n"

    /// What it prints, on whichever output.
    static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
