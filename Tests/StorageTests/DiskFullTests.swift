import Glibc
import Storage
import Testing
import Units

/// A file system of a few MiB, in memory, that is gone with the last reference to it.
final class SmallDisk: Sendable {
    let path: String

    init(megabytes: Int) throws {
        var template = Array("/tmp/allot-disk-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let result = "size=\(megabytes)m,mode=0700".withCString { mount("tmpfs", path, "tmpfs", 0, $0) }
        guard result == 0 else {
            rmdir(path)
            throw TestFailure("mount: \(errno)")
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    static var isAvailable: Bool { (try? SmallDisk(megabytes: 1)) != nil }

    /// Takes all the room that is left.
    func fill() throws {
        let descriptor = open(path + "/filler", O_RDWR | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        for size in [1 << 16, 1 << 12, 1] {
            let bytes = [UInt8](repeating: 1, count: size)
            while write(descriptor, bytes, size) == size {}
        }
        guard errno == ENOSPC else { throw TestFailure("write: \(errno)") }
    }

    func free() { unlink(path + "/filler") }
}

@Suite(.enabled(if: SmallDisk.isAvailable, "needs root, to mount a small tmpfs"))
struct DiskFullTests {
    /// Commits until the disk is full for good, and gives the last head that was acknowledged.
    private func commitUntilFull(_ store: Store, _ onRelease: () throws -> Void = {}) throws -> JournalHead {
        var released = false
        for number in 1...100_000 {
            let payload = String(repeating: "x", count: 4000)
            do throws(StoreError) {
                try store.commit(Batch(events: [event(payload: payload)], scalars: ["count": Int64(number)]))
            } catch {
                guard error == .diskFull else { throw error }
                return try store.journalHead()
            }
            if store.isReserveReleased && !released {
                released = true
                try onRelease()
            }
        }
        throw TestFailure("the disk never became full")
    }

    @Test func `On a full disk the reserve is given away, commits go on for a while, and nothing acknowledged is lost`()
        throws
    {
        let disk = try SmallDisk(megabytes: 16)
        let store = try Store(folder: disk.path, diskReserve: 4 << 20)
        #expect(!store.isReserveReleased)
        var atRelease: JournalHead?
        let last = try commitUntilFull(store) { atRelease = try store.journalHead() }
        #expect(last.sequence > (try #require(atRelease)).sequence + 100)
        #expect(store.isReserveReleased)
        #expect(try store.restoreReserve() == false)
        #expect(throws: StoreError.diskFull) {
            try store.commit(Batch(events: [event(payload: String(repeating: "x", count: 500_000))]))
        }
        #expect(try store.reader.verify().head == last)
        #expect(try store.read(.scalars)["count"] == last.sequence)
        try store.close()
        let again = try Store(folder: disk.path, diskReserve: 4 << 20)
        #expect(try again.reader.verify().head == last)
        #expect(again.isReserveReleased)
    }

    @Test func `When there is room again all goes on, and the reserve is taken back`() throws {
        let disk = try SmallDisk(megabytes: 16)
        let store = try Store(folder: disk.path, diskReserve: 2 << 20)
        try store.commit(Batch(events: [event()]))
        try disk.fill()
        let last = try commitUntilFull(store)
        #expect(store.isReserveReleased)
        disk.free()
        #expect(try store.restoreReserve())
        #expect(!store.isReserveReleased)
        #expect(try store.commit(Batch(events: [event()])).sequence == last.sequence + 1)
        #expect(try store.reader.verify().head.sequence == last.sequence + 1)
    }

    @Test func `The reserve is really allocated`() throws {
        let disk = try SmallDisk(megabytes: 16)
        let store = try Store(folder: disk.path, diskReserve: 4 << 20)
        var status = stat()
        #expect(stat(disk.path + "/allot.db.reserve", &status) == 0)
        #expect(status.st_size == 4 << 20)
        #expect(status.st_blocks * 512 >= 4 << 20)
        #expect(!store.isReserveReleased)
    }

    @Test func `A reserve that does not fit counts as released, and takes no room`() throws {
        let disk = try SmallDisk(megabytes: 4)
        let store = try Store(folder: disk.path, diskReserve: 64 << 20)
        #expect(store.isReserveReleased)
        try store.commit(Batch(events: [event(payload: String(repeating: "x", count: 1_000_000))]))
    }

    @Test func `A full disk without a reserve fails as full, and counts as released`() throws {
        let disk = try SmallDisk(megabytes: 4)
        let store = try Store(folder: disk.path, diskReserve: 0)
        #expect(!store.isReserveReleased)
        let last = try commitUntilFull(store)
        #expect(store.isReserveReleased)
        #expect(try store.reader.verify().head == last)
    }

    @Test func `A daemon starts on a full disk, by way of the reserve`() throws {
        let disk = try SmallDisk(megabytes: 8)
        var store: Store? = try Store(folder: disk.path, diskReserve: 1 << 20)
        let head = try store?.commit(Batch(events: [event()], rows: [row(1)]))
        try store?.close()
        store = nil
        try disk.fill()
        let again = try Store(folder: disk.path, diskReserve: 1 << 20)
        #expect(try again.journalHead() == head)
        try again.commit(Batch(events: [event(1, kind: "reservation.ended")], rows: [row(1, endedAt: 5)]))
        #expect(try again.read(.liveReservations) == [])
    }

    @Test func `A database can not be made on a full disk, and can when there is room`() throws {
        let disk = try SmallDisk(megabytes: 1)
        try disk.fill()
        #expect(throws: StoreError.diskFull) { try Store(folder: disk.path, diskReserve: 0) }
        disk.free()
        #expect(try Store(folder: disk.path, diskReserve: 0).journalHead() == .empty)
    }

    @Test func `A backup that would fill the disk is refused, and commits go on`() async throws {
        let disk = try SmallDisk(megabytes: 8)
        let store = try Store(folder: disk.path, diskReserve: 1 << 20)
        for _ in 0..<6 {
            try store.commit(Batch(events: [event(payload: String(repeating: "x", count: 700_000))]))
            try store.checkpoint()
        }
        await #expect(throws: StoreError.diskFull) { try await store.backup() }
        #expect(try store.commit(Batch(events: [event()])).sequence == 7)
        #expect(!store.isReserveReleased)
    }
}
