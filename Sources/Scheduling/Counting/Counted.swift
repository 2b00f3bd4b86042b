import Policy
import Units

/// Something of which only so much may be in use at once, beside the host's own devices, cores and memory.
enum Counter: Hashable, Sendable {
    case licence(String)
    /// Devices of a team.
    case team(Account)
    /// Devices of a user, whatever account they are charged to.
    case user(UserID)
}

/// What a reservation counts, and how far each counter may go: those that count the same fit at the same times.
struct Counted: Hashable, Sendable {
    var parts: [Part]

    struct Part: Hashable, Sendable {
        var counter: Counter
        var amount: Int
        /// The most that all together may have at once.
        var limit: Int
    }

    static let nothing = Counted(parts: [])

    var isEmpty: Bool { parts.isEmpty }
}
