import Units

/// When a shape may start on a host, and how well it fits there: the least of all hosts' is where it goes.
///
/// At the same start the host wins on which the least is stranded more (`Stranding`), of several the tightest, so that
/// whole hosts stay whole for those who want one, and of several the first of the list.
struct HostKey: Sendable, Comparable {
    var start: Timestamp
    /// See `HostScores`; `unknown` bounds it.
    var rank = unknown

    /// Less than any rank.
    static let unknown = Int64.min

    /// After all others.
    static let never = HostKey(start: .distantFuture, rank: .max)

    static func < (left: HostKey, right: HostKey) -> Bool {
        left.start == right.start ? left.rank < right.rank : left.start < right.start
    }
}

extension Profile {
    /// The key of a place of a shape on a host.
    func key(_ fit: Fit, of shape: Shape) -> HostKey {
        let here = free[fit.host][free[fit.host].index(at: fit.start)].value
        let rank = scores.rank(of: shape, on: kinds[fit.host], in: here)
        return HostKey(start: fit.start, rank: rank)
    }
}
