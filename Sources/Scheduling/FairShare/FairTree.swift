/// Fair Tree: who comes before whom, by shares and use, from the top of the account tree down.
///
/// Siblings are compared by level fairness, which is share ÷ use, both as parts of what all siblings have: who has used
/// less than the share says stands before who has used more. A user is ranked below no one of a department that stands
/// behind the user's own, whatever the users have used (Slurm, "Fair Tree Fairshare Algorithm": Cox and Yoo, BYU 2014;
/// flux-accounting ranks in the same way). Siblings of equal fairness are taken together, and their children compared.
public struct FairTree: Sendable {
    /// An account, or a user.
    public struct Node: Sendable, Hashable {
        public var name: String
        /// Against its siblings. One without a share comes last.
        public var shares: Int64
        /// Its own and that of all below it.
        public var usage: UInt64
        public var children: [Node]

        public init(name: String, shares: Int64, usage: UInt64, children: [Node] = []) {
            self.name = name
            self.shares = shares
            self.usage = usage
            self.children = children
        }
    }

    /// A user's place.
    public struct Rank: Sendable, Hashable {
        /// The names from the top down to the user's own.
        public var path: [String]
        /// 1 for the first.
        public var position: Int
        /// Part of all: 1 for the first user, 1/n for the last of n; in millionths. Users that tie have the same.
        public var fairshare: Int64
    }

    private let roots: [Node]

    /// - Parameter roots: the top of the tree: departments.
    public init(_ roots: [Node]) {
        self.roots = roots
    }

    /// The users, first the one that is served next. Users of equal fairness share a position.
    public func ranking() -> [Rank] {
        var groups: [[Place]] = []
        visit([Sibling.all(of: roots, above: [])].flatMap { $0 }, into: &groups)
        let count = Int64(groups.reduce(0) { $0 + $1.count })
        var ranks: [Rank] = []
        for group in groups {
            let before = ranks.count
            for place in group {
                let fairshare = ((count - Int64(before)) * 1_000_000 + count / 2) / count
                ranks.append(Rank(path: place, position: before + 1, fairshare: fairshare))
            }
        }
        return ranks
    }

    private typealias Place = [String]

    /// A node among its siblings.
    private struct Sibling {
        var node: Node
        var path: Place
        var fairness: LevelFairness

        static func all(of nodes: [Node], above path: Place) -> [Sibling] {
            let shares = nodes.reduce(0) { $0 + max($1.shares, 0) }
            let usage = nodes.reduce(UInt64(0)) { $0.addingReportingOverflow($1.usage).partialValue }
            return nodes.map { node in
                Sibling(
                    node: node, path: path + [node.name],
                    fairness: LevelFairness(shares: node.shares, of: shares, usage: node.usage, of: usage))
            }
        }
    }

    private func visit(_ siblings: [Sibling], into groups: inout [[Place]]) {
        let sorted = siblings.sorted { ($1.fairness, $0.node.name) < ($0.fairness, $1.node.name) }
        var rest = sorted[...]
        while let first = rest.first {
            let tied = rest.prefix { $0.fairness == first.fairness }
            rest = rest.dropFirst(tied.count)
            let users = tied.filter { $0.node.children.isEmpty }
            if !users.isEmpty { groups.append(users.map(\.path)) }
            let below = tied.flatMap { Sibling.all(of: $0.node.children, above: $0.path) }
            if !below.isEmpty { visit(below, into: &groups) }
        }
    }
}

/// Share ÷ use among siblings, in units of 2⁻³²: 1 where use is as the share says, more for who has used less.
public struct LevelFairness: Sendable, Hashable, Comparable {
    /// The greatest for who has used nothing; 0 for who has no share.
    public let raw: UInt64

    /// - Parameters:
    ///   - allShares: of all siblings, this one too.
    ///   - allUsage: likewise.
    public init(shares: Int64, of allShares: Int64, usage: UInt64, of allUsage: UInt64) {
        guard shares > 0, allShares > 0 else {
            raw = 0
            return
        }
        guard usage > 0 else {
            raw = .max
            return
        }
        let share = (UInt128(shares) << 32) / UInt128(allShares)
        raw = UInt64(clamping: min(share * UInt128(allUsage) / UInt128(usage), UInt128(UInt64.max - 1)))
    }

    public static func < (left: LevelFairness, right: LevelFairness) -> Bool { left.raw < right.raw }
}
