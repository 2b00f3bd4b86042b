import Glibc
import Storage
import Testing
import Units

/// Puts another file behind every descriptor of this process that is open on a path, until it is told to stop: the
/// database then meets that file's errors, in the middle of its work.
final class Sabotage {
    private var originals: [(descriptor: Int32, copy: Int32)] = []
    private var replacement = Identity()

    /// What stands behind a descriptor.
    private struct Identity: Equatable {
        var device: dev_t = 0
        var file: ino_t = 0
        var mode: Int32 = 0

        init() {}

        init(of descriptor: Int32) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return }
            (device, file, mode) = (status.st_dev, status.st_ino, fcntl(descriptor, F_GETFL) & O_ACCMODE)
        }
    }

    init(_ path: String, with other: String, _ flags: Int32) throws {
        let replacement = open(other, flags | O_CLOEXEC)
        defer { close(replacement) }
        self.replacement = Identity(of: replacement)
        guard let folder = opendir("/proc/self/fd") else { throw TestFailure("/proc/self/fd: \(errno)") }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var target = [CChar](repeating: 0, count: 4096)
            guard let descriptor = Int32(name), readlink("/proc/self/fd/" + name, &target, 4095) > 0 else { continue }
            if strcmp(target, path) == 0 { found.append(descriptor) }
        }
        for descriptor in found {
            originals.append((descriptor, dup(descriptor)))
            dup2(replacement, descriptor)
        }
        guard !found.isEmpty else { throw TestFailure("\(path) is not open") }
    }

    func stop() {
        for (descriptor, copy) in originals {
            // The database may have closed it meanwhile, and its number be another file's.
            if Identity(of: descriptor) == replacement { dup2(copy, descriptor) }
            close(copy)
        }
        originals = []
    }
}

@Suite struct DiskFailureTests {
    @Test func `After a write that failed no other is taken, and opened anew the store has all that was acknowledged`()
        throws
    {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try writeSample(store)
        // A descriptor that is open for reading only fails each write.
        let sabotage = try Sabotage(folder.database + "-wal", with: folder.database + "-wal", O_RDONLY)
        let failure = #expect(throws: StoreError.self) { try store.commit(Batch(events: [event()])) }
        guard case .inputOutput = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        sabotage.stop()
        #expect(throws: try #require(failure)) { try store.commit(Batch(events: [event()])) }
        #expect(throws: try #require(failure)) { try store.replies(to: [], at: time(0)) }
        try store.close()
        let again = try folder.store()
        #expect(try again.reader.verify().head.sequence == 5)
        #expect(try again.commit(Batch(events: [event()])).sequence == 6)
    }

    @Test func `A checkpoint that a reader stands in the way of says so at once`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try writeSample(store)
        let waited = try ContinuousClock().measure {
            _ = try StoreReader(path: folder.database).verify(end: { snapshot in
                _ = try snapshot.read(.scalars)
                try store.commit(Batch(events: [event()]))
                #expect(try store.checkpoint() == false)
            })
        }
        #expect(waited < .seconds(4), "the writer's patience is \(StorageLimits.busyTimeout.wholeSeconds) s")
        #expect(try store.checkpoint())
    }
}
