import GRDB
import Testing
import Units

@testable import Storage

@Suite struct MigrationTests {
    @Test func `A new database has the newest version and our application id`() throws {
        let folder = try TemporaryFolder()
        try folder.store().close()
        let queue = try DatabaseQueue(path: folder.database)
        let found = try queue.read { db in
            try [
                Int64.fetchOne(db, sql: "PRAGMA user_version"), Int64.fetchOne(db, sql: "PRAGMA application_id"),
            ]
        }
        #expect(found == [Migrator().newest, Int64(Schema.applicationID)])
    }

    @Test func `Versions are numbered from 1 without gaps`() {
        #expect(Schema.migrations.map(\.version) == Array(1...Int64(Schema.migrations.count)))
    }

    @Test func `A newer schema is refused, in its header or in the log only, and left as it is`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try writeSample(store)
        try store.close()
        let newest = Migrator().newest
        let expected = StoreError.newerSchema(path: folder.database, found: newest + 1, known: newest)
        // The version stands in the log: a program that crashed after its migration leaves it so.
        let queue = try DatabasePool(path: folder.database)
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA user_version = \(newest + 1)") }
        let copy = try TemporaryFolder()
        for name in ["", "-wal"] { try Files.write(try Files.read(folder.database + name), to: copy.database + name) }
        #expect(throws: StoreError.newerSchema(path: copy.database, found: newest + 1, known: newest)) {
            try copy.store()
        }
        try queue.close()
        let before = try Files.read(folder.database)
        #expect(throws: expected) { try folder.store() }
        #expect(throws: expected) { try StoreReader(path: folder.database) }
        #expect(try Files.read(folder.database) == before)
    }

    @Test func `Later migrations run in order, each once`() throws {
        let folder = try TemporaryFolder()
        try folder.store().close()
        let queue = try DatabaseQueue(path: folder.database)
        let newest = Migrator().newest
        var migrator = Migrator()
        migrator.migrations.append(Migration(version: newest + 1, sql: "CREATE TABLE later (x)"))
        migrator.migrations.append(Migration(version: newest + 2, sql: "INSERT INTO later VALUES (1)"))
        try migrator.migrate(queue, path: folder.database)
        try migrator.migrate(queue, path: folder.database)
        #expect(try queue.read { db in try Int.fetchAll(db, sql: "SELECT x FROM later") } == [1])
        #expect(try queue.read { db in try migrator.version(of: db) } == newest + 2)
    }

    @Test func `A migration that fails leaves the version and the tables before it`() throws {
        let folder = try TemporaryFolder()
        try folder.store().close()
        let queue = try DatabaseQueue(path: folder.database)
        let newest = Migrator().newest
        var migrator = Migrator()
        migrator.migrations.append(
            Migration(version: newest + 1, sql: "CREATE TABLE later (x); INSERT INTO nowhere VALUES (1)"))
        #expect(throws: (any Error).self) { try migrator.migrate(queue, path: folder.database) }
        #expect(try queue.read { db in try migrator.version(of: db) } == newest)
        #expect(try queue.read { db in try db.tableExists("later") } == false)
        try queue.close()
        #expect(try folder.store().journalHead() == .empty)
    }

    @Test func `A database of version 1 opens, verifies and goes on`() throws {
        let folder = try TemporaryFolder()
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { db in try db.execute(sql: Version1.dump) }
        try queue.close()
        let store = try folder.store()
        let anchor = try #require(JournalHead(Version1.head))
        let seen = try store.reader.verify(anchor: anchor)
        #expect(seen.head == anchor)
        #expect(seen.personalValues == 2)
        #expect(seen.erasedValues == 1)
        #expect(try store.read(.liveReservations) == [row(1)])
        #expect(try store.read(.endedReservations(limit: 5)) == [row(2, endedAt: 1_700_000_060_000)])
        #expect(try store.read(.scalars) == ["nextReservation": 3])
        #expect(try store.replies(to: [reply("k").key], at: time(0)) == [reply("k")])
        #expect(try store.commit(Batch(events: [event(1)])).sequence == anchor.sequence + 1)
    }
}
