import Units

extension Policy {
    /// What one policy may hold. Past a limit the text is refused with a fault that names it.
    public enum Limits {
        /// Characters of a department's, team's or class's id.
        public static let idLength = 40
        /// Characters of a department's or team's name.
        public static let nameLength = 100
        /// Characters of a user's or group's name: what directory services make of Linux's 32.
        public static let memberLength = 256
        public static let classes = 32
        public static let departments = 1000
        /// Of one department.
        public static let teams = 1000
        /// Of one list of members.
        public static let members = 10_000
        public static let weight = 1...1_000_000
        public static let rank = 1...1_000_000
        public static let maximumWait = Span.minutes(1)...Span.days(365)
    }
}

extension YAMLDocument {
    /// What one YAML text may hold, checked before anything is made of it.
    public enum Limits {
        /// Bytes of the text: 8 MiB.
        public static let bytes = 8 << 20
        /// Lists and mappings inside each other.
        public static let levels = 32
        /// Texts, lists and mappings altogether: what bounds the memory that 8 MiB of `[` and `,` would take.
        public static let nodes = 1_000_000
        /// Faults that are reported one by one; those behind them are only counted.
        public static let faults = 1000
        /// Characters of a text from the file that a message repeats.
        static let quotedLength = 60
    }
}
