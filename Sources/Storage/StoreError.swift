/// Why the store did not do as asked. Nothing of a refused batch is kept.
public enum StoreError: Error, Sendable, Hashable {
    /// Another daemon has the file open; its process id where it left one.
    case locked(path: String, process: Int32?)
    /// The folder or a file in it can't be made or opened, or is open to other users.
    case cannotOpen(path: String, reason: String)
    /// The file is not a SQLite database.
    case notADatabase(path: String)
    /// A SQLite database of another program.
    case notAllot(path: String, applicationID: UInt32)
    /// Written by a newer version of Allot than this one.
    case newerSchema(path: String, found: Int64, known: Int64)
    /// The file is damaged; restore a backup.
    case corrupt(String)
    /// The journal's end is not as the last commit left it.
    case journal(JournalFault)
    /// No room on the disk, for the reserve neither.
    case diskFull
    /// The disk or the file system failed. After this the store takes no more writes until it is opened anew: what
    /// the file holds then is the truth, and the state in memory may not be.
    case inputOutput(code: Int32, message: String)
    /// Another program held the file for longer than `StorageLimits.busyTimeout`.
    case busy
    /// A field is larger than the store takes; see `StorageLimits`.
    case limitExceeded(field: String, limit: Int)
    /// Another reply is stored under the same user and key, and has not expired.
    case replyExists(user: UInt32, key: String)
    /// A usage record does not follow the last one.
    case recordNumber(expected: Int64, found: Int64)
    /// As many backups are running as may: `StorageLimits.backups`.
    case backupRunning
    /// The store has been closed.
    case closed
    /// SQLite refused a statement: a defect of the store, or a row that breaks the schema's rules.
    case unexpected(code: Int32, message: String)
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .locked(let path, let process?): "\(path) is in use by process \(process)"
        case .locked(let path, nil): "\(path) is in use by another process"
        case .cannotOpen(let path, let reason): "\(path): \(reason)"
        case .notADatabase(let path): "\(path) is not a SQLite database"
        case .notAllot(let path, let id): "\(path) is a database of another program (application id \(id))"
        case .newerSchema(let path, let found, let known):
            "\(path) has schema version \(found), and this version of Allot knows up to \(known)"
        case .corrupt(let detail): "the database is damaged: \(detail)"
        case .journal(let fault): "the journal is damaged: \(fault)"
        case .diskFull: "the disk is full"
        case .inputOutput(let code, let message): "the disk failed: \(message) (SQLite \(code))"
        case .busy: "another program holds the database"
        case .limitExceeded(let field, let limit): "\(field) is over the limit of \(limit)"
        case .replyExists(let user, let key): "user \(user) has another reply under the key \(key)"
        case .recordNumber(let expected, let found): "usage record \(found) where \(expected) comes next"
        case .backupRunning: "a backup is running already"
        case .closed: "the store is closed"
        case .unexpected(let code, let message): "\(message) (SQLite \(code))"
        }
    }
}
