import NIOCore

/// Sends what a test wants to be sent.
public struct Responder: Sendable {
    let channel: any Channel

    /// These bytes and nothing else.
    public func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// A whole answer.
    public func reply(
        _ body: [UInt8], status: Int = 200, type: String = "application/json", headers: [String] = []
    ) async throws {
        let lines =
            ["HTTP/1.1 \(status) Status", "Content-Type: \(type)", "Content-Length: \(body.count)"] + headers
        try await send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    public func reply(_ body: String, status: Int = 200, type: String = "application/json") async throws {
        try await reply(Array(body.utf8), status: status, type: type)
    }

    /// The head of an answer that comes in chunks.
    public func startChunks(type: String) async throws {
        try await send("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n")
    }

    public func chunk(_ text: String) async throws {
        try await send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    public func endChunks() async throws {
        try await send("0\r\n\r\n")
    }

    /// No more is sent; what comes is still read.
    public func halfClose() async throws {
        try await channel.close(mode: .output)
    }

    /// Waits until the other side has closed, or the daemon ends.
    public func hang() async throws {
        try await channel.closeFuture.get()
        throw CancellationError()
    }

    func hangUp() {
        channel.close(promise: nil)
    }
}
