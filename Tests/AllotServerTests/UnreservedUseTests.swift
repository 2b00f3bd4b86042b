import Chargeback
import Policy
import Telemetry
import Testing
import Units

@testable import AllotServer

/// Who has a device open without a grant of it, as looks tell it.
@Suite struct UnreservedUseTests {
    private static let start = AttendanceWorld.start

    private func world() -> AttendanceWorld {
        var world = AttendanceWorld()
        world.circumstances.rules.endWarning.lead = .zero
        _ = world.attendance.fold(world.sight, at: world.now, world.circumstances)
        return world
    }

    private func report(
        _ device: Int, _ user: UInt32, _ from: Int64, _ to: Int64, of department: String? = nil
    ) -> AttendanceFinding {
        .unreserved(
            .init(
                key: .init(device: device, user: UserID(user)), command: "python3",
                department: department.map { DepartmentID($0) }, from: Self.start + .seconds(from),
                to: Self.start + .seconds(to)))
    }

    @Test func `it is told when it is seen again, then in pieces, and what is left when it is over`() {
        var world = world()
        world.openers = [AttendanceWorld.opener(7, 0), AttendanceWorld.opener(8, 0)]
        #expect(world.look() == [])
        #expect(world.look() == [report(0, 1000, 10, 20)])
        #expect(world.looks(for: .minutes(5)) == [report(0, 1000, 20, 320)])
        #expect(world.looks(for: .minutes(1)) == [])
        world.openers = []
        #expect(world.look() == [report(0, 1000, 320, 380)])
        #expect(world.looks(for: .hours(1)) == [])
    }

    @Test func `who opens a device for a moment is no user of it`() {
        var world = world()
        for _ in 0..<5 {
            world.openers = [AttendanceWorld.opener(7, 0)]
            #expect(world.look() == [])
            world.openers = []
            #expect(world.look() == [])
        }
    }

    @Test func `the department is that of when it was first seen, to its last piece`() {
        var world = world()
        world.circumstances.departments = [UserID(1000): DepartmentID("vision")]
        world.openers = [AttendanceWorld.opener(7, 0)]
        _ = world.look()
        #expect(world.look() == [report(0, 1000, 10, 20, of: "vision")])
        _ = world.look()
        world.circumstances.departments = [:]
        world.openers = []
        #expect(world.look() == [report(0, 1000, 20, 30, of: "vision")])
    }

    @Test(arguments: [(1, 0, true), (1, 1, false), (2, 0, false), (9, 0, false), (nil, 0, false)])
    func `what is granted to its slice is a process's own`(slice: Int64?, device: Int, isGranted: Bool) {
        var world = world()
        world.hold(1, [0])
        world.hold(2, [1])
        world.openers = [AttendanceWorld.opener(7, in: slice, device)]
        _ = world.look()
        #expect(world.look().decided.isEmpty == isGranted)
    }

    @Test func `what belongs to the system is left alone`() {
        var world = world()
        world.openers = [AttendanceWorld.opener(7, user: 999, 0), AttendanceWorld.opener(8, user: 0, 0)]
        #expect(world.looks(for: .minutes(10)) == [])
    }

    @Test func `a list that was cut does not say who has gone`() {
        var world = world()
        world.openers = [AttendanceWorld.opener(7, 0)]
        _ = world.looks(for: .seconds(20))
        world.openers = []
        world.isCut = true
        #expect(world.look() == [])
        world.isCut = false
        #expect(world.look() == [])
    }

    @Test func `who is back after a list that was cut has not been seen meanwhile`() {
        var world = world()
        world.openers = [AttendanceWorld.opener(7, 0)]
        _ = world.looks(for: .seconds(30))
        world.openers = []
        world.isCut = true
        #expect(world.looks(for: .minutes(4)) == [])
        world.openers = [AttendanceWorld.opener(7, 0)]
        #expect(world.look() == [report(0, 1000, 20, 30)])
        #expect(world.look() == [report(0, 1000, 280, 290)])
    }

    @Test func `processes that were seen twice are ended where the policy says so`() {
        var world = world()
        world.circumstances.rules.unreserved = .init(action: .end)
        world.openers = [AttendanceWorld.opener(7, 0, 1), AttendanceWorld.opener(8, user: 1001, 1)]
        #expect(world.look() == [])
        world.openers.append(AttendanceWorld.opener(9, 0))
        let ends = world.look().filter { if case .endProcess = $0 { true } else { false } }
        #expect(
            ends == [
                .endProcess(.init(pid: 7, startTime: 7), user: UserID(1000), devices: DeviceSet([0, 1])),
                .endProcess(.init(pid: 8, startTime: 7), user: UserID(1001), devices: DeviceSet([1])),
            ])
    }

    @Test func `what ails a device is told at every look`() {
        var world = world()
        world.faults = [1: "it has fallen off the bus"]
        #expect(world.look() == [.fault(device: 1, "it has fallen off the bus")])
        #expect(world.look().count == 1)
    }

    @Test func `more users than are followed change nothing for the first`() {
        var world = world()
        world.openers = (0..<UInt32(AttendanceLimits.unreserved)).map { AttendanceWorld.opener(7, user: 1000 + $0, 0) }
        _ = world.look()
        world.openers.append(AttendanceWorld.opener(7, user: 90_000, 0))
        #expect(world.look().count == AttendanceLimits.unreserved)
    }
}
