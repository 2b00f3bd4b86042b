import Policy
import Units

/// Where everybody stands in fair share, and why.
public struct FairShareReport: Sendable {
    /// Departments by rank, each followed by its teams, each followed by its users.
    public var standings: [Standing]

    /// One account or user, among its siblings.
    public struct Standing: Sendable, Hashable {
        public var who: Who
        /// Its weight, and that of all siblings together.
        public var shares: Int64
        public var allShares: Int64
        /// Its use, as it counts by now, and that of all siblings together, in the unit of `UsageLedger`.
        public var usage: UInt64
        public var allUsage: UInt64
        public var fairness: LevelFairness
        /// Among its siblings, 1 for the first; equals have the same.
        public var rank: Int
        /// Of a user: its place among all users, in millionths (`FairTree.Rank`).
        public var fairshare: Int64?
        /// The sibling right before it; nil for the first.
        public var behind: Who?
        /// From when on it would stand before that one if nothing else happens: what runs goes on to its planned end,
        /// nothing new starts, use fades. nil where that does not come.
        public var overtakes: Timestamp?
    }

    /// Whose standing it is.
    public enum Who: Sendable, Hashable {
        case department(DepartmentID)
        /// A team; with none in its account, the members of the department alone.
        case team(Account)
        case user(UsageKey)
    }
}

extension Engine {
    /// Everybody's standing at a time.
    public func fairShareReport(at now: Timestamp) -> FairShareReport {
        let now = max(now, time)
        let keys = Set(state.usage.entries.keys).union(state.reservations.values.map(\.usageKey))
        let tree = StandingTree(policy: policy, keys: keys)
        // Order can only change by what runs until its end, and by what is left fading alike: these times tell.
        let ends = running.compactMap { id -> Timestamp? in
            guard case .active(let active) = state.reservations[id]?.state, active.endsAt > now else { return nil }
            return active.endsAt
        }
        let times = [now] + Array(Set(ends).sorted().prefix(Limits.reportSamples))
        return tree.report(tables: times.map { ($0, shareTable(at: $0)) }) { shareTable(at: $0) }
    }
}

/// The account tree as the report walks it.
private struct StandingTree {
    private var departments: [DepartmentID] = []
    private var teams: [DepartmentID: [Account]] = [:]
    private var users: [Account: [UsageKey]] = [:]

    init(policy: Policy, keys: Set<UsageKey>) {
        for department in policy.departments {
            departments.append(department.id)
            teams[department.id] = department.teams.map { Account(department: department.id, team: $0.id) }
        }
        for key in keys.sorted(by: { $0.user < $1.user }) {
            if teams[key.account.department] == nil { departments.append(key.account.department) }
            if teams[key.account.department]?.contains(key.account) != true {
                teams[key.account.department, default: []].append(key.account)
            }
            users[key.account, default: []].append(key)
        }
    }

    func report(
        tables: [(time: Timestamp, table: ShareTable)], at table: (Timestamp) -> ShareTable
    ) -> FairShareReport {
        guard let first = tables.first else { return FairShareReport(standings: []) }
        var places: [[String]: Int64] = [:]
        for rank in first.table.tree(with: Set(users.values.joined())).ranking() { places[rank.path] = rank.fairshare }
        var standings: [FairShareReport.Standing] = []
        for department in ranked(departments.map { .department($0) }, tables, table) {
            standings.append(department)
            guard case .department(let id) = department.who else { continue }
            for team in ranked((teams[id] ?? []).map { .team($0) }, tables, table) {
                standings.append(team)
                guard case .team(let account) = team.who else { continue }
                for var user in ranked((users[account] ?? []).map { .user($0) }, tables, table) {
                    guard case .user(let key) = user.who else { continue }
                    user.fairshare = places[[id.text, account.team?.text ?? "", key.user.description]]
                    standings.append(user)
                }
            }
        }
        return FairShareReport(standings: standings)
    }

    /// Siblings by their fairness now, each with when it overtakes the one before it.
    private func ranked(
        _ siblings: [FairShareReport.Who], _ tables: [(time: Timestamp, table: ShareTable)],
        _ table: (Timestamp) -> ShareTable
    ) -> [FairShareReport.Standing] {
        guard let first = tables.first else { return [] }
        let shares = siblings.reduce(Int64(0)) { $0 + first.table.shares(of: $1) }
        let usage = siblings.reduce(UInt64(0)) { $0.addingReportingOverflow(first.table.usage(of: $1)).partialValue }
        var standings = siblings.map { who in
            FairShareReport.Standing(
                who: who, shares: first.table.shares(of: who), allShares: shares, usage: first.table.usage(of: who),
                allUsage: usage,
                fairness: LevelFairness(
                    shares: first.table.shares(of: who), of: shares, usage: first.table.usage(of: who), of: usage),
                rank: 1)
        }
        // Siblings are told apart by the same comparison that serves them.
        standings.sort { first.table.isServed($0.who, before: $1.who) }
        for index in standings.indices.dropFirst() {
            let (other, one) = (standings[index - 1].who, standings[index].who)
            let isBehind = first.table.isServed(other, before: one)
            standings[index].rank = isBehind ? index + 1 : standings[index - 1].rank
            standings[index].behind = other
            if isBehind { standings[index].overtakes = overtaking(of: other, by: one, tables, table) }
        }
        return standings
    }

    private func overtaking(
        of other: FairShareReport.Who, by one: FairShareReport.Who,
        _ tables: [(time: Timestamp, table: ShareTable)], _ table: (Timestamp) -> ShareTable
    ) -> Timestamp? {
        guard let index = tables.firstIndex(where: { $0.table.isServed(one, before: other) }), index > 0 else {
            return nil
        }
        var (before, after) = (tables[index - 1].time, tables[index].time)
        while after - before > .seconds(1) {
            let middle = before + Span(milliseconds: (after - before).milliseconds / 2)
            if table(middle).isServed(one, before: other) { after = middle } else { before = middle }
        }
        return after
    }
}
