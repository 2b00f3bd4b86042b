import Glibc

/// Keeps a second daemon from the same database, by flock(2): the kernel lets go of it however the process ends.
final class StoreLock: Sendable {
    private let descriptor: Int32

    init(path: String) throws(StoreError) {
        let descriptor = try FileSystem.open(path, O_RDWR | O_CREAT)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
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

    private static func processID(_ bytes: [UInt8]) -> Int32? {
        Int32(String(decoding: bytes.prefix { (48...57).contains($0) }, as: UTF8.self))
    }
}
