import AllotAPI
import Foundation
import Policy
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// A trail that an expectation can ask.
private final class Trail {
    private var trail = RefusalTrail()

    func isFirst(_ refusal: Refusal, at time: Timestamp) -> Bool { trail.isFirst(refusal, at: time) }

    func due(at time: Timestamp, all: Bool = false) -> [RefusalTrail.Counted] { trail.due(at: time, all: all) }

    func giveBack(_ counted: [RefusalTrail.Counted], at time: Timestamp) { trail.giveBack(counted, at: time) }
}

/// Which refusals get a row of their own, and which are counted.
@Suite struct RefusalTrailTests {
    private let start = Timestamp(milliseconds: 1_793_610_000_000)

    private func refusal(_ user: UInt32 = 1000, _ operation: String = "drain", _ status: Int = 403) -> Refusal {
        Refusal(
            user: UserID(user), operation: operation,
            problem: Problem(
                type: "/problems/forbidden", title: "x", status: status, detail: "x",
                members: ["needed": .texts(["admin"])]))
    }

    @Test func `the first is written at once, the same again once a minute with its count`() {
        let trail = Trail()
        #expect(trail.isFirst(refusal(), at: start))
        for second in Int64(1)...50 { #expect(!trail.isFirst(refusal(), at: start + .seconds(second))) }
        #expect(trail.isFirst(refusal(1001), at: start), "another user's is another one")
        #expect(trail.isFirst(refusal(1000, "resume"), at: start), "another operation is another one")
        #expect(trail.due(at: start + .seconds(59)).isEmpty)
        let due = trail.due(at: start + .minutes(1))
        #expect(due.map(\.count) == [50])
        #expect(due.first?.from == start + .seconds(1))
        #expect(due.first?.until == start + .seconds(50))
        #expect(due.first?.refusal == refusal())
        #expect(!trail.isFirst(refusal(), at: start + .seconds(70)), "it goes on, and is counted on")
        #expect(trail.due(at: start + .minutes(3)).map(\.count) == [1])
        #expect(trail.due(at: start + .minutes(5)).isEmpty)
        #expect(trail.isFirst(refusal(), at: start + .minutes(6)), "after a rest it is the first again")
    }

    @Test func `what has many names is one count, whether of one user or of many users`() {
        let trail = Trail()
        let own = (0..<100).count { trail.isFirst(refusal(7, "operation\($0)"), at: start) }
        #expect(own == Limits.refusalsOfUser)
        let users = (0..<5000).count { trail.isFirst(refusal(UInt32(10_000 + $0)), at: start) }
        #expect(users == Limits.refusedUsers - 1)
        let due = trail.due(at: start, all: true)
        #expect(due.map(\.count).sorted() == [Int64(100 - own), Int64(5000 - users)])
        #expect(due.filter { !$0.isOthers }.isEmpty)
    }

    @Test func `counts that could not be written come again`() {
        let trail = Trail()
        #expect(trail.isFirst(refusal(), at: start))
        #expect(!trail.isFirst(refusal(), at: start))
        let due = trail.due(at: start, all: true)
        trail.giveBack(due, at: start)
        #expect(trail.due(at: start, all: true) == due)
    }

    @Test(arguments: [(403, "access.denied"), (422, "command.refused")])
    func `a row says what was refused, why and how often`(status: Int, kind: String) throws {
        let event = refusal(1000, "drain", status).event(count: 3, from: start, until: start, caller: 5)
        #expect(event.kind == kind)
        #expect(event.actor == UserID(1000))
        #expect(event.caller == 5)
        let payload = String(decoding: event.payload, as: UTF8.self)
        #expect(
            payload == #"{"operation":"drain","type":"/problems/forbidden","status":\#(status),"needed":["admin"],"#
                + #""count":3,"since":"2026-11-02T09:00:00Z"}"#)
    }
}

extension PolicyText {
    /// What is personal is kept for 30 days.
    fileprivate static let forgetful = PolicyText(
        test: """
            version: 1
            departments:
              - id: lab
                name: Lab
                members: ["*"]
                teams: [{id: nlp, name: NLP, members: ["*"]}]
            retention: {personal: 30d}
            """)
}

/// What /proc says of a process.
@Suite struct CallingProcessTests {
    @Test func `this process is found, with its program and its start`() throws {
        let own = CallingProcess.read(Peer(pid: getpid(), uid: geteuid(), gid: getegid()))
        #expect(try #require(own.startTicks) > 0)
        #expect(own.executable?.hasPrefix("/") == true)
        #expect(CallingProcess.read(Peer(pid: getpid(), uid: geteuid(), gid: getegid())) == own)
    }

    @Test(arguments: [Int32(0), -1, .max])
    func `a process that is not there is known by its number alone`(pid: Int32) {
        let read = CallingProcess.read(Peer(pid: pid, uid: 0, gid: 0))
        #expect(read == CallingProcess(pid: pid, startTicks: nil, executable: nil))
    }

    @Test func `a process of another uid is not the peer any more`() {
        let read = CallingProcess.read(Peer(pid: getpid(), uid: geteuid() + 54_321, gid: 0))
        #expect(read.executable == nil)
    }

    @Test(arguments: [
        ("7 (cat) S 1 7 7 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 4711 22 33", "cat", Int64(4711)),
        ("7 (a) b) (c) S 1 7 7 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 99 22 33", "a) b) (c", 99),
    ])
    func `a name may hold parentheses`(stat: String, name: String, ticks: Int64) throws {
        let read = try #require(CallingProcess.nameAndStart(stat: stat))
        #expect(read.name == name)
        #expect(read.ticks == ticks)
    }

    @Test(arguments: ["", "7 (cat", "7 (cat) S 1 2", ") ("]) func `what is no such line is refused`(stat: String) {
        #expect(CallingProcess.nameAndStart(stat: stat) == nil)
    }

    @Test func `one of the four uids is enough, and part of a number is not`() {
        let status = "Name:\tx\nUid:\t1000\t0\t0\t0\nGid:\t5\t5\t5\t5\n"
        #expect(CallingProcess.isOf(0, status: status))
        #expect(CallingProcess.isOf(1000, status: status))
        #expect(!CallingProcess.isOf(100, status: status))
        #expect(!CallingProcess.isOf(5, status: status))
    }
}

/// Who made the commands, and what the journal says of it.
@Suite struct CallerRowTests {
    private let request = Request(devices: 1, span: .hours(1))

    private func reference(_ note: CallerNote, name: String = "ada") -> CallerReference {
        CallerReference(
            note: note,
            identity: CallerIdentity(
                user: UserID(1000), name: name, groups: ["staff", "users"],
                accounts: [Account(department: DepartmentID("lab"), team: TeamID("nlp"))], roles: [.auditor],
                manages: []
            ))
    }

    private func submit(_ daemon: TestDaemon, _ caller: CallerReference) async -> Reply {
        let subject = Subject(
            user: UserID(1000), accounts: [Account(department: DepartmentID("lab"), team: nil)], isAdmin: false)
        return await daemon.broker.perform(
            Call(command: .submit(request, by: subject), actor: UserID(1000), caller: caller) { _ in
                Reply(status: 201, body: [])
            })
    }

    private func rows(_ daemon: TestDaemon, kind: String) throws -> [AuditEvent] {
        var filter = AuditFilter()
        filter.kind = kind
        return try daemon.store.read(.audit(filter, limit: 1000)).events.reversed()
    }

    @Test func `a connection's caller is written once, before its first command, and anew when it has changed`()
        async throws
    {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        let note = CallerNote(peer: Peer(pid: getpid(), uid: geteuid(), gid: getegid()))
        for _ in 1...3 { _ = await submit(daemon, reference(note)) }
        let seen = try rows(daemon, kind: "caller.seen")
        #expect(seen.count == 1)
        #expect(seen.first?.values[.name] == Array("ada".utf8))
        #expect(seen.first?.values[.groups] == Array("staff\nusers".utf8))
        let submitted = try rows(daemon, kind: "reservation.submitted")
        #expect(submitted.map(\.entry.caller) == Array(repeating: seen.first?.entry.sequence, count: 3))
        let payload = try #require(seen.first.map { String(decoding: $0.entry.payload, as: UTF8.self) })
        #expect(payload.contains(#""accounts":["lab/nlp"],"roles":["auditor"],"manages":[]"#))
        _ = await submit(daemon, reference(note, name: "grace"))
        daemon.time.advance(by: .days(2))
        _ = await submit(daemon, reference(note, name: "grace"))
        #expect(try rows(daemon, kind: "caller.seen").count == 3)
        await daemon.close()
        _ = try JournalCheck.run(folder: folder.path + "/state", anchor: nil)
    }

    @Test func `a refusal by the engine is journaled with its caller, and counted when it comes again`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        let note = CallerNote(peer: Peer(pid: getpid(), uid: geteuid(), gid: getegid()))
        let subject = Subject(user: UserID(1000), accounts: [], isAdmin: false)
        for _ in 1...40 {
            let reply = await daemon.broker.perform(
                Call(
                    command: .cancel(ReservationID(77), by: subject), actor: UserID(1000), caller: reference(note)
                ) { result in
                    if case .failure(let rejection) = result {
                        rejection.problem.reply
                    } else {
                        Reply(status: 200, body: [])
                    }
                })
            #expect(reply.status == 404)
        }
        await daemon.close()
        let reader = try StoreReader(path: folder.path + "/state/allot.db")
        var filter = AuditFilter()
        filter.only = AuditKind.denied
        let page = try await reader.read(.audit(filter, limit: 1000))
        let callers = try await reader.read(.events(Set(page.events.compactMap(\.entry.caller))))
        let views = page.events.map { AuditViews(callers: callers).view($0) }
        #expect(views.map(\.count) == [39, 1])
        #expect(views.allSatisfy { $0.user == "ada" && $0.outcome == .denied && $0.operation == "cancelReservation" })
        #expect(views.allSatisfy { $0.problem == "/problems/unknown-reservation" && $0.reservation == "r-77" })
        #expect(views.allSatisfy { $0.groups == ["staff", "users"] && $0.roles == ["auditor"] })
    }

    @Test func `what is personal and old is erased, journaled, and the chain verifies`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path, policy: .forgetful)
        let note = CallerNote(peer: Peer(pid: getpid(), uid: geteuid(), gid: getegid()))
        _ = await submit(daemon, reference(note))
        await daemon.broker.perform(.commandEnded(ReservationID(1), exitCode: 0))
        await daemon.broker.perform(.stopped(ReservationID(1)))
        let service = RetentionService(broker: daemon.broker, logger: .init(label: "test"))
        await service.sweep()
        #expect(try rows(daemon, kind: "retention").isEmpty, "it is not old yet")
        daemon.time.advance(by: .days(31))
        await service.sweep()
        #expect(try rows(daemon, kind: "retention").count == 1)
        #expect(try rows(daemon, kind: "caller.seen").first?.values == [:])
        #expect(try await daemon.store.read(.personal(of: ReservationID(1))).isEmpty)
        await service.sweep()
        #expect(try rows(daemon, kind: "retention").count == 1, "there is nothing left")
        await daemon.close()
        _ = try JournalCheck.run(folder: folder.path + "/state", anchor: nil)
    }
}
