/// `POST /v1/drains`: what is taken out of the plan.
public struct DrainRequest: Sendable, Hashable, Codable {
    /// Ids or PCI addresses.
    public var devices: [String]?
    /// The whole host; then no devices are named.
    public var host: Bool?
    /// Absent: now.
    public var from: DateTime?
    /// Absent: until it is resumed.
    public var until: DateTime?
    /// What runs on it is ended at once.
    public var failed: Bool?
    public var reason: String

    public init(
        devices: [String]? = nil, host: Bool? = nil, from: DateTime? = nil, until: DateTime? = nil,
        failed: Bool? = nil, reason: String
    ) {
        self.devices = devices
        self.host = host
        self.from = from
        self.until = until
        self.failed = failed
        self.reason = reason
    }
}

/// `POST /v1/drains/resume`: what is given back to the plan.
public struct ResumeRequest: Sendable, Hashable, Codable {
    /// Ids or PCI addresses.
    public var devices: [String]?
    /// The whole host; then no devices are named.
    public var host: Bool?

    public init(devices: [String]? = nil, host: Bool? = nil) {
        self.devices = devices
        self.host = host
    }
}

/// What is out of the plan. In `GET /v1/drains`.
public struct DrainView: Sendable, Hashable, Codable {
    public var devices: [String]
    public var isHost: Bool
    public var from: DateTime
    /// nil: until it is resumed.
    public var until: DateTime?
    public var hasFailed: Bool
    public var reason: String
    /// What still holds something of it, or will when it begins.
    public var running: [ExplanationView.Holder]

    public init(
        devices: [String], isHost: Bool, from: DateTime, until: DateTime?, hasFailed: Bool, reason: String,
        running: [ExplanationView.Holder]
    ) {
        self.devices = devices
        self.isHost = isHost
        self.from = from
        self.until = until
        self.hasFailed = hasFailed
        self.reason = reason
        self.running = running
    }
}
