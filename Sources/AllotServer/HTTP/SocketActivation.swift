import CLinux
import CSystemd
import Glibc

/// Listening sockets handed over by systemd, as sd_listen_fds(3) has it.
enum SocketActivation {
    /// What was handed over.
    struct Sockets: Hashable {
        /// The API's; nil where it was not.
        var api: Int32?
        /// That of the metrics, a TCP port; nil where nobody wants one.
        var metrics: Int32?
    }

    /// The name that `FileDescriptorName=` gives the metrics' socket.
    static let metricsName = "metrics"

    /// The sockets. Throws `SocketError` for anything but one listening Unix stream socket, and one of TCP that is
    /// named for the metrics.
    static func sockets(
        environment: [String: String], processID: Int32 = getpid()
    ) throws(SocketError) -> Sockets {
        guard let pid = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"] else { return Sockets() }
        guard Int32(pid) == processID else { return Sockets() }
        guard let count = Int(count), count > 0 else { return Sockets() }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var sockets = Sockets()
        let isMetrics = (0..<min(count, 2)).map { $0 < names.count && names[$0] == metricsName }
        guard count <= 2, isMetrics.count(where: { $0 }) <= 1, isMetrics.count(where: { !$0 }) <= 1 else {
            throw SocketError(
                "systemd hands over \(count) sockets (LISTEN_FDS); allotd takes one, and one named '\(metricsName)'")
        }
        for (index, isMetrics) in isMetrics.enumerated() {
            let descriptor = firstDescriptor + Int32(index)
            if isMetrics {
                sockets.metrics = try checkTCP(descriptor)
            } else {
                sockets.api = try check(descriptor)
            }
        }
        return sockets
    }

    /// SD_LISTEN_FDS_START.
    static let firstDescriptor: Int32 = 3

    /// The descriptor, if it is a listening Unix stream socket; from then on not passed to programs that are started.
    static func check(_ descriptor: Int32) throws(SocketError) -> Int32 {
        try check(descriptor, "Unix", sd_is_socket_unix(descriptor, allot_stream_socket, 1, nil, 0))
    }

    /// The same of TCP.
    static func checkTCP(_ descriptor: Int32) throws(SocketError) -> Int32 {
        let four = sd_is_socket(descriptor, AF_INET, allot_stream_socket, 1)
        let kind = four == 0 ? sd_is_socket(descriptor, AF_INET6, allot_stream_socket, 1) : four
        return try check(descriptor, "TCP", kind)
    }

    private static func check(_ descriptor: Int32, _ wanted: String, _ kind: Int32) throws(SocketError) -> Int32 {
        guard kind > 0 else {
            let why = kind < 0 ? SocketError.text(-kind) : "it is of another kind"
            throw SocketError("descriptor \(descriptor) from systemd is no listening \(wanted) stream socket: \(why)")
        }
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw SocketError("descriptor \(descriptor) from systemd: \(SocketError.text(errno))")
        }
        return descriptor
    }
}

/// Why the daemon has no socket to serve.
struct SocketError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// What the system says of an error number.
    static func text(_ number: Int32) -> String {
        String(cString: strerror(number))
    }
}
