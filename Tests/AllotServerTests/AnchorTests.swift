import AllotAPI
import Foundation
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// What is written elsewhere of the journal's end, and read back.
@Suite struct AnchorTests {
    private static let hash = String(repeating: "9f", count: 32)
    private static let time = Timestamp(milliseconds: 1_793_610_000_000)

    private static func head(_ sequence: Int64, _ digits: String = hash) -> JournalHead {
        JournalHead("\(sequence):\(digits)") ?? .empty
    }

    private static func anchor(_ sequence: Int64, epoch: Int64 = 1, _ digits: String = hash) -> Anchor {
        Anchor(head: head(sequence, digits), epoch: epoch, nextReservation: 77, at: time)
    }

    @Test func `a line is read back as it was written`() {
        let anchor = Self.anchor(1042)
        #expect(anchor.line == "anchor 1042:\(Self.hash) epoch 1 next r-77 at 2026-11-02T09:00:00Z")
        #expect(Anchor(line: anchor.line) == anchor)
    }

    @Test(arguments: [
        "Nov 26 22:50:36 host allotd[7]: LINE", #"{"PRIORITY":"5","MESSAGE":"LINE","_PID":"7"}"#, "LINE\r",
        "2026-11-26T22:50:36+0100 host allotd[7]: LINE",
    ])
    func `an anchor is found in a line of the system's log`(line: String) {
        let anchor = Self.anchor(1042)
        #expect(Anchor(line: line.replacing("LINE", with: anchor.line)) == anchor)
    }

    @Test func `a head alone is an anchor of no epoch`() throws {
        let anchor = try #require(Anchor(line: "1042:\(Self.hash)"))
        #expect(anchor.head == Self.head(1042))
        #expect(anchor.epoch == nil)
        #expect(anchor.nextReservation == nil)
    }

    @Test(arguments: ["", "anchor", "anchor 7:abc", "-1:\(hash)", "12:34:56"]) func `other lines have none`(
        line: String
    ) {
        #expect(Anchor(line: line) == nil)
    }

    @Test func `a text gives its newest anchors`() {
        let text = (1...6000).map { Self.anchor(Int64($0)).line }.joined(separator: "\nsome words\n")
        let all = Anchor.all(in: text)
        #expect(all.count == Limits.anchors)
        #expect(all.last == Self.anchor(6000))
    }

    private static let other = String(repeating: "00", count: 32)
    /// Rows 1 to 20, all with the same hash; a backup that ended with row 8 was put in place by row 9.
    private static let hashes = Dictionary(uniqueKeysWithValues: (Int64(1)...20).map { ($0, head($0).hash) })
    private static let restore = RestoreRecord(
        epoch: 2, backup: head(8), replaced: head(15), anchor: nil, nextReservation: 90)

    @Test(arguments: [
        ([anchor(3), anchor(20)], [], 2, 0, []),
        ([anchor(3, other)], [], 0, 0, [JournalFault.anchor(sequence: 3)]),
        ([anchor(21)], [], 0, 0, [.truncated(anchor: 21, end: 20)]),
        ([anchor(15, other), anchor(40)], [restore], 0, 2, []),
        ([anchor(8)], [restore], 1, 0, []),
        ([anchor(7, other)], [restore], 0, 0, [.anchor(sequence: 7)]),
        ([anchor(15, epoch: 2, other)], [restore], 0, 0, [.anchor(sequence: 15)]),
        ([anchor(40, epoch: 2)], [restore], 0, 0, [.truncated(anchor: 40, end: 20)]),
        ([Anchor(line: "15:\(other)")].compactMap(\.self), [restore], 0, 0, [.anchor(sequence: 15)]),
    ])
    func `anchors of before a journaled restore are told from a journal that was changed`(
        anchors: [Anchor], restores: [RestoreRecord], confirmed: Int, earlier: Int, faults: [JournalFault]
    ) {
        let found = AnchorComparison(anchors, hashes: Self.hashes, end: 20, restores: restores)
        #expect(found.confirmed == confirmed)
        #expect(found.ofEarlierEpochs == earlier)
        #expect(found.faults == faults)
        #expect(found.compared == anchors.count)
    }

    @Test func `what a restore writes down is read back`() throws {
        #expect(try RestoreRecord(Self.restore.payload) == Self.restore)
        #expect(throws: (any Error).self) { try RestoreRecord(Array(#"{"epoch":2}"#.utf8)) }
    }
}

/// Where anchors are written to.
@Suite struct AnchorPlaceTests {
    private let folder: TemporaryFolder
    private let anchor = Anchor(
        head: JournalHead("7:" + String(repeating: "ab", count: 32)) ?? .empty, epoch: 1, nextReservation: 3,
        at: Timestamp(milliseconds: 1_793_610_000_000))

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `lines are added to a file, and read back`() throws {
        let path = folder.path + "/anchors"
        #expect(AnchorFile.read(path).anchors.isEmpty, "it is not there yet")
        try AnchorFile.append(anchor, to: path)
        try AnchorFile.append(anchor, to: path)
        let read = AnchorFile.read(path)
        #expect(read.anchors == [anchor, anchor])
        #expect(read.fault == nil)
    }

    @Test func `a link, and a file or folder that others may write, are refused`() throws {
        let path = folder.path + "/anchors"
        try AnchorFile.append(anchor, to: path)
        symlink(path, folder.path + "/link")
        #expect(throws: AnchorFile.Fault.self) { try AnchorFile.append(anchor, to: folder.path + "/link") }
        chmod(path, 0o662)
        #expect(throws: AnchorFile.Fault.self) { try AnchorFile.append(anchor, to: path) }
        #expect(AnchorFile.read(path).fault != nil)
        chmod(path, 0o600)
        chmod(folder.path, 0o777)
        #expect(throws: AnchorFile.Fault.self) { try AnchorFile.append(anchor, to: path) }
        chmod(folder.path, 0o700)
        #expect(AnchorFile.read(path).anchors.count == 1)
    }

    private func script(_ text: String) throws -> String {
        let path = folder.path + "/command"
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: path))
        chmod(path, 0o700)
        return path
    }

    @Test func `a command gets the anchor as JSON`() throws {
        let path = folder.path + "/got"
        try AnchorCommand.run(try script("cat > \(path)"), anchor, within: .seconds(20))
        let got = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            got == #"{"anchor":"7:\#(String(repeating: "ab", count: 32))","sequence":7,"epoch":1,"nextReservation":3,"#
                + "\"at\":\"2026-11-02T09:00:00Z\"}\n")
    }

    @Test func `a command that fails, does not end or is not there is told of`() throws {
        #expect(throws: AnchorCommand.Fault.self) {
            try AnchorCommand.run(try script("exit 3"), anchor, within: .seconds(20))
        }
        #expect(throws: AnchorCommand.Fault.self) {
            try AnchorCommand.run(try script("exec tail -f /dev/null"), anchor, within: .seconds(1))
        }
        #expect(throws: AnchorCommand.Fault.self) {
            try AnchorCommand.run(folder.path + "/nothing", anchor, within: .seconds(1))
        }
    }

    @Test func `one is written where the journal has grown, and only then`() async throws {
        let daemon = try await TestDaemon(folder: folder.path)
        var settings = Configuration.Anchors()
        settings.file = folder.path + "/anchors"
        let service = AnchorService(settings: settings, broker: daemon.broker, logger: .init(label: "test"))
        let last = await service.write(after: 0)
        #expect(await service.write(after: last) == last)
        _ = await daemon.submit(Request(devices: 1, span: .hours(1)))
        #expect(await service.write(after: last) > last)
        await daemon.close()
        let anchors = AnchorFile.read(folder.path + "/anchors").anchors
        #expect(anchors.count == 2)
        let report = try JournalCheck.run(
            StoreReader(path: folder.path + "/state/allot.db"), anchors: anchors)
        #expect(report.comparison.confirmed == 2)
        #expect(report.comparison.newest == anchors.last)
    }
}

/// A backup is put in place.
@Suite struct RestoreTests {
    private let folder: TemporaryFolder
    private var state: String { folder.path + "/state" }
    private var backup: String { folder.path + "/backup.db" }

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A database with three reservations, and a backup of when it had one.
    private func prepare() async throws {
        let daemon = try await TestDaemon(folder: folder.path)
        _ = await daemon.submit(Request(devices: 1, span: .hours(1)))
        var bytes: [UInt8] = []
        for try await piece in try await daemon.store.backup() { bytes += piece }
        try Data(bytes).write(to: URL(filePath: backup))
        for _ in 1...2 { _ = await daemon.submit(Request(devices: 1, span: .hours(1))) }
        await daemon.close()
    }

    @Test func `it begins an epoch, passes over ids that were given, and keeps what was there`() async throws {
        try await prepare()
        let before = try JournalCheck.run(folder: state, anchor: nil).anchor
        let report = try Restore.run(backup: backup, folder: state, reason: "disk broke")
        #expect(report.epoch == 2)
        #expect(report.nextReservation == ReservationID(4))
        #expect(report.replaced == before)
        let kept = try #require(report.kept)
        #expect(try JournalCheck.run(StoreReader(path: kept)).reservations == 3)
        let again = try Restore.run(backup: backup, folder: state, reason: "once more")
        #expect(again.epoch == 3)
        #expect(again.nextReservation == ReservationID(4))
        let daemon = try await TestDaemon(folder: folder.path)
        let reply = await daemon.submit(Request(devices: 1, span: .hours(1)))
        #expect(String(decoding: reply.body, as: UTF8.self) == "r-4")
        await daemon.close()
        let check = try JournalCheck.run(
            StoreReader(path: state + "/allot.db"),
            anchors: [Anchor(line: "anchor \(before) epoch 1")].compactMap(\.self))
        #expect(check.comparison.ofEarlierEpochs == 1)
        #expect(check.restores.map(\.record.epoch) == [3])
    }

    @Test func `where what was there can not be read it goes on far past what is known`() async throws {
        try await prepare()
        try Data("nothing".utf8).write(to: URL(filePath: state + "/allot.db"))
        let blind = try Restore.run(backup: backup, folder: state, reason: "lost")
        #expect(blind.nextReservation.number == 2 + Restore.blindMargin)
        try Data("nothing".utf8).write(to: URL(filePath: state + "/allot.db"))
        let anchors = folder.path + "/anchors"
        let head = try #require(JournalHead("99:" + String(repeating: "ab", count: 32)))
        try AnchorFile.append(
            Anchor(head: head, epoch: 5, nextReservation: 50, at: Timestamp(milliseconds: 1_793_610_000_000)),
            to: anchors)
        let told = try Restore.run(backup: backup, folder: state, reason: "lost again", anchors: anchors)
        #expect(told.nextReservation.number == 50 + Restore.anchorMargin)
        #expect(told.epoch == 6)
    }

    @Test func `nothing is changed under a running daemon, by a bad backup, or without a reason`() async throws {
        try await prepare()
        let before = try JournalCheck.run(folder: state, anchor: nil).anchor
        #expect(throws: Restore.Fault.reason) { try Restore.run(backup: backup, folder: state, reason: "") }
        let text = folder.path + "/text"
        try Data("no database".utf8).write(to: URL(filePath: text))
        #expect(throws: StoreError.self) { try Restore.run(backup: text, folder: state, reason: "x") }
        let anchors = folder.path + "/anchors"
        let head = try #require(JournalHead("1:" + String(repeating: "ab", count: 32)))
        try AnchorFile.append(
            Anchor(head: head, epoch: 1, nextReservation: 1, at: Timestamp(milliseconds: 0)), to: anchors)
        #expect(throws: Restore.Fault.self) {
            try Restore.run(backup: backup, folder: state, reason: "x", anchors: anchors)
        }
        let daemon = try await TestDaemon(folder: folder.path)
        #expect(throws: StoreError.self) { try Restore.run(backup: backup, folder: state, reason: "x") }
        await daemon.close()
        #expect(try JournalCheck.run(folder: state, anchor: before).reservations == 3)
    }
}

/// What one user may take of the daemon.
@Suite struct UserLimitTests {
    @Test func `streams of one user, and of all, are counted while they are held`() throws {
        let gate = StreamGate(ofUser: 2, inAll: 3)
        var own: [StreamGate.Place] = [try gate.enter(1000), try gate.enter(1000)]
        #expect(throws: Problems.tooManyStreams(2, isOfUser: true)) { try gate.enter(1000) }
        let other = try gate.enter(1001)
        #expect(throws: Problems.tooManyStreams(3, isOfUser: false)) { try gate.enter(0) }
        own.removeLast()
        let root = try gate.enter(0)
        #expect(throws: Problems.tooManyStreams(3, isOfUser: false)) { try gate.enter(1000) }
        withExtendedLifetime((own, other, root)) {}
    }

    @Test func `requests past the rate are refused with the numbers, and when to come again`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        var api = daemon.api
        api.limits = UserLimits(requestsPerSecond: 1)
        let isRoot = geteuid() == 0
        try await withServer(router: api.router()) { server in
            var statuses: [String] = []
            for _ in 1...4 { statuses.append(try await server.get("/v1/health").head) }
            let refused = statuses.filter { $0.contains(" 429 ") }
            // uid 0 is not held to it.
            #expect(isRoot ? refused.isEmpty : !refused.isEmpty)
            #expect(refused.allSatisfy { $0.lowercased().contains("retry-after: 1") })
        }
        let limit = UserLimits(requestsPerSecond: 3).requests
        let now = ContinuousClock.now
        #expect((1...10).count { _ in limit.admits(UserID(1000), at: now) } == 6)
        #expect(limit.admits(UserID(1001), at: now), "another user's are another's")
        #expect((1...10).count { _ in limit.admits(UserID(1000), at: now + .seconds(1)) } == 3)
        await daemon.close()
    }

    @Test func `one verification runs at a time, and one in a while`() throws {
        let gate = VerificationGate()
        let now = ContinuousClock.now
        let place = try gate.enter(at: now)
        #expect(throws: Problems.verificationRunning()) { try gate.enter(at: now + .seconds(600)) }
        place.leave()
        #expect(throws: Problems.verificationRunning()) { try gate.enter(at: now + .seconds(59)) }
        _ = try gate.enter(at: now + .seconds(60))
    }
}
