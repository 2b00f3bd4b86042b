/// `POST /v1/reservations` and `POST /v1/quotes`: what is asked for. Unknown fields are refused.
public struct ReservationRequest: Sendable, Hashable, Codable {
    /// 0 or absent for cores and memory alone.
    public var gpus: Int?
    /// The part of one device that is asked for, less than 1 and of at most 3 decimals: `0.5`. Absent: whole ones.
    public var gpuShare: String?
    /// The least memory of each device, or of the share of it.
    public var gpuMemoryBytes: Int64?
    /// A device model, by its whole name or a part of it, in any case: `H200`.
    public var model: String?
    public var together: Together?
    /// Physical cores; absent: in proportion to the devices.
    public var cpus: Int?
    /// Absent: in proportion to the devices, else to the cores.
    public var memoryBytes: Int64?
    /// How many of each licence of the policy, by name.
    public var licences: [String: Int]?
    public var durationSeconds: Int64
    /// The fixed start of a window; absent: as soon as possible.
    public var at: DateTime?
    public var notBefore: DateTime?
    /// Ids of reservations that must have ended first.
    public var after: [String]?
    /// The priority class's id.
    public var `class`: String?
    /// The team's id, for who is in several.
    public var team: String?
    /// Names of users who may run inside.
    public var shareWith: [String]?
    /// One's own labels.
    public var tags: [String: String]?
    /// Whether it goes back into the queue when what it holds fails.
    public var requeue: Bool?
    /// Started in the reservation when it becomes active; its end ends the reservation.
    public var command: CommandRequest?

    public init(
        gpus: Int? = nil, gpuShare: String? = nil, gpuMemoryBytes: Int64? = nil, model: String? = nil,
        together: Together? = nil, cpus: Int? = nil, memoryBytes: Int64? = nil,
        licences: [String: Int]? = nil, durationSeconds: Int64, at: DateTime? = nil, notBefore: DateTime? = nil,
        after: [String]? = nil,
        class: String? = nil, team: String? = nil, shareWith: [String]? = nil, tags: [String: String]? = nil,
        requeue: Bool? = nil, command: CommandRequest? = nil
    ) {
        self.gpus = gpus
        self.gpuShare = gpuShare
        self.gpuMemoryBytes = gpuMemoryBytes
        self.model = model
        self.together = together
        self.cpus = cpus
        self.memoryBytes = memoryBytes
        self.licences = licences
        self.durationSeconds = durationSeconds
        self.at = at
        self.notBefore = notBefore
        self.after = after
        self.class = `class`
        self.team = team
        self.shareWith = shareWith
        self.tags = tags
        self.requeue = requeue
        self.command = command
    }

    /// How close to each other the devices have to be.
    public enum Together: String, Sendable, Codable, CaseIterable {
        case nvlink, numa, host, any
    }
}

/// A command to be started in a reservation.
public struct CommandRequest: Sendable, Hashable, Codable {
    /// The program and its arguments.
    public var arguments: [String]
    /// Set as given; nothing is expanded.
    public var environment: [String: String]?
    /// Absolute; absent: the user's home directory.
    public var directory: String?

    public init(arguments: [String], environment: [String: String]? = nil, directory: String? = nil) {
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }
}

/// `POST /v1/reservations/{id}/extend`.
public struct ExtendRequest: Sendable, Hashable, Codable {
    /// How much longer.
    public var durationSeconds: Int64
    /// Why; needed where it is another's.
    public var reason: String?

    public init(durationSeconds: Int64, reason: String? = nil) {
        self.durationSeconds = durationSeconds
        self.reason = reason
    }
}

/// `POST /v1/reservations/{id}/cancel` and `…/release`.
public struct EndRequest: Sendable, Hashable, Codable {
    /// Why; needed where it is another's.
    public var reason: String?

    public init(reason: String? = nil) {
        self.reason = reason
    }
}
