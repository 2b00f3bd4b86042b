import Policy
import Topology
import Units

/// The decisions: a pure value, without I/O, clock, randomness, locks or floating point.
///
/// `perform` decides and folds; on a copy it only asks. Beside the journaled state the engine keeps what follows from
/// it: what is free now, and the plan (a start for everything that waits). Between passes the plan only fills up: what
/// ends early leaves a hole that newcomers do not see and the next pass hands out by the order of the queue.
public struct Engine: Sendable {
    public internal(set) var state: EngineState
    public let policy: Policy
    /// The latest time that a command came with; never goes back.
    public internal(set) var time: Timestamp
    /// Those that the last command ended, as they stand then: the state holds them no more.
    public internal(set) var concluded: [Reservation] = []
    let fleet: Fleet
    let counters: Counters
    var held: Held
    /// Active and waiting windows alone: what a late start must not run into.
    var committed: Profile
    var profile: Profile
    var placements: [ReservationID: Placement] = [:]
    var agenda = Agenda()
    var hints = Hints()
    var choices = Choices()
    /// Something has come free, or moved: there are holes in the plan.
    var isStale = false
    /// Somebody has come who may go before others that wait.
    var isReordered = false
    /// What has moved the plan since the last pass, apart from the queue's own order.
    var movedBy: SlipCause?
    /// Who has to give way, and when, by the last pass.
    var recalls: [Recall] = []
    /// When the policy lets more give way; nil where nothing waits for that.
    var recallsAgainAt: Timestamp?
    /// When starts that were due were last looked at.
    var settledAt: Timestamp
    /// Which pass is under way; a plan of an older one is outdated.
    var pass: UInt64 = 0
    /// Reservations that an event was about since the last pass was begun.
    var changed: Set<ReservationID> = []
    /// Live ones in the order of their ids.
    private(set) var live: SortedIDs
    /// Active and ending ones.
    var running: Set<ReservationID> = []
    /// Waiting ones that are not windows.
    var queued = 0
    var waitingOfUser: [UserID: Int] = [:]
    /// Those that wait for somebody's yes.
    var awaiting: Set<ReservationID> = []
    /// nil where no department has a budget.
    let budgets: Budgets?
    /// Departments that thresholds, and the time of a hard stop, have to be looked at for.
    var unsettled: Set<DepartmentID> = []
    /// When what runs passes a hard limit, where the policy stops it then.
    var budgetStops: [DepartmentID: Timestamp] = [:]
    /// What those that run will have come to by their end, where that is asked for.
    var expectedPosts: [ReservationID: (until: Timestamp, posts: [MonthAmount])] = [:]
    /// By what is asked of them, of each kind of host.
    var eligible: [DeviceFilter: [DeviceSet]] = [:]

    /// An engine over one host.
    public init(host: Host, policy: Policy, state: EngineState = EngineState(), time: Timestamp) {
        self.init(hosts: [host], policy: policy, state: state, time: time)
    }

    /// An engine over what the journal tells, at `time`; windows whose devices a host lacks stay until their start.
    /// - Parameter hosts: at least one; what the journal tells names them by position.
    public init(hosts: [Host], policy: Policy, state: EngineState = EngineState(), time: Timestamp) {
        self.init(hosts: hosts, policy: policy, state: state, time: time, movedBy: nil)
    }

    private init(hosts: [Host], policy: Policy, state: EngineState, time: Timestamp, movedBy: SlipCause?) {
        self.state = state
        live = SortedIDs(state.reservations.keys)
        self.policy = policy
        self.time = time
        settledAt = time - Span(milliseconds: 1)
        fleet = Fleet(hosts, policy: policy, live: Array(state.reservations.values))
        counters = Counters(policy: policy, fleet: fleet, around: time)
        budgets = Budgets(policy: policy, around: time)
        held = Held(fleet: fleet, counters: counters)
        committed = Profile(from: time, fleet: fleet, counters: counters)
        profile = committed
        for reservation in state.reservations.values {
            switch reservation.state {
            case .waiting: countWaiting(reservation, by: 1)
            case .active(let active), .ending(let active, _):
                running.insert(reservation.id)
                held.take(active.grant, use(of: reservation, active.grant))
            case .ended: break
            }
        }
        unsettled = Set(budgets?.ids ?? [])
        self.movedBy = movedBy ?? (state.drains.contains { $0.isCurrent(at: time) } ? .drain : nil)
        replan()
    }

    /// The same state under another policy: all that waits is planned anew, and slips are the policy's. What runs keeps
    /// what it was granted.
    /// - Returns: what it brings about by itself, too: whose team has moved is the new department's, and thresholds of
    ///   budgets that are lower now are reached.
    public func under(_ policy: Policy, at now: Timestamp) -> (engine: Engine, events: [Event]) {
        var state = state
        var events = state.moves(of: policy.departments)
        for event in events where (try? state.apply(event)) == nil {
            preconditionFailure("only what waits is moved")
        }
        var engine = Engine(hosts: hosts, policy: policy, state: state, time: max(time, now), movedBy: .policy)
        // A pass that is under way is about the policy before.
        engine.pass = max(engine.pass, pass) + 1
        engine.isReordered = true
        engine.movedBy = .policy
        // Limits that are lower now are announced, and may stop what runs.
        engine.settleBudgets(into: &events)
        return (engine, events)
    }

    /// The machine that it decides over; the first of several.
    public var host: Host { fleet.hosts[0] }

    /// The machines that it decides over, by position.
    public var hosts: [Host] { fleet.hosts }

    /// Decides a command at a time and folds what it decided.
    /// - Returns: what was decided, in order; the caller makes it durable before it tells anybody.
    /// - Throws: why not; nothing has changed then.
    public mutating func perform(_ command: Command, at now: Timestamp) throws(Rejection) -> [Event] {
        time = max(time, now)
        concluded.removeAll()
        var events: [Event] = []
        switch command {
        case .submit(let request, let subject): try submit(request, by: subject, into: &events)
        case .cancel(let id, let subject): try cancel(id, by: subject, into: &events)
        case .release(let id, let subject): try release(id, by: subject, into: &events)
        case .extend(let id, let span, let subject): try extend(id, by: span, subject: subject, into: &events)
        case .approve(let id, let subject): try approve(id, by: subject, into: &events)
        case .reject(let id, let subject): try reject(id, by: subject, into: &events)
        case .drain(let request, let subject): try drain(request, by: subject, into: &events)
        case .resume(let devices, let host, let subject):
            try resume(devices, on: host, by: subject, into: &events)
        case .adoptTerms: adoptTerms(into: &events)
        case .tick: settle(into: &events)
        case .adopt(let plan): adopt(plan, into: &events)
        case .stopped(let id): try stopped(id, into: &events)
        case .commandEnded(let id, let code): try end(id, reason: .commandEnded(exitCode: code), into: &events)
        case .unattended(let id, let how): try end(id, reason: how == .idle ? .idle : .noShow, into: &events)
        case .executionFailed(let id): try end(id, reason: .failed, into: &events)
        case .hostRestarted(let id): try endRestarted(id, into: &events)
        }
        settleBudgets(into: &events)
        refreshIfNothingWaits()
        return events
    }

    /// Whether something happens by itself up to `now`.
    public func isDue(at now: Timestamp) -> Bool {
        nextDue.map { $0 <= now } ?? false
    }

    /// When something next happens by itself; nil where nothing will.
    public var nextDue: Timestamp? {
        [
            nextEnd, agenda.next(after: settledAt), recalls.first?.at, recallsAgainAt, budgetStops.values.min(),
            awaiting.lazy.compactMap { state.reservations[$0]?.approval?.until }.min(),
        ].compactMap { $0 }.min()
    }

    /// Where a waiting reservation is planned; nil for one that does not wait.
    public func placement(of id: ReservationID) -> Placement? { placements[id] }

    /// The same; nil also for one that there is no room for as things are: what it needs is drained without an end, or
    /// the policy has none of it any more.
    public func plannedPlacement(of id: ReservationID) -> Placement? {
        placements[id].flatMap { isOutOfReach($0.start) ? nil : $0 }
    }

    func isOutOfReach(_ start: Timestamp) -> Bool { start > time + Limits.horizon }

    /// How many waiting reservations are planned to start before this one.
    public func ahead(of id: ReservationID) -> Int? {
        placements[id].map { agenda.position(of: Agenda.Entry(start: $0.start, id: id)) }
    }

    /// What holds something, in the order of the ids.
    public var runningReservations: [Reservation] { running.sorted().compactMap { state.reservations[$0] } }

    /// Live reservations in the order of their ids, those after one where it is given.
    public func liveReservations(after id: ReservationID? = nil) -> ArraySlice<ReservationID> { live.after(id) }

    /// Decides one event: folds it into the state and into what follows from it.
    mutating func emit(_ event: Event, into events: inout [Event]) {
        let before = event.reservation.flatMap { state.reservations[$0] }
        let applied: Reservation?
        do {
            applied = try state.apply(event)
        } catch {
            preconditionFailure("the engine emits only what fits its state")
        }
        events.append(event)
        switch event {
        case .drained, .resumed: hostChanged()
        default: break
        }
        guard let after = applied else { return }
        changed.insert(after.id)
        if case .submitted(let reservation) = event { live.append(reservation.id) }
        if case .ended = event {
            concluded.append(after)
            live.remove(after.id)
        }
        follow(event, before: before, after: after)
        noteBudget(event, of: after)
    }

    private var nextEnd: Timestamp? {
        running.lazy.compactMap { id -> Timestamp? in
            guard case .active(let active) = state.reservations[id]?.state else { return nil }
            return active.endsAt
        }.min()
    }
}
