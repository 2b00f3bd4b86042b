import Glibc
import NIOCore

/// Who is at the other end of a connection, as the kernel noted it when the client connected (`SO_PEERCRED`, unix(7)).
/// It holds for every request on that connection, and nothing in a request can change it.
struct Peer: Sendable, Hashable {
    /// The process that connected. It may have ended since, and the number may be another's by now.
    let pid: Int32
    let uid: UInt32
    let gid: UInt32

    /// Reads the peer of a connected Unix socket. Fails for a channel that is none.
    static func read(from channel: any Channel) -> EventLoopFuture<Peer> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        return options.unsafeGetSocketOption(level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    }
}
