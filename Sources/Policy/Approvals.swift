import Units

/// What needs a second person.
public struct ApprovalRules: Sendable, Hashable, Codable {
    public var changes: ChangeRules
    /// A request that one of them is about waits for a yes.
    public var requests: [RequestRule]
    /// How long a request waits for it, its window held for it.
    public var requestHold: Span

    public init(changes: ChangeRules = ChangeRules(), requests: [RequestRule] = [], requestHold: Span = .days(1)) {
        self.changes = changes
        self.requests = requests
        self.requestHold = requestHold
    }
}

/// A part of the policy, as the rules of its change name it.
public enum PolicyArea: String, Sendable, Hashable, Codable, CaseIterable {
    case roles, departments, members, weights, quotas, caps, budgets, classes, prices, licences, sharing, approvals
    /// Preemption, fair share, idle, no-show and grace, retention, the time zone.
    case rules
}

/// Who may change what of the policy.
public struct ChangeRules: Sendable, Hashable, Codable {
    /// A change of one of these is approved by someone else than the proposer; nil: see `Policy.secondPersonAreas`.
    public var secondPerson: Set<PolicyArea>?
    /// What a manager changes of the own department alone, without anybody's approval.
    public var managers: Set<PolicyArea>

    public init(secondPerson: Set<PolicyArea>? = nil, managers: Set<PolicyArea> = []) {
        self.secondPerson = secondPerson
        self.managers = managers
    }

    private enum CodingKeys: String, CodingKey {
        case secondPerson, managers
    }

    /// In the order of the cases, so that equal rules have equal bytes.
    public func encode(to encoder: any Encoder) throws {
        func sorted(_ areas: Set<PolicyArea>) -> [PolicyArea] { PolicyArea.allCases.filter(areas.contains) }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(secondPerson.map(sorted), forKey: .secondPerson)
        try container.encode(sorted(managers), forKey: .managers)
    }
}

/// Which requests wait for approval: those that fulfil all that it names, at least one thing.
public struct RequestRule: Sendable, Hashable, Codable {
    /// More devices than that.
    public var devicesOver: Int?
    /// An estimate of more than that.
    public var priceOver: Amount?
    public var priorityClass: ClassID?
    public var approver: Approver

    public init(
        devicesOver: Int? = nil, priceOver: Amount? = nil, priorityClass: ClassID? = nil, approver: Approver = .manager
    ) {
        self.devicesOver = devicesOver
        self.priceOver = priceOver
        self.priorityClass = priorityClass
        self.approver = approver
    }

    /// Whose yes a request waits for.
    public enum Approver: String, Sendable, Hashable, Codable, CaseIterable {
        /// A manager of the department, or an admin.
        case manager
        case admin
    }
}
