import GRDB
import Synchronization
import Units

/// The database of one daemon: a journal with a hash chain, the tables that are read from, and the replies to
/// repeated requests, in one SQLite file. Events are opaque to it.
///
/// One thread writes, by `commit`; any thread reads. `commit` and the sync form of `read` wait for the disk.
public final class Store: Sendable {
    /// Reads, and proves the journal.
    public let reader: StoreReader
    let folder: StateFolder
    let backupGate = BackupGate()
    private let pool: DatabasePool
    private let checkpointer: Checkpointer
    private let reserve: DiskReserve
    private let writer: Mutex<Writing>
    /// Last, so that it is let go of last.
    private let lock: Mutex<StoreLock?>

    /// Opens the database in `folder`, and makes what is missing (folder 0700, files 0600; the parent must be there).
    /// - Parameter diskReserve: bytes that are kept back on the disk, so that reservations can still end when it is
    ///   full; 0 for none.
    /// - Throws: `StoreError`, `locked` where another daemon has it open.
    public convenience init(folder: String, diskReserve: Int64) throws(StoreError) {
        try self.init(folder: folder, diskReserve: diskReserve, busyTimeout: StorageLimits.busyTimeout)
    }

    /// The same with another patience for other programs that hold the file.
    init(folder: String, diskReserve: Int64, busyTimeout: Span) throws(StoreError) {
        guard (0...StorageLimits.diskReserveBytes).contains(diskReserve) else {
            throw .limitExceeded(field: "diskReserve", limit: Int(StorageLimits.diskReserveBytes))
        }
        self.folder = StateFolder(path: folder)
        try self.folder.prepare()
        lock = Mutex(try StoreLock(path: self.folder.lock))
        reserve = DiskReserve(folder: self.folder, bytes: diskReserve)
        let opened: Opened
        do {
            opened = try Opened(self.folder, busyTimeout)
        } catch {
            // Also to open needs some room: a daemon must be able to start on a full disk.
            guard try Store.isFull(error, self.folder), try reserve.release() else { throw error }
            opened = try Opened(self.folder, busyTimeout)
        }
        pool = opened.pool
        checkpointer = opened.checkpointer
        reader = StoreReader(opened.pool)
        writer = Mutex(.open(opened.writer))
        _ = try reserve.take()
    }

    /// Writes the batch in one transaction that is on the disk when this returns.
    ///
    /// When the disk is full the reserve is given away first, so that what is under way can end; from then on
    /// `isReserveReleased` is true. After `inputOutput` no write is taken until the store is opened anew.
    /// - Returns: the journal's new end; the batch's events have the sequence numbers up to it.
    @discardableResult
    public func commit(_ batch: Batch) throws(StoreError) -> JournalHead {
        try batch.check()
        return try write { (writer) throws(StoreError) in
            if batch.isEmpty { return writer.head }
            do throws(StoreError) {
                return try writer.commit(batch)
            } catch StoreError.diskFull {
                guard try self.reserve.release() else { throw .diskFull }
                return try writer.commit(batch)
            }
        }
    }

    /// What is stored under the keys and has not expired, in the order of the keys; waits for a commit that is under
    /// way. For the thread that commits: it costs a few microseconds.
    public func replies(to keys: [ReplyKey], at now: Timestamp) throws(StoreError) -> [StoredReply?] {
        try write { (writer) throws(StoreError) in try writer.replies(to: keys, at: now) }
    }

    /// The journal's end as of the last commit.
    public func journalHead() throws(StoreError) -> JournalHead {
        try write { (writer) throws(StoreError) in writer.head }
    }

    /// Answers a query from the state that the last commit left.
    public func read<Value>(_ query: StoreQuery<Value>) throws(StoreError) -> Value {
        try reader.read(query)
    }

    /// Answers a query from the state that the last commit left, without holding a thread of the caller's.
    public func read<Value>(_ query: StoreQuery<Value>) async throws(StoreError) -> Value {
        try await reader.read(query)
    }

    /// Whether the disk is so full that new work is to be refused: the reserve has been given away, or could not be
    /// had. May be asked at any rate.
    public var isReserveReleased: Bool { reserve.isReleased }

    /// Takes the reserve back where there is room for it again, and some more. To be called every few seconds while
    /// `isReserveReleased`.
    /// - Returns: whether it is held now.
    @discardableResult
    public func restoreReserve() throws(StoreError) -> Bool {
        try reserve.restore()
    }

    /// Writes the log back into the database and cuts it to nothing, so that erased values are in no file any more.
    /// To be called now and then, best when it is quiet: a commit waits for it.
    /// - Returns: whether it could be done; not while something reads an older state.
    @discardableResult
    public func checkpoint() throws(StoreError) -> Bool {
        try write { (writer) throws(StoreError) in try writer.truncateLog() }
    }

    /// Lets go of the file. A commit after this throws `closed`; the store must not be read after it.
    public func close() throws(StoreError) {
        writer.withLock { $0 = .closed }
        do {
            try checkpointer.close()
            try pool.close()
        } catch {
            throw StoreError(error)
        }
        lock.withLock { $0 = nil }
    }

    /// The writing connection's `PRAGMA synchronous`: 2, which is FULL.
    func synchronous() throws -> Int? {
        try pool.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
    }

    /// Runs on the writing connection's queue, one at a time.
    private func write<Value: Sendable>(
        _ body: @Sendable (Writer) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let outcome = pool.writeWithoutTransaction { _ in
            writer.withLock { state in
                Result { () throws(StoreError) in try state.run(body) }
            }
        }
        return try outcome.get()
    }

    private static func isFull(_ error: StoreError, _ folder: StateFolder) throws(StoreError) -> Bool {
        switch error {
        case .diskFull: true
        // SQLite's shared memory reports a full disk so.
        case .inputOutput: try FileSystem.freeBytes(folder.path) < 1 << 16
        default: false
        }
    }
}

/// Whether there is a writer.
private enum Writing {
    case open(Writer)
    case failed(StoreError)
    case closed

    mutating func run<Value>(_ body: (Writer) throws(StoreError) -> Value) throws(StoreError) -> Value {
        switch self {
        case .closed: throw .closed
        case .failed(let error): throw error
        case .open(let writer):
            do {
                return try body(writer)
            } catch {
                // A failed fsync may have dropped pages that the next one would then call written.
                if case .inputOutput = error { self = .failed(error) }
                throw error
            }
        }
    }
}

/// The connections to a database that is there and of the newest schema.
private struct Opened {
    let pool: DatabasePool
    let checkpointer: Checkpointer
    let writer: Writer

    init(_ folder: StateFolder, _ busyTimeout: Span) throws(StoreError) {
        try folder.prepareDatabase()
        do {
            pool = try DatabasePool(path: folder.database, configuration: StoreReader.configuration(busyTimeout))
            try pool.writeWithoutTransaction(Opened.configure)
            try Migrator().migrate(pool, path: folder.database)
            let checkpointer = try Checkpointer(path: folder.database)
            writer = try pool.writeWithoutTransaction { db in
                try Writer(db, checkpointer, busyTimeout: busyTimeout)
            }
            self.checkpointer = checkpointer
        } catch {
            throw StoreError(error)
        }
    }

    private static func configure(_ db: Database) throws {
        // GRDB sets NORMAL for the log, with which a power cut may take back what was acknowledged.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        // Erased values are overwritten in the file, not only unlinked.
        _ = try Int.fetchOne(db, sql: "PRAGMA secure_delete = ON")
        try db.execute(sql: "PRAGMA cache_size = \(-StorageLimits.writerCacheBytes / 1024)")
        _ = try Int.fetchOne(db, sql: "PRAGMA journal_size_limit = \(StorageLimits.logBytes)")
    }
}
