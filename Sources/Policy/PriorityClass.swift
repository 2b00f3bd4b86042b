import Units

/// A priority class.
public struct PriorityClass: Sendable, Hashable, Codable {
    public var id: ClassID
    /// Higher goes first.
    public var rank: Int
    public var isPreemptible: Bool
    /// How long a reservation may wait before its forecast becomes firm.
    public var maximumWait: Span
    /// What its use costs in terms of the price book's rates.
    public var priceMultiplier: Ratio
    /// Whether preemptible reservations of lower rank have to give way to it.
    public var mayPreempt: Bool

    public init(
        id: ClassID, rank: Int, isPreemptible: Bool, maximumWait: Span, priceMultiplier: Ratio = .one,
        mayPreempt: Bool = false
    ) {
        self.id = id
        self.rank = rank
        self.isPreemptible = isPreemptible
        self.maximumWait = maximumWait
        self.priceMultiplier = priceMultiplier
        self.mayPreempt = mayPreempt
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
}
