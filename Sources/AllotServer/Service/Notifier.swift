import CLinux
import Foundation
import Glibc

/// Tells systemd how the daemon is, as sd_notify(3) has it. Does nothing where nobody listens.
struct Notifier: Sendable {
    private let path: String?

    /// Takes the socket from `NOTIFY_SOCKET`: a path, or `@` and a name in the abstract namespace.
    init(environment: [String: String] = Environment.all) {
        path = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    }

    /// Requests are served.
    @discardableResult
    func ready(status: String? = nil) -> Bool { send(["READY=1"] + text(status)) }

    /// The configuration is being read again; `ready` follows. The time lets systemd tell this reload from others.
    @discardableResult
    func reloading() -> Bool { send(["RELOADING=1", "MONOTONIC_USEC=\(Notifier.monotonicMicroseconds())"]) }

    /// The end has begun.
    @discardableResult
    func stopping() -> Bool { send(["STOPPING=1"]) }

    /// A line that `systemctl status` shows.
    @discardableResult
    func status(_ line: String) -> Bool { send(text(line)) }

    /// The daemon is alive.
    @discardableResult
    func watchdog() -> Bool { send(["WATCHDOG=1"]) }

    private func text(_ status: String?) -> [String] {
        status.map { ["STATUS=\($0.filter { !$0.isNewline })"] } ?? []
    }

    /// Gives whether it was sent.
    private func send(_ lines: [String]) -> Bool {
        guard let path else { return false }
        let descriptor = socket(AF_UNIX, Notifier.kind, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let message = Array(lines.joined(separator: "\n").utf8)
        return SocketAddress.with(path) { address, length in
            sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), address, length) == message.count
        }
    }

    private static let kind = allot_datagram_socket | allot_close_on_exec

    private static func monotonicMicroseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// The process's environment, and what systemd tells a service in it.
enum Environment {
    static var all: [String: String] { ProcessInfo.processInfo.environment }

    /// Who the daemon runs as.
    static var effectiveUser: UInt32 { geteuid() }

    /// How often systemd wants to hear of the daemon; nil where it does not (sd_watchdog_enabled(3)).
    static func watchdogInterval(
        _ environment: [String: String] = all, processID: Int32 = getpid()
    ) -> Duration? {
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 0 else {
            return nil
        }
        if let pid = environment["WATCHDOG_PID"], Int32(pid) != processID { return nil }
        return .microseconds(microseconds)
    }

    /// Takes what is meant for this process alone out of the environment, so that no command that it starts speaks for
    /// it. Call it in `main` after reading them, before there is a second thread: the C library does not lock them.
    static func forget() {
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            unsetenv(name)
        }
    }
}
