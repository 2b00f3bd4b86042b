import Policy
import Units

/// Shares by the policy and use up to now, of every account and user: what Fair Tree compares.
struct ShareTable: Sendable {
    private var departmentShares: [DepartmentID: Int64] = [:]
    private var teamShares: [Account: Int64] = [:]
    private var users: [UsageKey: UInt64] = [:]
    private var accounts: [Account: UInt64] = [:]
    private var departments: [DepartmentID: UInt64] = [:]

    init(policy: Policy) {
        for department in policy.departments {
            departmentShares[department.id] = Int64(department.weight)
            for team in department.teams {
                teamShares[Account(department: department.id, team: team.id)] = Int64(team.weight)
            }
        }
    }

    /// Counts use in, for the user and all above.
    mutating func add(_ amount: UInt64, by key: UsageKey) {
        guard amount > 0 else { return }
        ShareTable.add(amount, to: &users[key, default: 0])
        ShareTable.add(amount, to: &accounts[key.account, default: 0])
        ShareTable.add(amount, to: &departments[key.account.department, default: 0])
    }

    /// The share of an account's department; one that the policy no longer has is served last.
    func department(_ account: Account) -> Int64 { departmentShares[account.department] ?? 0 }

    /// The share of a team; members of the department alone are together one team of weight 1.
    func team(_ account: Account) -> Int64 { account.team == nil ? 1 : teamShares[account] ?? 0 }

    func usage(of key: UsageKey) -> UInt64 { users[key] ?? 0 }
    func usage(of account: Account) -> UInt64 { accounts[account] ?? 0 }
    func usage(ofDepartment id: DepartmentID) -> UInt64 { departments[id] ?? 0 }

    func shares(of who: FairShareReport.Who) -> Int64 {
        switch who {
        case .department(let id): departmentShares[id] ?? 0
        case .team(let account): team(account)
        case .user: 1
        }
    }

    func usage(of who: FairShareReport.Who) -> UInt64 {
        switch who {
        case .department(let id): usage(ofDepartment: id)
        case .team(let account): usage(of: account)
        case .user(let key): usage(of: key)
        }
    }

    /// Whether one sibling is served before another: share ÷ use, where the whole cancels out.
    func isServed(_ left: FairShareReport.Who, before right: FairShareReport.Who) -> Bool {
        let (mine, theirs) = (shares(of: left), shares(of: right))
        if (mine > 0) != (theirs > 0) { return mine > 0 }
        return UInt128(mine.magnitude) * UInt128(usage(of: right)) > UInt128(theirs.magnitude)
            * UInt128(usage(of: left))
    }

    /// All that have used something or are given here, as the tree that ranks them.
    func tree(with others: Set<UsageKey> = []) -> FairTree {
        let keys = Set(users.keys).union(others)
        let byAccount = Dictionary(grouping: keys, by: \.account)
        let byDepartment = Dictionary(grouping: byAccount.keys, by: \.department)
        return FairTree(
            byDepartment.keys.sorted().map { id in
                FairTree.Node(
                    name: id.text, shares: departmentShares[id] ?? 0, usage: usage(ofDepartment: id),
                    children: (byDepartment[id] ?? []).sorted { ($0.team?.text ?? "") < ($1.team?.text ?? "") }.map {
                        account in
                        FairTree.Node(
                            name: account.team?.text ?? "", shares: team(account), usage: usage(of: account),
                            children: (byAccount[account] ?? []).sorted { $0.user < $1.user }.map { key in
                                FairTree.Node(name: key.user.description, shares: 1, usage: usage(of: key))
                            })
                    })
            })
    }

    private static func add(_ amount: UInt64, to sum: inout UInt64) {
        let (total, isOver) = sum.addingReportingOverflow(amount)
        sum = isOver ? .max : total
    }
}
