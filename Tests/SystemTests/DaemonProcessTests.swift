import AllotAPI
import AllotClient
import Foundation
import NIOPosix
import Testing

/// The real `allotd`, as a process.
@Suite("The daemon as a process", .enabled(if: BuiltDaemon.path != nil, "allotd is not built"))
struct DaemonProcessTests {
    @Test("Started without standard files it opens none of its own in their place", .timeLimit(.minutes(1)))
    func closedStandardFiles() async throws {
        try await BuiltDaemon.run(redirections: "<&- >&- 2>&-") { process, client in
            let health = try await client.send(.get(Route.health)).decode(HealthView.self)
            #expect(health.status == .ok)
            for number in 0...2 {
                let target = try FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(process.processIdentifier)/fd/\(number)")
                #expect(target == "/dev/null")
            }
        }
    }

    @Test("A log that cannot be written is lost, and nothing else", .timeLimit(.minutes(1)))
    func fullLog() async throws {
        try await BuiltDaemon.run(redirections: "</dev/null >/dev/full 2>&1") { _, client in
            let health = try await client.send(.get(Route.health)).decode(HealthView.self)
            #expect(health.status == .ok && health.journalSequence > 0)
        }
    }
}

/// The daemon that was built beside the tests, on a topology and with the executor for development.
enum BuiltDaemon {
    /// nil where it was not built.
    static var path: String? {
        guard let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return nil
        }
        let path = "\((tests as NSString).deletingLastPathComponent)/allotd"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// Runs it in a folder of its own while `body` does; it has to end with 0 after SIGTERM.
    /// - Parameter redirections: of its standard files, as a shell has them.
    static func run(
        redirections: String, _ body: (Process, AllotClient) async throws -> Void
    ) async throws {
        let folder = "/tmp/allot-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let topology = root.appending(path: "Config/topologies/cpu-only.xml").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "exec \"$@\" \(redirections)", "sh", try #require(path), "--socket", "\(folder)/s", "--state",
            "\(folder)/state", "--policy", root.appending(path: "Config/policy.example.yaml").path, "--topology",
            topology, "--executor", "process",
        ]
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        do {
            let client = AllotClient(socketPath: "\(folder)/s", group: MultiThreadedEventLoopGroup.singleton)
            try await answering(client, process)
            try await body(process, client)
        } catch {
            process.terminate()
            for await _ in ended {}
            throw error
        }
        process.terminate()
        for await _ in ended {}
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }

    /// Waits until it answers.
    private static func answering(_ client: AllotClient, _ process: Process) async throws {
        while true {
            if (try? await client.send(.get(Route.health))) != nil { return }
            try #require(process.isRunning, "allotd ended at its start")
            await Task.yield()
        }
    }
}
