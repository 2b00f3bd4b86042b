import Foundation
import GRDB
import Glibc
import Storage
import Units

/// A folder of mode 0700 that goes with the last reference to it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/allot-storage-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    var database: String { path + "/allot.db" }

    /// What is in it.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func store(diskReserve: Int64 = 0) throws -> Store { try Store(folder: path, diskReserve: diskReserve) }
}

struct TestFailure: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// Whole files, in and out.
enum Files {
    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw TestFailure("\(path): \(errno)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
        return bytes
    }

    static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
        guard let file = fopen(path, "wb") else { throw TestFailure("\(path): \(errno)") }
        defer { fclose(file) }
        let bytes = Array(bytes)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw TestFailure("\(path): \(errno)") }
    }

    static func mode(_ path: String) throws -> mode_t {
        var status = stat()
        guard stat(path, &status) == 0 else { throw TestFailure("\(path): \(errno)") }
        return status.st_mode & 0o777
    }

    static func contains(_ text: String, in bytes: [UInt8]) -> Bool {
        Data(bytes).range(of: Data(text.utf8)) != nil
    }
}

/// Changes a database behind the store's back, as an intruder with the file would.
func tamper(_ path: String, _ statements: String...) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { db in
        try db.execute(sql: "DROP TRIGGER IF EXISTS journal_keeps_rows")
        try db.execute(sql: "DROP TRIGGER IF EXISTS journal_keeps_content")
        for statement in statements { try db.execute(sql: statement) }
    }
    try queue.close()
}

/// Deterministic random numbers (SplitMix64, Steele, Lea and Flood 2014): the seed tells the whole run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

func event(
    _ number: Int64? = nil, kind: String = "reservation.submitted", payload: String = "payload",
    actor: UInt32? = 1000, personal: [PersonalName: String] = [:]
) -> JournalEvent {
    JournalEvent(
        at: time(1_700_000_000_000), actor: actor.map { UserID($0) }, kind: kind, payload: Array(payload.utf8),
        reservation: number.map { ReservationID($0) },
        personal: personal.map { PersonalField(name: $0.key, value: Array($0.value.utf8)) })
}

func row(
    _ number: Int64, owner: UInt32 = 1000, department: String = "physics", endedAt: Int64? = nil, body: String = "body"
) -> ReservationRow {
    ReservationRow(
        id: ReservationID(number), owner: UserID(owner), department: DepartmentID(department),
        submittedAt: time(1_700_000_000_000), endedAt: endedAt.map { time($0) }, body: Array(body.utf8))
}

func reply(_ key: String, user: UInt32 = 1000, body: String = "{}", at: Int64 = 0, expires: Int64 = 1000) -> StoredReply
{
    StoredReply(
        key: ReplyKey(user: UserID(user), key: key), digest: [UInt8](repeating: 7, count: 32), status: 201,
        contentType: "application/json", body: Array(body.utf8), storedAt: time(at), expiresAt: time(expires))
}

/// Five events, of which the second and the fourth have personal fields.
func writeSample(_ store: Store) throws {
    try store.commit(Batch(events: [event(1), event(2, personal: [.command: "make all", .reason: "thesis"])]))
    try store.commit(
        Batch(events: [
            event(1, kind: "reservation.started", payload: "started"),
            event(nil, kind: "policy.changed", actor: nil, personal: [.reason: "new year"]),
            event(2, kind: "reservation.ended", payload: "ended"),
        ]))
}
