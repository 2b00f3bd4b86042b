import Units

/// Who shares the machine, and on what terms: versioned text, read and checked as a whole.
public struct Policy: Sendable, Hashable, Codable {
    /// In the order of the text.
    public var departments: [Department]
    /// By falling rank.
    public var classes: [PriorityClass]
    /// Where its days, months and times of the week are.
    public var timeZone: Zone
    /// nil: nothing has a price, and what is used stays unrated.
    public var priceBook: PriceBook?
    /// For everybody; departments and teams may have tighter ones.
    public var caps: Caps
    public var licences: [Licence]
    /// Models of which one device may be held by several reservations; all others are held alone.
    public var shareable: [Shareable]
    public var preemption: PreemptionRules
    public var fairShare: FairShareRules
    public var roles: Roles
    public var budgets: BudgetRules
    public var approvals: ApprovalRules
    public var attendance: AttendanceRules
    public var retention: RetentionRules
    public var chargeback: ChargebackRules
    /// Of users that several departments name: the one that is meant where a request names no team.
    public var defaultDepartments: [String: DepartmentID]

    public init(
        departments: [Department], classes: [PriorityClass], timeZone: Zone = .utc, priceBook: PriceBook? = nil,
        caps: Caps = Caps(), licences: [Licence] = [], shareable: [Shareable] = [],
        preemption: PreemptionRules = PreemptionRules(), fairShare: FairShareRules = FairShareRules(),
        roles: Roles = Roles(), budgets: BudgetRules = BudgetRules(), approvals: ApprovalRules = ApprovalRules(),
        attendance: AttendanceRules = AttendanceRules(), retention: RetentionRules = RetentionRules(),
        chargeback: ChargebackRules = ChargebackRules(), defaultDepartments: [String: DepartmentID] = [:]
    ) {
        self.departments = departments
        self.classes = classes
        self.timeZone = timeZone
        self.priceBook = priceBook
        self.caps = caps
        self.licences = licences
        self.shareable = shareable
        self.preemption = preemption
        self.fairShare = fairShare
        self.roles = roles
        self.budgets = budgets
        self.approvals = approvals
        self.attendance = attendance
        self.retention = retention
        self.chargeback = chargeback
        self.defaultDepartments = defaultDepartments
    }
}

extension Policy {
    /// What holds with no policy file: one department, `default`, with every user of the machine in it.
    public static let unconfigured = Policy(
        departments: [
            Department(id: DepartmentID("default"), name: "default", weight: 1, teams: [], members: [.everyone])
        ],
        classes: defaultClasses)
}

extension PolicyText {
    /// The same as text, as somebody would have written it.
    public static let unconfigured: PolicyText = {
        let text = "version: 1\n\ndepartments:\n  - id: default\n    members: [\"*\"]\n"
        do {
            return try PolicyText(yaml: Array(text.utf8), name: "default")
        } catch {
            preconditionFailure("the policy without a file reads")
        }
    }()
}
