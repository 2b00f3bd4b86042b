import GRDB

/// Brings a database to the newest schema, each step in a transaction of its own. The version is SQLite's
/// `user_version`, which changes with the step or not at all.
struct Migrator {
    var migrations = Schema.migrations

    var newest: Int64 { migrations.last?.version ?? 0 }

    func version(of db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }

    /// Refuses a schema that is newer than the newest known.
    func migrate(_ database: some DatabaseWriter, path: String) throws {
        try database.writeWithoutTransaction { db in
            let found = try version(of: db)
            guard found <= newest else {
                throw StoreError.newerSchema(path: path, found: found, known: newest)
            }
            for migration in migrations where migration.version > found {
                try db.inTransaction(.immediate) {
                    try db.execute(sql: migration.sql)
                    try db.execute(sql: "PRAGMA user_version = \(migration.version)")
                    return .commit
                }
            }
        }
    }
}
