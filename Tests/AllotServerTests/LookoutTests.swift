import AllotAPI
import Chargeback
import Enforcement
import Policy
import Scheduling
import Storage
import Telemetry
import Testing
import Units

@testable import AllotServer

/// What is seen of the machine, journaled, metered and acted on, over a real database.
@Suite struct LookoutTests {
    private static let id = ReservationID(1)
    private static let root = Subject(user: .root, accounts: [], isAdmin: true)

    private func extend(_ daemon: TestDaemon, reason: String?) async -> Reply {
        await daemon.broker.perform(
            Call(
                command: .extend(Self.id, by: .minutes(5), subject: Self.root), actor: .root,
                details: Details(reason: reason)
            ) { result in
                switch result {
                case .success: Reply(status: 200, body: [])
                case .failure(let rejection): rejection.problem.reply
                }
            })
    }

    @Test func `what was used is metered as used, to its end, and proven`() async throws {
        let world = try await WatchedDaemon("")
        await world.looks(for: .seconds(10), [0, 0])
        _ = await world.daemon.submit(Request(devices: 2, cores: 1, memory: .gibibytes(1), span: .minutes(20)))
        await world.looks(for: .minutes(20), [900, 0], groups: [1: 5])
        await world.daemon.broker.perform(.tick)
        world.time.advance(by: .seconds(3))
        world.see([0, 0])
        await world.daemon.lookout.look()
        await world.daemon.broker.perform(.stopped(Self.id))
        let tariffs = try TariffTable(try await world.daemon.store.read(.tariffs))
        let records = try await world.daemon.store.read(.records(after: 0, limit: 1000)).map { try tariffs.record($0) }
        let milliseconds: (UsageState, SKU) -> Int64 = { state, sku in
            records.filter { $0.tariff.state == state && $0.tariff.sku == sku }
                .reduce(0) { $0 + ($1.to - $1.from).milliseconds }
        }
        #expect(milliseconds(.used, .device("NVIDIA A10")) == 1_200_000)
        #expect(milliseconds(.idle, .device("NVIDIA A10")) == 1_200_000)
        #expect(milliseconds(.idle, .core) == 1_200_000)
        #expect(milliseconds(.unmeasured, .core) == 0)
        #expect(try await world.events().count { $0.kind == "usage.sampled" } == 1)
        _ = try world.verify()
        await world.daemon.close()
    }

    @Test func `a correction that is approved finds what was seen until then`() async throws {
        let world = try await WatchedDaemon(
            "priceBook: {currency: EUR, rates: [{sku: cpu, from: 2026-01-01, perHour: 1.00}]}")
        await world.looks(for: .seconds(10), [0, 0])
        _ = await world.daemon.submit(Request(devices: 1, cores: 1, memory: .gibibytes(1), span: .hours(9)))
        let began = world.time.now
        await world.looks(for: .minutes(20), [900, 0], groups: [1: 5])
        let broker = world.daemon.broker
        let until = world.time.now
        _ = try await broker.decideBooks(by: UserID(8), caller: nil, reason: nil) {
            (invoices, moment) throws(BooksRefusal) in
            try invoices.books.propose(
                .correction(.init(sku: .core, from: began, to: until, perHour: Price(microunits: 500_000))),
                by: UserID(8), secondPersonAbove: .zero, at: moment)
        }
        _ = try await broker.decideBooks(by: UserID(9), caller: nil, reason: nil) {
            (invoices, moment) throws(BooksRefusal) in
            try invoices.books.approve(1, by: UserID(9), at: moment)
        }
        let tariffs = try TariffTable(try await world.daemon.store.read(.tariffs))
        let records = try await world.daemon.store.read(.records(after: 0, limit: 1000)).map { try tariffs.record($0) }
        let devices = records.filter { $0.tariff.sku == .device("NVIDIA A10") }
        #expect(!devices.isEmpty && devices.allSatisfy { $0.tariff.state == .used }, "\(devices)")
        _ = try world.verify()
        await world.daemon.close()
    }

    @Test func `what does nothing is announced and then released, and its owner sees both`() async throws {
        let world = try await WatchedDaemon("idle: {after: 30m, action: release}\nendWarning: {lead: 0s}")
        _ = await world.daemon.submit(Request(devices: 1, span: .hours(9)))
        await world.looks(for: .minutes(31), [0, 0], groups: [1: 5])
        let notice = await world.daemon.broker.decision(about: Self.id)?.notice
        #expect(notice?.releasedAt != nil)
        await world.looks(for: .minutes(15), [0, 0], groups: [1: 5])
        guard case .ending(_, let ending)? = await world.daemon.broker.decision(about: Self.id)?.reservation.state
        else {
            Issue.record("it was not released")
            return
        }
        #expect(ending.reason == .idle)
        await world.daemon.broker.perform(.stopped(Self.id))
        #expect(
            try await world.kinds().suffix(3) == ["usage.idle", "reservation.ending", "reservation.ended"])
        _ = try world.verify()
        await world.daemon.close()
    }

    @Test func `an extension with a reason calls a release off, one without does not`() async throws {
        let world = try await WatchedDaemon("noShow: {after: 20m, action: release}\nendWarning: {lead: 0s}")
        _ = await world.daemon.submit(Request(devices: 1, span: .hours(9)))
        await world.looks(for: .minutes(21), [0, 0], groups: [1: 0])
        #expect(await extend(world.daemon, reason: nil).status == 200)
        #expect(await world.daemon.broker.decision(about: Self.id)?.notice != nil)
        #expect(await extend(world.daemon, reason: "I am on my way").status == 200)
        #expect(await world.daemon.broker.decision(about: Self.id)?.notice == nil)
        await world.looks(for: .minutes(19), [0, 0], groups: [1: 0])
        #expect(await world.daemon.broker.decision(about: Self.id)?.notice == nil)
        await world.looks(for: .minutes(17), [0, 0], groups: [1: 0])
        await world.daemon.broker.perform(.stopped(Self.id))
        let kinds = try await world.kinds().filter { $0.hasPrefix("usage.") || $0 == "reservation.extended" }
        #expect(
            kinds == [
                "usage.noShow", "reservation.extended", "reservation.extended", "usage.attended", "usage.noShow",
            ])
        _ = try world.verify()
        await world.daemon.close()
    }

    @Test func `an end is announced with a signal, once, also over a restart`() async throws {
        var world = try await WatchedDaemon("endWarning: {lead: 10m, signal: SIGUSR2}")
        _ = await world.daemon.submit(Request(devices: 1, span: .hours(1)))
        await world.looks(for: .minutes(49), [0, 0])
        #expect(world.executor.now.stopped.isEmpty)
        await world.looks(for: .minutes(2), [0, 0])
        let warned = world.executor
        try await eventually { warned.now.stopped == [.warn(Self.id, .user2)] }
        try await world.restart()
        await world.looks(for: .minutes(2), [0, 0])
        #expect(try await world.kinds().count { $0 == EndsSoonRecord.kind } == 1)
        #expect(await extend(world.daemon, reason: nil).status == 200)
        await world.looks(for: .minutes(4), [0, 0])
        #expect(try await world.kinds().count { $0 == EndsSoonRecord.kind } == 2)
        await world.daemon.close()
        _ = try world.verify()
    }

    @Test func `a signal that could not be sent is sent when that can be`() async throws {
        let world = try await WatchedDaemon("endWarning: {lead: 10m, signal: SIGUSR2}")
        _ = await world.daemon.submit(Request(devices: 1, span: .hours(1)))
        await world.looks(for: .minutes(49), [0, 0])
        world.executor.set { $0.isLost = true }
        await world.looks(for: .minutes(2), [0, 0])
        #expect(try await world.kinds().contains(EndsSoonRecord.kind))
        #expect(world.executor.now.stopped.isEmpty)
        world.executor.set { $0.isLost = false }
        let executor = world.executor
        try await eventually { executor.now.stopped == [.warn(Self.id, .user2)] }
        await world.daemon.close()
    }

    @Test func `a device that is not healthy for a moment is left alone`() async throws {
        let world = try await WatchedDaemon("")
        world.time.advance(by: .seconds(10))
        world.see([0, 0], faults: [1: "/dev/nvidia1 is gone"])
        let executor = world.executor
        executor.set { $0.next = { $0.faultless } }
        await world.daemon.lookout.look()
        #expect(executor.now.looks == 2)
        #expect(executor.now.watched.map(\.text) == ["GPU-0", "GPU-1"], "both are watched on")
        #expect(await world.daemon.broker.snapshot().engine.drains.isEmpty)
        await world.daemon.close()
    }

    @Test func `use without a reservation is written down with its department, and ended where that is the rule`()
        async throws
    {
        let world = try await WatchedDaemon("unreserved: {action: end, grace: 5s}")
        let opener = DeviceOpener(
            pid: 812, startTime: 9, user: UserID(4_000_000), command: "python3", group: "/user.slice",
            devices: [DeviceID("GPU-1")])
        await world.looks(for: .minutes(6), [0, 0], openers: [opener])
        await world.looks(for: .seconds(10), [0, 0])
        let uses = try await world.events().compactMap { entry -> UnreservedUse? in
            guard case .unreserved(let use)? = try MeteringRecord.event(kind: entry.kind, payload: entry.payload) else {
                return nil
            }
            #expect(entry.personal == [.command] && entry.reservation == nil)
            return use
        }
        #expect(uses.map(\.user) == uses.map { _ in UserID(4_000_000) })
        #expect(uses.map { ($0.to - $0.from).wholeSeconds } == [10, 300, 40])
        #expect(zip(uses, uses.dropFirst()).allSatisfy { $0.to == $1.from })
        let asked = world.executor
        try await eventually { !asked.now.stopped.isEmpty }
        guard case .unreserved(let process, let grace)? = asked.now.stopped.first else {
            Issue.record("\(asked.now.stopped)")
            return
        }
        #expect(process.pid == 812 && process.startTime == 9 && grace == .seconds(5))
        #expect(process.devices.map(\.id) == [DeviceID("GPU-1")])
        _ = try world.verify()
        await world.daemon.close()
    }

    @Test func `a device that is not healthy is set aside, and what ran on it is ended`() async throws {
        let world = try await WatchedDaemon("")
        _ = await world.daemon.submit(Request(devices: 2, span: .hours(1)))
        world.time.advance(by: .seconds(10))
        world.see([0, 0], faults: [1: "XID 79"])
        await world.daemon.lookout.look()
        world.time.advance(by: .seconds(10))
        await world.daemon.lookout.look()
        let drains = await world.daemon.broker.snapshot().engine.drains
        #expect(drains.map(\.reason) == ["XID 79"] && drains.map(\.devices) == [DeviceSet([1])])
        guard case .ending(_, let ending)? = await world.daemon.broker.decision(about: Self.id)?.reservation.state
        else {
            Issue.record("it runs on")
            return
        }
        #expect(ending.reason == .deviceFailed)
        // It is looked at as long as something holds it; then whoever repairs it has it for themselves.
        #expect(world.executor.now.watched == [DeviceID("GPU-0"), DeviceID("GPU-1")])
        await world.daemon.broker.perform(.stopped(Self.id))
        await world.daemon.lookout.look()
        #expect(world.executor.now.watched == [DeviceID("GPU-0")])
        await world.daemon.close()
        _ = try world.verify()
    }

    @Test func `metrics tell what the last look has told of devices, and nothing that nobody can tell`() async throws {
        let world = try await WatchedDaemon("")
        let metrics: () async -> [Substring] = {
            String(decoding: await world.daemon.api.metricsText(), as: UTF8.self).split(separator: "\n")
                .filter { $0.hasPrefix("allot_device_busy_ratio{") || $0.hasPrefix("allot_device_memory_used") }
        }
        #expect(await metrics().isEmpty)
        await world.looks(for: .seconds(10), [405, 0])
        world.executor.set {
            $0.look.devices[1].busyPermille = nil
            $0.look.devices[1].memoryUsed = ByteCount(bytes: 12)
        }
        world.time.advance(by: .seconds(10))
        await world.daemon.lookout.look()
        #expect(
            await metrics() == [
                #"allot_device_busy_ratio{device="GPU-0",model="NVIDIA A10"} 0.405"#,
                #"allot_device_memory_used_bytes{device="GPU-1",model="NVIDIA A10"} 12"#,
            ])
        world.executor.set { $0.isLost = true }
        await world.daemon.lookout.look()
        #expect(await metrics().isEmpty)
        await world.daemon.close()
    }

    @Test func `who asks for a look while there is one waits for another, with all who ask`() async throws {
        let world = try await WatchedDaemon("")
        let lookout = world.daemon.lookout
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { await lookout.look() } }
        }
        #expect((1...50).contains(world.executor.now.looks))
        await lookout.look()
        world.executor.set { $0.isLost = true }
        await lookout.look()
        #expect(await lookout.problem == "it is not there")
        await world.daemon.close()
    }
}
