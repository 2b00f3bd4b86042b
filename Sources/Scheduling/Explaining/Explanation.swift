import Policy
import Units

/// Why a reservation that waits does not start now, and what would start it sooner.
public struct Explanation: Sendable, Hashable {
    public var id: ReservationID
    /// The planned start; for one that is active, when it started; nil where there is no room as things are.
    public var start: Timestamp?
    /// What stands in the way at this moment. Empty for one that is active.
    public var blockers: [Blocker]
    /// Single changes that start it sooner, the smallest of each kind; each has been planned on a copy.
    public var changes: [Change]

    /// One thing in the way.
    public enum Blocker: Sendable, Hashable {
        /// It waits for somebody's yes.
        case approval(Reservation.Approval)
        /// It is a window: this is its time.
        case window(Timestamp)
        case notBefore(Timestamp)
        /// It waits for another's end.
        case after(ReservationID, until: Timestamp)
        /// So many of the devices that it may get are free, and not close enough together perhaps.
        case devices(free: Int, asked: Int, holders: [Holder])
        case cores(free: Int, asked: Int, holders: [Holder])
        /// So many of the devices that it may get, or the whole host, are out of the plan now or before it would end.
        case drained(devices: Int, isHost: Bool, until: Timestamp?)
        case memory(free: ByteCount, asked: ByteCount, holders: [Holder])
        /// Windows begin before it would end, on what it would take.
        case windows([Holder])
        /// Something that the policy counts has no room before `until`.
        case counted(What, used: Ratio, asked: Ratio, limit: Ratio, until: Timestamp)
        /// Its department's quota has no room before `until`; `limit` is nil where only what others keep is in the way.
        case quota(DepartmentID, used: Ratio, asked: Ratio, limit: Ratio?, until: Timestamp)
        /// Others are served before it, and what is free is planned for them: how many, and the first of them.
        case order(ahead: Int, first: [Holder])

        /// What is counted.
        public enum What: Sendable, Hashable {
            case licence(String)
            case devicesPerTeam
            case devicesPerUser
            /// Device-hours of its owner's in a month.
            case deviceHours
        }
    }

    /// Another reservation, and its time.
    public struct Holder: Sendable, Hashable {
        public var id: ReservationID
        public var department: DepartmentID
        public var devices: Int
        public var cores: Int
        public var from: Timestamp
        public var until: Timestamp
    }

    /// One change, and when it would start then.
    public struct Change: Sendable, Hashable {
        public var kind: Kind
        public var start: Timestamp

        /// What is asked for instead.
        public enum Kind: Sendable, Hashable {
            case devices(Int)
            /// nil: any model.
            case model(String?)
            case anywhere
            case span(Span)
            case priorityClass(ClassID)
            case withoutLicences
            /// Without the time that was asked for.
            case anytime
        }
    }
}
