/// A department's share of the devices of a model: what Kueue calls nominalQuota, borrowingLimit and lendingLimit
/// (Kueue, "Cluster Queue", https://kueue.sigs.k8s.io/docs/concepts/cluster_queue/).
public struct Quota: Sendable, Hashable, Codable {
    public var model: ModelPattern
    /// Whole devices that are the department's whenever it wants them.
    public var nominal: Int
    /// How far above nominal it may go on what others leave idle; nil for as far as there is.
    public var borrowing: Int?
    /// How much of its nominal others may borrow while it is idle; nil for all of it.
    public var lending: Int?

    public init(model: ModelPattern, nominal: Int, borrowing: Int? = nil, lending: Int? = nil) {
        self.model = model
        self.nominal = nominal
        self.borrowing = borrowing
        self.lending = lending
    }

    /// The most that the department may hold; nil for as much as there is.
    public var most: Int? { borrowing.map { nominal + $0 } }

    /// What is lent at most.
    public var lendable: Int { lending ?? nominal }
}

/// A quota that also says how close its devices are: so many islands of a size, each whole. These are the cells of
/// HiveD (Zhao et al., "HiveD: Sharing a GPU Cluster for Deep Learning with Guarantees", OSDI 2020): a number of
/// devices alone would be kept by scattered ones, which a job that needs them together cannot use.
///
/// The islands' devices are among those of the department's nominal quota, not beside them.
public struct Cell: Sendable, Hashable, Codable {
    public var model: ModelPattern
    public var together: Together
    /// Devices of one island.
    public var size: Int
    /// Islands that are the department's whenever it wants them.
    public var count: Int

    public init(model: ModelPattern = .every, together: Together, size: Int, count: Int) {
        self.model = model
        self.together = together
        self.size = size
        self.count = count
    }

    /// What makes devices an island.
    public enum Together: String, Sendable, Hashable, Codable, CaseIterable {
        /// Joined by direct links (NVLink, XGMI, Xe link).
        case nvlink
        /// On one NUMA node.
        case numa
    }
}

extension Department {
    /// The quota that devices of a model count against; nil where no quota is for it, and so nothing is capped.
    /// - Parameter models: all that the host has.
    public func quota(for model: String, among models: [String]) -> Quota? {
        ModelPattern.best(of: quotas, for: model, among: models) { $0.model }
    }
}
