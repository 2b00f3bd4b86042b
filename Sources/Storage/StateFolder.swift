import GRDB
import Glibc

/// The folder that holds the database, and what stands in it.
struct StateFolder: Sendable {
    let path: String

    var database: String { path + "/allot.db" }
    var lock: String { database + ".lock" }
    var reserve: String { database + ".reserve" }
    var backup: String { database + ".backup" }
    /// There while a backup is put in the database's place.
    var restoring: String { database + ".restoring" }
    private var unfinished: String { database + ".new" }

    /// Makes the folder where it is missing (mode 0700, its parent must be there), and refuses one in which another
    /// user could put files of the same names.
    func prepare() throws(StoreError) {
        guard let status = try FileSystem.status(path) else {
            guard mkdir(path, 0o700) == 0 else { throw FileSystem.failure(path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .cannotOpen(path: path, reason: "is not a folder")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw .cannotOpen(path: path, reason: "other users may write into this folder; set its mode to 0700")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .cannotOpen(path: path, reason: "the folder belongs to user \(status.st_uid)")
        }
    }

    /// Makes a new database where there is none, and otherwise refuses a file that is not one of ours.
    func prepareDatabase() throws(StoreError) {
        guard try FileSystem.status(restoring) == nil else {
            throw .cannotOpen(path: database, reason: "a restore did not end; run 'allotd restore' again")
        }
        // What a backup left that did not end.
        try FileSystem.remove(backup)
        try FileSystem.remove(backup + "-journal")
        if try FileSystem.status(database) != nil {
            try StateFolder.check(database, mayTighten: true)
        } else {
            try create()
        }
    }

    /// Refuses a file that is not an Allot database, or of a newer schema, by its header: before SQLite has opened
    /// it, since to open a file is to change it, where it has a log.
    static func check(_ path: String, mayTighten: Bool = false) throws(StoreError) {
        guard let status = try FileSystem.status(path) else { throw FileSystem.failure(path, ENOENT) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .cannotOpen(path: path, reason: "is not a regular file")
        }
        let header = try FileSystem.head(path, count: 100)
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .notADatabase(path: path)
        }
        // https://www.sqlite.org/fileformat2.html, 1.3: big-endian, at 60 the user version, at 68 the application id.
        let number = { (offset: Int) in header[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
        guard number(68) == Schema.applicationID else {
            throw .notAllot(path: path, applicationID: number(68))
        }
        let newest = Migrator().newest
        guard Int64(number(60)) <= newest else {
            throw .newerSchema(path: path, found: Int64(number(60)), known: newest)
        }
        if mayTighten && status.st_mode & 0o077 != 0 {
            guard chmod(path, 0o600) == 0 else { throw FileSystem.failure(path) }
        }
    }

    /// Makes the database under another name first: under its own there is a whole one or none, whatever happens.
    private func create() throws(StoreError) {
        for suffix in ["-wal", "-journal"] where try FileSystem.status(database + suffix) != nil {
            // SQLite would play this log into the new database.
            throw .cannotOpen(path: database, reason: "is missing while \(database + suffix) is there")
        }
        for suffix in ["", "-journal"] { try FileSystem.remove(unfinished + suffix) }
        try FileSystem.createEmpty(unfinished)
        do {
            let queue = try DatabaseQueue(path: unfinished)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            }
            try Migrator().migrate(queue, path: database)
            try queue.close()
        } catch {
            throw StoreError(error)
        }
        guard rename(unfinished, database) == 0 else { throw FileSystem.failure(database) }
        try FileSystem.synchronize(folder: path)
    }
}
