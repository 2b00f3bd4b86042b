import GRDB
import Synchronization

/// Writes SQLite's log back into the database, beside the commits: within one of them, as SQLite would do it by
/// itself, it takes many times as long as the commit.
///
/// Commits go on while the bulk is copied, so that it never ends by itself with nothing left to copy, which is when
/// the log can begin anew. The writer therefore copies the small rest between two commits.
final class Checkpointer: Sendable {
    enum Phase {
        case idle
        case copying
        /// All but what was committed meanwhile.
        case copied
    }

    private let queue: DatabaseQueue
    private let state = Mutex(Phase.idle)

    init(path: String) throws {
        queue = try DatabaseQueue(path: path, configuration: StoreReader.configuration())
    }

    var phase: Phase { state.withLock { $0 } }

    /// Begins to copy the bulk, and returns.
    func copy() {
        state.withLock { $0 = .copying }
        queue.asyncWriteWithoutTransaction { db in
            // What fails now stays in the log, and is copied another time.
            _ = try? Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(PASSIVE)")
            self.state.withLock { $0 = .copied }
        }
    }

    /// The writer has seen to the rest.
    func finish() {
        state.withLock { $0 = .idle }
    }

    /// Waits for what is being copied.
    func close() throws {
        try queue.close()
    }
}
