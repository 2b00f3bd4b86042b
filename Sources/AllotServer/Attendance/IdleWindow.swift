import Units

/// How long what a reservation holds has been busy of late, each device by itself: no less than it was, so that nothing
/// that was used looks idle. What nobody could look at counts as busy.
///
/// It is kept in slots of a fixed number, however long the time is that is looked back on.
struct IdleWindow: Sendable, Hashable {
    private struct Slot: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        /// In milliseconds, of each device.
        var busy: [Int64]
    }

    /// Oldest first, without a gap between them.
    private var slots: [Slot] = []
    /// When it was last busy for more than next to nothing.
    private(set) var lastBusy: Timestamp?

    /// Since when it is looked at; nil where it was not yet.
    var from: Timestamp? { slots.first?.from }

    /// Begins anew.
    mutating func reset() { self = IdleWindow() }

    /// Takes in a stretch of time.
    /// - Parameters:
    ///   - busy: of each device for how many thousandths of it; nil where nobody can tell.
    ///   - threshold: from how many thousandths on that is more than next to nothing.
    ///   - after: how far is looked back.
    mutating func add(
        from start: Timestamp, to end: Timestamp, busy: [Int?], threshold: Int, lookingBack after: Span
    ) {
        guard start < end else { return }
        if let last = slots.last, last.to < start {
            append(Slot(from: last.to, to: start, busy: busy.map { _ in (start - last.to).milliseconds }), after)
            lastBusy = start
        }
        let length = (end - start).milliseconds
        let spent = busy.map { (Int64($0 ?? 1000) * length + 999) / 1000 }
        if busy.contains(where: { $0 ?? 1000 >= threshold }) { lastBusy = end }
        append(Slot(from: start, to: end, busy: spent), after)
        while slots.count > 1, slots[1].from <= end - after { slots.removeFirst() }
    }

    private mutating func append(_ slot: Slot, _ after: Span) {
        let width = after.milliseconds / Int64(AttendanceLimits.slots)
        if let last = slots.last, last.busy.count == slot.busy.count, (slot.to - last.from).milliseconds <= width {
            slots[slots.count - 1].to = slot.to
            for index in slot.busy.indices { slots[slots.count - 1].busy[index] += slot.busy[index] }
        } else {
            slots.append(slot)
        }
    }

    /// For how long the busiest device has been busy in the last so long, in milliseconds; nil where that is not looked
    /// back on yet.
    func busiest(inLast after: Span, at now: Timestamp) -> Int64? {
        guard let from, let last = slots.last, from <= now - after, last.to >= now else { return nil }
        var sums: [Int64] = []
        for slot in slots where slot.to > now - after {
            if sums.count < slot.busy.count { sums += [Int64](repeating: 0, count: slot.busy.count - sums.count) }
            for (index, busy) in slot.busy.enumerated() { sums[index] += busy }
        }
        return sums.max() ?? 0
    }
}
