import Policy
import Testing
import Topology
import Units

@testable import Scheduling

@Suite struct FairShareReportTests {
    private static let a = Account(department: DepartmentID("a"), team: TeamID("t"))
    private static let b = Account(department: DepartmentID("b"), team: nil)

    private static let policy = Policy(
        departments: [
            Department(
                id: DepartmentID("a"), name: "a", weight: 1,
                teams: [Team(id: TeamID("t"), name: "t", weight: 1, members: [])], members: []),
            Department(id: DepartmentID("b"), name: "b", weight: 3, teams: [], members: []),
            Department(id: DepartmentID("c"), name: "c", weight: 4, teams: [], members: []),
        ], classes: Policy.defaultClasses)

    private func subject(_ account: Account, _ user: UInt32) -> Subject {
        Subject(user: UserID(user), accounts: [account], isAdmin: false)
    }

    private func standing(_ id: String, _ report: FairShareReport) throws -> FairShareReport.Standing {
        try #require(report.standings.first { $0.who == .department(DepartmentID(id)) })
    }

    @Test func `with no use all are equal, and each department and team is there`() throws {
        let engine = Engine(host: .sample(devices: 2), policy: Self.policy, time: .monday)
        let report = engine.fairShareReport(at: .monday)
        #expect(report.standings.count == 4)
        #expect(report.standings.allSatisfy { $0.rank == 1 && $0.overtakes == nil && $0.fairness.raw == .max })
    }

    @Test func `who stands behind another overtakes it when what runs has tipped the scale`() throws {
        var engine = Engine(host: .sample(devices: 4), policy: Self.policy, time: .monday)
        // a has used two devices for an hour; then b holds two for ten hours, on three times the share.
        _ = try engine.perform(
            .submit(Request(devices: 2, cores: 2, span: .hours(1)), by: subject(Self.a, 1)), at: .monday)
        let later = Timestamp.monday + .hours(1)
        _ = try engine.perform(.tick, at: later)
        _ = try engine.perform(.stopped(ReservationID(1)), at: later)
        _ = try engine.perform(
            .submit(Request(devices: 2, cores: 2, span: .hours(10)), by: subject(Self.b, 2)), at: later)
        let report = engine.fairShareReport(at: later + .hours(1))
        #expect(try standing("c", report).rank == 1)
        #expect(try standing("b", report).rank == 2 && standing("b", report).behind == .department(DepartmentID("c")))
        #expect(try standing("b", report).overtakes == nil, "c uses nothing")
        let behind = try standing("a", report)
        #expect(behind.rank == 3 && behind.behind == .department(DepartmentID("b")))
        // Three hours of b weigh as much, by its share, as the one of a, which has faded a little.
        let moment = try #require(behind.overtakes)
        #expect((later + .minutes(165)...later + .minutes(181)).contains(moment), "\(moment - later)")
        let then = engine.fairShareReport(at: moment)
        #expect(try standing("a", then).rank == 2 && standing("b", then).rank == 3)
        let just = engine.fairShareReport(at: moment - .seconds(2))
        #expect(try standing("a", just).rank == 3)
    }

    @Test func `users have their place among all`() throws {
        var engine = Engine(host: .sample(devices: 4), policy: Self.policy, time: .monday)
        for (account, user) in [(Self.a, UInt32(1)), (Self.a, 2), (Self.b, 3)] {
            _ = try engine.perform(
                .submit(Request(devices: 1, cores: 1, span: .hours(Int64(user))), by: subject(account, user)),
                at: .monday)
        }
        let report = engine.fairShareReport(at: .monday + .minutes(30))
        let places = report.standings.compactMap { standing -> (UInt32, Int64)? in
            guard case .user(let key) = standing.who, let place = standing.fairshare else { return nil }
            return (key.user.uid, place)
        }
        #expect(places.map(\.0) == [3, 1, 2])
        #expect(places.map(\.1) == [1_000_000, 666_667, 666_667])
    }
}
