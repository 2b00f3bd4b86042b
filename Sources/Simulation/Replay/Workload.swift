import Policy
import Scheduling
import Units

/// What is replayed: what was submitted to a machine, by whom, and how long it really ran.
public struct Workload: Sendable, Hashable {
    /// By time; those of one instant in the order of their source.
    public let submissions: [Submission]
    /// What the source has beyond that, and nothing can be made of: jobs that never ran, or whose beginning is missing.
    public let leftOut: Int

    /// - Throws: where there are more than can be replayed.
    public init(_ submissions: [Submission], leftOut: Int = 0) throws(SimulationError) {
        guard submissions.count <= Limits.submissions else {
            throw .tooManySubmissions(submissions.count, limit: Limits.submissions)
        }
        let order = submissions.indices.sorted { (submissions[$0].time, $0) < (submissions[$1].time, $1) }
        var places = [Int](repeating: 0, count: order.count)
        for (place, index) in order.enumerated() { places[index] = place }
        self.submissions = order.map { index in
            var submission = submissions[index]
            submission.after = submission.after.filter(submissions.indices.contains).map { places[$0] }
            return submission
        }
        self.leftOut = leftOut
    }

    /// The part of the workload that a predicate lets through, such as what one department submitted.
    public func filter(_ isIncluded: (Submission) -> Bool) -> Workload {
        var places: [Int: Int] = [:]
        var kept: [Submission] = []
        for (index, submission) in submissions.enumerated() where isIncluded(submission) {
            places[index] = kept.count
            kept.append(submission)
        }
        for index in kept.indices { kept[index].after = kept[index].after.compactMap { places[$0] } }
        return Workload(ordered: kept, leftOut: leftOut)
    }

    private init(ordered: [Submission], leftOut: Int) {
        submissions = ordered
        self.leftOut = leftOut
    }

    /// A policy under which every department of the workload has the same weight, and so has every team of one. Where
    /// parts of devices are asked for, all devices are shared, with as many as there is room for.
    public var equalShares: Policy {
        var teams: [DepartmentID: Set<TeamID>] = [:]
        for submission in submissions {
            teams[submission.account.department, default: []].formUnion(submission.account.team.map { [$0] } ?? [])
        }
        let departments = teams.sorted { $0.key < $1.key }.map { id, teams in
            Department(
                id: id, name: id.text, weight: 1,
                teams: teams.sorted().map { Team(id: $0, name: $0.text, weight: 1, members: [.everyone]) },
                members: [.everyone])
        }
        let isShared = submissions.contains { $0.request.share != nil }
        return Policy(
            departments: departments, classes: Policy.defaultClasses,
            shareable: isShared ? [Shareable(model: .every, most: 1000)] : [])
    }
}

/// One reservation as it was asked for, and what its owner did with it.
public struct Submission: Sendable, Hashable {
    public var time: Timestamp
    public var owner: UserID
    public var account: Account
    /// Its `team` and `after` do not count: `account` and `after` below say who asks, and what comes first.
    public var request: Request
    /// How long it really runs; where that is less than it asked for, its owner releases the rest.
    public var runtime: Span
    /// When its owner gave it up while it waited; where it runs by then, it is ended. nil: never.
    public var cancelledAt: Timestamp?
    /// Places in the workload of those that must have ended first.
    public var after: [Int]

    public init(
        time: Timestamp, owner: UserID, account: Account, request: Request, runtime: Span,
        cancelledAt: Timestamp? = nil, after: [Int] = []
    ) {
        self.time = time
        self.owner = owner
        self.account = account
        self.request = request
        self.runtime = runtime
        self.cancelledAt = cancelledAt
        self.after = after
    }
}

/// Why something can not be simulated, with the numbers.
public enum SimulationError: Error, Sendable, Hashable, CustomStringConvertible {
    case tooManySubmissions(Int, limit: Int)
    /// A virtual host beyond what the engine's sets hold: `field` is `cores`, `devices` or `nodes`.
    case outOfRange(field: String, value: Int, limits: ClosedRange<Int>)
    /// More hosts than are replayed together.
    case tooManyHosts(Int, limit: Int)
    /// A node, counted from 1, that is no host of the engine.
    case badNode(Int, field: String, value: Int, limits: ClosedRange<Int>)
    /// The reference schedulers know one machine, and processors alone.
    case notOneHost(Int)
    case notProcessorsAlone(submission: Int)

    public var description: String {
        switch self {
        case .tooManySubmissions(let count, let limit): "there are \(count) submissions; the limit is \(limit)"
        case .outOfRange(let field, let value, let limits):
            "\(field) is \(value), not between \(limits.lowerBound) and \(limits.upperBound)"
        case .tooManyHosts(let count, let limit): "there are \(count) hosts; the limit is \(limit)"
        case .badNode(let number, let field, let value, let limits):
            "node \(number): \(field) is \(value), not between \(limits.lowerBound) and \(limits.upperBound)"
        case .notOneHost(let count): "there are \(count) hosts; the reference schedulers know one machine"
        case .notProcessorsAlone(let index):
            "submission \(index) asks for more than cores, which is all that the reference schedulers know"
        }
    }
}
