import Testing

@testable import AllotClient

@Suite("Server-sent events")
struct ServerSentEventsTests {
    @Test(
        "Events are told apart whatever ends their lines, and however they are cut",
        arguments: ["\n", "\r\n", "\r"], [1, 2, 3, 7, 1000])
    func lines(end: String, size: Int) throws {
        let lines = [
            ": comment", "", "id: 1", "event: a", "data: x", "", "data:y", "data: z", "", "id: 2", "", "data", "",
            "other: 1",
            "data:  two blanks", "", "data: unfinished",
        ]
        var parser = ServerSentEvents(lineLimitBytes: 100)
        var found: [String] = []
        let bytes = Array(lines.map { $0 + end }.joined().utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            for event in try parser.take(Array(bytes[start..<min(start + size, bytes.count)])) {
                found.append("\(event.id ?? "-") \(event.name ?? "-") [\(String(decoding: event.data, as: UTF8.self))]")
            }
        }
        #expect(found == ["1 a [x]", "- - [y\nz]", "- - []", "- - [ two blanks]"])
    }

    @Test("An event that is too long is refused, in one line or in many", arguments: ["x", "data: 12345678\n"])
    func limit(part: String) {
        var parser = ServerSentEvents(lineLimitBytes: 50)
        #expect(throws: ClientError.replyTooLarge(limitBytes: 50)) {
            _ = try parser.take(Array(String(repeating: part, count: 60).utf8))
        }
    }
}
