import Units

/// What a user may do beside a member's own work.
public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    /// Runs the machine and decides changes of the policy, but for those that it proposed itself.
    case admin
    /// Sees all costs, exports them, sets prices and adjustments.
    case finance
    /// Sees everything and changes nothing.
    case auditor
}

/// Who has which role. The superuser is always an admin.
public struct Roles: Sendable, Hashable, Codable {
    public var admin: [Member]
    public var finance: [Member]
    public var auditor: [Member]

    public init(admin: [Member] = [], finance: [Member] = [], auditor: [Member] = []) {
        self.admin = admin
        self.finance = finance
        self.auditor = auditor
    }

    /// Who has a role.
    public subscript(role: Role) -> [Member] {
        switch role {
        case .admin: admin
        case .finance: finance
        case .auditor: auditor
        }
    }
}

extension Policy {
    /// The roles of a user of that name and those groups; the superuser's is not looked at here.
    public func roles(user: String?, groups: Set<String>) -> Set<Role> {
        Set(Role.allCases.filter { Policy.matches(roles[$0], user, groups) })
    }

    /// The departments that the user manages, in the order of the text.
    public func managed(user: String?, groups: Set<String>) -> [DepartmentID] {
        departments.filter { Policy.matches($0.managers, user, groups) }.map(\.id)
    }
}
