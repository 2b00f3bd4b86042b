import AllotAPI
import FakeDaemon
import Foundation
import Testing

@testable import allot

@Suite("allot export", .enabled(if: BuiltProgram.path != nil, "allot is not built"))
struct ExportCommandTests {
    /// Answers with two chunks, and the digest behind them unless it is to be cut off.
    private static func answer(_ responder: Responder, digest: String? = "9f86d081") async throws {
        try await responder.startChunks(type: "text/csv; charset=utf-8")
        try await responder.chunk("a,b\r\n")
        try await responder.chunk("1,2\r\n")
        guard let digest else { throw Hangup() }
        try await responder.send(digest.isEmpty ? "0\r\n\r\n" : "0\r\nallot-sha256: \(digest)\r\n\r\n")
    }

    @Test(
        "Each form has its path",
        arguments: [
            (["csv"], "csv?period=2026-11"), (["gl"], "gl?period=2026-11"), (["hledger"], "hledger?period=2026-11"),
            (["focus"], "focus-cost-and-usage?period=2026-11"),
            (["focus", "--by-hour"], "focus-cost-and-usage?period=2026-11&split=hour"),
            (["csv", "--department", "vision"], "csv?period=2026-11&department=vision"),
            (["focus", "--dataset", "billing-period"], "focus-billing-period?period=2026-11"),
            (["focus", "--dataset", "invoice-detail"], "focus-invoice-detail?period=2026-11"),
        ])
    func paths(words: [String], path: String) async throws {
        try await FakeDaemon.run { _, responder in
            try await Self.answer(responder)
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(
                try #require(BuiltProgram.path), ["export"] + words + ["--period", "2026-11"],
                environment: ["ALLOT_SOCKET": daemon.path])
            #expect(ending.code == 0 && daemon.requests.map(\.path) == ["/v1/exports/\(path)"])
            #expect(ending.output == "a,b\r\n1,2\r\n")
            #expect(ending.errors == "allot: sha256 9f86d081\n")
        }
    }

    @Test("A file is written whole, and one that is there is kept")
    func file() async throws {
        let folder = try FakeDaemon.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/november.csv"
        try await FakeDaemon.run { _, responder in
            try await Self.answer(responder)
        } _: { (daemon) async throws in
            let first = try await BuiltProgram.run(daemon, "export", "csv", path, "--period", "2026-11")
            #expect(first.code == 0 && first.output.isEmpty && first.errors == "allot: sha256 9f86d081\n")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "a,b\r\n1,2\r\n")
            let second = try await BuiltProgram.run(daemon, "export", "csv", path, "--period", "2026-11")
            #expect(second.code == 1 && second.errors.contains("is there already") && daemon.requests.count == 1)
            let third = try await BuiltProgram.run(daemon, "export", "csv", path, "--period", "2026-11", "--force")
            #expect(third.code == 0)
        }
    }

    @Test("What breaks off, or comes without a digest, is a failure, and leaves no file", arguments: [nil, ""])
    func broken(digest: String?) async throws {
        let folder = try FakeDaemon.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await FakeDaemon.run { _, responder in
            try await Self.answer(responder, digest: digest)
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(
                daemon, "export", "csv", "\(folder)/november.csv", "--period", "2026-11")
            #expect(ending.code == (digest == nil ? 69 : 1), "\(ending.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }
}

@Suite("Decimals for people")
struct DecimalsTests {
    @Test(
        "Hundredths, of two as near the even one",
        arguments: [
            ("1.005000000000", "1.00"), ("1.015", "1.02"), ("1.025000000001", "1.03"), ("-1.015", "-1.02"),
            ("1234567.999", "1,234,568.00"), ("-0.004", "0.00"), ("0", "0.00"), ("12", "12.00"), ("x", "x"),
            ("1.0000000000001", "1.0000000000001"), ("", ""),
        ])
    func rounded(text: String, shown: String) {
        #expect(Decimals.rounded(text) == shown)
    }

    @Test(
        "No zeros at the end but two", arguments: [("1.250000", "1.25"), ("1.000", "1.00"), ("7", "7"), ("1.2", "1.2")])
    func short(text: String, shown: String) {
        #expect(Decimals.short(text) == shown)
    }
}
