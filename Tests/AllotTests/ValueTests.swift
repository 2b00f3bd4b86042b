import ArgumentParser
import Testing
import Units

@testable import allot

@Suite("Values on the command line")
struct ValueTests {
    private func message(_ work: () throws -> Void) -> String {
        do {
            try work()
            return ""
        } catch {
            return (error as? ValidationError)?.message ?? "\(error)"
        }
    }

    @Test(
        "What is no id says how one looks",
        arguments: [
            ("1042", "Did you mean r-1042?"), ("r-", "Ids look like r-1042"), ("r-01", "Ids look like r-1042"),
            ("R-1", "Ids look like r-1042"), ("", "Ids look like r-1042"), ("../x", "Ids look like r-1042"),
        ])
    func ids(text: String, hint: String) {
        #expect(message { _ = try ReservationID.argument(text) }.contains(hint))
    }

    @Test(
        "What is no duration says how one looks",
        arguments: [
            ("4", "'4h' is hours"), ("4 h", "Write 90s"), ("", "Write 90s"), ("h", "Write 90s"),
            ("0s", "longer than nothing"),
        ])
    func durations(text: String, hint: String) {
        #expect(message { _ = try Span.argument(text) }.contains(hint))
    }

    @Test("A pair is split at its first equals sign")
    func pairs() throws {
        #expect(try KeyValue.argument("a=b=c") == KeyValue(key: "a", value: "b=c"))
        #expect(try KeyValue.argument("a=") == KeyValue(key: "a", value: ""))
        #expect(message { _ = try KeyValue.argument("=b") }.contains("NAME=VALUE"))
        #expect(message { _ = try KeyValue.argument("ab") }.contains("NAME=VALUE"))
    }

    @Test("One name with two values is a mistake")
    func twice() throws {
        let pairs = [KeyValue(key: "a", value: "1"), KeyValue(key: "a", value: "2")]
        #expect(
            message { _ = try KeyValue.dictionary(pairs, option: "--tag") }.contains("--tag gives one name two values"))
        #expect(try KeyValue.dictionary([], option: "--tag") == nil)
    }

    @Test("Memory is read in powers of 1024")
    func memory() throws {
        #expect(try ByteCount.argument("64G").bytes == 64 << 30)
        #expect(message { _ = try ByteCount.argument("64X") }.contains("Write 512M"))
    }
}

@Suite("Anchors in the lines of a log")
struct AuditAnchorTests {
    private static let anchor = "1042:" + String(repeating: "9f", count: 32)

    @Test(
        "What a log has put around an anchor is left out",
        arguments: [
            (anchor, anchor),
            ("Nov 26 host allotd[7]: anchor \(anchor) epoch 1 next r-7", "\(anchor) epoch 1 next r-7"),
            (#"{"MESSAGE":"anchor \#(anchor) epoch 2","PRIORITY":"5"}"#, "\(anchor) epoch 2"),
        ])
    func found(line: String, expected: String) {
        #expect(AuditVerifyCommand.anchor(in: line) == expected)
    }

    @Test("A line without one has none", arguments: ["", "anchor", "12:34:56", "1042:9f"])
    func none(line: String) {
        #expect(AuditVerifyCommand.anchor(in: line) == nil)
    }
}
