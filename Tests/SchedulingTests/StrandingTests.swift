import Scheduling
import Testing
import Units

/// What a placement strands, worked out by hand.
@Suite struct StrandingTests {
    private static func room(_ devices: Int, cores: Int, parts: [Int] = []) -> HostRoom {
        HostRoom(
            whole: DeviceSet(first: devices),
            parts: parts.enumerated().map { HostRoom.Part(device: devices + $0, free: $1) }, cores: cores)
    }

    private static func typical(_ kinds: AskedDevices..., on devices: Int = 16) -> Stranding {
        Stranding(kinds.map { ($0, 1, DeviceSet(first: devices)) })
    }

    /// The growth of the cost alone.
    private static func growth(_ stranding: Stranding, _ room: HostRoom, _ asked: AskedDevices) -> Int64 {
        stranding.rank(from: room, to: room.without(asked, eligible: DeviceSet(first: 16))) >> 34
    }

    @Test func `nothing typical leaves the tightest host, devices before cores`() {
        let asked = AskedDevices(devices: 1, cores: 1)
        let rooms = [room(1, cores: 9), room(1, cores: 10), room(2, cores: 1), room(3, cores: 1)]
        let ranks = rooms.map { Stranding().rank(from: $0, to: $0.without(asked, eligible: DeviceSet(first: 16))) }
        #expect(ranks == ranks.sorted() && Set(ranks).count == 4)
        func room(_ devices: Int, cores: Int) -> HostRoom { StrandingTests.room(devices, cores: cores) }
    }

    /// Eight devices and cores for two more: six are lost whoever comes, and whoever takes one without cores wins one.
    @Test func `cores that run out strand devices`() {
        let typical = StrandingTests.typical(AskedDevices(devices: 1, cores: 8))
        let host = StrandingTests.room(8, cores: 64)
        #expect(StrandingTests.growth(typical, host, AskedDevices(devices: 0, cores: 8)) > 0)
        #expect(StrandingTests.growth(typical, host, AskedDevices(devices: 1, cores: 8)) == 0)
        // root(8000) × (6 ÷ 8)², and with the seventh gone root(7000) × (5 ÷ 7)².
        let short = StrandingTests.room(8, cores: 16)
        #expect(StrandingTests.growth(typical, short, AskedDevices(devices: 1, cores: 0)) < 0)
    }

    @Test func `a share goes where it leaves no rest that is of no use`() {
        let typical = StrandingTests.typical(
            AskedDevices(devices: 1, cores: 0), AskedDevices(devices: 1, thousandths: 700, cores: 0))
        let asked = AskedDevices(devices: 1, thousandths: 300, cores: 0)
        let opened = StrandingTests.growth(typical, StrandingTests.room(2, cores: 8), asked)
        let filled = StrandingTests.growth(typical, StrandingTests.room(1, cores: 8, parts: [300]), asked)
        #expect(filled < 0 && opened > 0)
    }

    @Test func `what will do with none of a host's devices has no say there`() {
        let none = Stranding([(AskedDevices(devices: 4, cores: 8), 5, DeviceSet())])
        #expect(StrandingTests.growth(none, StrandingTests.room(4, cores: 8), AskedDevices(devices: 1, cores: 1)) == 0)
    }

    @Test func `the largest host there may be stays within the rank's bits`() {
        let typical = StrandingTests.typical(AskedDevices(devices: 128, cores: 1), on: 128)
        let all = DeviceSet(first: 128)
        let full = HostRoom(whole: all, cores: 65_536)
        let after = full.without(AskedDevices(devices: 1, cores: 1), eligible: all)
        // All 127 that are left are stranded then.
        #expect((1 << 26..<1 << 28).contains(typical.rank(from: full, to: after) >> 34))
        #expect((-(1 << 28) ..< -(1 << 26)).contains(typical.rank(from: after, to: full) >> 34))
        #expect(after.whole.count == 127 && after.cores == 65_535)
    }

    @Test func `a share is taken of the fullest device that has enough, else of a whole one`() {
        let room = StrandingTests.room(1, cores: 4, parts: [200, 600, 500])
        let half = AskedDevices(devices: 1, thousandths: 500, cores: 1)
        let once = room.without(half, eligible: DeviceSet(first: 16))
        #expect(once.parts.map(\.free) == [200, 600, 0] && once.cores == 3)
        let twice = once.without(half, eligible: DeviceSet(first: 16))
        #expect(twice.parts.map(\.free) == [200, 100, 0])
        let thrice = twice.without(half, eligible: DeviceSet(first: 16))
        #expect(thrice.whole.isEmpty && thrice.parts.map(\.free) == [200, 100, 0, 500])
        #expect(thrice.without(half, eligible: DeviceSet()).parts == thrice.parts, "nothing will do")
    }

    @Test func `the most frequent kinds are typical, of equals the larger, and those without devices are not`() {
        var typical = TypicalDemand<String>()
        for (devices, count) in [(1, 5), (2, 7), (4, 5), (0, 90)] {
            for _ in 0..<count { typical.add(AskedDevices(devices: devices, cores: 1), "") }
        }
        for cores in 2..<40 { typical.add(AskedDevices(devices: 1, cores: cores), "x") }
        #expect(typical.total == 145)
        #expect(typical.kinds.map(\.asked.devices).prefix(3) == [2, 4, 1])
        #expect(typical.kinds.map(\.count).prefix(3) == [7, 5, 5])
        #expect(typical.kinds.count == 16 && typical.kinds[3].asked.cores == 39)
    }

    @Test("what differs little in cores is ranked alike", arguments: [(1, 1), (7, 7), (9, 8), (13, 12), (100, 96)])
    func coarse(_ cores: Int, _ rounded: Int) {
        #expect(AskedDevices(devices: 1, cores: cores).coarse.cores == rounded)
    }
}
