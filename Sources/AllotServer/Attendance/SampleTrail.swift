import Chargeback
import Policy
import Units

/// Makes samples of what is seen of a reservation, look by look: pieces of a length that is set, equal ones as one.
///
/// A piece ends where something comes to be seen or is not seen any more, and at each midnight: what a sample says
/// holds for all of it.
struct SampleTrail: Sendable, Hashable {
    /// What was seen between two looks.
    struct Stretch: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        /// In thousandths of the time, of each device that could be looked at.
        var busy: [Int: Int]
        /// The same of one core, by all processes together; nil where nobody could tell.
        var processors: Int64?
    }

    private struct Piece: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        /// In millionths of a second, of each device that is looked at.
        var busy: [Int: Int64]
        var processors: Int64?

        var seen: Set<Int> { Set(busy.keys) }
        var length: Int64 { (to - from).milliseconds }
    }

    private var piece: Piece?
    private var pending: UsageSample?

    /// Takes a stretch in.
    /// - Parameters:
    ///   - threshold: from how many thousandths on it is used.
    ///   - record: how long a piece is.
    /// - Returns: what is complete.
    mutating func add(_ stretch: Stretch, threshold: Int, record: Span, zone: Zone) -> [UsageSample] {
        var samples: [UsageSample] = []
        var from = stretch.from
        while from < stretch.to {
            let midnight = zone.start(of: CivilDate(daysSinceEpoch: zone.date(at: from).daysSinceEpoch + 1))
            let to = min(midnight, stretch.to)
            samples += add(stretch, from: from, to: to, threshold, record)
            if to == midnight { samples += flush(threshold: threshold) }
            from = to
        }
        return samples
    }

    /// Ends what is open.
    /// - Returns: all that has been seen and not been told.
    mutating func flush(threshold: Int) -> [UsageSample] {
        let samples = [close(threshold), pending].compactMap(\.self)
        pending = nil
        return samples
    }

    /// Of one day.
    private mutating func add(
        _ stretch: Stretch, from: Timestamp, to: Timestamp, _ threshold: Int, _ record: Span
    ) -> [UsageSample] {
        let length = (to - from).milliseconds
        var samples: [UsageSample] = []
        if let piece {
            let isOfOneKind =
                piece.seen == Set(stretch.busy.keys)
                && (piece.processors == nil) == (stretch.processors == nil) && piece.to == from
            if !isOfOneKind || (to - piece.from) > record { samples += [close(threshold)].compactMap(\.self) }
        }
        var open =
            piece
            ?? Piece(
                from: from, to: from, busy: stretch.busy.mapValues { _ in 0 },
                processors: stretch.processors.map { _ in 0 })
        open.to = to
        for (index, permille) in stretch.busy { open.busy[index, default: 0] += Int64(permille) * length }
        if let permille = stretch.processors { open.processors = (open.processors ?? 0) + permille * length }
        piece = open.busy.isEmpty && open.processors == nil ? nil : open
        return samples
    }

    /// Ends the open piece.
    /// - Returns: what was pending, where the piece is not equal to it: the piece is pending then.
    private mutating func close(_ threshold: Int) -> UsageSample? {
        guard let piece, piece.from < piece.to else { return nil }
        self.piece = nil
        let used = piece.busy.filter { $0.value >= Int64(threshold) * piece.length }.keys
        let sample = UsageSample(
            from: piece.from, to: piece.to, used: DeviceSet(used),
            idle: DeviceSet(piece.seen.subtracting(used)),
            processors: piece.processors.map { $0 >= Int64(threshold) * piece.length ? .used : .idle })
        guard var before = pending else {
            pending = sample
            return nil
        }
        if before.to == sample.from, before.used == sample.used, before.idle == sample.idle,
            before.processors == sample.processors, sample.to - before.from <= AttendanceLimits.sample
        {
            before.to = sample.to
            pending = before
            return nil
        }
        pending = sample
        return before
    }
}
