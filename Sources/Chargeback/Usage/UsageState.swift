/// What is known of how something was used while it was held.
///
/// Nothing is guessed: without a sample it is `unmeasured`, and where the daemon can not vouch that time passed as the
/// journal says it is `degraded`.
public enum UsageState: String, Sendable, Hashable, Codable, CaseIterable {
    /// A sample says that it did something.
    case used
    /// A sample says that it did next to nothing.
    case idle
    /// Held, and nobody looked.
    case unmeasured
    /// Held by a reservation that nothing was ever run in.
    case noShow
    /// The daemon was not there, or its clock was set: held by the journal's word alone.
    case degraded
}
