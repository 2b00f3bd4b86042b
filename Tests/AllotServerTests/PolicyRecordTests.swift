import Policy
import Testing
import Units

@testable import AllotServer

/// What is decided about the policy, in the journal: the format is for ever.
@Suite struct PolicyRecordTests {
    static let time = Timestamp(milliseconds: 1_793_610_000_000)

    static let proposal: Proposal = {
        var proposal = Proposal(
            number: 1, digest: PolicyDigest("ab"), base: 1, rollbackTo: 1,
            changes: [
                PolicyChange(
                    path: "departments[a].weight", before: "1", after: nil, area: .weights,
                    department: DepartmentID("a"))
            ], by: UserID(7), at: time, reason: "r", effective: time, until: time, emergencyUntil: time,
            approvers: [.admin, .finance], state: .pending)
        proposal.approvedBy = UserID(8)
        proposal.approvedAt = time
        return proposal
    }()

    /// One of each kind.
    static let events: [PolicyEvent] = [
        .taken(version: PolicyVersion(number: 1, digest: PolicyDigest("aa"), at: time, origin: .file)),
        .taken(version: PolicyVersion(number: 1, digest: PolicyDigest("aa"), at: time, origin: .standard)),
        .proposed(proposal: proposal), .approved(number: 1, by: UserID(8), at: time),
        .rejected(number: 1, by: UserID(8), at: time, reason: "r"), .expired(number: 1, at: time),
        .conflicted(number: 1, at: time, paths: ["a"]),
        .changed(
            version: PolicyVersion(number: 2, digest: PolicyDigest("ab"), at: time, origin: .proposal(number: 1))),
        .changed(version: PolicyVersion(number: 3, digest: PolicyDigest("aa"), at: time, origin: .lapse(number: 1))),
    ]

    /// One of each.
    static let rejections: [PolicyRejection] = [
        .changesNothing(version: 1), .tooManyProposals(limit: 1), .unknownProposal(1), .unknownVersion(2, newest: 1),
        .ownProposal(1), .decided(1), .notPermitted(needed: [.admin]), .emergencyWithTime,
        .time(field: "until", time, from: time), .beyondHorizon(field: "until", time, limit: time),
    ]

    @Test(arguments: events)
    func `an event reads back as it was`(event: PolicyEvent) throws {
        #expect(try PolicyRecord.event(kind: event.kind, payload: PolicyRecord.payload(event)) == event)
    }

    @Test func `the format stays as it was first written`() throws {
        let approved = PolicyEvent.approved(number: 3, by: nil, at: Timestamp(milliseconds: 9))
        #expect(String(decoding: PolicyRecord.payload(approved), as: UTF8.self) == #"{"approved":{"at":9,"number":3}}"#)
        let old = #"{"changed":{"version":{"at":9,"digest":"aa","number":2,"origin":{"proposal":{"number":1}}}}}"#
        let version = PolicyVersion(
            number: 2, digest: PolicyDigest("aa"), at: Timestamp(milliseconds: 9), origin: .proposal(number: 1))
        #expect(try PolicyRecord.event(kind: "policy.changed", payload: Array(old.utf8)) == .changed(version: version))
    }

    @Test func `a ledger is written the same each time, and reads back`() throws {
        var ledger = PolicyLedger()
        try ledger.apply(Self.events[0])
        try ledger.apply(.proposed(proposal: Self.proposal))
        let bytes = PolicyRecord.bytes(ledger)
        #expect(try PolicyRecord.ledger(bytes) == ledger)
        #expect(PolicyRecord.bytes(try PolicyRecord.ledger(bytes)) == bytes)
    }

    @Test func `a digest is SHA-256 in hexadecimal`() {
        #expect(
            PolicyRecord.digest(of: Array("abc".utf8)).text
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
