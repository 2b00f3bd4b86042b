import AllotClient
import FakeDaemon
import Foundation
import Testing

@Suite("Reaching the socket")
struct ConnectTests {
    @Test("A path where nothing is", arguments: ["missing", "missing/s", "file/s"])
    func missing(name: String) async throws {
        try await inFolder { (folder) async throws in
            _ = FileManager.default.createFile(atPath: "\(folder)/file", contents: nil)
            let path = "\(folder)/\(name)"
            #expect(
                await failure { _ = try await makeClient(path: path).send(.get("/")) } == .socketMissing(path: path))
        }
    }

    @Test("A path where a file is, but no socket that somebody listens at")
    func refused() async throws {
        try await inFolder { (folder) async throws in
            let path = "\(folder)/file"
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let error = await failure { _ = try await makeClient(path: path).send(.get("/")) }
            #expect(error == .connectionRefused(path: path))
        }
    }

    @Test("A folder that may not be entered", .enabled(if: geteuid() != 0, "root may enter every folder"))
    func denied() async throws {
        try await inFolder { (folder) async throws in
            let path = "\(folder)/closed/s"
            try FileManager.default.createDirectory(
                atPath: "\(folder)/closed", withIntermediateDirectories: false, attributes: [.posixPermissions: 0])
            let error = await failure { _ = try await makeClient(path: path).send(.get("/")) }
            #expect(error == .permissionDenied(path: path))
        }
    }

    @Test("A path that is longer than a socket's may be")
    func tooLong() async throws {
        let path = "/tmp/" + String(repeating: "x", count: 200)
        #expect(await failure { _ = try await makeClient(path: path).send(.get("/")) } == .pathTooLong(path: path))
    }

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = try FakeDaemon.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}
