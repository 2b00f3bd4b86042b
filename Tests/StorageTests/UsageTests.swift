import GRDB
import Testing
import Units

@testable import Storage

@Suite struct UsageTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    @Test func `Tariffs, records and invoices are read back as they went in, also after the store was opened anew`()
        throws
    {
        let first = try day("1970-01-01")
        let last = try day("9999-12-31")
        let records = [
            record(1, on: first, from: .min, to: .max, quantity: .max, tariff: .min),
            record(
                2, on: last, reservation: .max, department: "", team: "a", user: .max,
                devices: DeviceSet([0, 7, 8, 127]), quantity: -.max, tariff: 3, original: 1),
            record(3, on: last, devices: DeviceSet([63]), quantity: 0, tariff: 3, original: 1),
        ]
        let tariffs = [TariffRow(id: .min, body: []), tariff(3)]
        let invoices = [invoice("INV-9999-12-vision", try day("9999-12-01"))]
        let head = try store.commit(Batch(events: [event(1)], tariffs: tariffs, records: records, invoices: invoices))
        #expect(head.sequence == 1)
        try store.close()
        let again = try folder.store()
        #expect(try again.read(.tariffs) == tariffs)
        #expect(try again.read(.lastRecord) == 3)
        #expect(try again.read(.records(after: 0, limit: 10)) == records)
        #expect(try again.all(.records(after: 0)) == records)
        #expect(try again.read(.invoices(of: last)) == invoices)
        #expect(try again.read(.invoices(of: first)) == [])
        #expect(try again.read(.invoice("INV-9999-12-vision")) == invoices[0])
        #expect(try again.read(.invoice("INV-9999-12")) == nil)
        #expect(try again.usageDifference() == nil)
        try again.commit(Batch(records: [record(4, on: first, tariff: 3)]))
        #expect(try again.read(.lastRecord) == 4)
    }

    @Test func `Records come in pages: all, of a month, and of a reservation`() throws {
        let december = try day("2026-12-31")
        let january = try day("2027-01-01")
        try store.commit(
            Batch(
                tariffs: [tariff(1)],
                records: (1...2500).map { number in
                    record(number, on: number % 2 == 0 ? december : january, reservation: 1 + number % 5)
                }))
        #expect(try store.read(.records(after: 2498, limit: 10)).map(\.number) == [2499, 2500])
        #expect(try store.read(.records(after: 0, limit: .max)).count == StorageLimits.pageRows)
        #expect(try store.read(.records(after: 0, limit: -1)) == [])
        #expect(try store.read(.records(of: december, after: 4, limit: 3)).map(\.number) == [6, 8, 10])
        #expect(try store.read(.records(of: january, after: 2498, limit: 3)).map(\.number) == [2499])
        #expect(try store.read(.records(of: try day("2027-02-01"), after: 0, limit: 3)) == [])
        #expect(try store.read(.records(of: ReservationID(3), after: 7, limit: 2)).map(\.number) == [12, 17])
        #expect(try store.all(.records(of: december)).map(\.number) == (1...1250).map { 2 * $0 })
        #expect(try store.all(.records(of: january, after: 99)).count == 1200)
    }

    @Test func `A stream may be waited for without a thread`() async throws {
        let january = try day("2027-01-01")
        try store.commit(Batch(tariffs: [tariff(1)], records: (1...1200).map { record($0, on: january) }))
        let count = try await store.reader.fold(.records(of: january, after: 99), into: 0) { count, _ in count += 1 }
        #expect(count == 1101)
        await #expect(throws: TestFailure.self) {
            try await store.reader.fold(.records(after: 0), into: ()) { _, _ in throw TestFailure("enough") }
        }
    }

    @Test func `A batch that fails leaves nothing of it, and the next record follows the last good one`() throws {
        let november = try day("2026-11-05")
        try store.commit(
            Batch(tariffs: [tariff(1)], records: [record(1, on: november)], invoices: [invoice("a", november)]))
        var bad = Batch(
            events: [event(1)], tariffs: [tariff(2)],
            records: [record(2, on: november, quantity: 5), record(3, on: november, tariff: 2)],
            invoices: [invoice("b", november), invoice("a", november)])
        #expect(throws: StoreError.self) { try store.commit(bad) }
        #expect(try store.journalHead().sequence == 0)
        #expect(try store.read(.tariffs) == [tariff(1)])
        #expect(try store.read(.records(after: 0, limit: 10)).map(\.number) == [1])
        #expect(try store.read(.invoice("b")) == nil)
        let sums = StoreStream<UsageSum>.sums(UsageFilter(days: november..<(try day("2026-12-01"))), by: .day)
        #expect(try store.all(sums) == [UsageSum(day: november, tariff: 1, quantity: 1)])
        #expect(try store.usageDifference() == nil)
        bad.invoices.removeLast()
        try store.commit(bad)
        #expect(try store.read(.lastRecord) == 3)
        #expect(try store.all(sums).map(\.quantity) == [6, 1])
        #expect(try store.usageDifference() == nil)
    }

    @Test(arguments: [[2], [0], [1, 3], [1, 1], [1, 2, 2]] as [[Int64]])
    func `A record whose number does not follow the last one is refused`(_ numbers: [Int64]) throws {
        let today = try day("2026-11-05")
        let batch = Batch(tariffs: [tariff(1)], records: numbers.map { record($0, on: today) })
        let wrong = try #require(numbers.enumerated().first { $0.offset + 1 != $0.element })
        #expect(throws: StoreError.recordNumber(expected: Int64(wrong.offset + 1), found: wrong.element)) {
            try store.commit(batch)
        }
        #expect(try store.read(.lastRecord) == 0)
        #expect(try store.read(.tariffs) == [])
    }

    @Test(arguments: [1, -1]) func `A sum beyond the range is refused, in one batch, over two, and by month`(
        _ sign: Int64
    ) throws {
        let beyond = StoreError.limitExceeded(field: "sum of quantities", limit: .max)
        let today = try day("2026-11-05")
        let tomorrow = try day("2026-11-06")
        try store.commit(Batch(tariffs: [tariff(1)]))
        let most = record(1, on: today, quantity: sign * .max)
        for other in [today, tomorrow] {
            #expect(throws: beyond) {
                try store.commit(Batch(records: [most, record(2, on: other, quantity: sign * 2)]))
            }
        }
        try store.commit(Batch(records: [most]))
        for other in [today, tomorrow] {
            #expect(throws: beyond) { try store.commit(Batch(records: [record(2, on: other, quantity: sign * 2)])) }
        }
        #expect(try store.read(.lastRecord) == 1)
        #expect(try store.usageDifference() == nil)
        try store.commit(Batch(records: [record(2, on: today, quantity: -sign * .max)]))
        let months = try store.all(.months(today..<(try day("2026-12-01"))))
        #expect(months.map(\.quantity) == [0])
    }

    @Test func `A record of an unknown tariff, a tariff twice, and an original that is no record are refused`() throws {
        let today = try day("2026-11-05")
        try store.commit(Batch(tariffs: [tariff(1)]))
        let wrong = [
            Batch(records: [record(1, on: today, tariff: 2)]),
            Batch(tariffs: [TariffRow(id: 2, body: tariff(1).body)]),
            Batch(tariffs: [TariffRow(id: 1, body: [1])]),
        ]
        for batch in wrong { #expect(throws: StoreError.self) { try store.commit(batch) } }
        #expect(try store.read(.lastRecord) == 0)
        #expect(try store.read(.tariffs) == [tariff(1)])
    }

    @Test(arguments: ["tariff", "usage_record", "invoice"])
    func `What was written of it is neither changed nor deleted`(_ table: String) throws {
        let today = try day("2026-11-05")
        try store.commit(
            Batch(tariffs: [tariff(1)], records: [record(1, on: today)], invoices: [invoice("a", today)]))
        try store.close()
        let queue = try DatabaseQueue(path: folder.database)
        for sql in ["DELETE FROM \(table)", "UPDATE \(table) SET rowid = rowid"] {
            let error = #expect(throws: DatabaseError.self) {
                try queue.writeWithoutTransaction { db in try db.execute(sql: sql) }
            }
            #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER, "\(sql): \(String(describing: error))")
        }
    }

    @Test func `A database of before there was usage answers with none, and takes some once it is brought forward`()
        throws
    {
        let queue = try DatabaseQueue(path: folder.path + "/old.db")
        try queue.writeWithoutTransaction { db in try db.execute(sql: Version1.dump) }
        try queue.close()
        let today = try day("2026-11-05")
        let days = UsageFilter(days: try day("1970-01-01")..<(try day("9999-01-01")))
        let reader = try StoreReader(path: folder.path + "/old.db")
        #expect(try reader.read(.tariffs) == [])
        #expect(try reader.read(.lastRecord) == 0)
        #expect(try reader.read(.records(after: 0, limit: 9)) == [])
        #expect(try reader.read(.invoices(of: today)) == [])
        #expect(try reader.read(.invoice("a")) == nil)
        var cursor = RecordCursor()
        var ends = 0
        _ = try reader.verify(
            each: { _, snapshot in
                let next = try cursor.next(in: snapshot)
                #expect(next == nil)
            },
            end: { snapshot in
                let difference = try snapshot.usageDifference()
                #expect(difference == nil)
                var rows = try snapshot.fold(.sums(days, by: .day), into: 0) { count, _ in count += 1 }
                rows += try snapshot.fold(.reservations(days), into: 0) { count, _ in count += 1 }
                rows += try snapshot.fold(.months(days.days), into: 0) { count, _ in count += 1 }
                #expect(rows == 0)
                ends += 1
            })
        #expect(ends == 1)
    }
}
