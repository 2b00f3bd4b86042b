import AllotAPI
import AllotClient
import Units

extension Session {
    /// Changes reservations one after the other; a failure does not keep the others from being tried. Shows what has
    /// become of those that changed.
    /// - Throws: The first failure, when all have been tried.
    func change(_ ids: [ReservationID], by call: (ReservationID) throws -> Call) async throws {
        try await each(ids, named: \.description, call)
    }

    /// Asks for one reservation after the other; see `change`.
    func each<Item>(
        _ items: [Item], named name: (Item) -> String, _ call: (Item) throws -> Call
    ) async throws {
        var changed: [(row: ReservationView, json: [UInt8])] = []
        var first: Failure?
        for item in items {
            do {
                let reply = try await client.send(try call(item))
                changed.append((try reply.decode(ReservationView.self), reply.body))
            } catch {
                guard let failure = Failure(error) else { throw error }
                // Nothing else will work either.
                if failure.code == .unreachable { throw failure }
                if items.count > 1 || first != nil {
                    Failure(failure.code, "\(name(item)): \(failure.message ?? "")", hint: failure.hint).report()
                    first = first ?? Failure(failure.code, nil)
                } else {
                    first = failure
                }
            }
        }
        if items.count == 1, let only = changed.first {
            try show(Reply(status: 200, contentType: nil, body: only.json), as: ReservationView.self)
        } else if !changed.isEmpty {
            try show(changed)
        }
        if let first { throw first }
    }
}
