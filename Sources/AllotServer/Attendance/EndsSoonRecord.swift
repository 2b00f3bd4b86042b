import AllotAPI
import Policy
import Scheduling
import Storage
import Units

/// That the end of a reservation's time was announced, as the journal has it.
enum EndsSoonRecord {
    static let kind = "reservation.endsSoon"

    static func event(_ id: ReservationID, end: Timestamp, at time: Timestamp) -> JournalEvent {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("id", id.number)
        writer.field("end", end.milliseconds)
        writer.closeObject()
        return JournalEvent(at: time, actor: nil, kind: kind, payload: writer.bytes, reservation: id)
    }

    /// The end that was announced; nil for what is no such payload.
    static func end(_ payload: [UInt8]) -> Timestamp? {
        var reader = JSONReader(payload)
        var end: Int64?
        do throws(AllotAPI.JSONFault) {
            try reader.object { name, reader throws(AllotAPI.JSONFault) in
                switch name {
                case "end": end = try reader.integer()
                default: try reader.skip()
                }
            }
        } catch {
            return nil
        }
        return end.map { Timestamp(milliseconds: $0) }
    }

    /// Of what runs, the ends that were announced before: nobody is told, or sent a signal, twice. Under another policy
    /// that may have been at any time of the grant.
    static func announced(
        of reservations: some Sequence<Reservation>, in store: Store
    ) throws(StoreError) -> [ReservationID: Timestamp] {
        let holders = reservations.compactMap { Holder($0) }.filter { !$0.isEnding }
        guard let first = holders.map(\.from).min() else { return [:] }
        var filter = AuditFilter()
        filter.only = [kind]
        filter.from = first
        var announced: [ReservationID: Timestamp] = [:]
        var before: Int64?
        for _ in 0..<AttendanceLimits.announcedPages {
            let page = try store.read(.audit(filter, before: before, limit: Limits.eventPage))
            // Newest first.
            for event in page.events {
                guard let id = event.entry.reservation, announced[id] == nil else { continue }
                announced[id] = end(event.entry.payload)
            }
            before = page.before
            if before == nil { break }
        }
        return announced
    }
}
