import Scheduling
import Units

/// A grant that stands, as attendance sees it.
struct Holder: Sendable, Hashable {
    let id: ReservationID
    /// Since when it holds.
    var from: Timestamp
    /// When it is over for its owner.
    var end: Timestamp
    /// It is over for its owner, and what runs of it is being ended.
    var isEnding = false
    /// By index in the host's.
    var devices: DeviceSet

    init(id: ReservationID, from: Timestamp, end: Timestamp, isEnding: Bool = false, devices: DeviceSet) {
        self.id = id
        self.from = from
        self.end = end
        self.isEnding = isEnding
        self.devices = devices
    }

    /// nil for a reservation that holds nothing.
    init?(_ reservation: Reservation) {
        switch reservation.state {
        case .active(let active):
            self.init(
                id: reservation.id, from: active.startedAt, end: active.endsAt, devices: active.grant.devices)
        case .ending(let active, let ending):
            self.init(
                id: reservation.id, from: active.startedAt, end: ending.at, isEnding: true,
                devices: active.grant.devices)
        case .waiting, .ended: return nil
        }
    }
}
