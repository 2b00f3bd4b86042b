import AllotAPI
import AllotClient
import FakeDaemon
import NIOPosix
import Synchronization
import Testing
import Units

@testable import allot

@Suite("Waiting for a reservation")
struct WaitTests {
    /// A daemon that knows one reservation and tells its events.
    private actor Script {
        var view: ReservationView
        var looks = 0
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(_ view: ReservationView) {
            self.view = view
        }

        func look() -> String {
            looks += 1
            return Sample.json(view)
        }

        /// Changes the reservation, and sends the event that every stream is held back for.
        func change(_ view: ReservationView) {
            self.view = view
            for continuation in waiting { continuation.resume() }
            waiting = []
        }

        func changed() async {
            await withCheckedContinuation { waiting.append($0) }
        }

        var streams: Int { waiting.count }
    }

    private static let quick = Waiter.Pace(tick: .milliseconds(5), poll: .milliseconds(20), absence: .seconds(30))
    /// Never looks by itself.
    private static let patient = Waiter.Pace(tick: .milliseconds(5), poll: .seconds(3600), absence: .seconds(30))

    private func run(
        _ script: Script, events: Bool = true, timeout: Duration? = nil, pace: Waiter.Pace,
        interrupts: AsyncStream<Int32> = AsyncStream<Int32> { _ in },
        during work: @escaping @Sendable (FakeDaemon) async throws -> Void = { _ in }
    ) async throws -> Waiter.Outcome {
        try await FakeDaemon.run { request, responder in
            switch request.path {
            case "/v1/health" where events: try await responder.reply(Sample.health(sequence: 41))
            case "/v1/reservations/r-3": try await responder.reply(await script.look())
            case "/v1/events?follow=true":
                #expect(request.headers["Last-Event-ID"] == "41")
                try await responder.startChunks(type: "text/event-stream")
                try await responder.chunk(": here\n\n")
                await script.changed()
                let event =
                    #"{"sequence":42,"time":"2026-11-23T09:30:00Z","type":"reservation.started","reservation":"r-3"}"#
                try await responder.chunk("id: 42\ndata: \(event)\n\n")
                try await responder.hang()
            default: try await responder.reply("{}", status: 503, type: "application/problem+json")
            }
        } _: { (daemon) async throws in
            let client = AllotClient(socketPath: daemon.path, group: MultiThreadedEventLoopGroup.singleton)
            let waiter = Waiter(client: client, id: ReservationID(3), timeout: timeout, pace: pace)
            return try await withThrowingTaskGroup(of: Waiter.Outcome?.self) { group in
                group.addTask { try await waiter.wait(interrupts: interrupts) { _ in } }
                group.addTask {
                    try await work(daemon)
                    return nil
                }
                while let outcome = try await group.next() {
                    if let outcome { return outcome }
                }
                throw CancellationError()
            }
        }
    }

    private func name(_ outcome: Waiter.Outcome) -> String {
        switch outcome {
        case .started: "started"
        case .endedUnstarted: "ended"
        case .timedOut: "timed out"
        case .interrupted: "interrupted"
        }
    }

    @Test("One that is active needs no waiting")
    func atOnce() async throws {
        let outcome = try await run(Script(Sample.reservation(3, .active)), pace: Self.patient)
        #expect(name(outcome) == "started")
    }

    @Test("An event wakes it, without polling")
    func byEvent() async throws {
        let script = Script(Sample.reservation(3))
        let outcome = try await run(script, pace: Self.patient) { _ in
            while await script.streams == 0 { await Task.yield() }
            await script.change(Sample.reservation(3, .active))
        }
        #expect(name(outcome) == "started")
        #expect(await script.looks <= 4)
    }

    @Test("Without events it asks from time to time")
    func byPolling() async throws {
        let script = Script(Sample.reservation(3))
        let outcome = try await run(script, events: false, pace: Self.quick) { _ in
            while await script.looks < 3 { await Task.yield() }
            await script.change(Sample.reservation(3, .active))
        }
        #expect(name(outcome) == "started")
    }

    @Test("One that ends without having started is told apart from one that was quick")
    func ended() async throws {
        #expect(name(try await run(Script(Sample.reservation(3, .ended)), pace: Self.quick)) == "ended")
        var view = Sample.reservation(3, .ended)
        view.startedAt = DateTime(Sample.now)
        #expect(name(try await run(Script(view), pace: Self.quick)) == "started")
    }

    @Test("It gives up after its time")
    func timeout() async throws {
        let outcome = try await run(Script(Sample.reservation(3)), timeout: .milliseconds(50), pace: Self.quick)
        #expect(name(outcome) == "timed out")
    }

    @Test("Ctrl-C ends the waiting")
    func interrupt() async throws {
        let script = Script(Sample.reservation(3))
        let (interrupts, interrupt) = AsyncStream.makeStream(of: Int32.self)
        let outcome = try await run(script, pace: Self.patient, interrupts: interrupts) { _ in
            while await script.looks == 0 { await Task.yield() }
            interrupt.yield(2)
        }
        #expect(name(outcome) == "interrupted")
    }

    @Test("A daemon that is away for too long ends the waiting")
    func absence() async throws {
        let pace = Waiter.Pace(tick: .milliseconds(5), poll: .milliseconds(10), absence: .milliseconds(1))
        let looks = Mutex(0)
        let outcome = try? await FakeDaemon.run { request, responder in
            // It answers once, and breaks every connection after that.
            guard request.path == "/v1/reservations/r-3" else { throw Hangup() }
            let isFirst = looks.withLock { count in
                count += 1
                return count == 1
            }
            guard isFirst else { throw Hangup() }
            try await responder.reply(Sample.json(Sample.reservation(3, .waiting)))
        } _: { (daemon) async throws in
            let client = AllotClient(socketPath: daemon.path, group: MultiThreadedEventLoopGroup.singleton)
            return try await Waiter(client: client, id: ReservationID(3), timeout: nil, pace: pace)
                .wait(interrupts: AsyncStream<Int32> { _ in }) { _ in }
        }
        #expect(outcome.map(name) == nil)
    }

    @Test("A daemon that is away for a moment does not end the waiting")
    func shortAbsence() async throws {
        let pace = Waiter.Pace(tick: .milliseconds(5), poll: .milliseconds(10), absence: .seconds(60))
        let looks = Mutex(0)
        let outcome = try await FakeDaemon.run { request, responder in
            // It answers once, breaks the next connections, and comes back with the reservation active.
            guard request.path == "/v1/reservations/r-3" else { throw Hangup() }
            let look = looks.withLock { count in
                count += 1
                return count
            }
            if (2...10).contains(look) { throw Hangup() }
            let state: ReservationView.State = look == 1 ? .waiting : .active
            try await responder.reply(Sample.json(Sample.reservation(3, state)))
        } _: { (daemon) async throws in
            let client = AllotClient(socketPath: daemon.path, group: MultiThreadedEventLoopGroup.singleton)
            return try await Waiter(client: client, id: ReservationID(3), timeout: nil, pace: pace)
                .wait(interrupts: AsyncStream<Int32> { _ in }) { _ in }
        }
        #expect(name(outcome) == "started")
    }

    @Test("A reservation that is gone ends the waiting with the daemon's word")
    func gone() async throws {
        let error = await #expect(throws: ClientError.self) {
            try await FakeDaemon.run { _, responder in
                try await responder.reply(#"{"title":"No such thing"}"#, status: 404, type: "application/problem+json")
            } _: { (daemon) async throws in
                let client = AllotClient(socketPath: daemon.path, group: MultiThreadedEventLoopGroup.singleton)
                return try await Waiter(client: client, id: ReservationID(3), timeout: nil, pace: Self.quick)
                    .wait(interrupts: AsyncStream<Int32> { _ in }) { _ in }
            }
        }
        #expect(error.map { ExitStatus($0) } == .noSuchThing)
    }
}
