import Glibc
import Synchronization

/// Room on the disk that is kept back, so that reservations can still end when the disk is full: a file of its own,
/// really allocated, that is deleted when room is needed.
final class DiskReserve: Sendable {
    private let path: String
    private let folder: String
    private let bytes: Int64
    private let change = Mutex(())
    private let released = Atomic(true)

    init(folder: StateFolder, bytes: Int64) {
        self.folder = folder.path
        self.path = folder.reserve
        self.bytes = bytes
    }

    /// Whether the room has been given away, or could not be had: new work is to be refused.
    var isReleased: Bool { released.load(ordering: .relaxed) }

    /// Allocates the reserve; false where there is no room for it.
    func take() throws(StoreError) -> Bool {
        let outcome = change.withLock { _ in Result { () throws(StoreError) in try allocate() } }
        let isTaken = try outcome.get()
        released.store(!isTaken, ordering: .relaxed)
        return isTaken
    }

    /// Takes it back once there is room for it and for some work besides, so that it does not come and go.
    func restore() throws(StoreError) -> Bool {
        guard isReleased else { return true }
        guard try FileSystem.freeBytes(folder) >= bytes + bytes / 4 + DiskReserve.workBytes else { return false }
        return try take()
    }

    /// Gives the room away; false where it was not there to be given.
    func release() throws(StoreError) -> Bool {
        released.store(true, ordering: .relaxed)
        let outcome = change.withLock { _ in
            Result { () throws(StoreError) in
                let isThere = try FileSystem.status(path) != nil
                try FileSystem.remove(path)
                return isThere
            }
        }
        return try outcome.get()
    }

    /// Free room besides the reserve below which there is no use in taking new work.
    private static let workBytes: Int64 = 1 << 20

    private func allocate() throws(StoreError) -> Bool {
        guard bytes > 0 else {
            try FileSystem.remove(path)
            return true
        }
        let descriptor = try FileSystem.open(path, O_RDWR | O_CREAT)
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(bytes)) == 0 else { throw FileSystem.failure(path) }
        let code = posix_fallocate(descriptor, 0, off_t(bytes))
        if code == 0 { return true }
        // What it did allocate is better left to others.
        try FileSystem.remove(path)
        guard code == ENOSPC || code == EDQUOT || code == EFBIG else { throw FileSystem.failure(path, code) }
        return false
    }
}
