import AllotAPI
import Chargeback
import NIOCore
import Policy
import Scheduling
import Storage
import Units

/// Metering's events as the journal's payloads, and what metering knows as the store's document: JSON, for ever.
enum MeteringRecord {
    /// The name of what metering knows among the store's documents.
    static let name = "meter"

    static func journaled(_ event: MeteringEvent, at time: Timestamp) -> JournalEvent {
        JournalEvent(
            at: time, actor: nil, kind: event.kind, payload: encode(event), reservation: event.reservation)
    }

    /// Reads a payload back; nil for a kind that is none of metering's.
    static func event(kind: String, payload: [UInt8]) throws -> MeteringEvent? {
        guard kind.hasPrefix("usage.") else { return nil }
        return try decode(MeteringEvent.self, payload)
    }

    static func bytes(_ tariff: Tariff) -> [UInt8] { encode(tariff) }

    static func tariff(_ bytes: [UInt8]) throws -> Tariff { try decode(Tariff.self, bytes) }

    static func bytes(_ meter: Meter) -> [UInt8] { encode(Known(meter)) }

    /// What metering knows beside what runs and the records.
    private struct Known: Codable {
        var inventory: MachineInventory?
        var began: Timestamp?
        var capacity: [OwnedCapacity]
        var cutUntil: Timestamp?
        var gaps: [Gap]
        var marks: [Marked]

        struct Marked: Codable {
            var reservation: ReservationID
            var mark: Meter.Mark
        }

        init(_ meter: Meter) {
            inventory = meter.inventory
            began = meter.began
            capacity = meter.capacity
            cutUntil = meter.cutUntil
            gaps = meter.gaps
            marks = meter.marks.sorted { $0.key < $1.key }.map { Marked(reservation: $0.key, mark: $0.value) }
        }
    }

    /// - Parameters:
    ///   - bytes: the document; nil where there is none.
    ///   - last: the number of the last record.
    static func meter(
        _ bytes: [UInt8]?, last: Int64, live reservations: some Sequence<Reservation>
    ) throws -> Meter {
        guard let bytes else { return Meter(nextNumber: last + 1, live: reservations) }
        let known = try decode(Known.self, bytes)
        return Meter(
            inventory: known.inventory, began: known.began, capacity: known.capacity, cutUntil: known.cutUntil,
            gaps: known.gaps,
            marks: Dictionary(known.marks.map { ($0.reservation, $0.mark) }) { first, _ in first },
            nextNumber: last + 1, live: reservations)
    }

    static func encode(_ value: some Encodable) -> [UInt8] {
        do {
            return try JSONText.encode(value)
        } catch {
            preconditionFailure("what is journaled has no number that JSON can not hold")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try JSONBody.decode(type, from: ByteBuffer(bytes: bytes), limits: JSONLimits(depth: 16, values: .max))
    }
}

/// The tariffs by the ids that the store has them under.
struct TariffTable: Sendable {
    private(set) var tariffs: [Int64: Tariff] = [:]
    private var ids: [Tariff: Int64] = [:]

    init() {}

    init(_ rows: [TariffRow]) throws(StoreError) {
        for row in rows {
            do {
                let tariff = try MeteringRecord.tariff(row.body)
                tariffs[row.id] = tariff
                ids[tariff] = row.id
            } catch {
                throw .corrupt("tariff \(row.id): \(error)")
            }
        }
    }

    /// All tariffs of a state: this table, where none has come since it was made.
    func covering(_ store: StoreSnapshot) throws(StoreError) -> TariffTable {
        if try store.read(.lastTariff) <= Int64(tariffs.count) { return self }
        return try TariffTable(try store.read(.tariffs))
    }

    /// A record as its row.
    /// - Returns: the tariff's row too, where it is new.
    mutating func row(_ record: UsageRecord) -> (record: UsageRecordRow, tariff: TariffRow?) {
        var fresh: TariffRow?
        let id: Int64
        if let known = ids[record.tariff] {
            id = known
        } else {
            id = Int64(ids.count) + 1
            ids[record.tariff] = id
            tariffs[id] = record.tariff
            fresh = TariffRow(id: id, body: MeteringRecord.bytes(record.tariff))
        }
        let row = UsageRecordRow(
            number: record.number, day: record.day, reservation: record.reservation, department: record.department,
            team: record.team, user: record.user, devices: record.devices, from: record.from, to: record.to,
            quantity: record.quantity, tariff: id, original: record.original)
        return (row, fresh)
    }

    /// A row as its record.
    /// - Throws: for a tariff that is not there.
    func record(_ row: UsageRecordRow) throws(StoreError) -> UsageRecord {
        guard let tariff = tariffs[row.tariff] else { throw .corrupt("record \(row.number) has no tariff") }
        return UsageRecord(
            number: row.number, day: row.day, reservation: row.reservation, department: row.department,
            team: row.team, user: row.user, devices: row.devices, from: row.from, to: row.to,
            quantity: row.quantity, tariff: tariff, original: row.original)
    }

    /// What is stored of a reservation's records, in order.
    /// - Parameter number: records from this one on are left out, as if they were not there.
    func records(
        of id: ReservationID, before number: Int64 = .max, _ reader: some StoreReading
    ) throws(StoreError) -> [UsageRecord] {
        var records: [UsageRecord] = []
        while true {
            let page = try reader.read(
                .records(of: id, after: records.last?.number ?? 0, limit: Limits.recordsOfReservation))
            for row in page {
                guard row.number < number else { return records }
                records.append(try record(row))
            }
            if page.count < Limits.recordsOfReservation { return records }
        }
    }
}
