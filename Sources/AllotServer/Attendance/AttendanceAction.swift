import Enforcement
import Units

/// What is to be done on the machine once what was found is durable.
enum AttendanceAction: Sendable, Hashable {
    /// Its processes are told that their time is nearly over; until then it is tried.
    case warn(ReservationID, StopWarning.Signal, end: Timestamp)
    /// A process uses what it was not granted, and is ended.
    case end(UnreservedProcess, grace: Span)
}
