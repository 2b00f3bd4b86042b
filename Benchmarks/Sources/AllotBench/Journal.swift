import CCeiling
import Storage

/// Durable commands a second through the store, beside plain C with the same rows, in turns on the same disk.
struct Journal {
    let folder: Folder
    private static let batchSizes = [1, 8, 64, 256]
    private static let rounds = 5

    func run() throws {
        let disk = try fdatasync()
        print("disk: \(disk.rate.text(0)) fdatasync/s, p50 \(disk.milliseconds(0.5).text(3)) ms, ", terminator: "")
        print("p99 \(disk.milliseconds(0.99).text(3)) ms\n")
        for workload in Workload.all {
            print("\(workload.name); medians of \(Journal.rounds) rounds, times per commit in ms")
            print("batch  store/s      C/s  ratio  store p50     p99     max    C p50     p99     max")
            for size in Journal.batchSizes { try run(workload, size) }
            print("")
        }
    }

    private func run(_ workload: Workload, _ size: Int) throws {
        let batches = max(40, min(1500, 40_000 / size))
        var store: [Times] = []
        var ceiling: [Times] = []
        for _ in 0..<Journal.rounds {
            store.append(try throughStore(workload, batches, size))
            ceiling.append(try throughC(workload, batches, size))
        }
        let rate = { (times: [Times]) in median(times.map(\.rate)) * Double(size) }
        var line = String(size).right(5)
        line += rate(store).text(0).right(9) + rate(ceiling).text(0).right(9)
        line += (rate(store) / rate(ceiling)).text(2).right(7)
        for times in [store, ceiling] {
            line += median(times.map { $0.milliseconds(0.5) }).text(3).right(11)
            line += median(times.map { $0.milliseconds(0.99) }).text(2).right(8)
            line += median(times.map { $0.milliseconds(1) }).text(2).right(8)
        }
        print(line)
    }

    private func throughStore(_ workload: Workload, _ batches: Int, _ size: Int) throws -> Times {
        let path = try folder.empty()
        let store = try Store(folder: path, diskReserve: 0)
        var times: [UInt64] = []
        for index in 0..<batches {
            let batch = workload.batch(first: Int64(index * size + 1), count: size)
            times.append(try Times.measured { try store.commit(batch) })
        }
        try store.close()
        return Times(nanoseconds: times)
    }

    private func throughC(_ workload: Workload, _ batches: Int, _ size: Int) throws -> Times {
        let path = try folder.empty()
        try Store(folder: path, diskReserve: 0).close()
        var times = [UInt64](repeating: 0, count: batches)
        let code = ceiling_commit(path + "/allot.db", 1, Int32(batches), Int32(size), workload.command, &times)
        guard code == 0 else { throw Failure(message: "C: SQLite error \(code)") }
        return Times(nanoseconds: times)
    }

    private func fdatasync() throws -> Times {
        var times = [UInt64](repeating: 0, count: 3000)
        let code = ceiling_fdatasync(try folder.empty() + "/sync", Int32(times.count), &times)
        guard code == 0 else { throw Failure(message: "fdatasync: error \(code)") }
        return Times(nanoseconds: times)
    }
}
