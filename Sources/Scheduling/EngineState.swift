import Policy
import Units

/// What the journal tells: every live reservation, folded from events. Ended ones leave it; ids are never reused.
public struct EngineState: Sendable, Hashable {
    /// Waiting, active and ending.
    public private(set) var reservations: [ReservationID: Reservation]
    /// The number of the next reservation.
    public private(set) var nextNumber: Int64
    /// What has been used, up to the last end of each user's.
    public private(set) var usage: UsageLedger

    /// What is, or will be, out of the plan; some may be over.
    public private(set) var drains: [Drain]
    /// When something last had to give way to a higher rank: the last hour's.
    public private(set) var preemptedAt: [Timestamp]
    /// What users have had of devices in this and the last months, where the policy has a cap on that.
    public private(set) var deviceTimes: DeviceTimes
    /// What counts against the departments' budgets.
    public private(set) var budgets: BudgetLedger

    public init(
        reservations: [ReservationID: Reservation] = [:], nextNumber: Int64 = 1, usage: UsageLedger = UsageLedger(),
        drains: [Drain] = [], preemptedAt: [Timestamp] = [], deviceTimes: DeviceTimes = DeviceTimes(),
        budgets: BudgetLedger = BudgetLedger()
    ) {
        self.reservations = reservations
        self.nextNumber = nextNumber
        self.usage = usage
        self.drains = drains
        self.preemptedAt = preemptedAt
        self.deviceTimes = deviceTimes
        self.budgets = budgets
        for reservation in reservations.values where !reservation.holds.isEmpty {
            self.budgets.hold(reservation.holds, of: reservation.account.department)
        }
    }

    /// Puts a live reservation in the place of what it was; on a copy, to see what would be.
    mutating func replace(_ reservation: Reservation) {
        precondition(reservations[reservation.id] != nil, "only what is there is replaced")
        reservations[reservation.id] = reservation
    }

    /// The event does not fit the state.
    public struct Misfit: Error {}

    /// Folds one event in, with the meaning that it has for ever.
    /// - Returns: the reservation as it stands then; nil for an event about none.
    /// - Throws: `Misfit` where the event does not fit the state, which stays as it was.
    @discardableResult
    public mutating func apply(_ event: Event) throws(Misfit) -> Reservation? {
        switch event {
        case .fairShareChanged(let time, let halfLife):
            usage.change(halfLife: halfLife, at: time)
            return nil
        case .drained(let drain):
            drains.append(drain)
            return nil
        case .resumed(let time, let devices, let isHost, let host):
            drains = drains.compactMap { drain in
                guard drain.isCurrent(at: time) else { return nil }
                return drain.host == host ? drain.without(devices, isHost: isHost) : drain
            }
            return nil
        case .budgetThreshold(let department, let month, let percent):
            budgets.announce(percent, to: department, in: month)
            return nil
        case .submitted(let reservation):
            guard reservation.id.number >= nextNumber else { throw Misfit() }
            nextNumber = reservation.id.number + 1
            reservations[reservation.id] = reservation
            budgets.hold(reservation.holds, of: reservation.account.department)
            return reservation
        case .slipped(let id, _, _), .firmed(let id, _), .started(let id, _), .extended(let id, _),
            .ending(let id, _), .ended(let id, _), .moved(let id, _), .requeued(let id, _), .credited(let id, _),
            .held(let id, _), .approved(let id, _, _), .reassigned(let id, _):
            guard var reservation = reservations[id] else { throw Misfit() }
            let (before, owner) = (reservation.holds, reservation.account.department)
            guard EngineState.fold(event, into: &reservation) else { throw Misfit() }
            if before != reservation.holds || owner != reservation.account.department {
                budgets.hold(before, of: owner, sign: -1)
                budgets.hold(reservation.holds, of: reservation.account.department)
            }
            switch reservation.state {
            case .ended: reservations[id] = nil
            case .ending(let active, let ending):
                reservations[id] = reservation
                if case .ending = event { settle(active, ending, of: reservation) }
            case .waiting, .active: reservations[id] = reservation
            }
            return reservation
        }
    }

    /// Waiting ones of a team that has moved are the new department's; what runs, or has run, stays where it began.
    func moves(of departments: [Department]) -> [Event] {
        var homes: [TeamID: [DepartmentID]] = [:]
        for department in departments {
            for team in department.teams { homes[team.id, default: []].append(department.id) }
        }
        return reservations.keys.sorted().compactMap { id in
            guard let reservation = reservations[id], case .waiting = reservation.state,
                let team = reservation.account.team, let home = homes[team], home.count == 1,
                home[0] != reservation.account.department
            else { return nil }
            return .reassigned(id, account: Account(department: home[0], team: team))
        }
    }

    /// Counts what an end brings: use, unless what was used has failed; and that something had to give way.
    private mutating func settle(
        _ active: Reservation.Active, _ ending: Reservation.Ending, of reservation: Reservation
    ) {
        if ending.reason != .deviceFailed {
            usage.accrue(active.weight, from: active.startedAt, to: ending.at, by: reservation.usageKey)
        }
        if !ending.deviceTime.isEmpty { deviceTimes.settle(ending.deviceTime, of: reservation.owner) }
        if case .preempted(_, isReclaim: false) = ending.reason {
            preemptedAt.removeAll { $0 + .hours(1) <= ending.at }
            preemptedAt.append(ending.at)
        }
        budgets.post(ending.posts, to: reservation.account.department)
    }

    /// Whether the event fits; the reservation is then as it stands after it.
    private static func fold(_ event: Event, into reservation: inout Reservation) -> Bool {
        switch (event, reservation.state) {
        case (.slipped(_, let start, _), .waiting):
            reservation.forecast = start
        case (.firmed(_, let start), .waiting):
            reservation.isFirm = true
            reservation.forecast = start
        case (.started(_, let active), .waiting):
            reservation.state = .active(active)
        case (.extended(_, let span), .waiting):
            reservation.span = span
        case (.extended(_, let span), .active(var active)):
            active.endsAt = active.endsAt + Span(milliseconds: span.milliseconds - reservation.span.milliseconds)
            reservation.span = span
            reservation.state = .active(active)
        case (.moved(_, let devices), .waiting):
            guard case .window(let start, _) = reservation.kind else { return false }
            reservation.kind = .window(start: start, devices: devices)
        case (.reassigned(_, let account), .waiting):
            reservation.account = account
        case (.requeued(_, let time), .ending(_, let ending)):
            reservation.state = .waiting
            reservation.kind = .queued
            reservation.windowHost = 0
            reservation.after = []
            reservation.forecast = nil
            reservation.requeuedAt = time
            if case .preempted = ending.reason { reservation.preemptions += 1 }
        case (.credited, .ending): break
        case (.held(_, let holds), .waiting), (.held(_, let holds), .active): reservation.holds = holds
        case (.approved(_, _, let start), .waiting):
            guard reservation.approval != nil else { return false }
            reservation.approval = nil
            reservation.firstForecast = reservation.firstForecast ?? start
            reservation.forecast = start
        case (.ending(_, let ending), .active(let active)):
            reservation.state = .ending(active, ending)
            reservation.holds = []
        case (.ended(_, let ended), .waiting), (.ended(_, let ended), .ending):
            reservation.state = .ended(ended)
            reservation.holds = []
        default:
            return false
        }
        return true
    }
}
