import Chargeback
import class Foundation.ProcessInfo
import Policy
import Scheduling
import Telemetry
import Testing
import Units

@testable import AllotServer

/// What holds of attendance whatever is seen, over random looks, grants and restarts. `ALLOT_ATTENDANCE` says over how
/// many; a failure prints its seed, and `ALLOT_SEED` replays that one alone.
@Suite struct AttendancePropertyTests {
    private static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["ALLOT_SEED"].flatMap(UInt64.init) { return [seed] }
        return Array(1...max(environment["ALLOT_ATTENDANCE"].flatMap(UInt64.init) ?? 60, 1))
    }()

    @Test func `nothing that was used is released, and samples are of what was looked at, each time once`() {
        var released: [Unattended: Int] = [:]
        for seed in Self.seeds {
            var history = AttendanceHistory(seed: seed)
            history.run(looks: 1500)
            #expect(history.broken == [], "ALLOT_SEED=\(seed)")
            released.merge(history.released) { $0 + $1 }
        }
        // Else nothing was shown.
        if Self.seeds.count > 10 { #expect(released[.idle, default: 0] > 20 && released[.noShow, default: 0] > 5) }
    }
}

/// Random looks, and what was true beside what was made of it.
private struct AttendanceHistory {
    private var world = AttendanceWorld()
    private var random: SeededGenerator
    private var next: Int64 = 1
    private var restartedAt = AttendanceWorld.start
    /// Of each grant what was true between looks.
    private var truths: [ReservationID: Truth] = [:]
    private var samples: [ReservationID: [UsageSample]] = [:]
    private(set) var broken: [String] = []
    private(set) var released: [Unattended: Int] = [:]

    private struct Truth {
        var began: Timestamp
        var hasRun = false
        /// Stretches, and how busy the busiest device was.
        var stretches: [(from: Timestamp, to: Timestamp, permille: Int)] = []
        /// Of which something was seen.
        var looked: [(from: Timestamp, to: Timestamp)] = []
        var openedAt: Timestamp
    }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        world.circumstances.rules = AttendanceRules(
            idle: .init(
                after: .minutes(.random(in: 2...40, using: &random)),
                utilizationBelow: .random(in: 1...30, using: &random), action: .release,
                grace: .seconds(.random(in: 0...600, using: &random))),
            noShow: .init(
                after: .minutes(.random(in: 2...40, using: &random)), action: .release,
                grace: .seconds(.random(in: 0...600, using: &random))),
            endWarning: .init(lead: .zero))
        world.circumstances.settings.record = .seconds(.random(in: 10...600, using: &random))
        _ = world.attendance.fold(world.sight, at: world.now, world.circumstances)
    }

    mutating func run(looks: Int) {
        for _ in 0..<looks {
            change()
            let before = world.now
            let isFar = chance(60)
            let step =
                isFar
                ? Span.seconds(.random(in: 31...900, using: &random)) : .seconds(.random(in: 1...15, using: &random))
            for holder in world.circumstances.holders { note(holder, from: before, to: before + step, isFar: isFar) }
            let findings = world.look(after: step)
            for finding in findings { check(finding) }
        }
        for finding in world.attendance.close(world.circumstances.rules) { check(finding) }
        for holder in world.circumstances.holders { compare(holder.id) }
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    /// What happens between two looks.
    private mutating func change() {
        for index in 0..<2 where chance(40) {
            world.busy[index] = [0, 0, 0, 0, 5, 100, 1000, nil].randomElement(using: &random) ?? 0
        }
        for id in world.processors.keys.sorted() where chance(80) { world.processors[id, default: 0] += 1_000_000 }
        if world.circumstances.holders.count < 2, chance(10) {
            let taken = world.circumstances.holders.reduce(DeviceSet()) { $0.union($1.devices) }
            let free = (0..<2).filter { !taken.contains($0) }
            world.hold(next, [free.randomElement(using: &random) ?? 0])
            truths[ReservationID(next)] = Truth(began: world.now, openedAt: world.now)
            next += 1
        }
        if let id = world.circumstances.holders.randomElement(using: &random)?.id, chance(400) { end(id) }
        if chance(300) { restart() }
    }

    private mutating func restart() {
        for finding in world.attendance.close(world.circumstances.rules) { check(finding) }
        world.attendance = Attendance()
        _ = world.attendance.fold(world.sight, at: world.now, world.circumstances)
        restartedAt = world.now
    }

    private mutating func end(_ id: ReservationID) {
        for finding in world.attendance.flush(id, world.circumstances.rules) { check(finding) }
        compare(id)
        world.end(id.number)
        world.processors[id] = nil
    }

    private mutating func note(_ holder: Holder, from: Timestamp, to: Timestamp, isFar: Bool) {
        let permille = holder.devices.map { world.busy[$0] ?? 1000 }.max() ?? 0
        truths[holder.id]?.stretches.append((from, to, isFar ? 1000 : permille))
        if world.processors[holder.id] ?? 0 > 0 { truths[holder.id]?.hasRun = true }
        if !isFar { truths[holder.id]?.looked.append((from, to)) }
    }

    private mutating func check(_ finding: AttendanceFinding) {
        switch finding {
        case .sampled(let id, let sample):
            if let last = samples[id]?.last, last.to > sample.from { broken.append("\(id): samples overlap") }
            if sample.to - sample.from > .hours(1) { broken.append("\(id): a sample of more than an hour") }
            samples[id, default: []].append(sample)
        case .release(let id, let how):
            released[how, default: 0] += 1
            check(id, how)
            end(id)
        case .idle, .noShow, .attended, .endsSoon, .unreserved, .endProcess, .fault: break
        }
    }

    private mutating func check(_ id: ReservationID, _ how: Unattended) {
        let rules = world.circumstances.rules
        guard let truth = truths[id], let idle = rules.idle, let noShow = rules.noShow else { return }
        let (after, grace) = how == .idle ? (idle.after, idle.grace) : (noShow.after, noShow.grace)
        if world.now - restartedAt < after + grace { broken.append("\(id): released too soon after a restart") }
        if world.now - truth.began < after + grace { broken.append("\(id): released too soon") }
        switch how {
        case .noShow where truth.hasRun: broken.append("\(id): something ran, and it is said that nobody came")
        case .noShow: break
        case .idle:
            let from = world.now - after
            let busy = truth.stretches.reduce(Int64(0)) { sum, stretch in
                let (start, end) = (max(stretch.from, from), stretch.to)
                return start < end ? sum + Int64(stretch.permille) * (end - start).milliseconds : sum
            }
            if busy >= Int64(idle.utilizationBelow) * 10 * after.milliseconds { broken.append("\(id): it was used") }
        }
    }

    /// What was sampled of a reservation is what was looked at.
    private mutating func compare(_ id: ReservationID) {
        let sampled = (samples[id] ?? []).reduce(Int64(0)) { $0 + ($1.to - $1.from).milliseconds }
        let looked = (truths[id]?.looked ?? []).reduce(Int64(0)) { $0 + ($1.to - $1.from).milliseconds }
        if sampled != looked { broken.append("\(id): sampled \(sampled) ms of \(looked)") }
    }
}
