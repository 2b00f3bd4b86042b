import Policy
import Scheduling
import Simulation
import Topology
import Units

/// A random user community on one or several virtual machines.
struct RandomStream {
    var machine: VirtualMachine
    var history: [(time: Timestamp, event: Event)] = []
    let hosts: [Host]
    let policy: Policy
    private var generator: SeededGenerator
    private var failures: [String] = []
    /// When the machine was asleep.
    private var naps: [Range<Timestamp>] = []
    /// How much of the history was decided under the first policy.
    private var decidedByFirst: Int?

    init(seed: UInt64, hosts count: Int = 1) {
        var generator = SeededGenerator(seed: seed)
        hosts = (0..<count).map { _ in
            .sample(
                devices: [1, 2, 8, 12].randomElement(using: &generator) ?? 1, cores: 8,
                second: Bool.random(using: &generator) ? "NVIDIA A100-SXM4-80GB" : nil)
        }
        policy = .random(using: &generator, devices: hosts.reduce(0) { $0 + $1.devices.count })
        machine = VirtualMachine(
            hosts: hosts, policy: policy, start: .monday,
            stopTime: Bool.random(using: &generator) ? .zero : .seconds(4),
            passTime: Bool.random(using: &generator) ? .zero : .milliseconds(150))
        self.generator = generator
    }

    mutating func run(commands: Int) {
        let changesPolicy = policy != .unconfigured && Int.random(in: 0..<4, using: &generator) == 0
        for count in 0..<commands {
            if changesPolicy, count % 40 == 39 { changePolicy() }
            if Int.random(in: 0..<60, using: &generator) == 0 { nap() }
            let command = randomCommand()
            machine.advance(to: machine.now)
            let before = machine.engine.state
            do {
                if Int.random(in: 0..<15, using: &generator) == 0 {
                    let back = Span.seconds(Int64.random(in: 0...100_000, using: &generator))
                    try machine.perform(command, saying: machine.now - back)
                } else {
                    _ = try machine.perform(command)
                }
            } catch {
                if machine.engine.state != before { failures.append("\(command) was refused and changed the state") }
            }
            if Int.random(in: 0..<3, using: &generator) == 0 {
                machine.advance(to: machine.now + .seconds(Int64.random(in: 0...7200, using: &generator)))
            }
        }
        // What is drained comes back, so that everything can run.
        for (position, host) in hosts.enumerated() {
            _ = try? machine.perform(.resume(nil, on: position, by: .admin))
            _ = try? machine.perform(.resume(DeviceSet(first: host.devices.count), on: position, by: .admin))
        }
        machine.advance(to: machine.now + .days(400))
        history = machine.history
    }

    /// What is wrong with the history, in words; empty when all promises hold.
    func brokenPromises() -> [String] {
        failures + doubleGrants() + brokenWindows() + silentSlips() + replayDifference() + forgotten()
            + PolicyChecks(policy: policy, hosts: hosts).brokenLimits(Array(history.prefix(decidedByFirst ?? .max)))
            + PreemptionChecks(policy: policy).broken(history, isFirstPolicy: decidedByFirst == nil)
            + DrainChecks.broken(history) + SharingChecks.tooMuch(history)
            + SharingChecks.against(policy, hosts, Array(history.prefix(decidedByFirst ?? .max)))
    }

    private mutating func changePolicy() {
        if decidedByFirst == nil { decidedByFirst = machine.history.count }
        do {
            let devices = hosts.reduce(0) { $0 + $1.devices.count }
            try machine.restart(policy: .random(using: &generator, devices: devices))
        } catch {
            failures.append("a restart was refused: \(error)")
        }
    }

    private mutating func nap() {
        let start = machine.now
        machine.suspend(until: start + .seconds(Int64.random(in: 1...30_000, using: &generator)))
        naps.append(start..<machine.now)
    }

    /// Whether something due at a time was due while the machine was asleep.
    private func isExcused(_ time: Timestamp) -> Bool {
        naps.contains { $0.lowerBound <= time && time <= $0.upperBound + .minutes(1) }
    }

    /// One grant more for everybody, in the middle of what happened.
    mutating func forgeGrants() {
        let (time, place) = (history[history.count / 2].time, history.count / 2)
        for uid in UInt32(1000)...1004 {
            guard let account = policy.subject(uid).accounts.first else { continue }
            let id = ReservationID(900_000 + Int64(uid))
            let demand = Demand(
                devices: hosts[0].devices.count, model: nil, together: .any, cores: 1, memory: .gibibytes(1),
                licences: [Demand.Licence(name: "solver", count: 9)])
            let grant = Grant(
                devices: DeviceSet(first: hosts[0].devices.count), cores: BitSet([0]), numaNodes: BitSet(),
                memory: .gibibytes(1))
            let active = Reservation.Active(grant: grant, startedAt: time, endsAt: time + .hours(1))
            let reservation = Reservation(
                id: id, owner: UserID(uid), account: account, priorityClass: Policy.standardClass, demand: demand,
                kind: .queued, span: .hours(1), notBefore: nil, after: [], sharedWith: [], hasCommand: false,
                submittedAt: time, firstForecast: nil, forecast: nil, state: .waiting)
            history.insert((time, .submitted(reservation)), at: place)
            history.insert((time, .started(id, active)), at: place + 1)
        }
    }

    private mutating func randomCommand() -> Command {
        let uid = UInt32.random(in: 1000...1004, using: &generator)
        let user = policy == .unconfigured ? Subject.user(uid) : policy.subject(uid)
        let id = ReservationID(Int64.random(in: 1...max(2, machine.engine.state.nextNumber), using: &generator))
        switch Int.random(in: 0..<13, using: &generator) {
        case 0: return .cancel(id, by: Bool.random(using: &generator) ? user : .admin)
        case 1: return .release(id, by: .admin)
        case 2: return .extend(id, by: .seconds(Int64.random(in: 1...9000, using: &generator)), subject: .admin)
        case 3: return .commandEnded(id, exitCode: 0)
        case 4: return randomDrain(by: Int.random(in: 0..<8, using: &generator) == 0 ? user : .admin)
        default: return .submit(randomRequest(), by: user)
        }
    }

    private mutating func randomDrain(by subject: Subject) -> Command {
        let isHost = Int.random(in: 0..<4, using: &generator) == 0
        let host = hosts.count == 1 ? 0 : Int.random(in: hosts.indices, using: &generator)
        let device = Int.random(in: 0...hosts[host].devices.count, using: &generator)
        let devices = isHost ? nil : DeviceSet([device])
        if Bool.random(using: &generator) { return .resume(devices, on: host, by: subject) }
        let from =
            Bool.random(using: &generator)
            ? machine.now + .seconds(Int64.random(in: -100...50_000, using: &generator)) : nil
        let until =
            Bool.random(using: &generator)
            ? machine.now + .seconds(Int64.random(in: 0...100_000, using: &generator)) : nil
        return .drain(
            DrainRequest(
                host: host, devices: devices, from: from, until: until, hasFailed: Bool.random(using: &generator),
                reason: "test"),
            by: subject)
    }

    private mutating func randomRequest() -> Request {
        let isShared = Int.random(in: 0..<4, using: &generator) == 0
        let devices = isShared ? 1 : Int.random(in: 0...(hosts.map(\.devices.count).max() ?? 0), using: &generator)
        let isWindow = Int.random(in: 0..<5, using: &generator) == 0
        let next = machine.engine.state.nextNumber
        return Request(
            devices: devices,
            share: isShared ? Ratio(thousandths: Int64.random(in: 1...999, using: &generator)) : nil,
            deviceMemory: Int.random(in: 0..<5, using: &generator) == 0
                ? .gibibytes(Int64.random(in: 1...90, using: &generator)) : nil,
            model: Int.random(in: 0..<4, using: &generator) == 0 ? "H100" : nil,
            together: Demand.Together.allCases.randomElement(using: &generator) ?? .any,
            cores: Bool.random(using: &generator) ? nil : Int.random(in: 1...16, using: &generator),
            memory: Bool.random(using: &generator) ? nil : .gibibytes(Int64.random(in: 1...128, using: &generator)),
            licences: Int.random(in: 0..<4, using: &generator) == 0
                ? ["solver": Int.random(in: 1...4, using: &generator)] : [:],
            span: .seconds(Int64.random(in: 1...20_000, using: &generator)),
            at: isWindow ? machine.now + .seconds(Int64.random(in: 0...90_000, using: &generator)) : nil,
            notBefore: !isWindow && Int.random(in: 0..<6, using: &generator) == 0
                ? machine.now + .seconds(Int64.random(in: 0...40_000, using: &generator)) : nil,
            after: !isWindow && next > 2 && Int.random(in: 0..<6, using: &generator) == 0
                ? [ReservationID(Int64.random(in: 1..<next, using: &generator))] : [],
            priorityClass: policy.classes.randomElement(using: &generator)?.id,
            isRequeued: Bool.random(using: &generator))
    }

    /// Promise 1, by a sweep over the history that knows nothing of the engine's own bookkeeping.
    private func doubleGrants() -> [String] {
        var holders: [ReservationID: Grant] = [:]
        var shared: Set<ReservationID> = []
        var broken: [String] = []
        for (time, event) in history {
            switch event {
            case .submitted(let reservation) where reservation.demand.share != nil: shared.insert(reservation.id)
            case .started(let id, let active):
                let host = active.grant.host
                let memory = holders.values.filter { $0.host == host }
                    .reduce(active.grant.memory.bytes) { $0 + $1.memory.bytes }
                if memory > hosts[host].memory.bytes { broken.append("memory over the host's at \(time) by \(id)") }
                for (other, grant) in holders where grant.host == host {
                    let isShared = shared.contains(id) && shared.contains(other)
                    if !isShared, !grant.devices.isDisjoint(with: active.grant.devices) {
                        broken.append("device: \(id), \(other)")
                    }
                    if !grant.cores.isDisjoint(with: active.grant.cores) { broken.append("core: \(id), \(other)") }
                }
                holders[id] = active.grant
            case .ended(let id, _), .requeued(let id, _): holders[id] = nil
            default: break
            }
        }
        return broken
    }

    /// Promise 3: late by no more than the stop of what was before.
    private func brokenWindows() -> [String] {
        var windows: [ReservationID: Timestamp] = [:]
        var broken: [String] = []
        for (_, event) in history {
            switch event {
            case .submitted(let reservation):
                if case .window(let start, _) = reservation.kind { windows[reservation.id] = start }
            case .started(let id, let active):
                if let start = windows[id], active.startedAt > start + .seconds(5), !isExcused(start) {
                    broken.append("window \(id) of \(start) started at \(active.startedAt)")
                }
            case .requeued(let id, _): windows[id] = nil
            case .ended(let id, let ended) where ended.reason == .missed:
                if let start = windows[id], !isExcused(start) { broken.append("window \(id) was missed") }
            default: break
            }
        }
        return broken
    }

    /// Promise 4, its first half: nobody starts over a minute after the latest journaled forecast.
    private func silentSlips() -> [String] {
        var told: [ReservationID: Timestamp] = [:]
        var broken: [String] = []
        for (_, event) in history {
            switch event {
            case .submitted(let reservation): told[reservation.id] = reservation.forecast
            case .slipped(let id, let start, _), .firmed(let id, let start): told[id] = start
            case .requeued(let id, _): told[id] = nil
            case .started(let id, let active):
                if let start = told[id], active.startedAt > start + .minutes(2), !isExcused(start) {
                    broken.append("\(id) was told \(start) and started at \(active.startedAt)")
                }
            default: break
            }
        }
        return broken
    }

    /// Promise 6.
    private func replayDifference() -> [String] {
        var replayed = EngineState()
        for (_, event) in history {
            do {
                try replayed.apply(event)
            } catch {
                return ["\(event) does not fit its state"]
            }
        }
        return replayed == machine.engine.state ? [] : ["the replayed state differs"]
    }

    /// After a year with nothing new, everything has run.
    private func forgotten() -> [String] {
        // A month's device-hours may keep somebody waiting for longer than that.
        guard decidedByFirst == nil, policy.caps.deviceHours == nil else { return [] }
        return machine.engine.state.reservations.keys.sorted().map { "\($0) never ended" }
    }
}
