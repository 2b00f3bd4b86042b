import Chargeback
import Foundation
import Policy
import Storage
import Units

/// The year's records in a store, in batches as a busy daemon commits them, and the tariffs that they are of.
struct Ledger {
    let store: Store
    private(set) var tariffs: [Tariff] = []
    private var ids: [Tariff: Int64] = [:]
    private(set) var records: Int64 = 0
    static let batch = 1000

    init(folder: String) throws {
        store = try Store(folder: folder, diskReserve: 0)
    }

    /// Submissions, of which two of three have tags: of one project of 200, half of them of a stage too.
    func journal(_ entries: [Year.Entry]) throws {
        var batch = Batch()
        for case .engine(.started, let reservation) in entries {
            let number = reservation.id.number
            var personal: [PersonalField] = []
            if number % 3 != 0 {
                let stage = number.isMultiple(of: 2) ? ",\"stage\":\"train\"" : ""
                let tags = "{\"project\":\"p\(number * 7919 % 200)\"\(stage)}"
                personal.append(PersonalField(name: .tags, value: Array(tags.utf8)))
            }
            batch.events.append(
                JournalEvent(
                    at: reservation.submittedAt, actor: reservation.owner, kind: "reservation.submitted",
                    payload: Ledger.payload, reservation: reservation.id, personal: personal))
            if batch.events.count == Ledger.batch {
                try store.commit(batch)
                batch = Batch()
            }
        }
        try store.commit(batch)
    }

    mutating func commit(_ made: [UsageRecord]) throws {
        var start = 0
        while start < made.count {
            let end = min(start + Ledger.batch, made.count)
            var batch = Batch()
            batch.records.reserveCapacity(end - start)
            for record in made[start..<end] {
                let tariff = try id(of: record.tariff, in: &batch)
                batch.records.append(
                    UsageRecordRow(
                        number: record.number, day: record.day, reservation: record.reservation,
                        department: record.department, team: record.team, user: record.user, devices: record.devices,
                        from: record.from, to: record.to, quantity: record.quantity, tariff: tariff,
                        original: record.original))
            }
            try store.commit(batch)
            start = end
        }
        records += Int64(made.count)
    }

    /// The record of a row.
    func record(_ row: UsageRecordRow) -> UsageRecord {
        UsageRecord(
            number: row.number, day: row.day, reservation: row.reservation, department: row.department,
            team: row.team, user: row.user, devices: row.devices, from: row.from, to: row.to, quantity: row.quantity,
            tariff: tariff(row.tariff), original: row.original)
    }

    func tariff(_ id: Int64) -> Tariff { tariffs[Int(id) - 1] }

    private mutating func id(of tariff: Tariff, in batch: inout Batch) throws -> Int64 {
        if let id = ids[tariff] { return id }
        tariffs.append(tariff)
        let id = Int64(tariffs.count)
        ids[tariff] = id
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        batch.tariffs.append(TariffRow(id: id, body: Array(try encoder.encode(tariff))))
        return id
    }

    private static let payload = [UInt8](repeating: UInt8(ascii: "p"), count: 200)
}
