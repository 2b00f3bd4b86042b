#if canImport(Glibc)
    import Glibc
#endif

/// What a failed system call says.
struct SystemError: Error, Hashable, CustomStringConvertible {
    let number: Int32

    /// The last call's.
    static var last: SystemError { SystemError(number: errno) }

    var description: String { String(cString: strerror(number)) }
}

/// Where data goes.
enum StandardOutput {
    /// Writes all of it. A reader that has gone away ends the process as it ends others: by SIGPIPE.
    static func write(_ bytes: [UInt8]) throws(Failure) {
        do {
            try FileDescriptor(STDOUT_FILENO).write(bytes)
        } catch {
            if error.number == EPIPE {
                signal(SIGPIPE, SIG_DFL)
                raise(SIGPIPE)
            }
            throw Failure(.failed, "cannot write to standard output: \(error)")
        }
    }

    static func write(_ text: String) throws(Failure) {
        try write(Array(text.utf8))
    }
}

/// Where messages go.
enum StandardError {
    /// `allot: ` and the message.
    static func say(_ message: String) {
        write("allot: \(DisplayText.printable(message))\n")
    }

    /// Writes it; nobody can be told where that fails.
    static func write(_ text: String) {
        try? FileDescriptor(STDERR_FILENO).write(Array(text.utf8))
    }
}

/// An open file.
struct FileDescriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    /// Writes all bytes, however many calls it takes.
    func write(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // A terminal or pipe that someone else has made non-blocking: wait until there is room.
                var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if errno != EINTR {
                throw SystemError.last
            }
        }
    }
}
