import Foundation
import Glibc
import Testing

@testable import AllotServer

@Suite("Peer identity") struct HTTPPeerTests {
    private static let canBecomeOthers =
        geteuid() == 0
        && ["/usr/bin/setpriv", "/usr/bin/curl"].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    @Test func `A client is who the kernel says, whatever its request says`() async throws {
        try await withServer { server in
            let reply = try await server.ask(
                "GET /peer HTTP/1.1\r\nHost: x\r\nX-Remote-User: nobody\r\nX-Uid: 1\r\nAuthorization: Basic YQ\r\n\r\n"
            )
            #expect(reply.body == #"{"pid":\#(getpid()),"uid":\#(geteuid())}"#)
        }
    }

    @Test(.enabled(if: canBecomeOthers, "needs root, setpriv and curl"), arguments: [UInt32(65_534), 4711])
    func `Another user is another uid`(_ uid: UInt32) async throws {
        try await withServer { server in
            let path = server.path
            let (output, pid) = try await onThread {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
                process.arguments = [
                    "--reuid", "\(uid)", "--regid", "\(uid)", "--clear-groups", "/usr/bin/curl", "-sS", "--unix-socket",
                    path, "http://x/peer", "-H", "X-Uid: 0",
                ]
                let pipe = Pipe()
                process.standardOutput = pipe
                try process.run()
                let output = pipe.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                return (String(decoding: output, as: UTF8.self), process.processIdentifier)
            }
            #expect(output == #"{"pid":\#(pid),"uid":\#(uid)}"#)
        }
    }
}
