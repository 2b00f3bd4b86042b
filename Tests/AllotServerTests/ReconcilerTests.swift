import Enforcement
import Policy
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// What stands on the machine, and what should.
@Suite struct ReconcilerTests {
    private static let id = ReservationID(1)

    private func state(_ world: WatchedDaemon) async -> Reservation.State? {
        await world.daemon.broker.decision(about: Self.id)?.reservation.state
    }

    @Test func `what was lost is made anew, what nobody holds is stopped, and both are told`() async throws {
        let world = try await WatchedDaemon("")
        _ = await world.daemon.submit(Request(devices: 1, span: .hours(1)))
        let executor = world.executor
        let standing = [
            Standing(reservation: Self.id, isWhole: false), Standing(reservation: ReservationID(77), isWhole: true),
        ]
        executor.set { $0.standing = standing }
        await world.daemon.reconciler.compare()
        #expect(executor.now.started.isEmpty, "what has just begun may still be about to stand")
        world.time.advance(by: .minutes(1))
        await world.daemon.reconciler.compare()
        let effects = Task { await world.daemon.reconciler.run() }
        try await eventually { executor.now.started.contains(Self.id) && !executor.now.stopped.isEmpty }
        #expect(executor.now.stopped == [.end(ReservationID(77), grace: .seconds(1), warning: nil)])
        let reconciler = world.daemon.reconciler
        try await eventually { await reconciler.working.isEmpty }
        let repairs = try await world.events().filter { $0.kind == "machine.repaired" }
        #expect(Set(repairs.compactMap(\.reservation)) == [Self.id, ReservationID(77)])
        effects.cancel()
        await world.daemon.close()
        _ = try world.verify()
    }

    @Test func `what stands as it should is left alone`() async throws {
        let world = try await WatchedDaemon("")
        _ = await world.daemon.submit(Request(devices: 1, span: .hours(1)))
        world.time.advance(by: .minutes(1))
        world.executor.set { $0.standing = [Standing(reservation: Self.id, isWhole: true)] }
        await world.daemon.reconciler.compare()
        #expect(try await !world.kinds().contains("machine.repaired"))
        #expect(world.executor.now.stopped.isEmpty)
        world.executor.set { $0.isLost = true }
        await world.daemon.reconciler.compare()
        #expect(await world.daemon.reconciler.problemTexts.count == 1)
        await world.daemon.close()
    }

    @Test func `a device that is still held when its grant is over is set aside before anybody gets it`() async throws {
        let world = try await WatchedDaemon("")
        _ = await world.daemon.submit(Request(devices: 2, span: .hours(1)))
        _ = await world.daemon.submit(Request(devices: 2, span: .hours(1)), by: 1001)
        let reason = "held open by 1 process"
        let who = "pid 812 (python3, uid 1001)"
        world.executor.set { $0.unfit = [UnfitDevice(id: DeviceID("GPU-0"), reason: reason, processes: [who])] }
        let effects = Task { await world.daemon.reconciler.run() }
        await world.daemon.broker.perform(
            .release(Self.id, by: Subject(user: .root, accounts: [], isAdmin: true)))
        let broker = world.daemon.broker
        try await eventually { await broker.decision(about: Self.id) == nil }
        let engine = await broker.snapshot().engine
        #expect(engine.drains.map(\.reason) == [reason] && engine.drains.allSatisfy(\.hasFailed))
        if case .waiting? = engine.state.reservations[ReservationID(2)]?.state {
        } else {
            Issue.record("the next one has got a device that is not fit")
        }
        let kinds = try await world.kinds()
        let drained = try #require(kinds.firstIndex(of: "host.drained"))
        let ended = try #require(kinds.firstIndex(of: "reservation.ended"))
        #expect(drained < ended)
        let event = try #require(try await world.events().first { $0.kind == "host.drained" })
        #expect(event.personal == [.command] && !String(decoding: event.payload, as: UTF8.self).contains("812"))
        effects.cancel()
        await world.daemon.close()
        _ = try world.verify()
    }

    @Test func `why a device is set aside is cut, and there is always room for it`() async throws {
        let world = try await WatchedDaemon("")
        let admin = Subject(user: .root, accounts: [], isAdmin: true)
        for number in 0..<Scheduling.Limits.drains {
            let later = world.time.now + .hours(Int64(number) + 1)
            let request = DrainRequest(devices: DeviceSet([1]), from: later, until: later + .minutes(1))
            await world.daemon.broker.perform(.drain(request, by: admin))
        }
        let reason = String(repeating: "é", count: 400)
        #expect(await world.daemon.broker.quarantine([UnfitDevice(id: DeviceID("GPU-0"), reason: reason)]))
        let drains = await world.daemon.broker.snapshot().engine.drains
        #expect(drains.count == Scheduling.Limits.drains + 1)
        #expect(drains.filter(\.hasFailed).map(\.reason) == [String(repeating: "é", count: 128)])
        await world.daemon.close()
        _ = try world.verify()
    }

    @Test func `who holds another part of a device that is set aside runs on`() async throws {
        let world = try await WatchedDaemon("shareable: [{model: \"*\", most: 2}]")
        var request = Request(devices: 1, cores: 1, span: .hours(1))
        request.share = Ratio(thousandths: 500)
        for user: UInt32 in [1000, 1001] { _ = await world.daemon.submit(request, by: user) }
        let broker = world.daemon.broker
        let held = await broker.snapshot().engine.runningReservations.map(\.heldDevices)
        #expect(held == [DeviceSet([0]), DeviceSet([0])])
        await broker.perform(.release(Self.id, by: Subject(user: .root, accounts: [], isAdmin: true)))
        #expect(await broker.quarantine([UnfitDevice(id: DeviceID("GPU-0"), reason: "held open")]))
        let engine = await broker.snapshot().engine
        #expect(engine.drains.map(\.hasFailed) == [false] && engine.drains.map(\.devices) == [DeviceSet([0])])
        if case .active? = engine.state.reservations[ReservationID(2)]?.state {} else { Issue.record("it was ended") }
        await world.daemon.close()
        _ = try world.verify()
    }

    @Test func `what does not come to stand is told once`() async throws {
        let world = try await WatchedDaemon("")
        _ = await world.daemon.submit(Request(devices: 1, span: .hours(1)))
        let executor = world.executor
        executor.set { $0.standing = [Standing(reservation: Self.id, isWhole: false)] }
        let effects = Task { await world.daemon.reconciler.run() }
        try await eventually { !executor.now.started.isEmpty }
        for count in 2...4 {
            world.time.advance(by: .minutes(1))
            await world.daemon.reconciler.compare()
            try await eventually { executor.now.started.count >= count }
        }
        let reconciler = world.daemon.reconciler
        try await eventually { await reconciler.working.isEmpty }
        #expect(try await world.kinds().count { $0 == "machine.repaired" } == 1)
        effects.cancel()
        await world.daemon.close()
    }

    // MARK: The machine was started anew

    private func submit(_ world: WatchedDaemon, isRequeued: Bool, hasCommand: Bool) async {
        var request = Request(devices: 1, span: .hours(1))
        request.hasCommand = hasCommand
        request.isRequeued = isRequeued
        _ = await world.daemon.submit(request)
    }

    @Test(arguments: [false, true])
    func `a command that ran when the machine was started anew is not run twice`(isRequeued: Bool) async throws {
        var world = try await WatchedDaemon("", boot: "a")
        await submit(world, isRequeued: isRequeued, hasCommand: true)
        world.time.advance(by: .minutes(5))
        try await world.restart(boot: "a")
        if case .active? = await state(world) {} else { Issue.record("a restart of the daemon is none of the machine") }
        try await world.restart(boot: "b")
        guard case .ending(_, let ending)? = await state(world) else {
            Issue.record("it goes on")
            return
        }
        #expect(ending.reason == .restarted)
        await world.daemon.broker.perform(.stopped(Self.id))
        let after = try await world.daemon.store.read(.reservation(Self.id))
        let kept = try ReservationRecord.reservation(try #require(after).body)
        if case .ended(let ended) = kept.state {
            #expect(!isRequeued && ended.reason == .restarted)
        } else {
            #expect(isRequeued)
        }
        #expect(try await world.kinds().count { $0 == "host.restarted" } == 1)
        await world.daemon.close()
        _ = try world.verify()
    }

    @Test func `a reservation without a command goes on over a start of the machine`() async throws {
        var world = try await WatchedDaemon("", boot: "a")
        await submit(world, isRequeued: false, hasCommand: false)
        try await world.restart(boot: "b")
        if case .active? = await state(world) {} else { Issue.record("it was ended") }
        await world.daemon.close()
        _ = try world.verify()
    }
}
