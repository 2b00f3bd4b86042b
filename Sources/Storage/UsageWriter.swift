import GRDB
import Units

/// The statements for what was used, and the number of the last record. Used on the writing connection's queue only.
final class UsageWriter {
    private var lastRecord: Int64
    private let insertTariff: Prepared
    private let insertRecord: Prepared
    private let addDay: Prepared
    private let addMonth: Prepared
    private let insertInvoice: Prepared

    init(_ db: Database) throws(StoreError) {
        lastRecord = try StoreQuery<Int64>.lastRecord.run(db)
        insertTariff = try Prepared(db, WriterSQL.insertTariff)
        insertRecord = try Prepared(db, WriterSQL.insertRecord)
        addDay = try Prepared(db, WriterSQL.addDay)
        addMonth = try Prepared(db, WriterSQL.addMonth)
        insertInvoice = try Prepared(db, WriterSQL.insertInvoice)
    }

    /// Within the transaction of the batch.
    func write(_ batch: Batch) throws(StoreError) {
        for tariff in batch.tariffs {
            try insertTariff.bind(tariff.id, at: 1)
            try insertTariff.bind(tariff.body, at: 2)
            try insertTariff.run()
        }
        try insert(batch.records)
        for invoice in batch.invoices {
            try insertInvoice.bind(invoice.number, at: 1)
            try insertInvoice.bind(invoice.month.daysSinceEpoch, at: 2)
            try insertInvoice.bind(invoice.department.text, at: 3)
            try insertInvoice.bind(invoice.body, at: 4)
            try insertInvoice.run()
        }
    }

    /// After the transaction has been committed.
    func committed(_ records: [UsageRecordRow]) {
        lastRecord += Int64(records.count)
    }

    private func insert(_ records: [UsageRecordRow]) throws(StoreError) {
        var expected = lastRecord
        // Summed up here first, so that a batch touches each sum once.
        var days: [DayKey: Int64] = [:]
        for record in records {
            expected += 1
            guard record.number == expected else { throw .recordNumber(expected: expected, found: record.number) }
            try insert(record)
            try UsageWriter.add(record.quantity, to: &days[DayKey(record), default: 0])
        }
        var months: [MonthKey: Int64] = [:]
        for (key, quantity) in days {
            try addDay.bind(key.day, at: 1)
            try addDay.bind(key.month.department, at: 2)
            try addDay.bind(key.month.tariff, at: 3)
            try addDay.bind(key.month.team, at: 4)
            try addDay.bind(key.user, at: 5)
            try addDay.bind(quantity, at: 6)
            guard try addDay.run() == 1 else { throw UsageWriter.beyond }
            try UsageWriter.add(quantity, to: &months[key.month, default: 0])
        }
        for (key, quantity) in months {
            try addMonth.bind(key.month, at: 1)
            try addMonth.bind(key.department, at: 2)
            try addMonth.bind(key.team, at: 3)
            try addMonth.bind(key.tariff, at: 4)
            try addMonth.bind(quantity, at: 5)
            guard try addMonth.run() == 1 else { throw UsageWriter.beyond }
        }
    }

    private func insert(_ record: UsageRecordRow) throws(StoreError) {
        try insertRecord.bind(record.number, at: 1)
        try insertRecord.bind(record.day.daysSinceEpoch, at: 2)
        try insertRecord.bind(record.day.firstOfMonth.daysSinceEpoch, at: 3)
        try insertRecord.bind(record.reservation.number, at: 4)
        try insertRecord.bind(record.department.text, at: 5)
        try insertRecord.bind(record.team?.text ?? "", at: 6)
        try insertRecord.bind(Int64(record.user.uid), at: 7)
        try insertRecord.bind(record.devices.bytes, at: 8)
        try insertRecord.bind(record.from.milliseconds, at: 9)
        try insertRecord.bind(record.to.milliseconds, at: 10)
        try insertRecord.bind(record.quantity, at: 11)
        try insertRecord.bind(record.tariff, at: 12)
        try insertRecord.bind(record.original, at: 13)
        try insertRecord.run()
    }

    private static func add(_ quantity: Int64, to sum: inout Int64) throws(StoreError) {
        let (result, isOver) = sum.addingReportingOverflow(quantity)
        guard !isOver else { throw beyond }
        sum = result
    }

    private static let beyond = StoreError.limitExceeded(field: "sum of quantities", limit: .max)
}

private struct MonthKey: Hashable {
    let month: Int64
    let department: String
    let team: String
    let tariff: Int64
}

private struct DayKey: Hashable {
    let day: Int64
    let user: Int64
    let month: MonthKey

    init(_ record: UsageRecordRow) {
        day = record.day.daysSinceEpoch
        user = Int64(record.user.uid)
        month = MonthKey(
            month: record.day.firstOfMonth.daysSinceEpoch, department: record.department.text,
            team: record.team?.text ?? "", tariff: record.tariff)
    }
}

extension DeviceSet {
    /// Lowest first, without zeros at the end.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var rest = bits
        while rest != 0 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
        return bytes
    }

    /// nil where these are not the bytes of a set.
    init?(bytes: [UInt8]) {
        guard bytes.count <= DeviceSet.limit / 8, bytes.last != 0 else { return nil }
        self.init(bits: bytes.reversed().reduce(0) { $0 << 8 | UInt128($1) })
    }
}
