import GRDB
import Glibc
import Synchronization

/// A consistent copy of the database, to be read once from its first byte to its last. It holds no deleted data.
/// Its room on the disk is given back when the last reference to it goes.
public final class Backup: AsyncSequence, Sendable {
    /// A piece of at most `StorageLimits.backupChunkBytes`.
    public typealias Element = [UInt8]
    public typealias Failure = StoreError

    /// Its size.
    public let byteCount: Int64
    /// The journal's end in it: with it `verify` proves the restored file.
    public let head: JournalHead
    private let path: String
    private let descriptor: Int32
    private let permit: BackupPermit

    fileprivate init(path: String, head: JournalHead, permit: BackupPermit) throws(StoreError) {
        let descriptor = try FileSystem.open(path, O_RDONLY)
        // From here on the file lives as long as the descriptor, also over a crash.
        unlink(path)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw FileSystem.failure(path, code)
        }
        self.path = path
        self.descriptor = descriptor
        self.byteCount = Int64(status.st_size)
        self.head = head
        self.permit = permit
    }

    deinit {
        Glibc.close(descriptor)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(backup: self) }

    /// Reads the pieces in order.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let backup: Backup
        private var offset: Int64 = 0

        fileprivate init(backup: Backup) {
            self.backup = backup
        }

        public mutating func next() async throws(StoreError) -> [UInt8]? {
            try nextPiece()
        }

        public mutating func next(isolation: isolated (any Actor)?) async throws(StoreError) -> [UInt8]? {
            try nextPiece()
        }

        private mutating func nextPiece() throws(StoreError) -> [UInt8]? {
            let piece = try FileSystem.read(
                backup.descriptor, at: offset, count: StorageLimits.backupChunkBytes, path: backup.path)
            offset += Int64(piece.count)
            return piece.isEmpty ? nil : piece
        }
    }
}

extension Store {
    /// Makes a copy of the state that the last commit left, while commits go on. It takes as much room in the state
    /// folder as the database has content, until the copy has been read.
    /// - Throws: `backupRunning`; `diskFull` where the copy would not leave the disk some room.
    public func backup() async throws(StoreError) -> Backup {
        let permit = try backupGate.enter()
        let path = folder.backup
        do {
            try requireRoom()
            try FileSystem.remove(path)
            try FileSystem.createEmpty(path)
            let queue = try DatabaseQueue(path: folder.database, configuration: StoreReader.configuration())
            try await queue.writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM INTO ?", arguments: [path])
            }
            try queue.close()
            let head = try await StoreReader(path: path).read(.checkedHead)
            return try Backup(path: path, head: head, permit: permit)
        } catch {
            try FileSystem.remove(path)
            throw StoreError(error)
        }
    }

    private func requireRoom() throws(StoreError) {
        var needed: Int64 = 1 << 20
        for file in [folder.database, folder.database + "-wal"] {
            needed += Int64(try FileSystem.status(file)?.st_size ?? 0)
        }
        guard try FileSystem.freeBytes(folder.path) >= needed else { throw .diskFull }
    }
}

/// Lets in as many backups as may be.
final class BackupGate: Sendable {
    private let running = Atomic(0)

    func enter() throws(StoreError) -> BackupPermit {
        let permit = BackupPermit(self)
        guard running.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue <= StorageLimits.backups else {
            throw .backupRunning
        }
        return permit
    }

    fileprivate func leave() {
        running.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    }
}

/// The right to run a backup, for as long as it is held.
final class BackupPermit: Sendable {
    private let gate: BackupGate

    fileprivate init(_ gate: BackupGate) {
        self.gate = gate
    }

    deinit {
        gate.leave()
    }
}
