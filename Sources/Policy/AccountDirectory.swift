import Units

/// Who belongs where, made once from a policy: finds what `Policy` finds with a look at the user's names alone, however
/// many departments, teams and members there are. Copies share it.
public struct AccountDirectory: Sendable {
    /// In the order of the text, a team before its department.
    private let accounts: [Account]
    /// Places in `accounts`, rising.
    private let ofMembers: [Member: [Int32]]
    private let ofManagers: [Member: [Int32]]
    private let departments: [DepartmentID]
    private let defaults: [String: DepartmentID]
    private let roles: Roles

    public init(_ policy: Policy) {
        var accounts: [Account] = []
        var ofMembers: [Member: [Int32]] = [:]
        var ofManagers: [Member: [Int32]] = [:]
        func add(_ account: Account, _ members: [Member]) {
            for member in members where ofMembers[member]?.last != Int32(accounts.count) {
                ofMembers[member, default: []].append(Int32(accounts.count))
            }
            accounts.append(account)
        }
        for (place, department) in policy.departments.enumerated() {
            for team in department.teams { add(Account(department: department.id, team: team.id), team.members) }
            add(Account(department: department.id, team: nil), department.members)
            for manager in department.managers where ofManagers[manager]?.last != Int32(place) {
                ofManagers[manager, default: []].append(Int32(place))
            }
        }
        self.accounts = accounts
        self.ofMembers = ofMembers
        self.ofManagers = ofManagers
        departments = policy.departments.map(\.id)
        defaults = policy.defaultDepartments
        roles = policy.roles
    }

    /// What `Policy.accounts(user:groups:)` gives.
    public func accounts(user: String?, groups: Set<String>) -> [Account] {
        let found = AccountDirectory.places(ofMembers, user, groups).map { accounts[Int($0)] }
        guard let standard = user.flatMap({ defaults[$0] }) else { return found }
        return found.filter { $0.department == standard } + found.filter { $0.department != standard }
    }

    /// What `Policy.managed(user:groups:)` gives.
    public func managed(user: String?, groups: Set<String>) -> [DepartmentID] {
        AccountDirectory.places(ofManagers, user, groups).map { departments[Int($0)] }
    }

    /// What `Policy.roles(user:groups:)` gives.
    public func roles(user: String?, groups: Set<String>) -> Set<Role> {
        Set(Role.allCases.filter { Policy.matches(roles[$0], user, groups) })
    }

    private static func places(_ index: [Member: [Int32]], _ user: String?, _ groups: Set<String>) -> [Int32] {
        var lists = groups.compactMap { index[.group($0)] }
        if let everyone = index[.everyone] { lists.append(everyone) }
        if let own = user.flatMap({ index[.user($0)] }) { lists.append(own) }
        guard lists.count > 1 else { return lists.first ?? [] }
        return Set(lists.joined()).sorted()
    }
}
