import Policy
import Scheduling
import Topology
import Units

/// A workload on virtual machines: the daemon's own engine decides, and owners do what they did.
///
/// At one instant all that ends comes first, then all that is submitted, then passes over the queue until nothing is
/// left to do, as in the reference schedulers. The same input gives the same outcomes.
public struct Replay: Sendable {
    public let workload: Workload
    /// Of each submission; complete when `step` says so.
    public private(set) var outcomes: [Outcome]
    private var machine: VirtualMachine
    private var places: [ReservationID: Int] = [:]
    private var ids: [Int: ReservationID] = [:]
    /// Owners' early ends.
    private var releases = EndList()
    private var cancellations = EndList()
    /// Of a submission, those that wait for its end.
    private var followers: [Int: [Int]] = [:]
    /// Those that are giving way at this moment.
    private var preempted: Set<Int> = []
    private var next = 0

    /// - Parameters:
    ///   - hosts: at least one; those who ask wait for one queue, and each has what it asked for on one of them.
    ///   - policy: whose departments, weights, classes and half-life count; see `Workload.equalShares`.
    ///   - stopTime: between an end and its confirmation by the executor.
    ///   - passTime: how long a pass over the queue takes.
    public init(
        _ workload: Workload, hosts: [Host], policy: Policy, stopTime: Span = .zero, passTime: Span = .zero
    ) {
        self.workload = workload
        outcomes = workload.submissions.map(Outcome.init)
        // Nobody is there to say yes: what waits for one is taken to have it.
        var policy = policy
        policy.approvals.requests = []
        machine = VirtualMachine(
            hosts: hosts, policy: policy, start: workload.submissions.first?.time ?? Timestamp(milliseconds: 0),
            stopTime: stopTime, passTime: passTime)
        for (place, submission) in workload.submissions.enumerated() {
            if let time = submission.cancelledAt {
                cancellations.insert(EndList.End(time: max(time, submission.time), job: place))
            }
            for other in submission.after { followers[other, default: []].append(place) }
        }
        // A machine that is new has the standard half-life, and is told another at once. It can not refuse that.
        _ = try? machine.perform(.adoptTerms)
    }

    /// Goes to the next moment at which something happens, and does all that happens then.
    /// - Returns: false when nothing is left to happen.
    public mutating func step() -> Bool {
        guard let moment = nextMoment else { return false }
        settle(at: moment)
        release(at: moment)
        giveUp(at: moment)
        settle(at: moment)
        while next < workload.submissions.count, workload.submissions[next].time <= moment {
            submit(next)
            next += 1
        }
        giveUp(at: moment)
        settle(at: moment)
        return true
    }

    /// The outcomes at the end.
    public mutating func run() -> [Outcome] {
        while step() {}
        return outcomes
    }

    private var nextMoment: Timestamp? {
        let submission = next < workload.submissions.count ? workload.submissions[next].time : nil
        return [machine.nextMoment, releases.soonest?.time, cancellations.soonest?.time, submission]
            .compactMap { $0 }.min()
    }

    private mutating func settle(at moment: Timestamp) {
        machine.advance(to: moment)
        takeIn()
    }

    private mutating func submit(_ place: Int) {
        let submission = workload.submissions[place]
        var request = submission.request
        request.after = submission.after.compactMap { ids[$0] }
        request.team = submission.account.team
        let subject = Subject(user: submission.owner, accounts: [submission.account], isAdmin: false)
        do {
            let events = try machine.perform(.submit(request, by: subject))
            if case .submitted(let reservation) = events.first {
                places[reservation.id] = place
                ids[place] = reservation.id
            }
            takeIn()
        } catch {
            outcomes[place].rejection = error
        }
    }

    private mutating func release(at moment: Timestamp) {
        while let end = releases.soonest, end.time <= moment {
            releases.removeSoonest()
            perform(end.job) { .release($0, by: $1) }
        }
    }

    private mutating func giveUp(at moment: Timestamp) {
        while let end = cancellations.soonest, end.time <= moment, end.job < next {
            cancellations.removeSoonest()
            perform(end.job) { .cancel($0, by: $1) }
        }
    }

    /// What has ended by itself, or was refused, is not ended again.
    private mutating func perform(_ place: Int, _ command: (ReservationID, Subject) -> Command) {
        let submission = workload.submissions[place]
        guard outcomes[place].endedAt == nil, let id = ids[place] else { return }
        let subject = Subject(user: submission.owner, accounts: [submission.account], isAdmin: false)
        do {
            _ = try machine.perform(command(id, subject))
        } catch {
            preconditionFailure("an owner may end what is live: \(error)")
        }
        takeIn()
    }

    /// Notes what was decided since the last time.
    private mutating func takeIn() {
        guard !machine.history.isEmpty else { return }
        for (time, event) in machine.takeHistory() {
            guard let place = event.reservation.flatMap({ places[$0] }) else { continue }
            take(event, at: time, place: place)
        }
    }

    private mutating func take(_ event: Event, at time: Timestamp, place: Int) {
        switch event {
        case .submitted(let reservation):
            outcomes[place].demand = reservation.demand
            outcomes[place].firstForecast = reservation.firstForecast
            outcomes[place].lastForecast = reservation.forecast
        case .slipped(_, let start, _), .firmed(_, let start): outcomes[place].lastForecast = start
        case .started(_, let active):
            outcomes[place].startedAt = active.startedAt
            outcomes[place].host = active.grant.host
            outcomes[place].devices = active.grant.devices
            let ends = active.startedAt + workload.submissions[place].runtime
            if ends < active.endsAt { releases.insert(EndList.End(time: ends, job: place)) }
        case .ending(_, let ending):
            if let started = outcomes[place].startedAt {
                let end = started + workload.submissions[place].runtime
                releases.discard(EndList.End(time: end, job: place))
            }
            outcomes[place].endedAt = ending.at
            if case .preempted = ending.reason { preempted.insert(place) }
        case .requeued:
            if let startedAt = outcomes[place].startedAt, let endedAt = outcomes[place].endedAt {
                outcomes[place].lostRuns.append(
                    Outcome.LostRun(
                        startedAt: startedAt, endedAt: endedAt, freedAt: time, host: outcomes[place].host,
                        devices: outcomes[place].devices, wasPreempted: preempted.remove(place) != nil))
            }
            outcomes[place].startedAt = nil
            outcomes[place].endedAt = nil
        case .ended(_, let ended):
            outcomes[place].endedAt = ended.at
            outcomes[place].freedAt = time
            outcomes[place].gaveWay = preempted.remove(place) != nil
            for follower in followers[place] ?? [] {
                outcomes[follower].eligibleAt = max(outcomes[follower].eligibleAt, time)
            }
        case .extended, .moved, .credited, .held, .approved, .drained, .resumed, .fairShareChanged, .budgetThreshold,
            .reassigned:
            break
        }
    }
}
