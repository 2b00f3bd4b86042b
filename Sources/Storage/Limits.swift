import Units

/// The largest that the store takes of anything. A write beyond one is refused as `StoreError.limitExceeded`
/// with the field's name, and nothing of its batch is kept.
public enum StorageLimits {
    /// Bytes of one event's payload.
    public static let payloadBytes = 1 << 20
    /// Bytes of one personal field's value.
    public static let personalValueBytes = 1 << 20
    /// Bytes of a personal field's name, in UTF-8.
    public static let personalNameBytes = 32
    /// Personal fields of one event.
    public static let personalFields = 16
    /// Bytes of an event's kind, in UTF-8.
    public static let kindBytes = 64
    /// Bytes of a reservation's body.
    public static let bodyBytes = 1 << 20
    /// Bytes of a department's id, in UTF-8.
    public static let departmentBytes = 128
    /// Bytes of an idempotency key, in UTF-8.
    public static let keyBytes = 256
    /// Bytes of a stored reply's body.
    public static let replyBytes = 1 << 20
    /// Bytes of a stored reply's content type, in UTF-8.
    public static let contentTypeBytes = 128
    /// Bytes of a scalar's name, in UTF-8.
    public static let scalarNameBytes = 64
    /// Bytes of a tariff.
    public static let tariffBytes = 4096
    /// Bytes of an invoice's number, in UTF-8.
    public static let invoiceNumberBytes = 256
    /// Bytes of a sealed invoice.
    public static let invoiceBytes = 16 << 20
    /// Departments, teams or users in one filter, each, and tariffs.
    public static let filterItems = 10_000
    /// Different scalars.
    public static let scalars = 256
    /// Events, rows, replies, erasures, usage records, tariffs or invoices in one batch, each.
    public static let batchItems = 100_000
    /// Rows in one page of a read.
    public static let pageRows = 1000
    /// Rows of the journal that one page of an audit looks at.
    public static let auditRows = 50_000
    /// Outdated replies that one batch removes at most.
    public static let expiredRepliesPerBatch = 512
    /// Connections that read at the same time.
    public static let readers = 4
    /// How long the writer waits for another program that holds the file, such as a shell of SQLite's.
    public static let busyTimeout = Span.seconds(5)
    /// Pages in the write-ahead log from which on it is written back: 16 MiB.
    public static let checkpointPages = 4096
    /// Bytes that the write-ahead log keeps once it has been written back.
    public static let logBytes = 64 << 20
    /// Memory that the writer's page cache takes.
    public static let writerCacheBytes = 8 << 20
    /// Databases that restores have kept beside the one in use.
    public static let replacedDatabases = 99
    /// Backups at the same time.
    public static let backups = 1
    /// Bytes in one piece of a backup.
    public static let backupChunkBytes = 256 << 10
    /// Journal rows that `verify` reads in one go, so that it never holds back the write-ahead log for long.
    public static let verifyRows = 5000
    /// Bytes that may be asked for as a disk reserve.
    public static let diskReserveBytes: Int64 = 16 << 30
}
