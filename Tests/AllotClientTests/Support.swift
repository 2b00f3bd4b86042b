import AllotAPI
import AllotClient
import FakeDaemon
import NIOPosix

/// A client that shares the test process's threads.
func makeClient(_ daemon: FakeDaemon, _ change: (inout ClientLimits) -> Void = { _ in }) -> AllotClient {
    makeClient(path: daemon.path, change)
}

func makeClient(path: String, _ change: (inout ClientLimits) -> Void = { _ in }) -> AllotClient {
    var limits = ClientLimits()
    change(&limits)
    return AllotClient(socketPath: path, limits: limits, group: MultiThreadedEventLoopGroup.singleton)
}

/// What a call fails with; nil where it does not.
func failure(_ work: () async throws -> Void) async -> ClientError? {
    do {
        try await work()
        return nil
    } catch {
        return error as? ClientError
    }
}
