import GRDB
import Glibc

/// Puts a backup in the place of a database that no daemon has open. What was there stays beside it under another name.
public struct StoreReplacement: Sendable {
    private let folder: StateFolder
    private let lock: StoreLock

    /// Takes the folder's lock.
    /// - Throws: `locked` where a daemon runs.
    public init(folder: String) throws(StoreError) {
        self.folder = StateFolder(path: folder)
        try self.folder.prepare()
        lock = try StoreLock(path: self.folder.lock)
    }

    /// The database that is to be replaced; nil where there is none, or none that can be read.
    public var replaced: StoreReader? { try? StoreReader(path: folder.database) }

    /// Copies the backup, has `prepare` change the copy, and puts it in place. It is there whole, or as before: a
    /// daemon refuses to start on what is half done.
    /// - Returns: the path at which the database that was there is kept; nil where there was none.
    public func run(backup: String, prepare: (Store) throws -> Void) throws -> String? {
        try StateFolder.check(backup)
        guard try FileSystem.status(backup + "-wal") == nil else {
            throw StoreError.cannotOpen(path: backup, reason: "has a log beside it: a backup has none")
        }
        let work = StateFolder(path: folder.path + "/restore")
        try clear(work)
        try work.prepare()
        try FileSystem.copy(backup, to: work.database)
        let store = try Store(folder: work.path, diskReserve: 0)
        do {
            try prepare(store)
            // The file alone is put in place: what it lacks would be lost with its log.
            guard try store.checkpoint() else { throw StoreError.busy }
        } catch {
            try? store.close()
            throw error
        }
        try store.close()
        let kept = try swap(work)
        try clear(work)
        return kept
    }

    private func swap(_ work: StateFolder) throws(StoreError) -> String? {
        try FileSystem.remove(folder.restoring)
        try FileSystem.createEmpty(folder.restoring)
        try FileSystem.synchronize(folder: folder.path)
        var kept: String?
        if try FileSystem.status(folder.database) != nil {
            let place = try unused()
            for suffix in ["-wal", "-shm", ""] where try FileSystem.status(folder.database + suffix) != nil {
                try FileSystem.rename(folder.database + suffix, place + suffix)
            }
            kept = place
        }
        try FileSystem.rename(work.database, folder.database)
        try FileSystem.synchronize(folder: folder.path)
        try FileSystem.remove(folder.restoring)
        return kept
    }

    private func unused() throws(StoreError) -> String {
        for number in 1...StorageLimits.replacedDatabases {
            let path = "\(folder.database).replaced-\(number)"
            if try FileSystem.status(path) == nil { return path }
        }
        throw .limitExceeded(field: "replaced databases", limit: StorageLimits.replacedDatabases)
    }

    /// Removes the folder in which an earlier try, or this one, has worked.
    private func clear(_ work: StateFolder) throws(StoreError) {
        for file in [work.database, work.database + "-wal", work.database + "-shm", work.lock, work.reserve] {
            if try FileSystem.status(work.path) != nil { try FileSystem.remove(file) }
        }
        guard rmdir(work.path) == 0 || errno == ENOENT else { throw FileSystem.failure(work.path) }
    }
}
