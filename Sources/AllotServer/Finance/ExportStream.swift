import AllotAPI
import Chargeback
import Crypto
import Policy
import Storage
import Units

/// Writes an export piece by piece: memory holds a page of records, however long the period is.
struct ExportStream: Sendable {
    let format: ExportFormat
    let context: ExportContext
    let store: Store
    let tariffs: TariffTable
    /// Records behind it came after the invoices that the export is held to.
    let lastRecord: Int64

    /// What has been written, for the journal.
    struct Digest: Sendable {
        var rows: Int64 = 0
        var bytes: Int64 = 0
        fileprivate var hash = SHA256()

        /// In hexadecimal digits.
        var sha256: String { hash.finalize().map { byte in Digest.hexadecimal(byte) }.joined() }

        fileprivate mutating func take(_ piece: [UInt8]) {
            bytes += Int64(piece.count)
            hash.update(data: piece)
        }

        private static func hexadecimal(_ byte: UInt8) -> String {
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }

    /// - Parameter write: takes one piece after the other.
    /// - Throws: `ExportFault` where the records are not what the invoices say, `StoreError`, and what `write` throws.
    func write(_ write: ([UInt8]) async throws -> Void) async throws -> Digest {
        var digest = Digest()
        var writer = format.writer(context)
        var piece: [UInt8] = []
        writer.begin(to: &piece)
        if format.needsRecords {
            var number: Int64 = 0
            var tags = TagSets()
            while true {
                let page = try await page(after: number)
                for row in page where row.record.number <= lastRecord {
                    try writer.append(tariffs.record(row.record), tags: tags[row.tags], to: &piece)
                    guard piece.count >= Limits.exportPieceBytes else { continue }
                    digest.take(piece)
                    try await write(piece)
                    piece.removeAll(keepingCapacity: true)
                }
                guard let last = page.last?.record.number, last < lastRecord else { break }
                number = last
            }
        }
        try writer.finish(to: &piece)
        digest.take(piece)
        digest.rows = writer.rows
        try await write(piece)
        return digest
    }

    private func page(after number: Int64) async throws -> [TaggedRecordRow] {
        let (month, limit) = (context.period.first, Limits.recordsOfReservation)
        if showsTags { return try await store.read(.taggedRecords(of: month, after: number, limit: limit)) }
        return try await store.read(.records(of: month, after: number, limit: limit))
            .map { TaggedRecordRow(record: $0, tags: nil) }
    }

    private var showsTags: Bool { format == .focusCostAndUsage || format == .csv }
}

/// What tags say, read once for reservations that have the same.
private struct TagSets {
    private var known: [[UInt8]: [String: String]] = [:]

    subscript(bytes: [UInt8]?) -> [String: String] {
        mutating get {
            guard let bytes else { return [:] }
            if let tags = known[bytes] { return tags }
            let tags = Details(fields: [PersonalField(name: .tags, value: bytes)]).tags
            if known.count >= Limits.keptTags { known.removeAll(keepingCapacity: true) }
            known[bytes] = tags
            return tags
        }
    }
}

extension PeriodReader {
    /// Everything that an export of a period is made from.
    /// - Parameters:
    ///   - names: of users.
    ///   - asOf: of the journal's last event.
    func export(
        _ format: ExportFormat, of period: Period, department: DepartmentID?, byHour: Bool, host: String,
        names: [UserID: String], asOf: Timestamp, from store: Store
    ) throws -> ExportStream {
        let (policy, closed) = (invoices.policy, invoices.books.closed.first { $0.period == period })
        let (last, tariffs, documents) = try consistent(period)
        let departments = policy.departments.map { ($0.id, $0.name) }
        let teams = policy.departments.map { department in
            (department.id, Dictionary(department.teams.map { ($0.id, $0.name) }) { first, _ in first })
        }
        let context = ExportContext(
            host: host, period: period, zone: documents.first?.timeZone ?? policy.timeZone,
            currency: documents.first?.currency ?? invoices.currency,
            // A name of digits alone would be read as a number.
            issuer: ExportContext.Issuer(name: host, account: "org-\(host)", accountName: host),
            invoices: documents.filter { department == nil || $0.department == department },
            department: department, closedAt: closed?.at, asOf: closed?.at ?? asOf,
            names: ExportNames(
                departments: Dictionary(departments) { first, _ in first },
                teams: Dictionary(teams) { first, _ in first }, users: names,
                devices: (invoices.meter.inventory?.devices ?? []).map(\.id)),
            sharedRule: policy.chargeback.unsold.distribute.rawValue, isSplitByHour: byHour,
            accounts: policy.chargeback.accounts)
        return ExportStream(format: format, context: context, store: store, tariffs: tariffs, lastRecord: last)
    }

    /// The invoices, the last record that they are made from, and the tariffs up to there: of an open period records
    /// come while they are read.
    private func consistent(_ period: Period) throws -> (last: Int64, TariffTable, [Invoice]) {
        try reader.snapshot { store in
            let tariffs = try tariffs.covering(store)
            let last = try store.read(.lastRecord)
            guard !invoices.books.isClosed(period) else {
                return (
                    last, tariffs, try store.read(.invoices(of: period.first)).map { try BooksRecord.invoice($0.body) }
                )
            }
            return (last, tariffs, try statement(of: period, try tariffs.totals(of: period, store)).invoices)
        }
    }

    /// The users of whom there are records in a period.
    func users(of period: Period) throws -> Set<UserID> {
        let filter = UsageFilter(days: period.first..<period.next.first)
        return try reader.fold(.sums(filter, by: .user), into: []) { users, row in
            if let user = row.user { users.insert(user) }
        }
    }
}
