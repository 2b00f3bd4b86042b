import AllotAPI
import NIOCore
import Synchronization

/// The open connections: holds them to the limits, and ends them when the service ends.
final class ConnectionRegistry: Sendable {
    private let limits: HTTPLimits
    private let state = Mutex(State())

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// By uid, admitted ones.
        var admitted: [UInt32: Int] = [:]
        var total = 0
        var refusals = 0
        var isEnding = false
        var whenEmpty: CheckedContinuation<Void, Never>?
    }

    enum Admission {
        case admitted
        /// The connection gets this reply, and is closed.
        case refused(Problem)
        /// The connection is closed without a reply.
        case dropped
    }

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Counts a new connection until it closes.
    func admit(_ channel: any Channel, peer: Peer) -> Admission {
        let admission = state.withLock { state in
            let problem = problem(for: peer, state)
            if problem != nil, state.refusals >= limits.lingeringRefusals { return Admission.dropped }
            state.channels[ObjectIdentifier(channel)] = channel
            guard let problem else {
                state.total += 1
                state.admitted[peer.uid, default: 0] += 1
                return .admitted
            }
            state.refusals += 1
            return .refused(problem)
        }
        switch admission {
        case .dropped: break
        case .admitted: channel.closeFuture.whenComplete { _ in self.remove(channel, admitted: peer) }
        case .refused: channel.closeFuture.whenComplete { _ in self.remove(channel, admitted: nil) }
        }
        // The service may have begun to end between the accept and here.
        if state.withLock({ $0.isEnding }) { quiesce(channel) }
        return admission
    }

    /// How many are open.
    var count: Int { state.withLock { $0.channels.count } }

    /// Tells every connection, and every later one, to close as soon as nothing is in flight on it.
    func quiesceAll() {
        let channels = state.withLock { state in
            state.isEnding = true
            return Array(state.channels.values)
        }
        for channel in channels { quiesce(channel) }
    }

    /// Closes every connection at once.
    func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }

    /// Returns when no connection is open. One caller at a time.
    func waitUntilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.channels.isEmpty { state.whenEmpty = continuation }
                return state.channels.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }

    private func quiesce(_ channel: any Channel) {
        channel.eventLoop.execute {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    private func problem(for peer: Peer, _ state: State) -> Problem? {
        let isRoot = peer.uid == 0
        let most = limits.connections + (isRoot ? limits.rootConnections : 0)
        if state.total >= most { return Problems.tooManyConnections(most) }
        if !isRoot, state.admitted[peer.uid, default: 0] >= limits.connectionsPerUser {
            return Problems.tooManyConnectionsOfUser(limits.connectionsPerUser)
        }
        return nil
    }

    private func remove(_ channel: any Channel, admitted peer: Peer?) {
        let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            if let peer {
                state.total -= 1
                let left = state.admitted[peer.uid, default: 1] - 1
                state.admitted[peer.uid] = left == 0 ? nil : left
            } else {
                state.refusals -= 1
            }
            guard state.channels.isEmpty else { return nil }
            defer { state.whenEmpty = nil }
            return state.whenEmpty
        }
        waiting?.resume()
    }
}
