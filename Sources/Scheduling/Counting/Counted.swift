import Policy
import Units

/// Something of which only so much may be in use at once, beside the host's own devices, cores and memory.
enum Counter: Hashable, Sendable {
    case licence(String)
    /// Devices of a team.
    case team(Account)
    /// Devices of a user, whatever account they are charged to.
    case user(UserID)
    /// Devices of a department that one of its quotas is for, by its position in `Quotas.rules`.
    case quota(Int)
    /// Devices beyond what is claimed, by position in `Quotas.pools`.
    case pool(Int)
}

/// What a reservation counts, and how far each counter may go: those that count the same fit at the same times.
struct Counted: Hashable, Sendable {
    var parts: [Part]
    /// The department's, by position in `Quotas.rules`; nil where no quota counts.
    var quotas: [Int]?
    var reach = Quotas.Reach.lent
    /// What it uses up of a month of its user's; nil where that is not counted.
    var deviceTime: DeviceTime?
    /// What each of its devices counts in quotas, in thousandths of a device.
    var each = DeviceShare.whole

    struct Part: Hashable, Sendable {
        var counter: Counter
        /// Licences; or thousandths of devices.
        var amount: Int
        /// The most that all together may have at once.
        var limit: Int
    }

    static let nothing = Counted(parts: [])

    var isEmpty: Bool { parts.isEmpty && quotas == nil && deviceTime == nil }

    /// What even a confirmed window does not go without: there are no more.
    var licencesAlone: Counted {
        Counted(
            parts: parts.filter { part in
                if case .licence = part.counter { true } else { false }
            })
    }
}
