import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Telemetry
import Testing
import Units

@testable import Enforcement

@Suite("The link between daemon and enforcer")
struct LinkTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/socket" }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: [
        EnforcerVerb.inventory, .start(.holding(grant(5, devices: [device("a", uuid: "GPU-1")], processors: [3]))),
        .start(.attach(PeerProcess(pid: 9, user: UserID(1000)), grant())),
        .start(.command(command("a", "é\n", environment: ["A": "b"]), grant())),
        .stop(.end(ReservationID(7), grace: .seconds(3), warning: nil)),
        .stop(
            .end(
                ReservationID(7), grace: .seconds(3), warning: StopWarning(signal: .user2, lead: .seconds(60)))),
        .stop(.warn(ReservationID(7), .hangUp)),
        .stop(
            .unreserved(
                UnreservedProcess(pid: 812, startTime: .max, user: UserID(1001), devices: [LinkTests.watched]),
                grace: .seconds(3))),
        .observe(.commands(since: .max, within: .seconds(60))), .observe(.devices([LinkTests.watched])),
    ])
    func `a request reads back as it was written`(verb: EnforcerVerb) throws {
        let request = EnforcerRequest(id: .max, verb: verb)
        #expect(try EnforcerCodec.request(from: EnforcerCodec.encode(request)) == request)
    }

    private static let watched = WatchedDevice(
        id: DeviceID("GPU-1"), vendor: "nvidia", uuid: "GPU-1", pciAddress: "0000:3b:00.0", files: ["/dev/nvidia0"])

    @Test(arguments: [
        "", "null", "[]", "{}", "hello", "{\"form\":2,\"id\":1,\"verb\":{\"reboot\":{}}}",
        "{\"form\":1,\"id\":1,\"verb\":{\"inventory\":{}}}", "{\"form\":2,\"id\":-1,\"verb\":{\"inventory\":{}}}",
        "{\"form\":2,\"id\":1,\"verb\":{\"inventory\":{}}", "\u{0}",
        "{\"form\":2,\"id\":1,\"verb\":{\"stop\":{\"reservation\":1,\"grace\":0}}}",
        "{\"form\":2,\"id\":1,\"verb\":{\"stop\":{\"_0\":{\"end\":{\"_0\":\"r-1\",\"grace\":0}}}}}",
        "{\"form\":2,\"id\":1,\"verb\":{\"stop\":{\"_0\":{\"end\":{\"_0\":1e99,\"grace\":0}}}}}",
        "{\"form\":2,\"id\":1,\"verb\":{\"stop\":{\"_0\":{\"warn\":{\"_0\":1,\"_1\":\"kill\"}}}}}",
        String(repeating: "[", count: 100_000),
    ])
    func `what is no request is refused`(text: String) {
        #expect(throws: ExecutorFailure.self) { try EnforcerCodec.request(from: Array(text.utf8)) }
    }

    @Test func `a message has a limit`() {
        let long = command("true", String(repeating: "a", count: EnforcementLimits.requestBytes))
        #expect(throws: ExecutorFailure.self) {
            try EnforcerCodec.encode(EnforcerRequest(id: 1, verb: .start(.command(long, grant()))))
        }
    }

    @Test func `all verbs reach the executor, and its answers come back`() async throws {
        let fake = FakeExecutor()
        try await serving(fake) {
            let client = SystemdExecutor(socketPath: path, logger: silent)
            #expect(try await client.inventory().reservations == [ReservationID(3)])
            let receipt = try await client.start(.holding(grant(5)))
            #expect(receipt == StartReceipt(environment: ["NUMBER": "5"], isConfined: true))
            let unfit = UnfitDevice(id: DeviceID("a"), reason: "held")
            #expect(try await client.stop(ReservationID(5), grace: .seconds(2)) == StopReceipt(unfit: [unfit]))
            #expect(try await client.stop(.warn(ReservationID(5), .user1)) == StopReceipt())
            #expect(fake.stopped.withLock { $0 } == [ReservationID(5)])
            #expect(try await client.observe(since: 8, within: .zero).version == 9)
            #expect(try await client.observe([LinkTests.watched]).devices.map(\.id) == [DeviceID("GPU-1")])
            await #expect(throws: ExecutorFailure.refused("it is 13")) {
                try await client.start(.holding(grant(13)))
            }
        }
    }

    @Test func `a look at a machine full of openers fits a reply`() throws {
        let opener = DeviceOpener(
            pid: .max, startTime: .max, user: UserID(.max - 2), command: String(repeating: "\"", count: 64),
            group: String(repeating: "/", count: 512), devices: [DeviceID("GPU-1")])
        let reading = DeviceReading(
            id: DeviceID(String(repeating: "d", count: 128)), busyPermille: 1000, source: .fdinfo, memoryUsed: .zero,
            memoryTotal: .zero, fault: String(repeating: "f", count: 256))
        let group = GroupReading(
            reservation: ReservationID(999_999_999_999_999), cpuMicroseconds: .max, memory: .zero, memoryPeak: .zero,
            tasks: .max)
        let look = MachineLook(
            at: .max, devices: Array(repeating: reading, count: EnforcementLimits.watchedDevices),
            groups: Array(repeating: group, count: TelemetryLimits.groups),
            openers: Array(repeating: opener, count: EnforcementLimits.lookedAtOpeners + 1), isCut: false,
            blind: Array(repeating: String(repeating: "b", count: 256), count: TelemetryLimits.blindLines))
        let fitted = look.fitted()
        #expect(fitted.isCut && fitted.openers.count == EnforcementLimits.lookedAtOpeners)
        let reply = EnforcerReply(id: .max, answer: .look(fitted))
        _ = try EnforcerCodec.encode(reply, limit: EnforcementLimits.replyBytes)
    }

    @Test func `a slow answer holds up no other`() async throws {
        let fake = FakeExecutor()
        try await serving(fake) {
            let client = SystemdExecutor(socketPath: path, logger: silent)
            async let slow = client.stop(ReservationID(99), grace: .zero)
            try await until("the slow stop is under way") { fake.isWaiting.withLock { $0 } }
            #expect(try await client.inventory().reservations == [ReservationID(3)])
            fake.isReleased.withLock { $0 = true }
            _ = try await slow
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `who no longer waits is let go at once, and the next answer is not mistaken for theirs`() async throws {
        let fake = FakeExecutor()
        try await serving(fake) {
            let client = SystemdExecutor(socketPath: path, logger: silent)
            let waiting = Task { try await client.stop(ReservationID(99), grace: .zero) }
            try await until("the slow stop is under way") { fake.isWaiting.withLock { $0 } }
            waiting.cancel()
            await expectUnreachable { _ = try await waiting.value }
            fake.isReleased.withLock { $0 = true }
            #expect(try await client.observe(since: 8, within: .zero).version == 9)
        }
    }

    @Test func `a lost connection fails what waits, and the next request makes a new one`() async throws {
        let client = SystemdExecutor(socketPath: path, logger: silent)
        await expectUnreachable { _ = try await client.inventory() }
        do {
            let listener = try RawListener(path: path)
            let stop = Task { try await client.stop(ReservationID(99), grace: .zero) }
            try startThread { listener.hangUpOnFirstByte() }
            await expectUnreachable { _ = try await stop.value }
        }
        try await serving(FakeExecutor()) {
            let inventory = try await client.inventory()
            #expect(inventory.reservations == [ReservationID(3)])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a request that is written just after the connection has ended fails at once`() async throws {
        try await serving(FakeExecutor()) {
            let channel = try await SystemdExecutor.connect(path)
            let bytes = try EnforcerCodec.encode(EnforcerRequest(id: 1, verb: .inventory))
            _ = try await channel.answer(id: 1, bytes: bytes, within: .hours(1))
            try await channel.close()
            await expectUnreachable { _ = try await channel.answer(id: 2, bytes: bytes, within: .hours(1)) }
        }
    }

    private func expectUnreachable(_ body: () async throws -> Void) async {
        await #expect {
            try await body()
        } throws: { error in
            if case .unreachable = error as? ExecutorFailure { true } else { false }
        }
    }

    @Test func `another user's connection is not answered`() async throws {
        try await serving(FakeExecutor(), clientUser: getuid() + 1) {
            let client = SystemdExecutor(socketPath: path, logger: silent)
            await #expect(throws: ExecutorFailure.unreachable("enforcer: the connection was lost")) {
                try await client.inventory()
            }
        }
    }

    @Test(
        arguments: [
            [0, 0, 0, 0], [0, 2, 0, 1], [255, 255, 255, 255], [0, 0, 0, 2, 123, 125], [0, 0, 0, 1, 0],
        ] as [[UInt8]])
    func `garbage ends its own connection`(bytes: [UInt8]) async throws {
        try await serving(FakeExecutor()) {
            let raw = try RawClient(path: path)
            raw.send(bytes)
            try await raw.expectEnd()
            let client = SystemdExecutor(socketPath: path, logger: silent)
            #expect(try await client.inventory().reservations == [ReservationID(3)])
        }
    }

    @Test func `a frame in pieces is one frame`() async throws {
        try await serving(FakeExecutor()) {
            let raw = try RawClient(path: path)
            let message = try EnforcerCodec.encode(EnforcerRequest(id: 4, verb: .inventory))
            for byte in [0, 0, 0, UInt8(message.count)] + message { raw.send([byte]) }
            let length = try await raw.read(4)
            let body = try await raw.read(Int(try #require(length.last)))
            let reply = try EnforcerCodec.decode(EnforcerReply.self, from: body)
            #expect(reply.id == 4)
        }
    }

    /// Runs an enforcer's server around `body`.
    private func serving(
        _ executor: some Executor, clientUser: UInt32 = getuid(), _ body: () async throws -> Void
    ) async throws {
        let server = try await EnforcerServer(
            executor: executor, endpoint: .path(path), clientUser: clientUser, logger: silent)
        let running = Task { try await server.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            _ = await running.result
            throw error
        }
        running.cancel()
        _ = await running.result
    }
}

/// Answers by the numbers that it is given.
private final class FakeExecutor: Executor {
    let stopped = Mutex<[ReservationID]>([])
    let isWaiting = Mutex(false)
    let isReleased = Mutex(false)

    func inventory() async throws(ExecutorFailure) -> Inventory {
        Inventory(standing: [Standing(reservation: ReservationID(3), isWhole: false)])
    }

    func start(_ order: StartOrder) async throws(ExecutorFailure) -> StartReceipt {
        let number = order.holding.reservation.number
        if number == 13 { throw .refused("it is 13") }
        return StartReceipt(environment: ["NUMBER": "\(number)"], isConfined: true)
    }

    func stop(_ order: StopOrder) async throws(ExecutorFailure) -> StopReceipt {
        guard case .end(let reservation, _, _) = order else { return StopReceipt() }
        if reservation.number == 99 {
            isWaiting.withLock { $0 = true }
            while !isReleased.withLock({ $0 }), !Task.isCancelled {
                await aMoment()
            }
        }
        stopped.withLock { $0.append(reservation) }
        return StopReceipt(unfit: [UnfitDevice(id: DeviceID("a"), reason: "held")])
    }

    func observe(since version: UInt64, within: Span) async throws(ExecutorFailure) -> Observation {
        Observation(version: version + 1, commands: [])
    }

    func observe(_ devices: [WatchedDevice]) async throws(ExecutorFailure) -> MachineLook {
        MachineLook(
            at: 1,
            devices: devices.map {
                DeviceReading(
                    id: $0.id, busyPermille: 0, source: .none, memoryUsed: nil, memoryTotal: nil, fault: nil)
            }, groups: [], openers: [], isCut: false, blind: [])
    }
}

/// A socket that sends what it is told.
private final class RawClient {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withAddress(path) { connect(descriptor, $0, $1) }
        try #require(result == 0)
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Reads so many bytes, without keeping a thread that the server may need.
    func read(_ count: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await until("the server answers") {
            var byte: UInt8 = 0
            while bytes.count < count, recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) == 1 { bytes.append(byte) }
            return bytes.count == count
        }
        return bytes
    }

    /// Waits for the server to hang up.
    func expectEnd() async throws {
        try await until("the server hangs up") {
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
            return count == 0 || count < 0 && errno != EAGAIN
        }
    }
}

/// An enforcer that dies with its first request.
private final class RawListener: Sendable {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withAddress(path) { bind(descriptor, $0, $1) }
        try #require(result == 0 && listen(descriptor, 1) == 0)
    }

    deinit { close(descriptor) }

    func hangUpOnFirstByte() {
        let connection = accept(descriptor, nil, nil)
        var byte: UInt8 = 0
        _ = recv(connection, &byte, 1, 0)
        close(connection)
    }
}

private func withAddress<Value>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
