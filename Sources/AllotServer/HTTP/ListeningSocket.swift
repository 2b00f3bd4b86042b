import Glibc
import Synchronization

/// The Unix socket that the daemon serves: handed over by systemd, or its own.
///
/// An own socket comes with a lock, so take it before anything else that only one daemon may hold, such as the
/// database: a second daemon fails here, with a message that says so.
final class ListeningSocket: Sendable {
    /// Where it is, for messages.
    let path: String
    /// Whether it was made here, and is removed at the end.
    let isOwn: Bool
    private let state: Mutex<State>

    private struct State {
        /// Nil once handed to the service, which closes it.
        var descriptor: Int32?
        /// Held as long as this lives.
        var lock: Int32?
        /// The socket's file, to remove no other.
        var inode: UInt64?
    }

    private init(path: String, isOwn: Bool, state: sending State) {
        self.path = path
        self.isOwn = isOwn
        self.state = Mutex(state)
    }

    deinit {
        release()
    }

    /// The socket that systemd hands over, if it does, else an own one at `path`.
    static func open(
        path: String, backlog: Int32 = HTTPLimits().backlog, environment: [String: String] = Environment.all
    ) throws(SocketError) -> ListeningSocket {
        if let descriptor = try SocketActivation.sockets(environment: environment).api {
            return activated(descriptor, path: path)
        }
        return try bind(path: path, backlog: backlog)
    }

    /// A listening socket that someone else made and keeps.
    static func activated(_ descriptor: Int32, path: String) -> ListeningSocket {
        ListeningSocket(path: path, isOwn: false, state: State(descriptor: descriptor))
    }

    /// A new socket at `path` with mode 0666: anyone may connect, and policy says who may do what. Its folder is made
    /// with mode 0755 where it is missing. The lock is the file beside it with `.lock` added; it stays behind.
    static func bind(path: String, backlog: Int32 = HTTPLimits().backlog) throws(SocketError) -> ListeningSocket {
        guard !path.isEmpty, path.utf8.count < SocketAddress.pathBytes, !path.utf8.contains(0) else {
            throw SocketError("socket path '\(path)': it may have 1 to \(SocketAddress.pathBytes - 1) bytes")
        }
        try SocketFiles.makeFolder(of: path)
        let lock = try SocketFiles.lock(path)
        do {
            try SocketFiles.removeStale(path)
            let descriptor = try SocketFiles.listen(path, backlog: backlog)
            let state = State(descriptor: descriptor, lock: lock, inode: SocketFiles.inode(path))
            return ListeningSocket(path: path, isOwn: true, state: state)
        } catch {
            close(lock)
            throw error
        }
    }

    /// The descriptor, for the one who will close it. Nil from the second time on.
    func take() -> Int32? {
        state.withLock { state in
            defer { state.descriptor = nil }
            return state.descriptor
        }
    }

    /// Removes an own socket's file, so that clients no longer find it; those that are connected stay so.
    func unlinkPath() {
        guard isOwn else { return }
        state.withLock { state in
            if let inode = state.inode, SocketFiles.inode(path) == inode { unlink(path) }
            state.inode = nil
        }
    }

    /// Gives everything back: the file, the lock, and the descriptor unless it was taken.
    func release() {
        unlinkPath()
        state.withLock { state in
            if let descriptor = state.descriptor { close(descriptor) }
            if let lock = state.lock { close(lock) }
            state.descriptor = nil
            state.lock = nil
        }
    }
}
