import Units

/// Devices, or the whole host, that nothing is planned on for a time: maintenance, or a failure.
public struct Drain: Sendable, Hashable, Codable {
    /// By position in `Engine.hosts`.
    public var host: Int
    /// By index in `Host.devices`; all of them where the host is drained.
    public var devices: DeviceSet
    /// Cores and memory too.
    public var isHost: Bool
    public var from: Timestamp
    /// nil: until somebody resumes it.
    public var until: Timestamp?
    /// It has failed: what ran on it was ended.
    public var hasFailed: Bool
    public var reason: String

    public init(
        host: Int = 0, devices: DeviceSet, isHost: Bool = false, from: Timestamp, until: Timestamp? = nil,
        hasFailed: Bool = false,
        reason: String = ""
    ) {
        self.host = host
        self.devices = devices
        self.isHost = isHost
        self.from = from
        self.until = until
        self.hasFailed = hasFailed
        self.reason = reason
    }

    /// Whether some of `[from, until)` is drained.
    func overlaps(from: Timestamp, until: Timestamp) -> Bool {
        self.from < until && from < (self.until ?? .distantFuture)
    }

    /// Whether it takes something from a holder of these devices.
    func touches(_ devices: DeviceSet, on host: Int) -> Bool {
        host == self.host && (isHost || !self.devices.isDisjoint(with: devices))
    }
}

/// What an admin asks for: devices, or the whole host, out of the plan.
public struct DrainRequest: Sendable, Hashable {
    /// By position in `Engine.hosts`.
    public var host: Int
    /// By index in `Host.devices`; nil for the whole host.
    public var devices: DeviceSet?
    /// nil: from now on.
    public var from: Timestamp?
    /// nil: until somebody resumes it.
    public var until: Timestamp?
    /// What runs on it is ended at once.
    public var hasFailed: Bool
    public var reason: String

    public init(
        host: Int = 0, devices: DeviceSet?, from: Timestamp? = nil, until: Timestamp? = nil, hasFailed: Bool = false,
        reason: String = ""
    ) {
        self.host = host
        self.devices = devices
        self.from = from
        self.until = until
        self.hasFailed = hasFailed
        self.reason = reason
    }
}

extension Engine {
    /// Takes devices, or the host, out of the plan for a time. What runs there runs on to its end, unless they have
    /// failed; a window there gets other devices of its host, or is broken; what waits is planned anew.
    mutating func drain(_ request: DrainRequest, by subject: Subject, into events: inout [Event]) throws(Rejection) {
        let drain = try checked(request, by: subject)
        emit(.drained(drain), into: &events)
        if drain.hasFailed { endFailed(drain, into: &events) }
        for window in windows().sorted(by: { $0.id < $1.id }) {
            guard case .window(let start, let devices) = window.kind, drain.touches(devices, on: window.windowHost),
                drain.overlaps(from: start, until: start + window.span)
            else { continue }
            move(window, start: start, into: &events)
        }
    }

    /// Gives devices, or the host, back to the plan.
    mutating func resume(
        _ devices: DeviceSet?, on host: Int, by subject: Subject, into events: inout [Event]
    ) throws(Rejection) {
        guard subject.isAdmin else { throw .adminOnly }
        let isDrained = state.drains.contains { drain in
            drain.host == host && drain.isCurrent(at: time)
                && (devices.map { !drain.devices.isDisjoint(with: $0) } ?? drain.isHost)
        }
        guard isDrained, fleet.hosts.indices.contains(host) else { throw .notDrained }
        emit(
            .resumed(at: time, devices: devices ?? fleet[host].places, isHost: devices == nil, host: host),
            into: &events)
    }

    /// Drains that are not over.
    public var drains: [Drain] { state.drains.filter { $0.isCurrent(at: time) } }

    /// Takes what is drained out of a profile. Once more does no harm to devices; cores and memory are counted down
    /// each time, and so taken only where the profile is new.
    func mask(_ profile: inout Profile, isNew: Bool) {
        for drain in drains where fleet.hosts.indices.contains(drain.host) {
            let model = fleet[drain.host]
            let takesHost = drain.isHost && isNew
            let use = Use(
                host: drain.host, devices: drain.devices, cores: takesHost ? model.coreCount : 0,
                memory: takesHost ? model.memory.bytes : 0, counted: .nothing)
            profile.take(use, from: drain.from, until: drain.until ?? .distantFuture)
        }
    }

    private func checked(_ request: DrainRequest, by subject: Subject) throws(Rejection) -> Drain {
        guard subject.isAdmin else { throw .adminOnly }
        guard fleet.hosts.indices.contains(request.host) else { throw .asksForNothing }
        let model = fleet[request.host]
        let devices = request.devices ?? model.places
        guard request.devices.map({ !$0.isEmpty && $0.isSubset(of: model.places) }) ?? true else {
            throw .asksForNothing
        }
        let from = request.from ?? time
        guard from >= time else { throw .startsInPast(from, now: time) }
        let horizon = time + Limits.horizon
        guard from <= horizon else { throw .beyondHorizon(field: "from", from, horizon: horizon) }
        if let until = request.until {
            guard until > from else { throw .endsBeforeStart(from, until: until) }
            guard until <= horizon + Limits.horizon else {
                throw .beyondHorizon(field: "until", until, horizon: horizon + Limits.horizon)
            }
        }
        guard !request.hasFailed || request.from == nil else { throw .failsLater }
        guard request.reason.utf8.count <= Limits.drainReasonBytes else {
            let limits = 0...Int64(Limits.drainReasonBytes)
            throw .outOfRange(field: "reason", value: Int64(request.reason.utf8.count), limits: limits)
        }
        // What fails is taken out however many there are: no device fails twice.
        let failed = drains.filter { $0.hasFailed && $0.host == request.host }
            .reduce(into: DeviceSet()) { $0 = $0.union($1.devices) }
        guard drains.count < Limits.drains || (request.hasFailed && failed.isDisjoint(with: devices)) else {
            throw .tooManyDrains(limit: Limits.drains)
        }
        return Drain(
            host: request.host, devices: devices, isHost: request.devices == nil, from: from, until: request.until,
            hasFailed: request.hasFailed, reason: request.reason)
    }

    /// Ends what runs on what has failed. It is no fault of its owner's: nothing of the run is charged. Whose time was
    /// over before, while nobody looked, has had it.
    private mutating func endFailed(_ drain: Drain, into events: inout [Event]) {
        endDue(into: &events)
        for id in running.sorted() {
            guard case .active(let active) = state.reservations[id]?.state,
                drain.touches(active.grant.devices, on: active.grant.host)
            else { continue }
            emit(.ending(id, Reservation.Ending(at: time, reason: .deviceFailed)), into: &events)
            emit(.credited(id, Credit(from: active.startedAt, to: time)), into: &events)
        }
    }

    /// Gives a window other devices of its host at its time, or breaks it.
    private mutating func move(_ window: Reservation, start: Timestamp, into events: inout [Event]) {
        let shape = shape(of: window.demand, by: window.usageKey, reach: .nominal)
        let others = committedProfile(at: time, without: window.id)
        let host = window.windowHost
        if let free = others.free(for: shape, on: host, at: max(start, time), span: window.span) {
            let use = fleet.use(of: shape, Fit(host: host, start: start, free: free))
            emit(.moved(window.id, devices: use.devices), into: &events)
        } else {
            emit(.ended(window.id, Reservation.Ended(active: nil, at: time, reason: .drained)), into: &events)
        }
    }
}

extension Drain {
    func isCurrent(at time: Timestamp) -> Bool { until.map { $0 > time } ?? true }

    /// What is left of it when devices, or the host, are resumed; nil for nothing.
    func without(_ resumed: DeviceSet, isHost: Bool) -> Drain? {
        guard !isHost else { return nil }
        var rest = self
        rest.devices = devices.subtracting(resumed)
        return self.isHost || !rest.devices.isEmpty ? rest : nil
    }
}

/// Use that is not charged, because what was used failed.
public struct Credit: Sendable, Hashable, Codable {
    public var from: Timestamp
    public var to: Timestamp

    public init(from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = to
    }
}
