import Policy
import Simulation
import Testing
import Topology
import Units

@testable import Scheduling

@Suite struct ExplainTests {
    private func submit(
        _ engine: inout Engine, _ request: Request, user: UInt32 = 1000, at time: Timestamp = .monday
    ) throws -> ReservationID {
        try #require(try engine.perform(.submit(request, by: .user(user)), at: time).first?.reservation)
    }

    @Test func `what is held is told with who holds it until when, and each change that is named holds`() throws {
        var engine = Engine.sample(devices: 8)
        let first = try submit(&engine, Request(devices: 6, cores: 1, span: .hours(2)))
        let waiting = try submit(&engine, Request(devices: 4, cores: 2, memory: .gibibytes(4), span: .hours(1)))
        let before = engine.state
        let explanation = try engine.explain(waiting, at: .monday)
        #expect(engine.state == before)
        #expect(explanation.start == .monday + .hours(2))
        guard case .devices(2, 4, let holders)? = explanation.blockers.first else {
            Issue.record("\(explanation.blockers)")
            return
        }
        #expect(holders.map(\.id) == [first] && holders.first?.until == .monday + .hours(2))
        #expect(explanation.changes == [Explanation.Change(kind: .devices(2), start: .monday)])
        var asked = Engine.sample(devices: 8)
        _ = try submit(&asked, Request(devices: 6, cores: 1, span: .hours(2)))
        _ = try submit(&asked, Request(devices: 2, cores: 1, memory: .gibibytes(2), span: .hours(1)))
        #expect(asked.running.count == 2, "it starts at once when it is asked for so")
    }

    @Test func `the order is told where the machine alone would have room`() throws {
        var engine = Engine.sample(devices: 4)
        _ = try submit(&engine, Request(devices: 3, cores: 1, span: .hours(2)))
        let large = try submit(&engine, Request(devices: 4, cores: 1, span: .hours(2)))
        let waiting = try submit(&engine, Request(devices: 1, cores: 1, span: .hours(3)))
        let explanation = try engine.explain(waiting, at: .monday)
        #expect(explanation.start == .monday + .hours(4))
        guard case .order(1, let first)? = explanation.blockers.first else {
            Issue.record("\(explanation.blockers)")
            return
        }
        #expect(first.map(\.id) == [large])
        let changes = Dictionary(
            uniqueKeysWithValues: explanation.changes.map { ("\($0.kind)", $0.start) })
        #expect(
            changes["\(Explanation.Change.Kind.span(.seconds(5400)))"] == .monday, "an hour and a half fits before it")
        #expect(changes["\(Explanation.Change.Kind.priorityClass(ClassID("production")))"] == .monday)
    }

    @Test func `a window, a time and another's end are told as such`() throws {
        var engine = Engine.sample(devices: 4)
        let window = try submit(&engine, Request(devices: 4, cores: 1, span: .hours(1), at: .monday + .hours(2)))
        #expect(try engine.explain(window, at: .monday).blockers == [.window(.monday + .hours(2))])
        let later = try submit(
            &engine, Request(devices: 1, cores: 1, span: .minutes(5), notBefore: .monday + .hours(1)))
        #expect(try engine.explain(later, at: .monday).blockers.contains(.notBefore(.monday + .hours(1))))
        let follower = try submit(&engine, Request(cores: 1, span: .minutes(5), after: [window]))
        #expect(
            try engine.explain(follower, at: .monday).blockers.contains(.after(window, until: .monday + .hours(3))))
        engine = Engine.sample(devices: 4)
        let only = try submit(&engine, Request(devices: 4, cores: 1, span: .hours(1), at: .monday + .hours(2)))
        let long = try submit(&engine, Request(devices: 4, cores: 1, span: .hours(3)))
        let explanation = try engine.explain(long, at: .monday)
        guard case .windows(let holders)? = explanation.blockers.first else {
            Issue.record("\(explanation.blockers)")
            return
        }
        #expect(holders.map(\.id) == [only])
        #expect(explanation.changes.contains { $0.kind == .span(.minutes(90)) && $0.start == .monday })
    }

    @Test func `licences and quotas are told with their numbers`() throws {
        let policy = Policy(
            departments: [
                Department(
                    id: DepartmentID("default"), name: "d", weight: 1, teams: [], members: [.everyone],
                    quotas: [Quota(model: .every, nominal: 2, borrowing: 0)])
            ], classes: Policy.defaultClasses, licences: [Licence(name: "nag", count: 3)])
        var engine = Engine(host: .sample(devices: 4), policy: policy, time: .monday)
        _ = try submit(&engine, Request(devices: 2, cores: 1, licences: ["nag": 2], span: .hours(1)))
        let licence = try submit(&engine, Request(cores: 1, licences: ["nag": 2], span: .hours(1)))
        #expect(
            try engine.explain(licence, at: .monday).blockers.contains(
                .counted(
                    .licence("nag"), used: .whole(2), asked: .whole(2), limit: .whole(3), until: .monday + .hours(1))))
        #expect(try engine.explain(licence, at: .monday).changes.contains { $0.kind == .withoutLicences })
        let quota = try submit(&engine, Request(devices: 1, cores: 1, span: .hours(1)))
        #expect(
            try engine.explain(quota, at: .monday).blockers.contains(
                .quota(
                    DepartmentID("default"), used: .whole(2), asked: .one, limit: .whole(2), until: .monday + .hours(1))
            ))
    }

    @Test func `one that runs has nothing in its way, and one that is not there is refused`() throws {
        var engine = Engine.sample(devices: 4)
        let active = try submit(&engine, Request(devices: 1, cores: 1, span: .hours(1)))
        #expect(try engine.explain(active, at: .monday).blockers.isEmpty)
        #expect(throws: Rejection.unknownReservation(ReservationID(9))) {
            try engine.explain(ReservationID(9), at: .monday)
        }
        _ = try engine.perform(.cancel(active, by: .admin), at: .monday)
        #expect(throws: Rejection.alreadyEnded(active)) { try engine.explain(active, at: .monday) }
    }

    @Test func `what is drained is told, and a start where there is none is not made up`() throws {
        var engine = Engine.sample(devices: 4)
        _ = try engine.perform(.drain(DrainRequest(devices: DeviceSet([2])), by: .admin), at: .monday)
        let waiting = try submit(&engine, Request(devices: 4, cores: 4, span: .hours(1)))
        let explanation = try engine.explain(waiting, at: .monday)
        #expect(explanation.start == nil && engine.plannedPlacement(of: waiting) == nil)
        #expect(explanation.blockers.contains(.drained(devices: 1, isHost: false, until: nil)))
        #expect(explanation.changes.first == Explanation.Change(kind: .devices(3), start: .monday))
    }

    @Test func `another time is named where it is sooner`() throws {
        var engine = Engine.sample(devices: 4)
        let at = Timestamp.monday + .hours(5)
        let window = try submit(&engine, Request(devices: 4, cores: 4, span: .hours(1), at: at))
        let later = try submit(&engine, Request(devices: 4, cores: 4, span: .hours(1), notBefore: at))
        for id in [window, later] {
            let changes = try engine.explain(id, at: .monday).changes
            #expect(changes.contains { $0.kind == .anytime && $0.start == .monday })
        }
    }

    @Test func `every change that is named for random queues starts it sooner when it is asked for`() throws {
        var generator = SeededGenerator(seed: 17)
        for _ in 0..<20 {
            var engine = Engine.sample(devices: 8)
            var ids: [ReservationID] = []
            for _ in 0..<12 {
                let request = Request(
                    devices: Int.random(in: 1...4, using: &generator),
                    together: [.any, .nvlink].randomElement(using: &generator) ?? .any,
                    cores: 1, span: .minutes(Int64.random(in: 10...300, using: &generator)))
                ids.append(try submit(&engine, request, user: UInt32.random(in: 1000...1003, using: &generator)))
            }
            for id in ids where !engine.running.contains(id) {
                let explanation = try engine.explain(id, at: .monday)
                let start = try #require(explanation.start)
                #expect(!explanation.blockers.isEmpty || start <= .monday)
                #expect(explanation.changes.allSatisfy { $0.start < start })
            }
        }
    }
}

extension Ratio {
    static func whole(_ count: Int64) -> Ratio { Ratio(thousandths: count * 1000) }
}
