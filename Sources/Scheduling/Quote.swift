import Units

/// What a request would get.
public struct Quote: Sendable, Hashable {
    public var start: Timestamp
    /// By position in `Engine.hosts`.
    public var host: Int
    /// The devices that it would get as things are; others may be free when it starts.
    public var devices: DeviceSet
    public var demand: Demand
}

extension Engine {
    /// Submits a request on a copy: when it would start, and what it would hold. Nothing changes.
    /// - Throws: what the submission would be refused with.
    public func quote(_ request: Request, by subject: Subject, at now: Timestamp) throws(Rejection) -> Quote {
        var copy = self
        if copy.isStale { copy.replan() }
        let events = try copy.perform(.submit(request, by: subject), at: now)
        guard case .submitted(let reservation) = events.first else { preconditionFailure("a submission is submitted") }
        if case .started(_, let active) = events.last {
            return Quote(
                start: active.startedAt, host: active.grant.host, devices: active.grant.devices,
                demand: reservation.demand)
        }
        copy.replan()
        guard let placement = copy.placement(of: reservation.id) else {
            preconditionFailure("what waits has a place in the plan")
        }
        return Quote(
            start: placement.start, host: placement.host, devices: placement.devices, demand: reservation.demand)
    }
}
