import NIOCore

/// Stands before the parser and tells the connection of bytes that arrive, since the parser speaks up only when a head
/// is whole, and a client may take its time with one. Keeps bytes from the parser once they mean nothing any more.
final class ArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ConnectionHandler

    init(_ connection: ConnectionHandler) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if connection.bytesArrived(unwrapInboundIn(data)) { context.fireChannelRead(data) }
    }
}
