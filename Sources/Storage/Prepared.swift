import GRDB
import GRDBSQLite

/// A statement of one connection, bound, stepped and read through SQLite's own calls: no boxing on the hot path.
/// To be used on its connection's queue only.
struct Prepared {
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ db: Database, _ sql: String) throws(StoreError) {
        do {
            statement = try db.cachedStatement(sql: sql)
            handle = statement.sqliteStatement
        } catch {
            throw StoreError(error)
        }
    }

    // MARK: Binding, from index 1

    func bind(_ value: Int64?, at index: Int32) throws(StoreError) {
        guard let value else { return try check(sqlite3_bind_null(handle, index)) }
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ value: String, at index: Int32) throws(StoreError) {
        var value = value
        let code = value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Prepared.copies)
            }
        }
        try check(code)
    }

    func bind(_ value: [UInt8], at index: Int32) throws(StoreError) {
        // An empty array may have no address, which SQLite would take for NULL.
        guard !value.isEmpty else { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
        let code = value.withUnsafeBytes {
            sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), Prepared.copies)
        }
        try check(code)
    }

    // MARK: Running

    /// Runs a statement that gives no rows; how many rows it changed.
    @discardableResult
    func run() throws(StoreError) -> Int {
        defer { reset() }
        while try next() {}
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    /// Steps to the next row; false at the end.
    func next() throws(StoreError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else { throw StoreError(code: code, connection: sqlite3_db_handle(handle)) }
        return false
    }

    /// Makes it ready for new values, and lets go of the old ones.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    // MARK: Reading the row, from column 0

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
    }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the column has this text, without a copy of it.
    func has(_ text: String, at column: Int32) -> Bool {
        guard let start = sqlite3_column_text(handle, column) else { return text.isEmpty }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
        var text = text
        return text.withUTF8 { $0.elementsEqual(bytes) }
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// SQLite's SQLITE_TRANSIENT: it copies the bytes before it returns. The macro, a cast of -1, does not import.
    private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func check(_ code: Int32) throws(StoreError) {
        guard code == SQLITE_OK else { throw StoreError(code: code, connection: sqlite3_db_handle(handle)) }
    }
}
