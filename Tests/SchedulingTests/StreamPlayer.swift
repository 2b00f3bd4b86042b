import Policy
import Scheduling
import Simulation
import Topology
import Units

/// Plays a stream on fresh virtual machines, and keeps what came of it.
struct StreamPlayer {
    private(set) var machine: VirtualMachine
    var history: [(time: Timestamp, event: Event)] = []
    let hosts: [Host]
    /// The first one.
    let policy: Policy
    /// What the first one says of money.
    let money: Community.Money?
    /// How much of the history was decided under the first policy; nil for all.
    private(set) var decidedByFirst: Int?
    /// What was wrong while it was played.
    private(set) var faults: [Broken] = []
    /// When the machine was asleep.
    private(set) var naps: [Range<Timestamp>] = []
    /// When it started anew, and until when the first pass after that is over.
    private(set) var restarts: [ClosedRange<Timestamp>] = []
    /// The reservations that submissions have made, by label.
    private var made: [Int: ReservationID] = [:]
    /// How long ago the next command's time is.
    private var back: Span?

    /// Plays all of a stream.
    init(_ stream: CommandStream) {
        let setup = stream.setup
        hosts = setup.hosts.map(\.host)
        policy = setup.community.policy
        money = setup.community.money
        machine = VirtualMachine(
            hosts: hosts, policy: policy, start: .monday, stopTime: setup.stopTime, passTime: setup.passTime)
        for step in stream.steps { play(step) }
        finish()
        history = machine.history
    }

    /// Gives back what is drained, and lets everything run.
    private mutating func finish() {
        for (position, host) in hosts.enumerated() {
            _ = try? machine.perform(.resume(nil, on: position, by: .admin))
            _ = try? machine.perform(.resume(DeviceSet(first: host.devices.count), on: position, by: .admin))
        }
        let end = machine.now + .days(400)
        var moments = 0
        while let next = machine.nextMoment, next <= end {
            machine.advance(to: next)
            moments += 1
            guard moments < StreamPlayer.moments else {
                faults.append(Broken(.starvation, "it goes on without an end"))
                return
            }
        }
        machine.advance(to: end)
    }

    /// At the end of a stream no more of them are waited for.
    private static let moments = 5_000

    private mutating func play(_ step: CommandStream.Step) {
        switch step {
        case .submit(let label, let user, let request, let at, let notBefore, let after):
            var request = request
            request.at = at.map { machine.now + $0 }
            request.notBefore = notBefore.map { machine.now + $0 }
            request.after = after.compactMap { made[$0] }
            let events = perform(.submit(request, by: subject(user)))
            for case .submitted(let reservation) in events { made[label] = reservation.id }
        case .cancel(let label, let user): perform(.cancel(id(label), by: subject(user)))
        case .release(let label, let user): perform(.release(id(label), by: subject(user)))
        case .extend(let label, let span, let user): perform(.extend(id(label), by: span, subject: subject(user)))
        case .approve(let label, let user): perform(.approve(id(label), by: manager(user)))
        case .reject(let label, let user): perform(.reject(id(label), by: manager(user)))
        case .commandEnded(let label): perform(.commandEnded(id(label), exitCode: 0))
        case .executionFailed(let label): perform(.executionFailed(id(label)))
        case .hostRestarted(let label): perform(.hostRestarted(id(label)))
        case .drain(let devices, let host, let from, let until, let hasFailed, let user):
            let request = DrainRequest(
                host: host, devices: devices, from: from.map { machine.now + $0 },
                until: until.map { machine.now + $0 },
                hasFailed: hasFailed, reason: "test")
            perform(.drain(request, by: subject(user)))
        case .resume(let devices, let host, let user): perform(.resume(devices, on: host, by: subject(user)))
        case .advance(let span): machine.advance(to: machine.now + span)
        case .nap(let span):
            let start = machine.now
            machine.suspend(until: start + span)
            naps.append(start..<machine.now)
        case .clockBack(let span): back = span
        case .restart: restart(with: machine.engine.policy)
        case .change(let community):
            if decidedByFirst == nil { decidedByFirst = machine.history.count }
            restart(with: community.policy)
        }
    }

    @discardableResult
    private mutating func perform(_ command: Command) -> [Event] {
        machine.advance(to: machine.now)
        faults += UntoldChecks.broken(machine.engine)
        let before = machine.engine.state
        let count = machine.history.count
        defer { back = nil }
        do {
            if let back {
                try machine.perform(command, saying: machine.now - back)
            } else {
                _ = try machine.perform(command)
            }
        } catch {
            if machine.engine.state != before { faults.append(Broken(.refusal, "\(command)")) }
        }
        let events = machine.history[count...].map(\.event)
        faults += DisplacementChecks(before: before, engine: machine.engine).broken(events)
        return events
    }

    private mutating func restart(with policy: Policy) {
        restarts.append(machine.now...machine.now + .seconds(10))
        do {
            try machine.restart(policy: policy)
        } catch {
            faults.append(Broken(.refusal, "a restart was refused: \(error)"))
        }
    }

    private func subject(_ user: UInt32?) -> Subject { user.map { policy.subject($0) } ?? .admin }

    /// A user who may act for the department.
    private func manager(_ user: UInt32?) -> Subject {
        var subject = subject(user)
        subject.manages = Set(subject.accounts.map(\.department))
        return subject
    }

    /// The reservation of a label; one that is not there where it has none.
    private func id(_ label: Int) -> ReservationID { made[label] ?? ReservationID(1_000_000_000) }

    /// Whether something due at a time was due while the machine was asleep.
    func isExcused(_ time: Timestamp) -> Bool {
        naps.contains { $0.lowerBound <= time && time <= $0.upperBound + .minutes(1) }
    }
}
