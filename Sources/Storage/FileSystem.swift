import Glibc

/// The few system calls that the store makes beside SQLite's.
enum FileSystem {
    /// What went wrong with a path, in the system's words.
    static func failure(_ path: String, _ code: Int32 = errno) -> StoreError {
        if code == ENOSPC || code == EDQUOT { return .diskFull }
        return .cannotOpen(path: path, reason: String(cString: strerror(code)))
    }

    /// What is at the path itself, a link not followed; nil where there is nothing.
    static func status(_ path: String) throws(StoreError) -> stat? {
        var status = stat()
        if lstat(path, &status) == 0 { return status }
        guard errno == ENOENT else { throw failure(path) }
        return nil
    }

    /// Opens a file, which no program started from here inherits.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(StoreError) -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure(path) }
        return descriptor
    }

    /// Makes an empty file for this user alone; SQLite gives its log and shared memory the same mode.
    static func createEmpty(_ path: String) throws(StoreError) {
        close(try open(path, O_RDWR | O_CREAT | O_EXCL))
    }

    /// Removes a file that may not be there.
    static func remove(_ path: String) throws(StoreError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure(path) }
    }

    static func rename(_ path: String, _ place: String) throws(StoreError) {
        guard Glibc.rename(path, place) == 0 else { throw failure(path) }
    }

    /// Copies a file to a path where nothing is, for this user alone; it is on the disk when this returns.
    static func copy(_ path: String, to place: String) throws(StoreError) {
        let source = try open(path, O_RDONLY)
        defer { close(source) }
        let target = try open(place, O_WRONLY | O_CREAT | O_EXCL)
        defer { close(target) }
        var offset: Int64 = 0
        while true {
            let piece = try read(source, at: offset, count: StorageLimits.backupChunkBytes, path: path)
            if piece.isEmpty { break }
            var written = 0
            while written < piece.count {
                let count = piece[written...].withUnsafeBytes { write(target, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure(place) }
                written += count
            }
            offset += Int64(piece.count)
        }
        guard fsync(target) == 0 else { throw failure(place) }
    }

    /// Makes the names in a folder durable.
    static func synchronize(folder: String) throws(StoreError) {
        let descriptor = try open(folder, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder) }
    }

    /// Bytes that this user may still write to the file system of the path.
    static func freeBytes(_ path: String) throws(StoreError) -> Int64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw failure(path) }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    /// The first bytes of a file, fewer where it is shorter.
    static func head(_ path: String, count: Int) throws(StoreError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        return try read(descriptor, at: 0, count: count, path: path)
    }

    /// Bytes of an open file from an offset, fewer at its end.
    static func read(_ descriptor: Int32, at offset: Int64, count: Int, path: String) throws(StoreError) -> [UInt8] {
        var failed: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failed = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        guard failed == 0 else { throw failure(path, failed) }
        return bytes
    }
}
