import CLinux
import CSystemd
import Glibc

/// A listening socket handed over by systemd, as sd_listen_fds(3) has it.
enum SocketActivation {
    /// The descriptor, or nil where nothing was handed over. Throws `SocketError` for anything but one listening Unix
    /// stream socket.
    static func descriptor(environment: [String: String], processID: Int32 = getpid()) throws(SocketError) -> Int32? {
        guard let pid = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"] else { return nil }
        guard Int32(pid) == processID else { return nil }
        guard let count = Int(count), count > 0 else { return nil }
        guard count == 1 else {
            throw SocketError("systemd hands over \(count) sockets (LISTEN_FDS); allotd takes one")
        }
        return try check(firstDescriptor)
    }

    /// SD_LISTEN_FDS_START.
    static let firstDescriptor: Int32 = 3

    /// The descriptor, if it is what it should be; from then on not passed to programs that are started.
    static func check(_ descriptor: Int32) throws(SocketError) -> Int32 {
        let kind = sd_is_socket_unix(descriptor, allot_stream_socket, 1, nil, 0)
        guard kind > 0 else {
            let why = kind < 0 ? SocketError.text(-kind) : "it is of another kind"
            throw SocketError("descriptor \(descriptor) from systemd is no listening Unix stream socket: \(why)")
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
