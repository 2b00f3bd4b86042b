import Glibc
import Testing
import Units

@testable import Enforcement

@Suite("The log of a command in a file")
struct FileLogSourceTests {
    private let folder: TemporaryFolder
    private let source: FileLogSource
    private let id = ReservationID(1)
    private let owner = UserID(getuid())

    init() throws {
        folder = try TemporaryFolder()
        source = FileLogSource(stateDirectory: folder.path)
        try SmallFile.makeFolder("\(folder.path)/logs")
    }

    private func append(_ text: String) {
        let descriptor = open("\(folder.path)/logs/r-1.log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        _ = write(descriptor, text, text.utf8.count)
        close(descriptor)
    }

    private func lines(after cursor: String?, limit: Int = 100) async throws -> (String, String) {
        let chunk = try await source.lines(of: id, owner: owner, after: cursor, limit: limit)
        return (String(decoding: chunk.bytes, as: UTF8.self), chunk.cursor)
    }

    @Test func `is read from where one stopped`() async throws {
        #expect(try await lines(after: nil) == ("", "0"))
        append("one\ntwo\nthr")
        #expect(try await lines(after: nil, limit: 1) == ("one\n", "4"))
        #expect(try await lines(after: "4") == ("two\nthr", "11"))
        append("ee\n")
        #expect(try await lines(after: "11") == ("ee\n", "14"))
        #expect(try await lines(after: "14") == ("", "14"))
        #expect(try await lines(after: "4", limit: 0) == ("", "4"))
    }

    @Test func `is given in pieces of a limited size`() async throws {
        append(String(repeating: "a", count: EnforcementLimits.logBytes + 5))
        let (first, cursor) = try await lines(after: nil)
        #expect(first.utf8.count == EnforcementLimits.logBytes)
        #expect(try await lines(after: cursor).0 == "aaaaa")
    }

    @Test(arguments: ["", "x", "-1", "1.5", "99999999999999999999", "s=123;i=4"])
    func `a cursor of another kind is refused`(cursor: String) async throws {
        await #expect(throws: ExecutorFailure.refused("cursor: not a place in this log")) {
            try await source.lines(of: id, owner: owner, after: cursor, limit: 1)
        }
    }

    @Test func `can be followed`() async throws {
        append("one\n")
        var seen = ""
        for try await chunk in source.follow(id, owner: owner, after: nil, every: .milliseconds(1)) {
            seen += String(decoding: chunk.bytes, as: UTF8.self)
            if seen == "one\n" { append("two\n") }
            if seen.hasSuffix("two\n") { break }
        }
        #expect(seen == "one\ntwo\n")
    }

    @Test func `is not read through a link`() async throws {
        symlink("/etc/passwd", "\(folder.path)/logs/r-1.log")
        await #expect(throws: ExecutorFailure.self) { try await lines(after: nil) }
    }
}
