import Dispatch
import Enforcement
import Foundation
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

@Suite struct BrokerTests {
    private func text(_ reply: Reply) -> String { String(decoding: reply.body, as: UTF8.self) }

    @Test func `what is acknowledged is there after a restart, and no id is given twice`() async throws {
        let folder = try TemporaryFolder()
        let first = try await TestDaemon(folder: folder.path)
        let ids = await withTaskGroup(of: String.self) { group in
            for number in 0..<200 {
                group.addTask { text(await first.submit(Request(devices: 1 + number % 2, span: .hours(1)))) }
            }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 200)
        let before = await first.broker.snapshot().engine.state
        await first.close()
        let second = try await TestDaemon(folder: folder.path, time: first.time)
        #expect(await second.broker.snapshot().engine.state == before)
        #expect(text(await second.submit(Request(devices: 1, span: .hours(1)))) == "r-201")
        await second.close()
        let report = try JournalCheck.run(folder: folder.path + "/state", anchor: nil)
        #expect(report.reservations == 201)
    }

    @Test func `what has been used is there after a restart, and is held to the journal`() async throws {
        let folder = try TemporaryFolder()
        let first = try await TestDaemon(folder: folder.path)
        for user: UInt32 in [1000, 1001] {
            _ = await first.submit(Request(devices: 1, span: .hours(1)), by: user)
        }
        first.time.advance(by: .minutes(40))
        for number in Int64(1)...2 {
            await first.broker.perform(.commandEnded(ReservationID(number), exitCode: 0))
            await first.broker.perform(.stopped(ReservationID(number)))
        }
        let before = await first.broker.snapshot().engine.state.usage
        #expect(before.entries.count == 2)
        await first.close()
        let second = try await TestDaemon(folder: folder.path, time: first.time)
        #expect(await second.broker.snapshot().engine.state.usage == before)
        await second.close()
        let state = folder.path + "/state"
        #expect(try JournalCheck.run(folder: state, anchor: nil).reservations == 2)
        let store = try Store(folder: state, diskReserve: 0)
        var row = try #require(try await store.read(.usage).last)
        row.amount += 1
        try store.commit(Batch(usage: [row]))
        try store.close()
        #expect(throws: JournalCheck.Fault.usage(UserID(1001))) { try JournalCheck.run(folder: state, anchor: nil) }
    }

    @Test func `a repeated request gets the first reply, also after a restart, and refusals too`() async throws {
        let folder = try TemporaryFolder()
        var daemon = try await TestDaemon(folder: folder.path)
        let request = Request(devices: 1, span: .hours(1))
        let first = await daemon.submit(request, key: "a")
        let refused = await daemon.submit(Request(devices: 3, span: .hours(1)), key: "b")
        #expect(refused.status == 422)
        #expect(await daemon.submit(request, key: "a") == first)
        let time = daemon.time
        await daemon.close()
        daemon = try await TestDaemon(folder: folder.path, time: time)
        #expect(await daemon.submit(request, key: "a") == first)
        #expect(await daemon.submit(Request(devices: 3, span: .hours(1)), key: "b") == refused)
        #expect(await daemon.submit(request, key: "a", digest: 2).status == 422, "another body under the same key")
        #expect(text(await daemon.submit(request, by: 1001, key: "a")) == "r-2", "another user's key is another key")
        time.advance(by: .days(2))
        #expect(text(await daemon.submit(request, key: "a")) == "r-3", "after a day the key is free again")
        await daemon.close()
    }

    @Test func `two requests with one key at the same time make one reservation`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        let replies = await withTaskGroup(of: Reply.self) { group in
            for _ in 0..<20 { group.addTask { await daemon.submit(Request(devices: 1, span: .hours(1)), key: "k") } }
            return await group.reduce(into: Set<Reply>()) { $0.insert($1) }
        }
        #expect(replies.count == 1)
        #expect(await daemon.broker.snapshot().engine.state.reservations.count == 1)
        await daemon.close()
    }

    @Test func `a hole in the plan is handed out by a pass, in order`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        for user in UInt32(1000)...1003 { _ = await daemon.submit(Request(devices: 2, span: .hours(1)), by: user) }
        await daemon.broker.perform(.commandEnded(ReservationID(1), exitCode: 0))
        await daemon.broker.perform(.stopped(ReservationID(1)))
        try await eventually {
            if case .active = await daemon.broker.decision(about: ReservationID(2))?.reservation.state {
                true
            } else {
                false
            }
        }
        guard case .waiting = await daemon.broker.decision(about: ReservationID(3))?.reservation.state else {
            Issue.record("r-3 waits behind r-2")
            return
        }
        await daemon.close()
    }

    @Test func `a tampered row does not verify`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        for _ in 0..<3 { _ = await daemon.submit(Request(devices: 1, span: .hours(1))) }
        await daemon.close()
        let state = folder.path + "/state"
        let anchor = try JournalCheck.run(folder: state, anchor: nil).anchor
        #expect(try JournalCheck.run(folder: state, anchor: anchor).reservations == 3)
        let edit = "CAST(replace(CAST(body AS TEXT), '\"gpus\":1', '\"gpus\":2') AS BLOB)"
        try tamper(state, "UPDATE reservation SET body = \(edit) WHERE id = 2")
        #expect(throws: JournalCheck.Fault.projection(ReservationID(2), "its row differs from the journal")) {
            try JournalCheck.run(folder: state, anchor: anchor)
        }
    }

    @Test func `a deleted row does not verify`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        for _ in 0..<3 { _ = await daemon.submit(Request(devices: 1, span: .hours(1))) }
        await daemon.close()
        try tamper(folder.path + "/state", "DELETE FROM reservation WHERE id = 1")
        #expect(throws: JournalCheck.Fault.self) {
            try JournalCheck.run(folder: folder.path + "/state", anchor: nil)
        }
    }
}

/// Changes a state folder's database behind the daemon's back.
func tamper(_ folder: String, _ sql: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
        "python3", "-c", "import sqlite3,sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
        folder + "/allot.db", sql,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
}

/// Waits until something is so; fails after a minute.
func eventually(_ condition: () async -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while await !condition() {
        try #require(ContinuousClock.now < deadline, "it did not come to be in a minute")
        await aMoment()
    }
}

/// A queue with a thread of its own, so that nothing else holds up a moment.
private let moments = DispatchQueue(label: "moments")

/// A moment before a condition is looked at again, so that what it waits for gets the processor.
func aMoment() async {
    await withCheckedContinuation { continuation in
        moments.asyncAfter(deadline: .now() + .milliseconds(2)) { continuation.resume() }
    }
}
