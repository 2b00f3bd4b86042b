import AllotAPI
import Chargeback
import Scheduling
import Storage
import Units

/// The journal as an endless sequence of events for one viewer; each page is read when the reader asks for more.
struct EventFeed: Sendable {
    let store: Store
    let commits: CommitSignal
    let views: EventViews
    let accounts: SystemAccounts
    /// Held as long as the stream is open.
    var place: StreamGate.Place?

    /// What is stored after `last`; with `follow` also what is committed later, without end.
    func events(after last: Int64, follow: Bool) -> Events {
        Events(feed: self, last: last, follow: follow)
    }

    struct Events: AsyncSequence, Sendable {
        typealias Element = ServerSentEvent
        let feed: EventFeed
        let last: Int64
        let follow: Bool

        func makeAsyncIterator() -> Iterator {
            Iterator(feed: feed, last: last, growth: follow ? feed.commits.subscribe() : nil)
        }
    }

    struct Iterator: AsyncIteratorProtocol {
        let feed: EventFeed
        var last: Int64
        var page: ArraySlice<ServerSentEvent> = []
        var growth: AsyncStream<Int64>.Iterator?

        init(feed: EventFeed, last: Int64, growth: AsyncStream<Int64>?) {
            self.feed = feed
            self.last = last
            self.growth = growth?.makeAsyncIterator()
        }

        mutating func next() async throws -> ServerSentEvent? {
            while page.isEmpty {
                let read = try await feed.page(after: last)
                page = read.events
                if read.last > last {
                    // What the stream does not show may be all of it.
                    last = read.last
                } else if try await !hasGrown() {
                    return nil
                }
            }
            return page.popFirst()
        }

        private mutating func hasGrown() async throws -> Bool {
            guard growth != nil else { return false }
            while let sequence = await growth?.next() {
                if sequence > last { return true }
            }
            return false
        }
    }

    /// What comes after an event, and the last that was read for it.
    private func page(after last: Int64) async throws -> (events: ArraySlice<ServerSentEvent>, last: Int64) {
        let all = try await store.read(.events(after: last, limit: Limits.eventPage))
        let entries = all.filter { !AuditKind.unstreamed.contains($0.kind) }
        var known: [ReservationID: Reservation] = [:]
        for id in Set(entries.compactMap(\.reservation)) {
            guard let row = try await store.read(.reservation(id)) else { continue }
            known[id] = try ReservationRecord.reservation(row.body)
        }
        let names = await names(of: Set(known.values.map(\.owner)).union(try entries.compactMap(EventFeed.stranger)))
        var views = views
        views.reservations.names = { [names] in names[$0] ?? $0.description }
        let events = try entries.map { entry in
            let view = views.view(entry, reservation: entry.reservation.flatMap { known[$0] })
            return ServerSentEvent(id: entry.sequence, event: entry.kind, data: Array(try JSONText.encode(view)))
        }
        return (events[...], all.last?.sequence ?? last)
    }

    /// Who uses a device without a reservation, as an event says.
    private static func stranger(_ entry: JournalEntry) throws -> UserID? {
        guard entry.kind == MeteringEvent.unreservedKind else { return nil }
        guard case .unreserved(let use)? = try MeteringRecord.event(kind: entry.kind, payload: entry.payload) else {
            return nil
        }
        return use.user
    }

    private func names(of users: Set<UserID>) async -> [UserID: String] {
        var names: [UserID: String] = [:]
        for user in users { names[user] = try? await accounts.user(user).name }
        return names
    }
}
