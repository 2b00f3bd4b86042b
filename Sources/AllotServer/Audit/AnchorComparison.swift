import Storage
import Units

/// How a journal that has been proven stands to anchors that were kept elsewhere.
struct AnchorComparison: Sendable, Hashable {
    private(set) var compared = 0
    /// The journal has the row as it was.
    private(set) var confirmed = 0
    /// Of what a restored backup took the place of.
    private(set) var ofEarlierEpochs = 0
    /// The newest that was confirmed.
    private(set) var newest: Anchor?
    /// What the journal does not have as it was, in the order of the rows.
    private(set) var faults: [JournalFault] = []

    init() {}

    /// - Parameters:
    ///   - hashes: of the rows that the anchors name, as the journal has them.
    ///   - end: the journal's last row.
    ///   - restores: those that the journal names, in its order.
    init(_ anchors: [Anchor], hashes: [Int64: [UInt8]], end: Int64, restores: [RestoreRecord]) {
        for anchor in anchors.sorted(by: { $0.head.sequence < $1.head.sequence }) where anchor.head.sequence > 0 {
            compared += 1
            let sequence = anchor.head.sequence
            if hashes[sequence] == anchor.head.hash {
                confirmed += 1
                newest = anchor
            } else if AnchorComparison.isSetAside(anchor, by: restores) {
                ofEarlierEpochs += 1
            } else {
                faults.append(
                    hashes[sequence] == nil ? .truncated(anchor: sequence, end: end) : .anchor(sequence: sequence))
            }
        }
    }

    /// Whether a journaled restore has taken that row away: one of a later epoch, whose backup ended before it. A line
    /// with no epoch is held to the journal as it is.
    private static func isSetAside(_ anchor: Anchor, by restores: [RestoreRecord]) -> Bool {
        guard let epoch = anchor.epoch else { return false }
        return restores.contains { $0.epoch > epoch && $0.backup.sequence < anchor.head.sequence }
    }
}
