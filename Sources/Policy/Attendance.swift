import Units

/// What becomes of what is held and not used, and used and not held; and what the end of a time is preceded by.
public struct AttendanceRules: Sendable, Hashable, Codable {
    /// nil: nobody looks.
    public var idle: Idle?
    /// nil: whoever does not come keeps it.
    public var noShow: NoShow?
    public var unreserved: Unreserved
    public var endWarning: EndWarning

    public init(
        idle: Idle? = nil, noShow: NoShow? = nil, unreserved: Unreserved = Unreserved(),
        endWarning: EndWarning = EndWarning()
    ) {
        self.idle = idle
        self.noShow = noShow
        self.unreserved = unreserved
        self.endWarning = endWarning
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

    /// A process uses a device that no grant of its user gives it.
    public struct Unreserved: Sendable, Hashable, Codable {
        public var action: Action
        /// What it has between SIGTERM and SIGKILL where it is ended.
        public var grace: Span

        public init(action: Action = .report, grace: Span = .minutes(1)) {
            self.action = action
            self.grace = grace
        }

        /// What happens to it.
        public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
            /// It is written down.
            case report
            /// It is written down, and ended.
            case end
        }
    }

    /// Its time is nearly over.
    public struct EndWarning: Sendable, Hashable, Codable {
        /// How long before the end; no more than half of what it has. Zero: nobody is told.
        public var lead: Span
        /// What its processes are sent then; nil: nothing.
        public var signal: PreemptionRules.WarningSignal?

        public init(lead: Span = .minutes(10), signal: PreemptionRules.WarningSignal? = nil) {
            self.lead = lead
            self.signal = signal
        }

        /// When whoever holds from `start` to `end` is told; nil where nobody is.
        public func time(from start: Timestamp, to end: Timestamp) -> Timestamp? {
            guard lead > .zero, start < end else { return nil }
            return end - min(lead, Span(milliseconds: (end - start).milliseconds / 2))
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
