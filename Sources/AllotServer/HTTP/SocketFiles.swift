import CLinux
import CSystemd
import Glibc

/// The files of a Unix socket, by system calls.
enum SocketFiles {
    static func makeFolder(of path: String) throws(SocketError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        if mkdir(folder, 0o755) == 0 {
            // mkdir takes the umask off; everyone has to reach the socket.
            chmod(folder, 0o755)
        } else if errno != EEXIST {
            throw SocketError("folder \(folder) of the socket: \(SocketError.text(errno))")
        }
    }

    /// An open descriptor that holds the lock until it is closed. Fails where another process holds it.
    static func lock(_ path: String) throws(SocketError) -> Int32 {
        let file = path + ".lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SocketError("lock file \(file): \(SocketError.text(errno))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let why = SocketError.text(errno)
            let holder = isHeld ? pid(in: descriptor) : nil
            close(descriptor)
            guard isHeld else { throw SocketError("lock file \(file): \(why)") }
            throw SocketError("another allotd\(holder.map { " (pid \($0))" } ?? "") already serves \(path)")
        }
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
        return descriptor
    }

    /// Removes what a daemon that was killed left behind; call it with the lock held. Fails where the path is not a
    /// socket, or something that is not allotd listens there.
    static func removeStale(_ path: String) throws(SocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw SocketError("socket \(path): \(SocketError.text(errno))")
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SocketError("\(path) exists and is not a socket; it is left alone")
        }
        if try isServed(path) { throw SocketError("something else already listens at \(path)") }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw SocketError("old socket \(path): \(SocketError.text(errno))")
        }
    }

    /// A new listening socket. No client gets in before its mode is set, since it does not listen yet.
    static func listen(_ path: String, backlog: Int32) throws(SocketError) -> Int32 {
        let descriptor = try newSocket()
        let isListening = SocketAddress.with(path) { address, length in
            Glibc.bind(descriptor, address, length) == 0 && chmod(path, 0o666) == 0
                && Glibc.listen(descriptor, backlog) == 0
        }
        guard isListening else {
            let why = SocketError.text(errno)
            close(descriptor)
            throw SocketError("socket \(path): \(why)")
        }
        return descriptor
    }

    static func inode(_ path: String) -> UInt64? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    private static func isServed(_ path: String) throws(SocketError) -> Bool {
        let descriptor = try newSocket()
        defer { close(descriptor) }
        return SocketAddress.with(path) { address, length in
            // EAGAIN: it listens, and its backlog is full.
            connect(descriptor, address, length) == 0 || errno == EAGAIN
        }
    }

    private static func newSocket() throws(SocketError) -> Int32 {
        let kind = allot_stream_socket | allot_close_on_exec | allot_nonblocking
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw SocketError("socket: \(SocketError.text(errno))") }
        return descriptor
    }

    private static func pid(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}

/// A Unix socket's address in C.
enum SocketAddress {
    /// Bytes of the path with the 0 at its end.
    static let pathBytes = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

    /// Calls `body` with the address of `path`, which is cut to what fits. With `@` in front it is a name in the
    /// abstract namespace, as unix(7) has it.
    static func with<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            target.copyBytes(from: path.utf8.prefix(pathBytes - 1))
            if path.hasPrefix("@") { target[0] = 0 }
        }
        let abstractLength = MemoryLayout<sa_family_t>.size + min(path.utf8.count, pathBytes - 1)
        let length = path.hasPrefix("@") ? abstractLength : MemoryLayout<sockaddr_un>.size
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                body(pointer, socklen_t(length))
            }
        }
    }
}
