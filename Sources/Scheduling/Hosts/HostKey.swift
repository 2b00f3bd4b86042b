import Units

/// When a shape may start on a host, and how well it fits there: the least of all hosts' is where it goes.
///
/// At the same start the host wins on which the least is stranded more (`Stranding`), of several the tightest, so that
/// whole hosts stay whole for those who want one, and of several the first of the list.
struct HostKey: Sendable, Comparable {
    var start: Timestamp
    /// See `HostScores`; `unknown` bounds it.
    var rank: Int64
    private var position: Int32

    /// Less than any rank.
    static let unknown = Int64.min

    init(start: Timestamp, rank: Int64 = unknown, host: Int) {
        self.start = start
        self.rank = rank
        position = Int32(host)
    }

    /// After all others.
    static let never = HostKey(start: .distantFuture, rank: .max, host: 0)

    var host: Int { Int(position) }

    static func < (left: HostKey, right: HostKey) -> Bool {
        guard left.start == right.start else { return left.start < right.start }
        return left.rank == right.rank ? left.position < right.position : left.rank < right.rank
    }
}

extension Profile {
    /// The key of a place of a shape on a host.
    func key(_ fit: Fit, of shape: Shape) -> HostKey {
        let here = free[fit.host][free[fit.host].index(at: fit.start)].value
        let rank = scores.rank(of: shape, on: kinds[fit.host], in: here)
        return HostKey(start: fit.start, rank: rank, host: fit.host)
    }
}
