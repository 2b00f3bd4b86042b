import GRDBSQLite

/// How many pages SQLite's log holds, as each commit of a connection reports it.
final class LogLength {
    private let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    /// Takes the place of the connection's automatic checkpoints. Nothing may be committed on it once this is gone.
    init(_ connection: OpaquePointer?) {
        pages.initialize(to: 0)
        sqlite3_wal_hook(
            connection,
            { context, _, _, pages in
                context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, pages)
    }

    deinit {
        pages.deallocate()
    }

    var count: Int { Int(pages.pointee) }
}
