import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#endif

/// Opens connections to a Unix socket and tells failures apart.
struct Connector: Sendable {
    let socketPath: String
    let group: any EventLoopGroup
    let connectSeconds: Int64

    /// - Parameter initialize: Sets the channel up on its event loop, before anything is read.
    func connect<Output: Sendable>(
        _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws(ClientError) -> Output {
        let deadline = ContinuousClock.now + .seconds(connectSeconds)
        while true {
            do {
                return try await ClientBootstrap(group: group)
                    .connectTimeout(.seconds(connectSeconds))
                    // A page of a list is half a megabyte: reading that in small pieces takes longer than to make it.
                    .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16))
                    .connect(unixDomainSocketPath: socketPath, channelInitializer: initialize)
            } catch let error as IOError where error.errnoCode == EAGAIN && ContinuousClock.now < deadline {
                // The listener's queue is full; a Unix socket then refuses instead of waiting (connect(2)).
                do { try await Task.sleep(for: .milliseconds(5)) } catch { throw ClientError.disconnected }
            } catch {
                throw failure(error)
            }
        }
    }

    private func failure(_ error: any Error) -> ClientError {
        if let error = error as? SocketAddressError, case .unixDomainSocketPathTooLong = error {
            return .pathTooLong(path: socketPath)
        }
        if case ChannelError.connectTimeout? = error as? ChannelError { return .timedOut(seconds: connectSeconds) }
        guard let error = error as? IOError else {
            return .cannotConnect(path: socketPath, reason: "\(error)")
        }
        return ClientError(connecting: error.errnoCode, to: socketPath)
    }
}
