import Policy
import Scheduling
import Topology
import Units

/// A machine that exists on a virtual clock only: the engine as the daemon runs it, without the daemon.
///
/// Time moves only by `advance`, which stops at everything that is due on the way. What ends is confirmed as stopped
/// after `stopTime`; passes over the queue are made when they are needed, and taken in after `passTime`.
public struct VirtualMachine: Sendable {
    public private(set) var engine: Engine
    public private(set) var now: Timestamp
    /// All that was decided, in order, with its time.
    public private(set) var history: [(time: Timestamp, event: Event)] = []
    private let stopTime: Span
    private let passTime: Span
    private var stops: [ReservationID: Timestamp] = [:]
    private var pass: (plan: Plan, readyAt: Timestamp)?

    public init(
        host: Host, policy: Policy = .unconfigured, start: Timestamp, stopTime: Span = .zero, passTime: Span = .zero
    ) {
        self.init(hosts: [host], policy: policy, start: start, stopTime: stopTime, passTime: passTime)
    }

    /// Several machines, under one engine.
    public init(
        hosts: [Host], policy: Policy = .unconfigured, start: Timestamp, stopTime: Span = .zero, passTime: Span = .zero
    ) {
        engine = Engine(hosts: hosts, policy: policy, time: start)
        now = start
        self.stopTime = stopTime
        self.passTime = passTime
    }

    /// Asks the engine now.
    /// - Returns: what was decided at once.
    public mutating func perform(_ command: Command) throws(Rejection) -> [Event] {
        tickIfDue()
        let events = try engine.perform(command, at: now)
        record(events)
        beginPassIfNeeded()
        return events
    }

    /// Asks the engine with a time of one's own, as after a step of the clock: the engine's own never goes back.
    public mutating func perform(_ command: Command, saying time: Timestamp) throws(Rejection) {
        record(try engine.perform(command, at: time))
        beginPassIfNeeded()
    }

    /// Is suspended until `time`: what falls due on the way is done late, all at once.
    public mutating func suspend(until time: Timestamp) {
        now = max(now, time)
        tickIfDue()
        confirmStops()
        beginPassIfNeeded()
    }

    /// Starts anew from what the journal tells, with another policy.
    public mutating func restart(policy: Policy) throws(Rejection) {
        engine = Engine(hosts: engine.hosts, policy: policy, state: engine.state, time: now)
        pass = nil
        record(try engine.perform(.adoptTerms, at: now))
        beginPassIfNeeded()
    }

    /// Lets time pass until `time`, doing what falls due on the way.
    public mutating func advance(to time: Timestamp) {
        while let next = nextMoment, next <= time {
            now = max(now, next)
            takeInPass()
            tickIfDue()
            confirmStops()
            beginPassIfNeeded()
        }
        now = max(now, time)
    }

    /// When something next happens by itself.
    public var nextMoment: Timestamp? {
        [engine.nextDue, stops.values.min(), pass?.readyAt].compactMap { $0 }.min()
    }

    /// The history so far, which is then empty: a long replay does not keep what it has looked at.
    mutating func takeHistory() -> [(time: Timestamp, event: Event)] {
        defer { history.removeAll(keepingCapacity: true) }
        return history
    }

    private mutating func record(_ events: [Event]) {
        for event in events {
            history.append((now, event))
            guard case .ending(let id, let ending) = event else { continue }
            // Who has to give way takes all the time that it is given.
            stops[id] = now + engine.policy.grace(after: ending.reason) + stopTime
        }
    }

    private mutating func tickIfDue() {
        guard engine.isDue(at: now), let events = try? engine.perform(.tick, at: now) else { return }
        record(events)
    }

    private mutating func confirmStops() {
        for id in stops.keys.sorted() where stops[id].map({ $0 <= now }) ?? false {
            stops[id] = nil
            if let events = try? engine.perform(.stopped(id), at: now) { record(events) }
        }
    }

    private mutating func beginPassIfNeeded() {
        guard engine.needsPass, pass == nil else { return }
        let copy = engine.beginPass()
        pass = (copy.makePlan(at: now), now + passTime)
    }

    private mutating func takeInPass() {
        guard let ready = pass, ready.readyAt <= now else { return }
        pass = nil
        if let events = try? engine.perform(.adopt(ready.plan), at: now) { record(events) }
    }
}
