import Units

/// Planned starts in the order of time, then of id.
struct Agenda: Sendable {
    private(set) var entries: [Entry]

    struct Entry: Sendable, Hashable, Comparable {
        var start: Timestamp
        var id: ReservationID

        static func < (left: Entry, right: Entry) -> Bool {
            left.start == right.start ? left.id < right.id : left.start < right.start
        }
    }

    init(_ entries: [Entry] = []) {
        self.entries = entries.sorted()
    }

    mutating func insert(_ entry: Entry) {
        entries.insert(entry, at: position(of: entry))
    }

    mutating func remove(_ entry: Entry) {
        let index = position(of: entry)
        if index < entries.count, entries[index] == entry { entries.remove(at: index) }
    }

    /// Those with a start up to `time`.
    func due(at time: Timestamp) -> ArraySlice<Entry> {
        entries.prefix { $0.start <= time }
    }

    /// The first start after `time`.
    func next(after time: Timestamp) -> Timestamp? {
        let index = position(of: Entry(start: time, id: ReservationID(.max)))
        return index < entries.count ? entries[index].start : nil
    }

    /// How many entries come before this one.
    func position(of entry: Entry) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
