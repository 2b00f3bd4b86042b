import CLinux
import Glibc
import Synchronization

/// One thread that waits for processes to end, children or not, by their pidfds.
final class ProcessWatch: Sendable {
    private struct Watched {
        var descriptor: Int32
        var ended: @Sendable (Int32?) -> Void
    }

    private struct State {
        var watched: [Watched] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wakeup: Wakeup

    init() throws(ExecutorFailure) {
        wakeup = try Wakeup()
    }

    /// Starts the thread; it ends with `close`.
    func start() throws(ExecutorFailure) {
        try startThread { self.run() }
    }

    /// Calls `ended` once, from the watching thread, when the process has ended, with its wait(2) status where the
    /// kernel still tells it. False where there is no such process any more.
    func add(_ identity: ProcessIdentity, ended: @escaping @Sendable (Int32?) -> Void) -> Bool {
        let descriptor = allot_pidfd_open(identity.pid)
        guard descriptor >= 0 else { return false }
        guard ProcessTable.facts(of: identity.pid)?.identity == identity else {
            Glibc.close(descriptor)
            return false
        }
        state.withLock { $0.watched.append(Watched(descriptor: descriptor, ended: ended)) }
        wakeup.wake()
        return true
    }

    func close() {
        state.withLock { $0.isClosed = true }
        wakeup.wake()
    }

    private func run() {
        while true {
            let (descriptors, isClosed) = state.withLock { ($0.watched.map(\.descriptor), $0.isClosed) }
            if isClosed { break }
            var polled = [pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)]
            polled += descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }
            if polled[0].revents != 0 { wakeup.clear() }
            for entry in polled.dropFirst() where entry.revents != 0 { finish(entry.fd) }
        }
        for watched in state.withLock({ $0.watched }) { Glibc.close(watched.descriptor) }
    }

    private func finish(_ descriptor: Int32) {
        let watched = state.withLock { state in
            let index = state.watched.firstIndex { $0.descriptor == descriptor }
            return index.map { state.watched.remove(at: $0) }
        }
        let status = ProcessWatch.reap(descriptor)
        Glibc.close(descriptor)
        watched?.ended(status)
    }

    /// The status of an ended process, which is also taken from the kernel's table if it is a child.
    private static func reap(_ descriptor: Int32) -> Int32? {
        var information = siginfo_t()
        // P_PIDFD of waitid(2), which does not import.
        let result = waitid(idtype_t(3), id_t(descriptor), &information, WEXITED | WNOHANG)
        if result == 0 { return allot_wait_status(&information) }
        var status: Int32 = 0
        return allot_pidfd_exit_status(descriptor, &status) == 0 ? status : nil
    }
}

/// The shell's number for a wait(2) status: the exit code, or 128 + the signal.
func exitCode(status: Int32) -> Int32 {
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
}
