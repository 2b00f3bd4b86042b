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
    private var terms: Shared<Terms>

    /// Many reservations, and every plan of them, have the same.
    private struct Terms: Hashable {
        var parts: [Part]
        var quotas: [Int]?
        var reach: Quotas.Reach
        var deviceTime: DeviceTime?
        var each: Int
    }

    init(parts: [Part], quotas: [Int]? = nil, reach: Quotas.Reach = .lent, deviceTime: DeviceTime? = nil) {
        terms = Shared(
            Terms(parts: parts, quotas: quotas, reach: reach, deviceTime: deviceTime, each: DeviceShare.whole))
    }

    var parts: [Part] {
        get { terms.value.parts }
        set { terms.value.parts = newValue }
    }

    /// The department's, by position in `Quotas.rules`; nil where no quota counts.
    var quotas: [Int]? { terms.value.quotas }

    var reach: Quotas.Reach {
        get { terms.value.reach }
        set { terms.value.reach = newValue }
    }

    /// What it uses up of a month of its user's; nil where that is not counted.
    var deviceTime: DeviceTime? {
        get { terms.value.deviceTime }
        set { if deviceTime != newValue { terms.value.deviceTime = newValue } }
    }

    /// What each of its devices counts in quotas, in thousandths of a device.
    var each: Int {
        get { terms.value.each }
        set { if each != newValue { terms.value.each = newValue } }
    }

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
