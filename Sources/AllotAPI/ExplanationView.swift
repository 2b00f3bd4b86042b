/// `GET /v1/reservations/{id}/explanation`: why it does not start now, and what would start it sooner.
public struct ExplanationView: Sendable, Hashable, Codable {
    public var id: String
    /// The planned start; for one that is active, when it started; absent where there is no room as things are.
    public var start: DateTime?
    /// What stands in the way at this moment; empty for one that is active.
    public var blockers: [Blocker]
    /// Single changes that start it sooner, each planned on a copy.
    public var changes: [Change]

    public init(id: String, start: DateTime?, blockers: [Blocker], changes: [Change]) {
        self.id = id
        self.start = start
        self.blockers = blockers
        self.changes = changes
    }

    /// One thing in the way.
    public struct Blocker: Sendable, Hashable, Codable {
        public var kind: Kind
        /// What is free, or how much of the limit is in use.
        public var free: Int64?
        public var used: Int64?
        public var asked: Int64?
        public var limit: Int64?
        /// What it is about: a reservation's id, a licence's name, a department's id.
        public var subject: String?
        /// When it is out of the way, as things are.
        public var until: DateTime?
        /// Others that have, or are planned to get, what it needs.
        public var holders: [Holder]?
        /// How many others are served before it.
        public var ahead: Int?

        public init(_ kind: Kind) {
            self.kind = kind
        }
    }

    /// What kind of thing is in the way.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case window, notBefore, after, devices, cores, memory, windows, licence, devicesPerTeam, devicesPerUser,
            deviceHours, quota, order, drained, approval
    }

    /// Another reservation, as the calendar shows it.
    public struct Holder: Sendable, Hashable, Codable {
        public var id: String
        public var department: String
        public var gpus: Int
        public var cpus: Int
        public var from: DateTime
        public var until: DateTime

        public init(id: String, department: String, gpus: Int, cpus: Int, from: DateTime, until: DateTime) {
            self.id = id
            self.department = department
            self.gpus = gpus
            self.cpus = cpus
            self.from = from
            self.until = until
        }
    }

    /// One change, and when it would start then: the one field that is there is asked for instead.
    public struct Change: Sendable, Hashable, Codable {
        public var start: DateTime
        public var gpus: Int?
        /// A device model; `any` for whichever there is.
        public var model: String?
        public var together: ReservationRequest.Together?
        public var durationSeconds: Int64?
        public var `class`: String?
        /// Empty: without any.
        public var licences: [String: Int]?
        /// True: without the time that was asked for.
        public var anytime: Bool?

        public init(start: DateTime) {
            self.start = start
        }
    }
}
