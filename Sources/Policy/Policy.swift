import Units

/// Who shares the machine, and on what terms: versioned text, read and checked as a whole.
public struct Policy: Sendable, Hashable, Codable {
    /// In the order of the text.
    public var departments: [Department]
    /// By falling rank.
    public var classes: [PriorityClass]

    public init(departments: [Department], classes: [PriorityClass]) {
        self.departments = departments
        self.classes = classes
    }
}

/// A cost centre: the top of the account tree.
public struct Department: Sendable, Hashable, Codable {
    public var id: DepartmentID
    /// What people read; changeable.
    public var name: String
    /// Its share among the departments; 1 where the text does not say.
    public var weight: Int
    public var teams: [Team]
    public var members: [Member]

    public init(id: DepartmentID, name: String, weight: Int, teams: [Team], members: [Member]) {
        self.id = id
        self.name = name
        self.weight = weight
        self.teams = teams
        self.members = members
    }
}

/// A team of a department.
public struct Team: Sendable, Hashable, Codable {
    public var id: TeamID
    public var name: String
    /// Its share among the department's teams.
    public var weight: Int
    public var members: [Member]

    public init(id: TeamID, name: String, weight: Int, members: [Member]) {
        self.id = id
        self.name = name
        self.weight = weight
        self.members = members
    }
}

/// A rule that says who belongs: in text a user's name, `@unix-group`, or `*` for every user of the machine.
public enum Member: Sendable, Hashable, Codable {
    case user(String)
    case group(String)
    case everyone
}

/// A priority class.
public struct PriorityClass: Sendable, Hashable, Codable {
    public var id: ClassID
    /// Higher goes first.
    public var rank: Int
    public var isPreemptible: Bool
    /// How long a reservation may wait before its forecast becomes firm.
    public var maximumWait: Span

    public init(id: ClassID, rank: Int, isPreemptible: Bool, maximumWait: Span) {
        self.id = id
        self.rank = rank
        self.isPreemptible = isPreemptible
        self.maximumWait = maximumWait
    }
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
    /// The classes of a machine whose policy names none.
    public static let defaultClasses = [
        PriorityClass(id: ClassID("production"), rank: 300, isPreemptible: false, maximumWait: .days(7)),
        PriorityClass(id: ClassID("standard"), rank: 200, isPreemptible: false, maximumWait: .days(7)),
        PriorityClass(id: ClassID("best-effort"), rank: 100, isPreemptible: true, maximumWait: .days(7)),
    ]

    /// The class of a request that names none.
    public static let standardClass = ClassID("standard")

    /// What holds with no policy file: one department, `default`, with every user of the machine in it.
    public static let unconfigured = Policy(
        departments: [
            Department(id: DepartmentID("default"), name: "default", weight: 1, teams: [], members: [.everyone])
        ],
        classes: defaultClasses)

    /// Every account that a user of that name and those groups belongs to, in the order of the text;
    /// a team stands before its department.
    public func accounts(user: String?, groups: Set<String>) -> [Account] {
        departments.flatMap { department in
            department.teams.filter { Policy.matches($0.members, user, groups) }
                .map { Account(department: department.id, team: $0.id) }
                + (Policy.matches(department.members, user, groups)
                    ? [Account(department: department.id, team: nil)] : [])
        }
    }

    private static func matches(_ members: [Member], _ user: String?, _ groups: Set<String>) -> Bool {
        members.contains { member in
            switch member {
            case .user(let name): name == user
            case .group(let name): groups.contains(name)
            case .everyone: true
            }
        }
    }
}
