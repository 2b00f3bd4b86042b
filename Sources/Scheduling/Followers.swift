import Units

/// Reservations whose turn has come before the turn of one that they wait for: each is served right behind it.
struct Followers: Sendable {
    private var held: [ReservationID: [ReservationID]] = [:]
    /// The next one last.
    private var ready: [ReservationID] = []

    /// Keeps one until the other has its place.
    mutating func hold(_ id: ReservationID, until other: ReservationID) {
        held[other, default: []].append(id)
    }

    /// Lets go of those that were kept for this one.
    mutating func release(after id: ReservationID) {
        guard !held.isEmpty, let followers = held.removeValue(forKey: id) else { return }
        ready += followers.reversed()
    }

    mutating func next() -> ReservationID? { ready.popLast() }
}
