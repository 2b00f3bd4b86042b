import AllotAPI
import Scheduling
import Units

/// A reservation with a place in time: active, ending or planned.
struct CalendarEntry: Sendable {
    var reservation: Reservation
    var start: Timestamp
    var end: Timestamp
    var devices: DeviceSet

    func view(_ views: ReservationViews) -> PlanView.Entry {
        let shown = views.view(Decision(reservation: reservation, details: Details(), placement: nil, ahead: nil))
        return PlanView.Entry(
            id: shown.id, state: shown.state, kind: shown.kind, department: shown.department, user: shown.user,
            start: DateTime(start), end: DateTime(end), devices: views.host.ids(of: devices),
            gpuShare: shown.gpuShare, cpus: shown.cpus)
    }
}

extension Engine {
    /// All that has a place in time, by start, then by id.
    func calendar() -> [CalendarEntry] {
        state.reservations.values.compactMap { reservation -> CalendarEntry? in
            switch reservation.state {
            case .waiting:
                return plannedPlacement(of: reservation.id).map {
                    CalendarEntry(reservation: reservation, start: $0.start, end: $0.end, devices: $0.devices)
                }
            case .active(let active):
                return CalendarEntry(
                    reservation: reservation, start: active.startedAt, end: active.endsAt, devices: active.grant.devices
                )
            case .ending(let active, let ending):
                return CalendarEntry(
                    reservation: reservation, start: active.startedAt, end: ending.at, devices: active.grant.devices)
            case .ended: return nil
            }
        }.sorted { $0.start == $1.start ? $0.reservation.id < $1.reservation.id : $0.start < $1.start }
    }
}
