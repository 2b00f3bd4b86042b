import Glibc
import Synchronization

/// A connected Unix socket whose calls wait, each no longer than until a deadline. Any thread may end the waiting.
final class UnixSocket: Sendable {
    private enum State {
        case unopened
        case open(Int32)
        /// Shut down by another thread than the one that uses it, which will close it.
        case cancelled(Int32?)
        case closed
    }

    private let state = Mutex(State.unopened)

    deinit { close() }

    /// Whether it is connected, and neither has the other side closed it nor sent what nobody asked for.
    var isIdle: Bool {
        guard case .open(let descriptor) = state.withLock({ $0 }) else { return false }
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }

    /// Ends what is waited for on it, and whatever will be.
    func cancel() {
        state.withLock { state in
            switch state {
            case .unopened: state = .cancelled(nil)
            case .open(let descriptor):
                shutdown(descriptor, Int32(SHUT_RDWR))
                state = .cancelled(descriptor)
            case .cancelled, .closed: break
            }
        }
    }

    func close() {
        state.withLock { state in
            switch state {
            case .open(let descriptor), .cancelled(let descriptor?): Glibc.close(descriptor)
            case .unopened, .cancelled(nil), .closed: break
            }
            state = .closed
        }
    }

    /// Connects it, if it is not connected yet.
    func connect(to path: String, limitSeconds: Int64) throws(ClientError) {
        if case .open = state.withLock({ $0 }) { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isShort = withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            guard path.utf8.count < bytes.count else { return false }
            bytes.copyBytes(from: path.utf8)
            return true
        }
        guard isShort else { throw .pathTooLong(path: path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ClientError(connecting: errno, to: path) }
        let isWanted = state.withLock { state in
            guard case .unopened = state else { return false }
            state = .open(descriptor)
            return true
        }
        guard isWanted else {
            Glibc.close(descriptor)
            throw .disconnected
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let deadline = Deadline(seconds: limitSeconds)
        while connect(descriptor, address) != 0 {
            let number = errno
            // The listener's queue is full; a Unix socket then refuses instead of waiting (connect(2)).
            guard number == EAGAIN || number == EINTR, deadline.milliseconds > 0 else {
                throw ClientError(connecting: number, to: path)
            }
            guard case .open = state.withLock({ $0 }) else { throw .disconnected }
            poll(nil, 0, 5)
        }
    }

    private func connect(_ descriptor: Int32, _ address: sockaddr_un) -> Int32 {
        withUnsafeBytes(of: address) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return Glibc.connect(descriptor, start, socklen_t(bytes.count))
        }
    }

    /// Sends all of it, unless an answer comes before that: a daemon may answer and close before it has read it all.
    /// - Returns: Whether everything is sent.
    func send(_ bytes: [UInt8], until deadline: Deadline) throws(ClientError) -> Bool {
        let descriptor = try open()
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                guard try wait(descriptor, POLLIN | POLLOUT, until: deadline) & POLLIN == 0 else { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Receives what is there, and waits where that is nothing.
    /// - Returns: How many bytes; 0 where the other side will send no more.
    func receive(into bytes: UnsafeMutableRawBufferPointer, until deadline: Deadline) throws(ClientError) -> Int {
        let descriptor = try open()
        while true {
            let count = recv(descriptor, bytes.baseAddress, bytes.count, 0)
            if count >= 0 { return count }
            switch errno {
            case EAGAIN: _ = try wait(descriptor, POLLIN, until: deadline)
            case EINTR: break
            default: throw .disconnected
            }
        }
    }

    private func open() throws(ClientError) -> Int32 {
        guard case .open(let descriptor) = state.withLock({ $0 }) else { throw .disconnected }
        return descriptor
    }

    private func wait(_ descriptor: Int32, _ events: Int32, until deadline: Deadline) throws(ClientError) -> Int32 {
        var waiting = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let rest = deadline.milliseconds
            guard rest > 0 else { throw .timedOut(seconds: deadline.seconds) }
            if poll(&waiting, 1, Int32(clamping: rest)) > 0 { return Int32(waiting.revents) }
        }
    }
}

/// Until when something may take.
struct Deadline: Sendable {
    /// How long it was from the start.
    let seconds: Int64
    private let end: ContinuousClock.Instant

    init(seconds: Int64) {
        self.seconds = seconds
        end = .now + .seconds(seconds)
    }

    /// What is left, rounded up; 0 or less when it is over.
    var milliseconds: Int64 {
        let rest = ContinuousClock.now.duration(to: end).components
        return rest.seconds * 1000 + (rest.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}

extension ClientError {
    /// What a failed connect(2) means.
    init(connecting number: Int32, to path: String) {
        switch number {
        case ENOENT, ENOTDIR: self = .socketMissing(path: path)
        case EACCES, EPERM: self = .permissionDenied(path: path)
        case ECONNREFUSED: self = .connectionRefused(path: path)
        default: self = .cannotConnect(path: path, reason: String(cString: strerror(number)))
        }
    }
}
