import GRDB
import GRDBSQLite
import Glibc

extension StoreError {
    /// What a failed call of SQLite means to the caller of the store.
    init(code: Int32, connection: OpaquePointer?) {
        let extended = connection.map { sqlite3_extended_errcode($0) } ?? code
        let message = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        // SQLite says FULL only of some writes; where it grows its shared memory, or meets a disk quota, it says
        // IOERR, and only the system's own code tells why.
        let cause = connection.map { sqlite3_system_errno($0) } ?? 0
        let isFull = code & 0xff == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT)
        self = isFull ? .diskFull : StoreError.classified(extended, message)
    }

    /// The same for an error that came through GRDB.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as JournalFault: self = .journal(error)
        case let error as DatabaseError:
            self = StoreError.classified(error.extendedResultCode.rawValue, error.message ?? "no message")
        default: self = .unexpected(code: SQLITE_ERROR, message: String(describing: error))
        }
    }

    private static func classified(_ code: Int32, _ message: String) -> StoreError {
        switch code & 0xff {
        case SQLITE_FULL: .diskFull
        case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY: .inputOutput(code: code, message: message)
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(message)
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        default: .unexpected(code: code, message: message)
        }
    }
}
