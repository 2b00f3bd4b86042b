import Units

/// What a request would get.
public struct Quote: Sendable, Hashable {
    public var start: Timestamp
    /// By position in `Engine.hosts`.
    public var host: Int
    /// The devices that it would get as things are; others may be free when it starts.
    public var devices: DeviceSet
    public var demand: Demand
    /// Who would be charged.
    public var department: DepartmentID
    /// What it would hold of that department's budget.
    public var holds: [MonthAmount]
    /// Whose yes it would need first.
    public var approval: Reservation.Approval?
}

extension Engine {
    /// Submits a request on a copy: when it would start, and what it would hold. Nothing changes.
    /// - Throws: what the submission would be refused with.
    public func quote(_ request: Request, by subject: Subject, at now: Timestamp) throws(Rejection) -> Quote {
        var copy = self
        if copy.isStale { copy.replan() }
        var events = try copy.perform(.submit(request, by: subject), at: now)
        guard case .submitted(let reservation) = events.first else { preconditionFailure("a submission is submitted") }
        // Where it needs somebody's yes, it is shown as if that were there.
        if reservation.approval != nil { copy.accept(reservation, by: subject.user, into: &events) }
        for case .started(reservation.id, let active) in events {
            return Quote(
                start: active.startedAt, host: active.grant.host, devices: active.grant.devices,
                demand: reservation.demand, department: reservation.account.department, holds: reservation.holds,
                approval: reservation.approval)
        }
        copy.replan()
        guard let placement = copy.placement(of: reservation.id) else {
            preconditionFailure("what waits has a place in the plan")
        }
        return Quote(
            start: placement.start, host: placement.host, devices: placement.devices, demand: reservation.demand,
            department: reservation.account.department, holds: reservation.holds, approval: reservation.approval)
    }
}
