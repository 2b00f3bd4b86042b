import GRDB
import Units

/// Reads a store from any thread, while it is written.
public final class StoreReader: Sendable {
    let database: any DatabaseReader

    init(_ database: any DatabaseReader) {
        self.database = database
    }

    /// Opens the database of a running daemon, or a backup, to read it.
    public init(path: String) throws(StoreError) {
        try StateFolder.check(path)
        do {
            var configuration = StoreReader.configuration()
            configuration.readonly = true
            database = try DatabaseQueue(path: path, configuration: configuration)
            _ = try read(.schemaVersion(path: path))
        } catch {
            throw StoreError(error)
        }
    }

    /// Answers a query from the state that the last commit left.
    public func read<Value>(_ query: StoreQuery<Value>) throws(StoreError) -> Value {
        do {
            return try database.read { db in try query.run(db) }
        } catch {
            throw StoreError(error)
        }
    }

    /// Answers a query from the state that the last commit left, without holding a thread of the caller's.
    public func read<Value>(_ query: StoreQuery<Value>) async throws(StoreError) -> Value {
        do {
            return try await database.read { db in try query.run(db) }
        } catch {
            throw StoreError(error)
        }
    }

    /// What holds for every connection of the store.
    static func configuration(_ busyTimeout: Span = StorageLimits.busyTimeout) -> Configuration {
        var configuration = Configuration()
        configuration.label = "allot"
        configuration.maximumReaderCount = StorageLimits.readers
        configuration.busyMode = .timeout(Double(busyTimeout.milliseconds) / 1000)
        configuration.prepareDatabase { db in
            // A damaged or hostile file is to be noticed, and must not run functions out of its schema.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA cell_size_check = ON")
        }
        return configuration
    }
}

extension StoreQuery where Value == Int64 {
    static var userVersion: Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(db, "PRAGMA user_version")
            defer { statement.reset() }
            return try statement.next() ? statement.integer(0) : 0
        }
    }

    /// The version of the tables, where it is one that is known here.
    static func schemaVersion(path: String) -> Self {
        Self { db throws(StoreError) in
            let found = try userVersion.run(db)
            let newest = Migrator().newest
            guard found <= newest else { throw .newerSchema(path: path, found: found, known: newest) }
            return found
        }
    }
}
