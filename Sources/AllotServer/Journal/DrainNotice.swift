import AllotAPI
import Scheduling
import Storage
import Units

/// Tells who holds something that it is drained, or that this is over: an event of the holder's reservation beside that
/// of the host. A notice decides nothing.
enum DrainNotice {
    static let begins = "notice.draining"
    static let isOver = "notice.drainOver"

    /// Notices to those who hold something of it when it begins, or hold it now.
    static func events(of event: Event, among reservations: some Sequence<Reservation>, at time: Timestamp)
        -> [JournalEvent]
    {
        let (kind, drain): (String, Drain)
        switch event {
        case .drained(let begun): (kind, drain) = (begins, begun)
        case .resumed(let at, let devices, let isHost, let host):
            (kind, drain) = (isOver, Drain(host: host, devices: devices, isHost: isHost, from: at))
        default: return []
        }
        return reservations.filter { $0.holds(of: drain) }.sorted { $0.id < $1.id }.map { reservation in
            var own = drain
            own.devices = reservation.heldDevices.intersection(drain.devices)
            var writer = JSONWriter()
            writer.openObject()
            DrainRecord.writeFields(own, to: &writer)
            writer.closeObject()
            return JournalEvent(
                at: time, actor: nil, kind: kind, payload: writer.bytes, reservation: reservation.id)
        }
    }

    /// What a notice is about; nil for a row of another kind.
    static func drain(_ entry: JournalEntry) -> Drain? {
        guard entry.kind == begins || entry.kind == isOver else { return nil }
        return try? DrainRecord.drain(entry.payload)
    }
}

extension Reservation {
    /// Whether it holds something of what is drained at that time.
    fileprivate func holds(of drain: Drain) -> Bool {
        let grant: Grant
        switch state {
        case .active(let active):
            guard active.endsAt > drain.from else { return false }
            grant = active.grant
        case .ending(let active, _): grant = active.grant
        case .waiting, .ended: return false
        }
        return grant.host == drain.host && (drain.isHost || !grant.devices.isDisjoint(with: drain.devices))
    }
}
