import Policy
import Testing
import Topology
import Units

@testable import Scheduling

/// The engine goes on under another policy.
@Suite struct PolicyChangeTests {
    private static func policy(teamIn department: String) -> Policy {
        Policy(
            departments: ["a", "b"].map { id in
                Department(
                    id: DepartmentID(id), name: id, weight: 1,
                    teams: id == department ? [Team(id: TeamID("t"), name: "t", weight: 1, members: [.everyone])] : [],
                    members: [.everyone])
            }, classes: Policy.defaultClasses)
    }

    @Test func `what waits of a team that has moved is the new department's, what runs stays`() throws {
        let account = Account(department: DepartmentID("a"), team: TeamID("t"))
        let subject = Subject(user: UserID(1), accounts: [account], isAdmin: false)
        var engine = Engine(host: .sample(devices: 8), policy: Self.policy(teamIn: "a"), time: .monday)
        let request = Request(devices: 8, span: .hours(1))
        _ = try engine.perform(.submit(request, by: subject), at: .monday)
        _ = try engine.perform(.submit(request, by: subject), at: .monday)
        let (running, waiting) = (ReservationID(1), ReservationID(2))
        let (moved, events) = engine.under(Self.policy(teamIn: "b"), at: .monday)
        let home = Account(department: DepartmentID("b"), team: TeamID("t"))
        #expect(events == [.reassigned(waiting, account: home)])
        #expect(moved.state.reservations[running]?.account == account)
        #expect(moved.state.reservations[waiting]?.account == home)
        #expect(moved.placement(of: waiting)?.start == engine.placement(of: waiting)?.start)
        // The same events on the state before give the same state: a replay knows no policies.
        var replayed = engine.state
        for event in events { try replayed.apply(event) }
        #expect(replayed == moved.state)
    }

    @Test func `a pass that was begun under the policy before is not adopted`() throws {
        let account = Account(department: DepartmentID("a"), team: nil)
        let subject = Subject(user: UserID(1), accounts: [account], isAdmin: false)
        var engine = Engine(host: .sample(devices: 8), policy: Self.policy(teamIn: "a"), time: .monday)
        for _ in 0..<3 {
            _ = try engine.perform(.submit(Request(devices: 8, span: .hours(1)), by: subject), at: .monday)
        }
        let plan = engine.beginPass().makePlan(at: .monday)
        var (after, _) = engine.under(Self.policy(teamIn: "b"), at: .monday)
        #expect(plan.pass != after.pass)
        #expect(try after.perform(.adopt(plan), at: .monday).isEmpty)
        #expect(after.needsPass)
    }

    @Test func `a window without its licences is told as one that can not be held`() throws {
        let account = Account(department: DepartmentID("a"), team: nil)
        let subject = Subject(user: UserID(1), accounts: [account], isAdmin: false)
        var policy = Self.policy(teamIn: "a")
        policy.licences = [Licence(name: "m", count: 2)]
        var engine = Engine(host: .sample(devices: 8), policy: policy, time: .monday)
        _ = try engine.perform(
            .submit(
                Request(devices: 1, licences: ["m": 2], span: .hours(1), at: .monday + .hours(2)), by: subject),
            at: .monday)
        #expect(engine.brokenWindows.isEmpty)
        policy.licences = [Licence(name: "m", count: 1)]
        #expect(engine.under(policy, at: .monday).engine.brokenWindows == [ReservationID(1)])
    }
}
