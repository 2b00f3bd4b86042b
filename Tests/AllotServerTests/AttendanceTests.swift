import Chargeback
import Policy
import Scheduling
import Telemetry
import Testing
import Units

@testable import AllotServer

/// What is made of looks at a machine.
@Suite struct AttendanceTests {
    private static let id = ReservationID(1)
    private static let start = AttendanceWorld.start

    /// One that holds both devices, looked at from its beginning on.
    private func world(_ rules: AttendanceRules, _ devices: [Int] = [0, 1]) -> AttendanceWorld {
        var world = AttendanceWorld()
        world.circumstances.rules = rules
        world.circumstances.rules.endWarning.lead = .zero
        _ = world.attendance.fold(world.sight, at: world.now, world.circumstances)
        world.hold(1, devices)
        return world
    }

    private static let releasing = AttendanceRules(idle: .init(after: .minutes(30), action: .release))

    // MARK: Samples

    @Test func `equal pieces make one sample of an hour at most, and what differs makes another`() {
        var world = world(AttendanceRules())
        world.busy = [800, 0]
        var samples = world.looks(for: .hours(2)).samples
        world.busy = [0, 0]
        samples += world.looks(for: .minutes(10)).samples
        samples += world.attendance.flush(nil, world.circumstances.rules).samples
        let used = { (minutes: Int64, to: Int64, used: [Int], idle: [Int]) in
            UsageSample(
                from: Self.start + .minutes(minutes), to: Self.start + .minutes(to), used: DeviceSet(used),
                idle: DeviceSet(idle), processors: .idle)
        }
        #expect(
            samples == [used(0, 60, [0], [1]), used(60, 120, [0], [1]), used(120, 130, [], [0, 1])])
        #expect(world.attendance.flush(nil, world.circumstances.rules).isEmpty)
    }

    @Test func `a sample ends at midnight, and where a device is not seen any more`() {
        var world = world(AttendanceRules())
        // From nine in the morning.
        _ = world.looks(for: .hours(14) + .minutes(30))
        world.busy = [nil, 0]
        var samples = world.looks(for: .hours(1)).samples
        samples += world.attendance.flush(nil, world.circumstances.rules).samples
        #expect(samples.allSatisfy { $0.idle.contains(1) })
        let unseen = samples.filter { !$0.idle.contains(0) && !$0.used.contains(0) }
        let midnight = Zone.utc.start(of: CivilDate(daysSinceEpoch: Zone.utc.date(at: Self.start).daysSinceEpoch + 1))
        #expect(unseen.map(\.to) == [midnight, Self.start + .hours(15) + .minutes(30)])
        #expect(unseen.first?.from == Self.start + .hours(14) + .minutes(30))
    }

    @Test func `nothing is sampled of time that lies between looks far apart`() {
        var world = world(AttendanceRules())
        _ = world.looks(for: .minutes(1))
        _ = world.look(after: .minutes(20))
        _ = world.looks(for: .minutes(1))
        let samples = world.attendance.flush(Self.id, world.circumstances.rules).samples
        #expect(samples.map { ($0.to - $0.from).wholeSeconds } == [60, 60])
        #expect(samples.map(\.from) == [Self.start, Self.start + .minutes(21)])
    }

    @Test func `what its processes did is told, and its last moments are as those before`() {
        var world = world(AttendanceRules(), [])
        world.processors[Self.id] = 8_000_000
        _ = world.look()
        world.processors[Self.id] = 12_000_000
        _ = world.look()
        world.circumstances.holders[0].isEnding = true
        world.circumstances.holders[0].end = world.now + .seconds(4)
        world.processors[Self.id] = nil
        _ = world.look(after: .seconds(6))
        #expect(
            world.attendance.flush(Self.id, world.circumstances.rules).samples == [
                UsageSample(from: Self.start, to: Self.start + .seconds(24), processors: .used)
            ])
    }

    // MARK: Idle

    @Test func `what does next to nothing is announced, and released after the grace`() {
        var world = world(Self.releasing)
        #expect(world.looks(for: .minutes(30) - .seconds(10)).decided == [])
        let due = world.now + .seconds(10) + .minutes(15)
        #expect(world.look() == [.idle(Self.id, since: Self.start, releasedAt: due)])
        #expect(world.attendance.notice(of: Self.id) == .idle(since: Self.start, releasedAt: due))
        #expect(world.looks(for: .minutes(15) - .seconds(10)).decided == [])
        #expect(world.look().decided == [.release(Self.id, .idle)])
    }

    @Test(arguments: [0, 1])
    func `one device that is busy keeps all of them`(busy: Int) {
        var world = world(Self.releasing)
        world.busy[busy] = 60
        #expect(world.looks(for: .hours(3)).decided == [])
        world.busy[busy] = 40
        let findings = world.looks(for: .hours(1)).decided
        #expect(findings.contains(.release(Self.id, .idle)))
    }

    @Test func `what is used after it was announced keeps it, and the time begins anew`() {
        var world = world(Self.releasing)
        _ = world.looks(for: .minutes(35))
        world.busy = [1000, 0]
        let used = world.looks(for: .minutes(1)).decided
        #expect(used == [.attended(Self.id, .used)])
        #expect(world.attendance.notice(of: Self.id) == nil)
        world.busy = [0, 0]
        #expect(world.looks(for: .minutes(29)).decided == [])
        #expect(world.looks(for: .minutes(2)).decided.count == 1)
    }

    @Test func `an extension with a reason keeps it, and the time begins anew`() {
        var world = world(Self.releasing)
        _ = world.looks(for: .minutes(40))
        #expect(
            world.attendance.extended(Self.id, at: world.now, world.circumstances.rules)
                == [.attended(Self.id, .extended)])
        #expect(world.looks(for: .minutes(29)).decided == [])
        #expect(world.looks(for: .minutes(2)).decided.count == 1)
    }

    @Test func `who is only warned is warned once, and a policy that says otherwise is followed`() {
        var world = world(AttendanceRules(idle: .init(after: .minutes(30))))
        let warned = world.looks(for: .hours(5)).decided
        #expect(warned == [.idle(Self.id, since: Self.start, releasedAt: nil)])
        world.circumstances.rules.idle?.action = .release
        #expect(world.look().decided.count == 1)
        world.circumstances.rules.idle = nil
        #expect(world.look().decided == [.attended(Self.id, .policy)])
        #expect(world.looks(for: .hours(1)).decided == [])
    }

    @Test func `what can not be looked at is not idle`() {
        var world = world(Self.releasing)
        world.busy = [0, nil]
        #expect(world.looks(for: .hours(3)).decided == [])
    }

    @Test func `a restart lets nothing go before it was looked at for as long as the policy says`() {
        var world = world(Self.releasing)
        _ = world.looks(for: .minutes(44))
        world.attendance = Attendance()
        #expect(world.looks(for: .minutes(30)).decided == [])
        #expect(world.looks(for: .minutes(1)).decided.count == 1)
    }

    // MARK: Nobody came

    private static let strict = AttendanceRules(noShow: .init(after: .minutes(20), action: .release))

    @Test func `a reservation that nothing ran in is released as such`() {
        var world = world(Self.strict)
        #expect(world.looks(for: .minutes(20) - .seconds(10)).decided == [])
        let due = world.now + .seconds(10) + .minutes(15)
        #expect(world.look().decided == [.noShow(Self.id, releasedAt: due)])
        #expect(world.attendance.notice(of: Self.id) == .noShow(since: Self.start, releasedAt: due))
        #expect(world.looks(for: .minutes(15)).decided == [.release(Self.id, .noShow)])
    }

    @Test func `who has not come yet is judged by the rule on no-shows alone, where that releases`() {
        var both = Self.strict
        both.idle = .init(after: .minutes(5), action: .release)
        var world = AttendanceWorld()
        world.circumstances.rules = both
        world.hold(1, [0])
        // Its slice is there a look later than the grant: the two rules do not race.
        let slices = world.processors
        world.processors = [:]
        _ = world.look()
        world.processors = slices
        let decided = world.looks(for: .minutes(36)).decided
        #expect(decided.first.map { if case .noShow = $0 { true } else { false } } == true, "\(decided)")
        #expect(decided.contains(.release(Self.id, .noShow)))
        var late = AttendanceWorld()
        late.circumstances.rules = both
        late.hold(1, [0])
        _ = late.look()
        late.processors[Self.id] = 5000
        let idle = late.looks(for: .minutes(6)).decided
        #expect(idle.contains { if case .idle = $0 { true } else { false } }, "\(idle)")
    }

    @Test func `who comes late is charged as one who was not there until then`() {
        var world = world(Self.strict)
        _ = world.looks(for: .minutes(22))
        world.processors[Self.id] = 1000
        let findings = world.look()
        guard case .sampled(Self.id, let sample)? = findings.first else {
            Issue.record("what was seen before is told first: \(findings)")
            return
        }
        #expect(sample.from == Self.start)
        #expect(findings.last == .attended(Self.id, .used))
        #expect(world.looks(for: .hours(2)).decided == [])
    }

    @Test func `who comes after a restart of the daemon is no absentee any more`() {
        var world = world(Self.strict)
        _ = world.looks(for: .minutes(22))
        world.attendance = Attendance()
        world.circumstances.noShows = [Self.id]
        #expect(world.looks(for: .minutes(2)).decided == [])
        world.processors[Self.id] = 1000
        let findings = world.look()
        #expect(findings.samples.count == 1, "what was seen before is told first")
        #expect(findings.last == .attended(Self.id, .used))
        world.circumstances.noShows = []
        #expect(world.looks(for: .hours(2)).decided == [])
    }

    @Test func `of what was granted before the machine was started nobody says that nothing ran in it`() {
        var world = world(Self.strict)
        _ = world.looks(for: .minutes(5))
        world.attendance = Attendance()
        world.boot = world.now
        #expect(world.looks(for: .hours(1)).decided == [])
        // Where that was said before, it is said again.
        world.attendance = Attendance()
        world.circumstances.noShows = [Self.id]
        #expect(world.looks(for: .minutes(21)).decided.count == 1)
    }

    @Test func `something that ran once, or of which nobody can tell, is no absence`() {
        var world = world(Self.strict)
        world.processors[Self.id] = 1
        _ = world.look()
        #expect(world.looks(for: .hours(1)).decided == [])
        var blind = self.world(Self.strict)
        blind.processors = [:]
        #expect(blind.looks(for: .hours(1)).decided == [])
    }

    // MARK: Ends

    @Test func `an end is announced once, and once more where it has moved`() {
        var world = world(AttendanceRules())
        world.circumstances.rules.endWarning.lead = .minutes(10)
        world.circumstances.holders[0].end = Self.start + .hours(1)
        #expect(world.looks(for: .minutes(50) - .seconds(10)).decided == [])
        #expect(world.look().decided == [.endsSoon(Self.id, end: Self.start + .hours(1))])
        #expect(world.looks(for: .minutes(5)).decided == [])
        world.circumstances.holders[0].end = Self.start + .hours(2)
        #expect(world.looks(for: .minutes(55) - .seconds(10)).decided == [])
        #expect(world.look().decided == [.endsSoon(Self.id, end: Self.start + .hours(2))])
        world.attendance = Attendance(announced: [Self.id: Self.start + .hours(2)])
        #expect(world.looks(for: .minutes(9)).decided == [])
    }

    @Test func `a reservation is shown as one that ends soon as long as the end that was announced stands`() {
        var active = JournalTests.active
        let reservation = JournalTests.reservation(.active(active))
        let attendance = Attendance(announced: [reservation.id: active.endsAt])
        #expect(attendance.hasAnnouncedEnd(of: reservation))
        #expect(!Attendance().hasAnnouncedEnd(of: reservation))
        active.endsAt = active.endsAt + .hours(1)
        #expect(!attendance.hasAnnouncedEnd(of: JournalTests.reservation(.active(active))))
    }

    @Test func `an end is announced where the machine can not be looked at`() {
        var world = world(AttendanceRules())
        world.circumstances.rules.endWarning.lead = .minutes(10)
        world.circumstances.holders[0].end = Self.start + .minutes(30)
        let findings = world.attendance.fold(nil, at: Self.start + .minutes(21), world.circumstances)
        #expect(findings == [.endsSoon(Self.id, end: Self.start + .minutes(30))])
    }
}
