import Glibc

/// Keeps a second daemon from the same database, by flock(2): the kernel lets go of it however the process ends.
final class StoreLock: Sendable {
    private let descriptor: Int32

    init(path: String) throws(StoreError) {
        let descriptor = try FileSystem.open(path, O_RDWR | O_CREAT)
        let code = StoreLock.lock(descriptor)
        guard code == 0 else {
            let holder = try? FileSystem.read(descriptor, at: 0, count: 16, path: path)
            close(descriptor)
            guard code == EWOULDBLOCK else { throw FileSystem.failure(path, code) }
            throw .locked(path: path, process: holder.flatMap(StoreLock.processID))
        }
        self.descriptor = descriptor
        // The number only makes the other one's error better: on a full disk it is left out.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    deinit {
        close(descriptor)
    }

    /// Tries for a moment: a daemon that is just ending, or a command that it was just starting, holds it still.
    /// Gives 0 or the number of the error.
    private static func lock(_ descriptor: Int32) -> Int32 {
        for _ in 1..<tries {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return 0 }
            guard errno == EWOULDBLOCK || errno == EINTR else { return errno }
            usleep(pauseMicroseconds)
        }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
    }

    private static let tries = 20
    private static let pauseMicroseconds: UInt32 = 10_000

    private static func processID(_ bytes: [UInt8]) -> Int32? {
        Int32(String(decoding: bytes.prefix { (48...57).contains($0) }, as: UTF8.self))
    }
}
