import Hummingbird
import NIOCore

/// Takes a reply's body into memory.
final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) {
        if bytes.readableBytes == 0 {
            bytes = buffer
        } else {
            bytes.writeImmutableBuffer(buffer)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) {}
}

/// Writes a reply's body piece by piece. A piece is written when the one before has gone to the kernel, so that a slow
/// client slows what makes the pieces, and memory holds one of them.
struct StreamWriter: ResponseBodyWriter {
    let connection: NIOLoopBound<ConnectionHandler>
    let eventLoop: any EventLoop

    /// Throws when the client is gone, or has read nothing for `HTTPLimits.writeTimeout`.
    func write(_ buffer: ByteBuffer) async throws {
        let connection = connection
        let written = eventLoop.flatSubmit { [eventLoop] in
            connection.value.writePiece(buffer) ?? eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        try await written.get()
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        let connection = connection
        try await eventLoop.submit { connection.value.finishStream(trailer: trailingHeaders) }.get()
    }
}
