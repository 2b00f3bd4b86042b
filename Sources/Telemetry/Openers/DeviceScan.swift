public import Units

/// Who has devices open, and what could not be seen.
public struct DeviceScan: Sendable, Hashable, Codable {
    /// By pid.
    public var openers: [DeviceOpener]
    /// There were more openers than are told.
    public var isCut: Bool
    /// What could not be looked into, and why, in words.
    public var blind: [String]
    /// Processes that were not looked into wholly. By pid.
    public var unread: [UnreadProcess]
    /// Whether every process was come to.
    public var reach: Reach
    /// Devices of which nobody can tell, for no file is known of them or one is not there. Sorted.
    public var unseen: [DeviceID]

    /// How far a look came.
    public enum Reach: String, Sendable, Hashable, Codable {
        /// Every process was come to: what was not looked into wholly is among `unread`.
        case all
        /// Some were not, and it is not known which.
        case part
        /// There was no answer in time. The next look may have one.
        case late
    }

    public init(
        openers: [DeviceOpener], isCut: Bool = false, blind: [String] = [], unread: [UnreadProcess] = [],
        reach: Reach = .all, unseen: [DeviceID] = []
    ) {
        self.openers = openers
        self.isCut = isCut
        self.blind = blind
        self.unread = unread
        self.reach = reach
        self.unseen = unseen
    }

    /// Leaves out openers beyond a limit, and says so.
    mutating func cut(to limit: Int) {
        openers.sort { $0.pid < $1.pid }
        guard openers.count > limit else { return }
        openers.removeLast(openers.count - limit)
        isCut = true
        if blind.count < TelemetryLimits.blindLines {
            blind.append("more than \(limit) processes have devices open: the others are not told")
        }
    }

    /// Every process was looked into wholly: a device without an opener here is open nowhere, unless it is `unseen`.
    public var isComplete: Bool { reach == .all && unread.isEmpty && !isCut }
}

/// A process that was not looked into wholly: it may have more open than was seen.
public struct UnreadProcess: Sendable, Hashable, Codable {
    /// With the devices that it was seen to have open, if any.
    public var process: DeviceOpener
    public var cause: Cause
    /// For a person: `its memory is locked in the kernel`.
    public var reason: String

    public init(process: DeviceOpener, cause: Cause, reason: String) {
        self.process = process
        self.cause = cause
        self.reason = reason
    }

    /// Whose doing it is.
    public enum Cause: String, Sendable, Hashable, Codable {
        /// Who looks into it waits in the kernel, for as long as something in it does.
        case stuck
        /// It has more of something than is read of a process, or than is read of its user's processes together.
        case tooLarge
        /// Who looks lacks a right, memory or descriptors.
        case unreadable
    }
}
