import AllotAPI
import Policy
import Units

extension PolicyRejection {
    /// What the client is told.
    var problem: Problem {
        switch self {
        case .changesNothing(let version):
            Problem(
                type: "/problems/changes-nothing", title: "It changes nothing", status: 422,
                detail: "It says what version \(version) says", members: ["version": .number(Int64(version))])
        case .tooManyProposals(let limit):
            Problem(
                type: "/problems/too-many-proposals", title: "Too many proposals", status: 422,
                detail: "There are \(limit) proposals, which is the limit; decide some first",
                members: ["limit": .number(Int64(limit))])
        case .unknownProposal(let number):
            Problem(
                type: "/problems/unknown-proposal", title: "No such proposal", status: 404,
                detail: "There is no proposal \(number); 'allot policy history --proposals' lists them",
                members: ["proposal": .number(Int64(number))])
        case .unknownVersion(let version, let newest):
            Problem(
                type: "/problems/unknown-version", title: "No such version", status: 404,
                detail: "There is no version \(version) of the policy; the newest is \(newest)",
                members: ["version": .number(Int64(version)), "newest": .number(Int64(newest))])
        case .ownProposal(let number):
            Problem(
                type: "/problems/own-proposal", title: "One's own proposal", status: 403,
                detail: "Proposal \(number) is your own; somebody else has to approve it",
                members: ["proposal": .number(Int64(number))])
        case .decided(let number):
            Problem(
                type: "/problems/proposal-decided", title: "Decided already", status: 409,
                detail: "Proposal \(number) waits for nobody's word any more",
                members: ["proposal": .number(Int64(number))])
        case .notPermitted(let needed): Problems.roleNeeded(needed.map(\.rawValue).sorted())
        case .emergencyWithTime:
            Problem(
                type: "/problems/wrong-time", title: "A time that does not fit", status: 422,
                detail: "An emergency takes effect at once; leave `effective` out", field: "effective")
        case .time(let field, let time, let from):
            Problem(
                type: "/problems/wrong-time", title: "A time that does not fit", status: 422,
                detail: "\(field) is \(RFC3339.string(time)), which is not after \(RFC3339.string(from))", field: field)
        case .beyondHorizon(let field, let time, let limit):
            Problem(
                type: "/problems/wrong-time", title: "A time that does not fit", status: 422,
                detail: "\(field) is \(RFC3339.string(time)); the latest is \(RFC3339.string(limit))", field: field)
        }
    }
}

extension ChangeFailure: ProblemConvertible {
    var problem: Problem {
        switch self {
        case .rejected(let rejection): rejection.problem
        case .notStored(let problem): problem
        }
    }
}

extension Problems {
    /// Faults of a policy's text; of very many the first ones.
    static func faultyPolicy(_ lines: [String]) -> Problem {
        let most = 100
        let rest = lines.count > most ? ["and \(lines.count - most) more faults"] : []
        return Problem(
            type: "/problems/faulty-policy", title: "The policy has faults", status: 422,
            detail: lines.first ?? "It can not be read", members: ["faults": .texts(Array(lines.prefix(most)) + rest)])
    }
}
