import Units

/// What becomes of reservations that are not used, and how long things are kept.
public struct AttendanceRules: Sendable, Hashable, Codable {
    /// nil: nobody looks.
    public var idle: Idle?
    /// nil: whoever does not come keeps it.
    public var noShow: NoShow?

    public init(idle: Idle? = nil, noShow: NoShow? = nil) {
        self.idle = idle
        self.noShow = noShow
    }

    /// What happens to a reservation that is not used.
    public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        /// Its owner is told.
        case warn
        /// Its owner is told, and after the grace it is released.
        case release
    }

    /// Its devices have done next to nothing for a while.
    public struct Idle: Sendable, Hashable, Codable {
        public var after: Span
        /// In percent of the time.
        public var utilizationBelow: Int
        public var action: Action
        public var grace: Span

        public init(after: Span, utilizationBelow: Int = 5, action: Action = .warn, grace: Span = .minutes(15)) {
            self.after = after
            self.utilizationBelow = utilizationBelow
            self.action = action
            self.grace = grace
        }
    }

    /// Nothing was run in it since it began.
    public struct NoShow: Sendable, Hashable, Codable {
        public var after: Span
        public var action: Action
        public var grace: Span
        /// What an hour costs that was held and not come for, of what a used one does.
        public var charge: Ratio

        public init(after: Span, action: Action = .warn, grace: Span = .minutes(15), charge: Ratio = .one) {
            self.after = after
            self.action = action
            self.grace = grace
            self.charge = charge
        }
    }
}

/// How long is kept what can be forgotten; the journal itself stays, and verifies without it.
public struct RetentionRules: Sendable, Hashable, Codable {
    /// Reasons, tags and the like of a reservation that has ended; nil: for ever.
    public var personal: Span?

    public init(personal: Span? = nil) {
        self.personal = personal
    }
}
