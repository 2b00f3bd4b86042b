import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import Units
import UnixSignals

@testable import AllotServer

@Suite("Service life cycle") struct ServiceTests {
    /// What systemd would hear.
    private final class Listener: Sendable {
        let folder: TemporaryFolder
        let path: String
        private let descriptor: Int32

        init(abstract: Bool = false) throws {
            folder = try TemporaryFolder()
            path = abstract ? "@\(folder.path)" : folder.path + "/notify"
            descriptor = socket(AF_UNIX, 2, 0)  // SOCK_DGRAM
            var timeout = timeval(tv_sec: 60, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
            try #require(SocketAddress.with(path) { bind(descriptor, $0, $1) } == 0)
        }

        deinit {
            close(descriptor)
        }

        var notifier: Notifier { Notifier(environment: ["NOTIFY_SOCKET": path]) }

        func next() async throws -> String {
            let descriptor = descriptor
            return try await onThread {
                var bytes = [UInt8](repeating: 0, count: 4096)
                let count = recv(descriptor, &bytes, bytes.count, 0)
                try #require(count > 0, "nothing was sent")
                return String(decoding: bytes.prefix(count), as: UTF8.self)
            }
        }

        /// What has come and was not looked at.
        func pending() -> Int {
            var count = 0
            var bytes = [UInt8](repeating: 0, count: 4096)
            while recv(descriptor, &bytes, bytes.count, 0x40) > 0 { count += 1 }  // MSG_DONTWAIT
            return count
        }
    }

    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    @Test(arguments: [false, true])
    func `systemd hears each state as it wants it`(_ abstract: Bool) async throws {
        let listener = try Listener(abstract: abstract)
        let notifier = listener.notifier
        #expect(notifier.ready(status: "Serving\nREADY=0"))
        #expect(try await listener.next() == "READY=1\nSTATUS=ServingREADY=0")
        #expect(notifier.stopping())
        #expect(try await listener.next() == "STOPPING=1")
        #expect(notifier.status("7 waiting"))
        #expect(try await listener.next() == "STATUS=7 waiting")
        #expect(notifier.watchdog())
        #expect(try await listener.next() == "WATCHDOG=1")
        #expect(notifier.reloading())
        let reloading = try await listener.next().split(separator: "\n")
        #expect(reloading.first == "RELOADING=1")
        let time = try #require(reloading.last?.split(separator: "=").last.flatMap { Int64($0) })
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        #expect((0...10_000_000).contains(Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000 - time))
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "/nowhere/at/all"]])
    func `Without systemd nothing is sent`(_ environment: [String: String]) {
        #expect(!Notifier(environment: environment).ready())
    }

    @Test(
        arguments: [
            ([:], nil), (["WATCHDOG_USEC": "30000000"], Duration.seconds(30)), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "x"], nil), (["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "7"], .milliseconds(1)),
            (["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "8"], nil),
        ] as [([String: String], Duration?)])
    func `The watchdog's interval is taken where it is meant for this process`(
        _ environment: [String: String], _ interval: Duration?
    ) {
        #expect(Environment.watchdogInterval(environment, processID: 7) == interval)
    }

    @Test func `The watchdog is fed as long as the writer answers`() async throws {
        let listener = try Listener()
        let service = WatchdogService(
            interval: .milliseconds(10), notifier: listener.notifier, logger: ServiceTests.quiet, ping: {})
        try await running(service) {
            for _ in 0..<5 {
                let said = try await listener.next()
                #expect(said == "WATCHDOG=1")
            }
        }
    }

    @Test func `A stuck writer starves the watchdog, and does not keep the daemon from ending`() async throws {
        let listener = try Listener()
        let log = LogCollector()
        let gate = Gate()
        let service = WatchdogService(
            interval: .milliseconds(10), notifier: listener.notifier, logger: log.logger(level: .error),
            ping: { await gate.pass() })
        try await running(service) {
            await gate.arrival()
            try await eventually { log.lines.count >= 3 }
        }
        #expect(log.lines.allSatisfy { $0.contains("does not answer") })
        #expect(listener.pending() == 0)
        gate.open()
    }

    @Test func `A writer that answers with an error starves the watchdog`() async throws {
        struct Stuck: Error {}
        let listener = try Listener()
        let log = LogCollector()
        let service = WatchdogService(
            interval: .milliseconds(10), notifier: listener.notifier, logger: log.logger(level: .error),
            ping: { throw Stuck() })
        try await running(service) {
            try await eventually { log.lines.count >= 3 }
        }
        #expect(listener.pending() == 0)
    }

    @Test func `SIGHUP reloads, with systemd informed before and after`() async throws {
        let listener = try Listener()
        let reloads = Mutex(0)
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let service = ReloadService(signals: hangups, notifier: listener.notifier, logger: ServiceTests.quiet) {
            reloads.withLock { $0 += 1 }
        }
        try await running(service) { () async throws in
            for count in 1...2 {
                kill(getpid(), SIGHUP)
                let reloading = try await listener.next()
                #expect(reloading.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
                let ready = try await listener.next()
                #expect(ready == "READY=1\nSTATUS=Configuration reloaded")
                #expect(reloads.withLock { $0 } == count)
            }
        }
    }

    @Test func `A reload that fails says so, and the daemon goes on`() async throws {
        struct Wrong: Error, CustomStringConvertible { let description = "line 3: no such key" }
        let listener = try Listener()
        let (signals, signal) = AsyncStream.makeStream(of: Void.self)
        let service = ReloadService(signals: signals, notifier: listener.notifier, logger: ServiceTests.quiet) {
            throw Wrong()
        }
        try await running(service) {
            signal.yield()
            _ = try await listener.next()
            #expect(try await listener.next() == "READY=1\nSTATUS=Configuration not reloaded: line 3: no such key")
        }
    }

    /// Runs a service while `body` runs, and ends it as SIGTERM does.
    private func running(_ service: any Service, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [service], logger: ServiceTests.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

@Suite("System accounts") struct ServiceAccountTests {
    @Test func `Root is known by uid and by name, with groups`() async throws {
        let accounts = SystemAccounts()
        let root = try await accounts.user(.root)
        #expect(root.name == "root")
        #expect(root.groups.contains("root"))
        #expect(try await accounts.user(named: "root") == .root)
    }

    @Test(arguments: [UInt32(3_999_999_999), 2_147_483_600])
    func `A user that does not exist is an error that names it`(_ uid: UInt32) async throws {
        await #expect(throws: AccountError.unknownID(UserID(uid))) { try await SystemAccounts().user(UserID(uid)) }
        #expect("\(AccountError.unknownID(UserID(uid)))".contains("\(uid)"))
    }

    @Test(arguments: ["", "no such user", "root\0x", String(repeating: "x", count: 10_000)])
    func `A name that nobody has is nobody`(_ name: String) async throws {
        #expect(try await SystemAccounts().user(named: name) == nil)
    }

    @Test func `Every user of the machine is found by both`() async throws {
        let accounts = SystemAccounts(capacity: 3)
        let lines = try String(contentsOfFile: "/etc/passwd", encoding: .utf8).split(separator: "\n")
        var seen: Set<UInt32> = []
        for line in lines {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 3, let uid = UInt32(fields[2]), seen.insert(uid).inserted else { continue }
            #expect(try await accounts.user(UserID(uid)).name == String(fields[0]))
            #expect(try await accounts.user(named: String(fields[0])) == UserID(uid))
        }
        #expect(!seen.isEmpty)
    }
}
