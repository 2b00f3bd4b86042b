import Units

/// Ids in their order. New ones are the highest.
struct SortedIDs: Sendable {
    private(set) var ids: [ReservationID]

    init(_ ids: some Sequence<ReservationID>) {
        self.ids = ids.sorted()
    }

    mutating func append(_ id: ReservationID) {
        precondition(ids.last.map { $0 < id } ?? true, "ids only grow")
        ids.append(id)
    }

    mutating func remove(_ id: ReservationID) {
        let index = position(of: id)
        if index < ids.count, ids[index] == id { ids.remove(at: index) }
    }

    /// Those behind `id`; all where it is nil.
    func after(_ id: ReservationID?) -> ArraySlice<ReservationID> {
        guard let id else { return ids[...] }
        let index = position(of: id)
        return ids[(index < ids.count && ids[index] == id ? index + 1 : index)...]
    }

    /// How many are lower.
    private func position(of id: ReservationID) -> Int {
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
