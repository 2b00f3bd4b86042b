import Testing
import Units

@testable import Storage

@Suite struct DurabilityTests {
    @Test func `The writer asks the disk to be sure: PRAGMA synchronous reads 2, which is FULL`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        #expect(try store.synchronous() == 2)
        try store.commit(Batch(events: [event()]))
        #expect(try store.synchronous() == 2)
        try store.close()
        #expect(try folder.store().synchronous() == 2)
    }

    /// What a kill -9 leaves is what the files hold at that moment.
    @Test func `A copy of the files, taken at any time after commits returned, holds all of them`() throws {
        var seeds = SystemRandomNumberGenerator()
        let seed = seeds.next()
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        let store = try folder.store()
        var heads = [JournalHead.empty]
        for _ in 0..<60 {
            heads.append(try store.commit(randomBatch(&random, after: store.journalHead().sequence)))
            guard Int.random(in: 0..<6, using: &random) == 0 else { continue }
            let copy = try TemporaryFolder()
            for name in ["allot.db", "allot.db-wal"] {
                try Files.write(try Files.read("\(folder.path)/\(name)"), to: "\(copy.path)/\(name)")
            }
            let opened = try copy.store()
            #expect(try opened.journalHead() == heads.last, "seed \(seed)")
            #expect(try opened.reader.verify().head == heads.last, "seed \(seed)")
            #expect(try opened.read(.scalars) == (try store.read(.scalars)), "seed \(seed)")
            #expect(try opened.read(.liveReservations) == (try store.read(.liveReservations)), "seed \(seed)")
        }
    }

    /// What a power cut leaves of a commit that had not returned.
    @Test func `A log that was cut anywhere gives some first batches, whole, and no part of another`() throws {
        var seeds = SystemRandomNumberGenerator()
        let seed = seeds.next()
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try store.checkpoint()
        var heads = [JournalHead.empty]
        for _ in 0..<20 { heads.append(try store.commit(randomBatch(&random, after: store.journalHead().sequence))) }
        let log = try Files.read(folder.database + "-wal")
        var seen: Set<Int64> = []
        for _ in 0..<25 {
            let copy = try TemporaryFolder()
            try Files.write(try Files.read(folder.database), to: copy.database)
            let cut = Int.random(in: 0...log.count, using: &random)
            try Files.write(log[..<cut], to: copy.database + "-wal")
            let opened = try copy.store()
            let head = try opened.reader.verify().head
            seen.insert(head.sequence)
            #expect(heads.contains(head), "seed \(seed), cut \(cut)")
            let rows = try opened.read(.liveReservations)
            #expect(rows.allSatisfy { $0.id.number <= head.sequence }, "seed \(seed), cut \(cut)")
            #expect(Int64(rows.count) == head.sequence, "seed \(seed), cut \(cut)")
        }
        #expect(seen.count > 1, "the cuts fell between different batches; seed \(seed)")
    }

    /// One row for each event, with the same number.
    private func randomBatch(_ random: inout SeededGenerator, after last: Int64) -> Batch {
        let numbers = (last + 1)...(last + Int64.random(in: 1...40, using: &random))
        let payload = String(repeating: "p", count: Int.random(in: 0...3000, using: &random))
        return Batch(
            events: numbers.map { event($0, payload: payload, personal: [.command: "run \($0)"]) },
            rows: numbers.map { row($0, body: payload) }, replies: numbers.map { reply("key \($0)") },
            scalars: ["nextReservation": numbers.upperBound + 1])
    }
}
