import Chargeback
import Scheduling
import Units

/// What follows from a look at the machine, in the order in which it has to be written down and done.
enum AttendanceFinding: Sendable, Hashable {
    /// How a reservation was used.
    case sampled(ReservationID, UsageSample)
    /// It does next to nothing since then; it is released then, unless it is used.
    case idle(ReservationID, since: Timestamp, releasedAt: Timestamp?)
    /// Nothing was ever run in it; it is released then, unless something is.
    case noShow(ReservationID, releasedAt: Timestamp?)
    /// What was announced is off.
    case attended(ReservationID, MeteringEvent.Attended)
    /// What was announced is due.
    case release(ReservationID, Unattended)
    /// Its end is near.
    case endsSoon(ReservationID, end: Timestamp)
    /// Somebody used a device without a grant of it.
    case unreserved(UnreservedTrail.Report)
    /// Such a process is to be ended, by the policy.
    case endProcess(UnreservedTrail.Process, user: UserID, devices: DeviceSet)
    /// A device is not fit to be used.
    case fault(device: Int, String)
}

/// What a reservation's owner has been told of its use, and what comes of it.
enum AttendanceNotice: Sendable, Hashable {
    case idle(since: Timestamp, releasedAt: Timestamp?)
    case noShow(since: Timestamp, releasedAt: Timestamp?)

    var since: Timestamp {
        switch self {
        case .idle(let time, _), .noShow(let time, _): time
        }
    }

    /// nil where its owner is told, and no more.
    var releasedAt: Timestamp? {
        switch self {
        case .idle(_, let time), .noShow(_, let time): time
        }
    }

    var isNoShow: Bool { if case .noShow = self { true } else { false } }
}
