import AllotAPI
import Enforcement
import Foundation
import Logging
import NIOPosix
import Policy
import Scheduling
import Storage
import Synchronization
import Telemetry
import Topology
import Units

@testable import AllotServer

/// The daemon's insides over a real database and a real socket, with a clock that the test moves.
final class TestDaemon: Sendable {
    let broker: Broker
    let store: Store
    let api: API
    let reconciler: Reconciler
    let lookout: Lookout
    let time: TestTime

    /// - Parameters:
    ///   - last: when a daemon was last there.
    ///   - boot: which start of the machine this is.
    ///   - executor: in the place of one that starts processes.
    init(
        folder: String, time: TestTime = TestTime(), host: Topology.Host = .twoDevices, policy: PolicyText = .lab,
        last: Timestamp? = nil, boot: String? = nil, executor fake: (any Executor)? = nil
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let store = try Store(folder: folder + "/state", diskReserve: 0)
        self.store = store
        self.time = time
        let host = try DevicePlaces(from: store).arranged(host)
        broker = try Broker(
            store: store, loop: MultiThreadedEventLoopGroup(numberOfThreads: 1).next(), batchLimit: 64, logger: logger,
            load: { now throws(StoreError) in try Broker.Loaded(from: store, host: host, file: policy, time: now) },
            now: { time.now })
        let executor: any Executor
        if let fake {
            executor = fake
        } else {
            executor = try await ProcessExecutor(stateDirectory: folder + "/state", logger: logger)
        }
        let accounts = SystemAccounts()
        lookout = Lookout(
            executor: executor, broker: broker, accounts: accounts,
            devices: host.devices.filter(\.isPresent).map { WatchedDevice($0) }, logger: logger, pause: .zero)
        reconciler = Reconciler(executor: executor, broker: broker, grace: .seconds(1), logger: logger)
        api = API(
            broker: broker, store: store, accounts: accounts, executor: executor,
            logs: FileLogSource(stateDirectory: folder + "/state"), reconciler: reconciler,
            clock: SystemClock(last: nil),
            execution: API.Execution(name: "process", onlyUser: UserID(geteuid())),
            simulator: Simulator(program: BuiltDaemon.path ?? "", folder: folder + "/state"))
        await broker.begin(
            with: JournalEvent(at: time.now, actor: nil, kind: "daemon.started", payload: Array("{}".utf8)), last: last,
            boot: boot)
    }

    /// A submission by a user, as the routes make it.
    func submit(_ request: Request, by user: UInt32 = 1000, key: String? = nil, digest: UInt8 = 1) async -> Reply {
        let subject = Subject(
            user: UserID(user), accounts: [Account(department: DepartmentID("lab"), team: nil)], isAdmin: false)
        let idempotency = key.map {
            IdempotencyKey(
                scope: ReplyKey(user: UserID(user), key: $0), digest: [UInt8](repeating: digest, count: 32))
        }
        return await broker.perform(
            Call(command: .submit(request, by: subject), actor: subject.user, key: idempotency) { result in
                switch result {
                case .success(let decision): Reply(status: 201, body: Array("\(decision.reservation.id)".utf8))
                case .failure(let rejection): rejection.problem.reply
                }
            })
    }

    func close() async {
        await broker.close()
    }
}

extension PolicyText {
    /// One department that everybody is in, and a team.
    static let lab = PolicyText(
        test: """
            version: 1
            departments:
              - id: lab
                name: Lab
                members: ["*"]
                teams: [{id: nlp, name: NLP, members: ["*"]}]
            """)

    /// A text that a test knows to read.
    init(test text: String) {
        do {
            try self.init(yaml: Array(text.utf8), name: "test")
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

/// A clock that stands until a test moves it.
final class TestTime: Sendable {
    private let milliseconds = Mutex<Int64>(1_793_610_000_000)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(by span: Span) {
        milliseconds.withLock { $0 += span.milliseconds }
    }
}

extension Topology.Host {
    /// Two GPUs, four cores, 64 GiB.
    static var twoDevices: Topology.Host {
        let cores = BitSet(0..<4)
        let devices = (0..<2).map { index in
            Device(
                id: DeviceID("GPU-\(index)"), vendor: .nvidia, model: "NVIDIA A10", memory: .gibibytes(24),
                pciAddress: "0000:0\(index + 1):00.0", numaNode: 0, localCores: cores, files: ["/dev/nvidia\(index)"],
                partition: nil, uuid: "GPU-\(index)")
        }
        return Topology.Host(
            name: "test", packages: [], numaNodes: [NUMANode(osIndex: 0, memory: .gibibytes(64), cores: cores)],
            cores: (0..<4).map { Core(index: $0, processingUnits: BitSet([$0]), numaNode: 0, package: 0) },
            coreKinds: [], devices: devices, links: .none(count: 2))
    }
}

/// Serves a daemon's API while `body` runs.
func withAPI(
    policy: PolicyText = .lab, _ body: (TestServer, TestDaemon) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    let daemon = try await TestDaemon(folder: folder.path, policy: policy)
    let effects = Task { await daemon.reconciler.run() }
    try await withServer(router: daemon.api.router()) { server in
        try await body(server, daemon)
    }
    effects.cancel()
    await daemon.close()
}

extension TestServer {
    /// A POST with a JSON body, on a connection of its own.
    func post(_ path: String, _ body: String, headers: String = "") async throws -> RawReply {
        try await ask(
            "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(headers)"
                + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    }

    /// All bytes of a reply that ends with its connection.
    func all(_ path: String, headers: String = "") async throws -> String {
        try await client { client in
            try client.send("GET \(path) HTTP/1.0\r\nHost: x\r\n\(headers)\r\n")
            return try client.receiveToEnd()
        }
    }

    func get(_ path: String, headers: String = "") async throws -> RawReply {
        try await ask("GET \(path) HTTP/1.1\r\nHost: x\r\n\(headers)Connection: close\r\n\r\n")
    }
}

extension RawReply {
    /// All of it.
    var text: String { head + "\r\n\r\n" + body }
}

extension Caller {
    /// Somebody without a role.
    static func user(_ uid: UInt32) -> Caller {
        Caller(subject: Subject(user: UserID(uid), accounts: [], isAdmin: false), name: "u\(uid)")
    }
}
