import Foundation
import Glibc
import Hummingbird
import Logging
import NIOCore
import Testing

@testable import AllotServer

@Suite("HTTP shutdown") struct HTTPShutdownTests {
    @Test func `A request in flight is finished, and new clients find no socket`() async throws {
        let gate = Gate()
        try await withServer(router: sampleRouter(gate: gate)) { server in
            async let reply = server.ask("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
            await gate.arrival()
            await server.group.triggerGracefulShutdown()
            while FileManager.default.fileExists(atPath: server.path) { await Task.yield() }
            #expect(throws: RawClient.Failure.self) { try RawClient(path: server.path) }
            gate.open()
            let finished = try await reply
            #expect(finished.body == "through")
        }
    }

    @Test func `A request that has arrived in part may arrive whole`() async throws {
        try await withServer { server in
            let path = server.path
            let client = try await onThread {
                let client = try RawClient(path: path)
                try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /things/")
                _ = try client.reply()
                return client
            }
            await server.group.triggerGracefulShutdown()
            while FileManager.default.fileExists(atPath: path) { await Task.yield() }
            let reply = try await onThread {
                try client.send("9 HTTP/1.1\r\nHost: x\r\n\r\n")
                return try client.reply()
            }
            #expect(reply.body == "9")
        }
    }

    @Test func `A client that was accepted just before the end is answered`() async throws {
        try await withServer { server in
            let path = server.path
            let clients = try await onThread {
                let clients = try (0..<50).map { _ in try RawClient(path: path) }
                for client in clients { try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n") }
                return clients
            }
            await server.group.triggerGracefulShutdown()
            let bodies = try await onThread { try clients.map { try $0.reply().body } }
            #expect(bodies == Array(repeating: "hello", count: 50))
        }
    }

    @Test func `A request on an idle connection is answered whole, or fails to be sent`() async throws {
        for _ in 0..<20 {
            try await withServer { server in
                let path = server.path
                let clients = try await onThread {
                    try (0..<8).map { _ in
                        let client = try RawClient(path: path)
                        try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                        _ = try client.reply()
                        return client
                    }
                }
                async let ending: Void = server.group.triggerGracefulShutdown()
                let silent = try await onThread {
                    var silent = 0
                    for client in clients {
                        var wasSent = false
                        do {
                            while true {
                                wasSent = false
                                try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                                wasSent = true
                                if try client.reply().fields["connection"] == "close" { break }
                            }
                        } catch {
                            silent += wasSent ? 1 : 0
                        }
                    }
                    return silent
                }
                await ending
                #expect(silent == 0)
            }
        }
    }

    @Test func `What does not finish in time is cut`() async throws {
        var limits = HTTPLimits()
        limits.shutdownTimeout = .milliseconds(100)
        let gate = Gate()
        let log = LogCollector()
        try await withServer(
            limits: limits, router: sampleRouter(gate: gate), logger: log.logger(level: .warning)
        ) { server in
            let text = Task {
                try await server.client { client in
                    try client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
                    return try client.receiveToEnd()
                }
            }
            await gate.arrival()
            await server.group.triggerGracefulShutdown()
            let received = try await text.value
            #expect(received.isEmpty)
        }
        #expect(log.lines.contains { $0.contains("Cutting what is still in flight connections=1") })
        gate.open()
    }

    @Test func `A socket from systemd is served, and left in place`() async throws {
        var kept: Int32 = -1
        defer { close(kept) }
        try await withServer(
            socket: { place in
                let descriptor = try SocketFiles.listen(place, backlog: 8)
                kept = dup(descriptor)
                return .activated(try SocketActivation.check(descriptor), path: place)
            },
            { server in
                let reply = try await server.ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(reply.body == "hello")
            },
            afterwards: { path in
                #expect(FileManager.default.fileExists(atPath: path))
                // The one who keeps it still takes connections, for the next daemon.
                _ = try RawClient(path: path)
            })
    }
}
