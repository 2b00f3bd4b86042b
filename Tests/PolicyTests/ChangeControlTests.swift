import Testing
import Units

@testable import Policy

/// Who changes the policy when, and by whose word.
@Suite struct ChangeControlTests {
    private static let start = Timestamp(milliseconds: 1_793_610_000_000)
    private static let first = ChangeControl.Author(user: UserID(1), roles: [.admin])
    private static let second = ChangeControl.Author(user: UserID(2), roles: [.admin])
    private static let finance = ChangeControl.Author(user: UserID(3), roles: [.finance])
    private static let manager = ChangeControl.Author(user: UserID(4), roles: [], manages: [DepartmentID("a")])

    /// A policy with these weights, and members of department a.
    private static func text(
        a: Int = 1, b: Int = 1, members: String = "x", budget: String = "10", rules: String = ""
    ) throws -> PolicyText {
        let text = """
            version: 1
            roles: {admin: [one, two], finance: [three]}
            approvals: {changes: {managers: [members]\(rules)}}
            departments:
              - {id: a, weight: \(a), managers: [four], members: [\(members)], budget: {perMonth: \(budget)}}
              - {id: b, weight: \(b), members: [y]}
            """
        return try PolicyText(yaml: Array(text.utf8), name: "test")
    }

    private static func control(_ text: PolicyText) -> ChangeControl {
        // A name that differs for texts that differ is all that is asked of a digest here.
        var control = ChangeControl(ledger: PolicyLedger(), current: text) { PolicyDigest($0.text) }
        _ = control.take(text, at: start)
        return control
    }

    private func propose(
        _ text: PolicyText, on control: inout ChangeControl, by author: ChangeControl.Author = first,
        at time: Timestamp = start, effective: Timestamp? = nil, until: Timestamp? = nil, isEmergency: Bool = false
    ) throws(PolicyRejection) -> Proposal.State? {
        _ = try control.propose(
            ChangeControl.Draft(
                text: text, reason: "r", effective: effective, until: until, isEmergency: isEmergency),
            from: control.current, by: author, at: time)
        return control.ledger.proposals.last?.state
    }

    @Test func `a change holds when somebody else has approved it`() throws {
        var control = Self.control(try Self.text())
        #expect(try propose(try Self.text(a: 3), on: &control) == .pending)
        #expect(control.current == (try Self.text()))
        #expect(throws: PolicyRejection.ownProposal(1)) { try control.approve(1, by: Self.first, at: Self.start) }
        #expect(throws: PolicyRejection.notPermitted(needed: [.admin])) {
            try control.approve(1, by: Self.finance, at: Self.start)
        }
        let outcome = try control.approve(1, by: Self.second, at: Self.start)
        #expect(outcome.events.map(\.kind) == ["policy.approved", "policy.changed"])
        #expect(control.current == (try Self.text(a: 3)))
        #expect(control.ledger.versions.map(\.number) == [1, 2])
        #expect(throws: PolicyRejection.decided(1)) { try control.approve(1, by: Self.second, at: Self.start) }
        #expect(throws: PolicyRejection.unknownProposal(2)) { try control.approve(2, by: Self.second, at: Self.start) }
    }

    @Test func `money is finance's to propose and to approve, and nothing else is`() throws {
        var control = Self.control(try Self.text())
        #expect(try propose(try Self.text(budget: "20"), on: &control, by: Self.finance) == .pending)
        #expect(throws: PolicyRejection.ownProposal(1)) { try control.approve(1, by: Self.finance, at: Self.start) }
        _ = try control.approve(1, by: Self.first, at: Self.start)
        #expect(throws: PolicyRejection.notPermitted(needed: [.admin])) {
            try propose(try Self.text(a: 2, budget: "20"), on: &control, by: Self.finance)
        }
        _ = try propose(try Self.text(budget: "30"), on: &control)
        _ = try control.approve(2, by: Self.finance, at: Self.start)
        #expect(control.current == (try Self.text(budget: "30")))
    }

    @Test func `a manager decides alone what the policy that holds lets, of the own department`() throws {
        var control = Self.control(try Self.text())
        #expect(try propose(try Self.text(members: "x, z"), on: &control, by: Self.manager) == .inEffect(version: 2))
        #expect(throws: PolicyRejection.notPermitted(needed: [.admin])) {
            try propose(try Self.text(b: 2, members: "x, z"), on: &control, by: Self.manager)
        }
        // A text that lets managers more is not asked what managers may.
        #expect(throws: PolicyRejection.notPermitted(needed: [.admin])) {
            let greedy = try Self.text(members: "x, z", rules: ", secondPerson: []")
            _ = try propose(greedy, on: &control, by: Self.manager)
        }
        #expect(throws: PolicyRejection.notPermitted(needed: [.admin])) {
            try propose(try Self.text(members: "q"), on: &control, by: Self.manager, isEmergency: true)
        }
    }

    @Test func `what is dated takes effect and lapses by itself, and leaves what came meanwhile`() throws {
        var control = Self.control(try Self.text())
        let (from, until) = (Self.start + .hours(1), Self.start + .hours(3))
        _ = try propose(try Self.text(a: 3), on: &control, effective: from, until: until)
        _ = try control.approve(1, by: Self.second, at: Self.start)
        #expect(control.ledger.versions.count == 1)
        #expect(control.ledger.nextDue == from)
        #expect(control.advance(to: from - Span(milliseconds: 1)).events.isEmpty)
        #expect(control.advance(to: from).events.map(\.kind) == ["policy.changed"])
        _ = try propose(try Self.text(a: 3, b: 5), on: &control, at: from)
        _ = try control.approve(2, by: Self.second, at: from)
        #expect(control.advance(to: until).events.map(\.kind) == ["policy.lapsed"])
        #expect(control.current.policy == (try Self.text(b: 5)).policy)
        #expect(control.ledger[1]?.state == .lapsed(at: until))
        #expect(control.ledger.nextDue == nil)
    }

    @Test func `two changes of one place: the later one conflicts and changes nothing`() throws {
        var control = Self.control(try Self.text())
        _ = try propose(try Self.text(a: 3), on: &control)
        _ = try propose(try Self.text(a: 4), on: &control)
        _ = try control.approve(1, by: Self.second, at: Self.start)
        let outcome = try control.approve(2, by: Self.second, at: Self.start)
        #expect(outcome.events.map(\.kind) == ["policy.approved", "policy.conflicted"])
        #expect(control.current == (try Self.text(a: 3)))
        guard case .conflicted(_, let paths) = control.ledger[2]?.state else {
            Issue.record("it is not conflicted")
            return
        }
        #expect(paths == ["departments[a].weight"])
    }

    @Test func `an emergency holds for a day, and longer only when another has approved it`() throws {
        for isApproved in [false, true] {
            var control = Self.control(try Self.text())
            #expect(try propose(try Self.text(a: 9), on: &control, isEmergency: true) == .inEffect(version: 2))
            #expect(throws: PolicyRejection.ownProposal(1)) { try control.approve(1, by: Self.first, at: Self.start) }
            if isApproved { _ = try control.approve(1, by: Self.second, at: Self.start + .hours(1)) }
            let day = Self.start + .hours(24)
            #expect(control.advance(to: day - Span(milliseconds: 1)).events.isEmpty)
            #expect(control.advance(to: day).events.map(\.kind) == (isApproved ? [] : ["policy.lapsed"]))
            #expect(control.current.policy == (try Self.text(a: isApproved ? 9 : 1)).policy)
        }
    }

    @Test func `what nobody has approved in time expires, and what is rejected holds never`() throws {
        var control = Self.control(try Self.text())
        _ = try propose(try Self.text(a: 2), on: &control, until: Self.start + .hours(1))
        _ = try propose(try Self.text(b: 2), on: &control)
        #expect(control.advance(to: Self.start + .hours(1)).events.map(\.kind) == ["policy.expired"])
        #expect(throws: PolicyRejection.notPermitted(needed: [.admin])) {
            try control.reject(2, reason: "r", by: Self.finance, at: Self.start)
        }
        _ = try control.reject(2, reason: "r", by: Self.first, at: Self.start)
        #expect(control.current == (try Self.text()))
        #expect(control.ledger.nextDue == nil)
    }

    @Test func `times that do not fit and too much are refused with their numbers`() throws {
        var control = Self.control(try Self.text())
        let other = try Self.text(a: 2)
        #expect(throws: PolicyRejection.changesNothing(version: 1)) { try propose(try Self.text(), on: &control) }
        let past = Self.start - .hours(1)
        #expect(throws: PolicyRejection.time(field: "effective", past, from: Self.start)) {
            try propose(other, on: &control, effective: past)
        }
        #expect(throws: PolicyRejection.time(field: "until", Self.start, from: Self.start)) {
            try propose(other, on: &control, until: Self.start)
        }
        #expect(throws: PolicyRejection.emergencyWithTime) {
            try propose(other, on: &control, effective: Self.start + .hours(1), isEmergency: true)
        }
        let far = Self.start + .days(400)
        #expect(throws: PolicyRejection.self) { try propose(other, on: &control, until: far) }
        for weight in 2..<(2 + Policy.Limits.pendingProposals) {
            _ = try propose(try Self.text(a: weight), on: &control)
        }
        #expect(throws: PolicyRejection.tooManyProposals(limit: Policy.Limits.pendingProposals)) {
            try propose(try Self.text(b: 7), on: &control)
        }
    }

    @Test func `a ledger of the same events is the same, and an event that does not fit changes nothing`() throws {
        var control = Self.control(try Self.text())
        var events = [PolicyEvent.taken(version: control.ledger.versions[0])]
        events += try control.propose(
            ChangeControl.Draft(text: try Self.text(a: 2), reason: "r"), from: control.current, by: Self.first,
            at: Self.start
        ).events
        events += try control.approve(1, by: Self.second, at: Self.start).events
        var ledger = PolicyLedger()
        for event in events { try ledger.apply(event) }
        #expect(ledger == control.ledger)
        #expect(throws: PolicyLedger.Misfit.self) { try ledger.apply(events[0]) }
        #expect(throws: PolicyLedger.Misfit.self) { try ledger.apply(.expired(number: 9, at: Self.start)) }
        #expect(ledger == control.ledger)
    }

    @Test func `without a word on it an admin beside the superuser means that another approves`() throws {
        func areas(_ roles: String) throws -> Set<PolicyArea> {
            let text = "version: 1\n\(roles)departments: [{id: a}]\n"
            return try Policy.read(yaml: text, name: "test").secondPersonAreas
        }
        #expect(try areas("").isEmpty)
        #expect(try areas("roles: {admin: [one]}\n") == Set(PolicyArea.allCases))
        #expect(
            try areas("roles: {admin: [one]}\napprovals: {changes: {secondPerson: [prices]}}\n") == [.prices])
    }
}
