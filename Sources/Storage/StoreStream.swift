import GRDB

/// A question whose answer may be any number of rows: they are given one by one, from one committed state.
public struct StoreStream<Row>: Sendable {
    /// Gives rows to the closure until there are none, or it throws.
    let run: @Sendable (Database, (Row) throws -> Void) throws -> Void

    init(_ run: @escaping @Sendable (Database, (Row) throws -> Void) throws -> Void) {
        self.run = run
    }

    func fold<Value>(
        _ db: Database, into value: Value, _ body: (inout Value, Row) throws -> Void
    ) throws -> Value {
        var value = value
        try run(db) { try body(&value, $0) }
        return value
    }
}

extension StoreReader {
    /// Answers several questions from one committed state.
    /// - Throws: `StoreError`, or what the closure throws.
    public func snapshot<Value>(_ body: (StoreSnapshot) throws -> Value) throws -> Value {
        do {
            return try database.read { db in try body(StoreSnapshot(db)) }
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    /// Gives each row to the closure, with what it has made of the rows before.
    ///
    /// The log is not cut while it runs: what takes minutes is better read in pages.
    /// - Throws: `StoreError`, or what the closure throws.
    public func fold<Row, Value>(
        _ stream: StoreStream<Row>, into value: Value, _ body: (inout Value, Row) throws -> Void
    ) throws -> Value {
        do {
            return try database.read { db in try stream.fold(db, into: value, body) }
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    /// The same without holding a thread of the caller's.
    public func fold<Row, Value: Sendable>(
        _ stream: StoreStream<Row>, into value: Value, _ body: @escaping @Sendable (inout Value, Row) throws -> Void
    ) async throws -> Value {
        do {
            return try await database.read { db in try stream.fold(db, into: value, body) }
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }
}

extension StoreSnapshot {
    /// Gives each row to the closure, with what it has made of the rows before. The closure must not ask the same
    /// question again.
    /// - Throws: `StoreError`, or what the closure throws.
    public func fold<Row, Value>(
        _ stream: StoreStream<Row>, into value: Value, _ body: (inout Value, Row) throws -> Void
    ) throws -> Value {
        try stream.fold(db, into: value, body)
    }
}
