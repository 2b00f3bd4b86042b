import Glibc
import Logging
import Synchronization
import Testing

@testable import AllotServer

@Suite("Logging") struct LoggingTests {
    private final class Sink<Item: Sendable>: Sendable {
        let items = Mutex<[Item]>([])
        func take(_ item: Item) { items.withLock { $0.append(item) } }
        var all: [Item] { items.withLock { $0 } }
    }

    @Test func `A line has time, level, message and the metadata in the order of its keys`() throws {
        let sink = Sink<String>()
        var logger = Logger(label: "test") { _ in StderrHandler(threshold: LogThreshold(.info), write: sink.take) }
        logger[metadataKey: "uid"] = "1001"
        logger.notice("Reservation started", metadata: ["reservation": "r-7", "note": "two words", "empty": ""])
        logger.debug("not shown")
        let line = try #require(sink.all.first)
        #expect(sink.all.count == 1)
        #expect(
            line.hasSuffix(
                #"Z notice   Reservation started empty="" note="two words" reservation=r-7 uid=1001"# + "\n"))
        #expect(line.prefix(2) == "20")
    }

    @Test(arguments: [
        ("a\nfake line", #"k="a\nfake line""#), ("a\r\tb", #"k="a\r\tb""#), ("\u{1b}[31mred", #"k="\u{1b}[31mred""#),
        ("quote\"d", #"k="quote\"d""#), ("back\\slash", #"k="back\\slash""#), ("a=b", #"k="a=b""#),
        ("\u{202e}gnp.exe", #"k="\u{202e}gnp.exe""#), ("nul\0", #"k="nul\u{0}""#), ("\u{2028}", #"k="\u{2028}""#),
        ("\u{9b}31m", #"k="\u{9b}31m""#), ("grün", #"k="grün""#), ("plain-1.0/x", "k=plain-1.0/x"),
    ])
    func `What a user wrote cannot end a line, move the cursor or pass for another field`(
        _ value: String, _ shown: String
    ) {
        #expect(LogText.line("m", [("k", value)]) == "m " + shown)
        #expect(!LogText.line(value, []).contains { $0.isNewline || $0 == "\u{1b}" || $0 == "\0" })
    }

    @Test func `The journal gets fields of its own for the metadata, and a priority`() throws {
        let sink = Sink<[String]>()
        var logger = Logger(label: "broker") { label in
            JournalHandler(
                label: label, threshold: LogThreshold(.trace),
                send: { fields in
                    sink.take(fields)
                    return true
                })
        }
        logger[metadataKey: "uid"] = "1001"
        logger.warning("Something\nodd", metadata: ["reservationID": "r-7", "reason": "line\nbreak"])
        let fields = try #require(sink.all.first)
        #expect(
            fields == [
                #"MESSAGE=Something\nodd reason="line\nbreak" reservationID=r-7 uid=1001"#, "PRIORITY=4",
                "SYSLOG_IDENTIFIER=allotd", "ALLOT_LOGGER=broker", "ALLOT_REASON=line\nbreak",
                "ALLOT_RESERVATION_ID=r-7",
                "ALLOT_UID=1001",
            ])
    }

    @Test(arguments: [
        ("uid", "ALLOT_UID"), ("reservationID", "ALLOT_RESERVATION_ID"), ("a.b-c d", "ALLOT_A_B_C_D"),
        ("hb.request.id", "ALLOT_HB_REQUEST_ID"), ("x1", "ALLOT_X1"), ("é", "ALLOT___"),
    ])
    func `Field names are what the journal takes`(_ key: String, _ name: String) {
        #expect(JournalHandler.fieldName(key) == name)
        #expect(JournalHandler.fieldName(String(repeating: key, count: 50)).utf8.count <= 64)
    }

    @Test func `Priorities go down from critical to debug`() {
        #expect(Logger.Level.allCases.map(JournalHandler.priority) == [7, 7, 6, 5, 4, 3, 2])
    }

    @Test func `The journal is used only where standard error leads there`() {
        var status = stat()
        #expect(fstat(STDERR_FILENO, &status) == 0)
        #expect(LogBootstrap.isJournal("\(status.st_dev):\(status.st_ino)"))
        #expect(!LogBootstrap.isJournal("\(status.st_dev):\(status.st_ino + 1)"))
        for wrong in [nil, "", "1", "1:", "a:b", "1:2:3"] as [String?] { #expect(!LogBootstrap.isJournal(wrong)) }
    }

    @Test func `One threshold holds for all loggers, also when it changes`() {
        let sink = Sink<String>()
        let threshold = LogThreshold(.info)
        let logger = Logger(label: "test") { _ in StderrHandler(threshold: threshold, write: sink.take) }
        logger.debug("first")
        threshold.level = .debug
        logger.debug("second")
        #expect(sink.all.count == 1)
        #expect(sink.all[0].contains("debug    second"))
    }
}
