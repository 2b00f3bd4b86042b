import Storage
import Units

/// What a start reads, what a verification costs, and what a backup does to commits, with 100,000 ended reservations
/// and 10,000 live ones in the file.
struct Start {
    let folder: Folder
    private static let ended: Int64 = 100_000
    private static let live: Int64 = 10_000

    func run() async throws {
        let path = try folder.empty()
        try fill(path)
        var opening: [Double] = []
        var reading: [Double] = []
        for _ in 0..<5 {
            var store: Store?
            opening.append(Double(try Times.measured { store = try Store(folder: path, diskReserve: 0) }) / 1e6)
            reading.append(
                Double(
                    try Times.measured {
                        guard let rows = try store?.read(.liveReservations), rows.count == Start.live else {
                            throw Failure(message: "not all live reservations were read")
                        }
                        _ = try store?.read(.scalars)
                    }) / 1e6)
            try store?.close()
        }
        print("start: open \(median(opening).text(1)) ms, live reservations \(median(reading).text(1)) ms")
        let store = try Store(folder: path, diskReserve: 0)
        var head: JournalHead?
        let verifying = Double(try Times.measured { head = try store.reader.verify().head }) / 1e9
        print("verify: \((Double(head?.sequence ?? 0) / verifying).text(0)) events/s")
        try await backup(store)
        try store.close()
    }

    private func fill(_ path: String) throws {
        let store = try Store(folder: path, diskReserve: 0)
        let workload = Workload.all[1]
        for first in stride(from: Int64(1), through: Start.ended + Start.live, by: 1000) {
            var batch = workload.batch(first: first, count: 1000)
            try store.commit(batch)
            guard first <= Start.ended else { continue }
            batch.replies = []
            for index in batch.rows.indices {
                batch.rows[index].endedAt = Timestamp(milliseconds: 1_700_000_060_000)
                batch.events[index].personal = []
                batch.eraseAtEnd.append(batch.rows[index].id)
            }
            try store.commit(batch)
        }
        try store.close()
    }

    /// Commits of 64 commands, before a backup and during it.
    private func backup(_ store: Store) async throws {
        let workload = Workload.all[1]
        var next: Int64 = 1_000_000
        func commit() throws -> UInt64 {
            let batch = workload.batch(first: next, count: 64)
            next += 64
            return try Times.measured { try store.commit(batch) }
        }
        var before: [UInt64] = []
        for _ in 0..<300 { before.append(try commit()) }
        let start = ContinuousClock.now
        let copying = Task.detached { () async throws -> (Int64, Duration) in
            let backup = try await store.backup()
            var count: Int64 = 0
            for try await piece in backup { count += Int64(piece.count) }
            return (count, ContinuousClock.now - start)
        }
        var during: [UInt64] = []
        for _ in 0..<300 { during.append(try commit()) }
        let (bytes, duration) = try await copying.value
        print("backup: \(bytes >> 20) MiB in \(duration)", terminator: "; ")
        for (name, times) in [("before", Times(nanoseconds: before)), ("during", Times(nanoseconds: during))] {
            print(
                "commits of 64 \(name): p50 \(times.milliseconds(0.5).text(2)) ms,",
                "p99 \(times.milliseconds(0.99).text(2)) ms", terminator: "; ")
        }
        print("")
    }
}
