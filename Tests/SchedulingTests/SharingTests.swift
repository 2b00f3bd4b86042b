import Policy
import Scheduling
import Testing
import Topology
import Units

/// Several on one device, where the policy shares its model.
@Suite struct SharingTests {
    private static func policy(
        _ shareable: [Shareable], caps: Caps = Caps(), quotas: [String: [Quota]] = [:]
    ) -> Policy {
        Policy(
            departments: ["a", "b", "c"].map { name in
                Department(
                    id: DepartmentID(name), name: name, weight: 1, teams: [], members: [],
                    quotas: quotas[name] ?? [])
            }, classes: Policy.defaultClasses, caps: caps, shareable: shareable)
    }

    private static let everyone = [Shareable(model: .every, most: 4)]

    private static func user(_ department: String, _ uid: UInt32 = 1000) -> Subject {
        Subject(
            user: UserID(uid), accounts: [Account(department: DepartmentID(department), team: nil)], isAdmin: false)
    }

    private static func part(_ thousandths: Int64, hours: Int64 = 1) -> Request {
        Request(
            devices: 1, share: Ratio(thousandths: thousandths), cores: 1, memory: .gibibytes(1), span: .hours(hours))
    }

    /// The device that it starts on at once; nil where it waits.
    private func device(
        _ engine: inout Engine, _ request: Request, by subject: Subject, at time: Timestamp = .monday
    ) throws -> Int? {
        for event in try engine.perform(.submit(request, by: subject), at: time) {
            if case .started(_, let active) = event { return active.grant.devices.first { _ in true } }
        }
        return nil
    }

    @Test func `shares fill one device before another is begun`() throws {
        var engine = Engine(
            host: .sample(devices: 8), policy: SharingTests.policy(SharingTests.everyone), time: .monday)
        let first = try #require(try device(&engine, SharingTests.part(500), by: SharingTests.user("a")))
        #expect(try device(&engine, SharingTests.part(300), by: SharingTests.user("a", 1001)) == first)
        let second = try #require(try device(&engine, SharingTests.part(300), by: SharingTests.user("a")))
        #expect(second != first)
        #expect(
            try device(&engine, SharingTests.part(200), by: SharingTests.user("a")) == first, "the fullest that fits")
        #expect(try device(&engine, SharingTests.part(700), by: SharingTests.user("a")) == second)
    }

    @Test func `a device is one department's unless the policy says otherwise`() throws {
        for isOpen in [false, true] {
            let terms = [Shareable(model: .every, betweenDepartments: isOpen, most: 4)]
            var engine = Engine(host: .sample(devices: 2), policy: SharingTests.policy(terms), time: .monday)
            let first = try device(&engine, SharingTests.part(250), by: SharingTests.user("a"))
            let other = try device(&engine, SharingTests.part(250), by: SharingTests.user("b"))
            #expect((first == other) == isOpen)
        }
    }

    @Test func `no more share a device than the policy lets`() throws {
        let terms = [Shareable(model: .every, most: 2)]
        var engine = Engine(host: .sample(devices: 2), policy: SharingTests.policy(terms), time: .monday)
        let devices = try (0..<4).map { _ in try device(&engine, SharingTests.part(100), by: SharingTests.user("a")) }
        #expect(devices[0] == devices[1])
        #expect(devices[2] == devices[3])
        #expect(devices[0] != devices[2])
        #expect(try device(&engine, SharingTests.part(100), by: SharingTests.user("a")) == nil)
    }

    @Test func `who wants a whole device waits for the last of those that share it`() throws {
        var engine = Engine(
            host: .sample(devices: 1), policy: SharingTests.policy(SharingTests.everyone), time: .monday)
        _ = try device(&engine, SharingTests.part(500, hours: 2), by: SharingTests.user("a"))
        _ = try device(&engine, SharingTests.part(500, hours: 1), by: SharingTests.user("a"))
        let whole = Request(devices: 1, cores: 1, memory: .gibibytes(1), span: .hours(1))
        let events = try engine.perform(.submit(whole, by: SharingTests.user("b")), at: .monday)
        #expect(events.first?.told == .monday + .hours(2))
        let later = try engine.perform(
            .submit(SharingTests.part(500), by: SharingTests.user("a")), at: .monday + .minutes(1))
        #expect(later.first?.told == .monday + .hours(1), "half of it is free in an hour")
    }

    @Test(arguments: [(0, "gpuShare"), (1000, "gpuShare")])
    func `a share is less than a device and more than nothing`(thousandths: Int64, field: String) {
        var engine = Engine(
            host: .sample(devices: 1), policy: SharingTests.policy(SharingTests.everyone), time: .monday)
        #expect(throws: Rejection.outOfRange(field: field, value: thousandths, limits: 1...999)) {
            try engine.perform(.submit(SharingTests.part(thousandths), by: SharingTests.user("a")), at: .monday)
        }
    }

    @Test func `what is not shared, and a share of several, are refused`() {
        var engine = Engine(
            host: .sample(devices: 4, second: "NVIDIA A100-SXM4-80GB"),
            policy: SharingTests.policy([Shareable(model: ModelPattern("A100"), most: 2)]), time: .monday)
        var request = SharingTests.part(500)
        request.model = "H100"
        #expect(throws: Rejection.notShared(model: "H100", shared: ["NVIDIA A100-SXM4-80GB"])) {
            try engine.perform(.submit(request, by: SharingTests.user("a")), at: .monday)
        }
        request.devices = 2
        #expect(throws: Rejection.shareOfSeveral(devices: 2)) {
            try engine.perform(.submit(request, by: SharingTests.user("a")), at: .monday)
        }
        let events = try? engine.perform(.submit(SharingTests.part(500), by: SharingTests.user("a")), at: .monday)
        guard case .started(_, let active)? = events?.last else { return #expect(Bool(false), "it starts") }
        #expect(active.grant.devices.isSubset(of: DeviceSet([2, 3])), "on one that is shared")
    }

    @Test func `cores, memory and weight are the share's part`() throws {
        var engine = Engine(
            host: .sample(devices: 8), policy: SharingTests.policy(SharingTests.everyone), time: .monday)
        let request = Request(devices: 1, share: Ratio(thousandths: 500), span: .hours(1))
        let whole = try engine.quote(Request(devices: 1, span: .hours(1)), by: SharingTests.user("a"), at: .monday)
        let events = try engine.perform(.submit(request, by: SharingTests.user("a")), at: .monday)
        guard case .submitted(let half)? = events.first, case .started(_, let active)? = events.last else {
            return #expect(Bool(false), "it starts")
        }
        #expect(half.demand.cores == whole.demand.cores / 2)
        #expect(half.demand.memory.bytes == whole.demand.memory.bytes / 2)
        #expect(active.weight == 500_000 + Int64(half.demand.cores) * 1_000_000 / 64)
    }

    @Test func `the least memory is that of the share`() throws {
        var engine = Engine(
            host: .sample(devices: 1), policy: SharingTests.policy(SharingTests.everyone), time: .monday)
        var request = SharingTests.part(500)
        request.deviceMemory = .gibibytes(40)
        #expect(try device(&engine, request, by: SharingTests.user("a")) == 0)
        request.deviceMemory = .gibibytes(41)
        let asked = ByteCount.gibibytes(41).bytes
        #expect(
            throws: Rejection.exceedsHost(
                field: "gpuMemoryBytes", asked: asked, largest: ByteCount.gibibytes(40).bytes)
        ) {
            try engine.perform(.submit(request, by: SharingTests.user("a")), at: .monday)
        }
    }

    @Test func `whole devices are chosen by their memory`() throws {
        var host = Host.sample(devices: 4)
        host.devices[3].memory = .gibibytes(141)
        host.devices[0].memory = nil
        var engine = Engine(host: host, policy: .unconfigured, time: .monday)
        let big = Request(
            devices: 1, deviceMemory: .gibibytes(81), cores: 1, memory: .gibibytes(1), span: .hours(1))
        #expect(try device(&engine, big, by: .user(1)) == 3)
        var two = big
        two.devices = 2
        #expect(throws: Rejection.exceedsHost(field: "gpus", asked: 2, largest: 1)) {
            try engine.perform(.submit(two, by: .user(1)), at: .monday)
        }
    }

    @Test func `a department's shared device counts whole, once`() throws {
        let quotas = ["a": [Quota(model: .every, nominal: 1, borrowing: 0)]]
        var engine = Engine(
            host: .sample(devices: 4), policy: SharingTests.policy(SharingTests.everyone, quotas: quotas),
            time: .monday)
        let first = try device(&engine, SharingTests.part(400, hours: 1), by: SharingTests.user("a"))
        #expect(try device(&engine, SharingTests.part(400, hours: 3), by: SharingTests.user("a")) == first)
        let second = try engine.perform(.submit(SharingTests.part(400), by: SharingTests.user("a")), at: .monday)
        #expect(second.first?.told == .monday + .hours(1), "another device is beyond the quota")
        // The first has gone, and the device is still the department's.
        _ = try engine.perform(.tick, at: .monday + .hours(1))
        let whole = Request(devices: 1, cores: 1, memory: .gibibytes(1), span: .hours(1))
        let events = try engine.perform(.submit(whole, by: SharingTests.user("a")), at: .monday + .minutes(61))
        #expect(events.first?.told == .monday + .hours(3))
    }

    @Test func `what departments share counts by its part`() throws {
        let quotas = ["a": [Quota(model: .every, nominal: 1, borrowing: 0)]]
        let terms = [Shareable(model: .every, betweenDepartments: true, most: 8)]
        var engine = Engine(
            host: .sample(devices: 4), policy: SharingTests.policy(terms, quotas: quotas), time: .monday)
        let devices = try (0..<3).map { _ in try device(&engine, SharingTests.part(300), by: SharingTests.user("a")) }
        #expect(Set(devices).count == 1)
        #expect(try device(&engine, SharingTests.part(200), by: SharingTests.user("a")) == nil)
        #expect(try device(&engine, SharingTests.part(100), by: SharingTests.user("a")) == devices[0])
    }

    @Test func `a cap counts the parts that its user has`() throws {
        var engine = Engine(
            host: .sample(devices: 8),
            policy: SharingTests.policy(SharingTests.everyone, caps: Caps(devicesPerUser: 1)), time: .monday)
        #expect(try device(&engine, SharingTests.part(600), by: SharingTests.user("a", 1)) != nil)
        #expect(try device(&engine, SharingTests.part(600), by: SharingTests.user("a", 1)) == nil)
        #expect(try device(&engine, SharingTests.part(600), by: SharingTests.user("a", 2)) != nil)
        #expect(try device(&engine, SharingTests.part(400), by: SharingTests.user("a", 2)) != nil)
    }

    @Test func `a shared device that fails ends all who share it`() throws {
        var engine = Engine(
            host: .sample(devices: 1), policy: SharingTests.policy(SharingTests.everyone), time: .monday)
        for _ in 0..<2 { _ = try device(&engine, SharingTests.part(500), by: SharingTests.user("a")) }
        let drain = DrainRequest(devices: DeviceSet([0]), hasFailed: true)
        let events = try engine.perform(.drain(drain, by: .admin), at: .monday + .minutes(1))
        let ended = events.filter { event in
            if case .ending(_, let ending) = event { ending.reason == .deviceFailed } else { false }
        }
        #expect(ended.count == 2)
        #expect(
            try device(&engine, SharingTests.part(500), by: SharingTests.user("a"), at: .monday + .minutes(2)) == nil)
    }
}
