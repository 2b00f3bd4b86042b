import FakeDaemon
import Foundation
import Testing

/// What a run of the program ended with.
struct Ending: Sendable {
    let code: Int32
    /// Whether a signal ended it; `code` is then its number.
    let wasSignalled: Bool
    let output: String
    let errors: String
}

/// The program that was built beside the tests.
enum BuiltProgram {
    /// nil where it was not built.
    static var path: String? {
        guard let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return nil
        }
        let path = "\((tests as NSString).deletingLastPathComponent)/allot"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// Runs it to its end, with the daemon's socket in its environment.
    /// - Parameter started: Called with its process id.
    static func run(
        _ daemon: FakeDaemon, _ arguments: String..., started: @Sendable (Int32) async throws -> Void = { _ in }
    ) async throws -> Ending {
        try await run(try #require(path), arguments, environment: ["ALLOT_SOCKET": daemon.path], started: started)
    }

    /// Runs any program to its end.
    static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:],
        started: @Sendable (Int32) async throws -> Void = { _ in }
    ) async throws -> Ending {
        let folder = try FakeDaemon.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"].merging(environment) { $1 }
        for name in ["out", "err"] { _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: "\(folder)/out")
        process.standardError = FileHandle(forWritingAtPath: "\(folder)/err")
        // Waiting must not keep a thread that the daemon's answers need.
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        try await started(process.processIdentifier)
        for await _ in ended {}
        return Ending(
            code: process.terminationStatus, wasSignalled: process.terminationReason == .uncaughtSignal,
            output: try String(contentsOfFile: "\(folder)/out", encoding: .utf8),
            errors: try String(contentsOfFile: "\(folder)/err", encoding: .utf8))
    }
}
