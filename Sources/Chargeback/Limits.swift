public import Units

extension Books {
    /// What finance may ask for at most.
    public enum Limits {
        /// Proposals that wait for a second person.
        public static let pending = 64
        /// Decided proposals that are kept to be shown; all are in the journal.
        public static let decided = 200
        /// Adjustments of periods that are still open.
        public static let adjustments = 10_000
        /// Of one adjustment, either way: a thousand million of the currency's unit.
        public static let adjustment = Amount(microunits: 1_000_000_000_000_000)
        /// How long an interval one correction is about.
        public static let correctionSpan = Span.days(366)
        /// Reservations, SKUs and proposals that a refusal lists.
        public static let listed = 100
    }
}
