/// `GET /v1/fairshare`: who stands where, and why. Departments by rank, each followed by its teams, each of them by its
/// users.
public struct FairShareView: Sendable, Hashable, Codable {
    public var items: [Standing]
    public var nextCursor: String?
    /// What use is counted in: a currency, or `device-hours` where nothing has a price.
    public var unit: String
    /// How long it takes for use to count half.
    public var halfLifeSeconds: Int64

    public init(items: [Standing], nextCursor: String?, unit: String, halfLifeSeconds: Int64) {
        self.items = items
        self.nextCursor = nextCursor
        self.unit = unit
        self.halfLifeSeconds = halfLifeSeconds
    }

    /// One department, team or user among its siblings.
    public struct Standing: Sendable, Hashable, Codable {
        public var level: Level
        public var department: String
        /// Absent for a department, and for its members who are in no team.
        public var team: String?
        public var user: String?
        /// Its weight by the policy.
        public var weight: Int64
        /// Its weight as a part of all siblings', as a decimal.
        public var share: String
        /// Use as it counts by now, as a decimal.
        public var usage: String
        /// Its use as a part of all siblings', as a decimal.
        public var usageShare: String
        /// `share` ÷ `usageShare`, as a decimal; absent where nothing has been used.
        public var levelFairness: String?
        /// Among its siblings, 1 for the next to be served; equals have the same.
        public var rank: Int
        /// Of a user: the place among all users, 1 for the first, as a decimal.
        public var fairshare: String?
        /// The sibling right before it; absent for the first.
        public var behind: String?
        /// From when on it would stand before that one if nothing else happened; absent where that does not come.
        public var overtakes: DateTime?

        public init(
            level: Level, department: String, weight: Int64, share: String, usage: String, usageShare: String, rank: Int
        ) {
            self.level = level
            self.department = department
            self.weight = weight
            self.share = share
            self.usage = usage
            self.usageShare = usageShare
            self.rank = rank
        }
    }

    /// Whose standing it is.
    public enum Level: String, Sendable, Codable, CaseIterable {
        case department, team, user
    }
}
