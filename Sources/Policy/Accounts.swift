import Units

/// A cost centre: the top of the account tree.
public struct Department: Sendable, Hashable, Codable {
    public var id: DepartmentID
    /// What people read; changeable.
    public var name: String
    /// Its share among the departments; 1 where the text does not say.
    public var weight: Int
    public var teams: [Team]
    public var members: [Member]
    /// Per model; no cap and no guarantee for a model that none is for.
    public var quotas: [Quota]
    public var cells: [Cell]
    public var caps: Caps
    /// They act on the department's reservations, and see its costs.
    public var managers: [Member]
    /// nil: nobody counts.
    public var budget: Budget?

    public init(
        id: DepartmentID, name: String, weight: Int, teams: [Team], members: [Member], quotas: [Quota] = [],
        cells: [Cell] = [], caps: Caps = Caps(), managers: [Member] = [], budget: Budget? = nil
    ) {
        self.id = id
        self.name = name
        self.weight = weight
        self.teams = teams
        self.members = members
        self.quotas = quotas
        self.cells = cells
        self.caps = caps
        self.managers = managers
        self.budget = budget
    }
}

/// A team of a department.
public struct Team: Sendable, Hashable, Codable {
    public var id: TeamID
    public var name: String
    /// Its share among the department's teams.
    public var weight: Int
    public var members: [Member]
    public var caps: Caps

    public init(id: TeamID, name: String, weight: Int, members: [Member], caps: Caps = Caps()) {
        self.id = id
        self.name = name
        self.weight = weight
        self.members = members
        self.caps = caps
    }
}

/// A rule that says who belongs: in text a user's name, `@unix-group`, or `*` for every user of the machine.
public enum Member: Sendable, Hashable, Codable {
    case user(String)
    case group(String)
    case everyone
}

/// A place in the account tree that a user's work is charged to.
public struct Account: Sendable, Hashable, Codable {
    public var department: DepartmentID
    /// nil for a member of the department alone.
    public var team: TeamID?

    public init(department: DepartmentID, team: TeamID?) {
        self.department = department
        self.team = team
    }
}

extension Policy {
    /// Every account that a user of that name and those groups belongs to, in the order of the text, but the user's
    /// default department in front; a team stands before its department.
    public func accounts(user: String?, groups: Set<String>) -> [Account] {
        let standard = user.flatMap { defaultDepartments[$0] }
        let ordered = departments.filter { $0.id == standard } + departments.filter { $0.id != standard }
        return ordered.flatMap { department in
            department.teams.filter { Policy.matches($0.members, user, groups) }
                .map { Account(department: department.id, team: $0.id) }
                + (Policy.matches(department.members, user, groups)
                    ? [Account(department: department.id, team: nil)] : [])
        }
    }

    static func matches(_ members: [Member], _ user: String?, _ groups: Set<String>) -> Bool {
        members.contains { member in
            switch member {
            case .user(let name): name == user
            case .group(let name): groups.contains(name)
            case .everyone: true
            }
        }
    }
}
