public import Units

/// What nobody may go beyond, whatever is idle. nil: no cap.
public struct Caps: Sendable, Hashable, Codable {
    /// Devices that the reservations of one team hold at once.
    public var devicesPerTeam: Int?
    /// Devices that the reservations of one user hold at once.
    public var devicesPerUser: Int?
    /// The longest reservation, extensions included.
    public var duration: Span?
    /// How far ahead a window may begin.
    public var horizon: Span?
    /// Reservations of one user that wait.
    public var waiting: Int?
    /// Device-hours of one user in a calendar month.
    public var deviceHours: Int?

    public init(
        devicesPerTeam: Int? = nil, devicesPerUser: Int? = nil, duration: Span? = nil, horizon: Span? = nil,
        waiting: Int? = nil, deviceHours: Int? = nil
    ) {
        self.devicesPerTeam = devicesPerTeam
        self.devicesPerUser = devicesPerUser
        self.duration = duration
        self.horizon = horizon
        self.waiting = waiting
        self.deviceHours = deviceHours
    }

    /// The tighter of each.
    func tightened(by other: Caps) -> Caps {
        Caps(
            devicesPerTeam: Caps.least(devicesPerTeam, other.devicesPerTeam),
            devicesPerUser: Caps.least(devicesPerUser, other.devicesPerUser),
            duration: Caps.least(duration, other.duration), horizon: Caps.least(horizon, other.horizon),
            waiting: Caps.least(waiting, other.waiting), deviceHours: Caps.least(deviceHours, other.deviceHours))
    }

    private static func least<Value: Comparable>(_ values: Value?...) -> Value? { values.compactMap(\.self).min() }
}

extension Policy {
    /// The caps on what is charged to an account: of those of the policy, its department and its team the tightest.
    /// Who belongs to a department alone has no team whose devices could be counted.
    public func caps(for account: Account) -> Caps {
        let department = departments.first { $0.id == account.department }
        let team = department?.teams.first { $0.id == account.team }
        var caps = [department?.caps, team?.caps].compactMap(\.self).reduce(caps) { $0.tightened(by: $1) }
        if account.team == nil { caps.devicesPerTeam = nil }
        return caps
    }
}
