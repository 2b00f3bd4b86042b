import Glibc
import Testing
import Units

@testable import Enforcement

/// A reservation whose command has written `NAME one`, `two`, an empty line, which a journal leaves out, and `four` to
/// a real journal, and its owner's uid: what the systemd test sets.
private let written: (ReservationID, UserID)? = {
    guard let text = getenv("ALLOT_TEST_JOURNAL").map({ String(cString: $0) }) else { return nil }
    let numbers = text.split(separator: " ")
    guard numbers.count == 2, let id = Int64(numbers[0]), let uid = UInt32(numbers[1]) else { return nil }
    return (ReservationID(id), UserID(uid))
}()

@Suite(
    "The log of a command in the journal",
    .enabled(if: written != nil, "needs a journal: run by Tests/SystemTests/systemd/run.sh"), .timeLimit(.minutes(1)))
struct JournalLogSourceTests {
    private let source = JournalLogSource()
    private let id: ReservationID
    private let owner: UserID

    init() throws {
        (id, owner) = try #require(written)
    }

    private func lines(after cursor: String? = nil, limit: Int = 100) async throws -> (String, String) {
        let chunk = try await source.lines(of: id, owner: owner, after: cursor, limit: limit)
        return (String(decoding: chunk.bytes, as: UTF8.self), chunk.cursor)
    }

    @Test func `is read whole, in order`() async throws {
        let (text, cursor) = try await lines()
        #expect(text.hasSuffix(" one\ntwo\nfour\n"))
        #expect(try await lines(after: cursor) == ("", cursor))
    }

    @Test func `is read line by line from where one stopped`() async throws {
        var text = ""
        var cursor: String?
        for _ in 0..<3 {
            let (line, next) = try await lines(after: cursor, limit: 1)
            #expect(line.count { $0 == "\n" } == 1)
            text += line
            cursor = next
        }
        #expect(try await lines().0 == text)
    }

    @Test func `is its owner's`() async throws {
        let other = UserID(owner.uid + 1)
        #expect(try await source.lines(of: id, owner: other, after: nil, limit: 100).bytes.isEmpty)
        #expect(
            try await source.lines(of: ReservationID(id.number + 900), owner: owner, after: nil, limit: 9).bytes.isEmpty
        )
    }

    @Test(arguments: ["x", "12", "s=;i=", "s=0"])
    func `a cursor of another kind is refused`(cursor: String) async throws {
        await #expect(throws: ExecutorFailure.refused("cursor: not a place in this log")) {
            try await source.lines(of: id, owner: owner, after: cursor, limit: 1)
        }
    }

    @Test func `can be followed`() async throws {
        var text = ""
        for try await chunk in source.follow(id, owner: owner, after: nil, every: .milliseconds(1)) {
            text += String(decoding: chunk.bytes, as: UTF8.self)
            if text.hasSuffix("four\n") { break }
        }
        #expect(try await lines().0 == text)
    }

    @Test func `may be read by many at once`() async throws {
        let expected = try await lines().0
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await lines().0 } }
            for try await text in group { #expect(text == expected) }
        }
    }
}
