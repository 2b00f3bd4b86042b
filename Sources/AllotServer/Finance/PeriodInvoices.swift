import Chargeback
import Policy
import Storage
import Units

/// The invoices of a period by what is known of it: its totals, the books, the machine, and the policy that holds.
struct PeriodInvoices {
    var books: Books
    var meter: Meter
    var policy: Policy
    /// 0 before one was taken.
    var policyVersion: Int64

    var currency: String { policy.priceBook?.currency ?? Invoicing.noCurrency }

    /// - Parameters:
    ///   - totals: of the period, of all departments.
    ///   - now: of a draft: what is to come is not unsold as yet, and what runs is not although nothing of it is
    ///     written down.
    func statement(
        of period: Period, totals: [PeriodTotal], now: Timestamp? = nil
    ) throws(InvoicingRefusal) -> PeriodStatement {
        let running = now.map { meter.outstanding(at: $0, policy: policy).map { PeriodTotal($0) } } ?? []
        let now = now ?? .distantFuture
        let owned = meter.capacity.filter { $0.from < now }.map { piece in
            OwnedCapacity(sku: piece.sku, from: piece.from, to: min(piece.to, now), count: piece.count)
        }
        let shared = try SharedCost(
            of: period, owned: owned, totals: totals + running,
            rule: policy.chargeback.unsold, policy: policy)
        let invoicing = Invoicing(
            period: period, zone: policy.timeZone, currency: policy.priceBook?.currency,
            versions: Invoice.Versions(policy: policyVersion, rating: Invoicing.rating))
        return try invoicing.statement(
            departments: policy.departments.map(\.id), totals: totals, adjustments: books.adjustments,
            shared: shared)
    }

    /// When the books are asked. What runs is written down before a correction is made, so that all is settled then.
    func moment(at now: Timestamp) -> Books.Moment { moment(at: now, settledUntil: now) }

    /// The same for a period's end: what is not written down by then is not settled.
    func moment(closing period: Period, at now: Timestamp) -> Books.Moment {
        let end = period.range(in: policy.timeZone).upperBound
        let until = meter.unsettled(before: end).compactMap { meter.metered($0) }.min()
        return moment(at: now, settledUntil: until ?? now)
    }

    private func moment(at now: Timestamp, settledUntil: Timestamp) -> Books.Moment {
        Books.Moment(
            now: now, zone: policy.timeZone,
            began: Period(containing: meter.began ?? now, in: policy.timeZone), settledUntil: settledUntil)
    }

    /// What of a period is not settled.
    func standing(of period: Period, unrated: [Unrated]) -> Books.Standing {
        Books.Standing(
            unrated: unrated, unsettled: meter.unsettled(before: period.range(in: policy.timeZone).upperBound))
    }
}

extension PeriodInvoices {
    init(_ snapshot: Broker.Snapshot) {
        self.init(
            books: snapshot.books, meter: snapshot.meter, policy: snapshot.engine.policy,
            policyVersion: Int64(snapshot.control.ledger.current?.number ?? 0))
    }
}

extension PeriodTotal {
    /// Of one record.
    fileprivate init(_ record: UsageRecord) {
        self.init(
            period: record.period, department: record.department, team: record.team, tariff: record.tariff,
            quantity: record.quantity)
    }
}

extension TariffTable {
    /// What is stored of a period, of all departments.
    func totals(of period: Period, _ reader: some StoreReading) throws -> [PeriodTotal] {
        try reader.fold(.months(period.first..<period.next.first), into: []) { try $0.append(total($1)) }
    }

    private func total(_ row: UsageMonthRow) throws(StoreError) -> PeriodTotal {
        guard let tariff = tariffs[row.tariff] else { throw .corrupt("a total has no tariff \(row.tariff)") }
        return PeriodTotal(
            period: Period(of: row.month), department: row.department, team: row.team, tariff: tariff,
            quantity: row.quantity)
    }

    /// Ids of the tariffs of a SKU.
    func ids(of sku: SKU) -> [Int64] { tariffs.filter { $0.value.sku == sku }.map(\.key).sorted() }
}

/// The records that a correction looks at: those of its SKU and time that nothing has reversed.
struct Correctable {
    var sku: SKU
    var interval: Range<Timestamp>

    /// - Parameters:
    ///   - number: records from this one on are left out, as if they were not there.
    ///   - later: records that are not stored yet.
    /// - Throws: `StoreError`, `limitExceeded` where there are more than one correction is for.
    func standing(
        before number: Int64 = .max, later: [UsageRecord] = [], _ reader: some StoreReading, _ tariffs: TariffTable
    ) throws -> [UsageRecord] {
        let stream = StoreStream<UsageRecordRow>.standing(
            tariffs: tariffs.ids(of: sku), overlapping: interval, reversals: [])
        var records = try reader.fold(stream, into: [UsageRecord]()) { records, row in
            guard row.number < number else { return }
            guard records.count < Limits.correctedRecords else {
                throw StoreError.limitExceeded(field: "records", limit: Limits.correctedRecords)
            }
            records.append(try tariffs.record(row))
        }
        records += later.filter { record in
            record.tariff.sku == sku && record.from < interval.upperBound && record.to > interval.lowerBound
        }
        let reversed = Set(records.filter { $0.tariff.entry == .reversal }.compactMap(\.original))
        return records.filter { $0.tariff.entry != .reversal && !reversed.contains($0.number) }
    }
}

extension FinanceProposal.Correction {
    /// The entries of all records that it changes, to be numbered.
    func entries(for records: [UsageRecord], proposal: Int64, _ books: Books, at moment: Books.Moment) -> [UsageRecord]
    {
        records.flatMap { record in
            entries(
                for: record, proposal: proposal, from: 0, postedOn: books.postingDay(of: record.day, at: moment))
        }
    }
}

/// What answers questions about what is stored: the last committed state, or one that is held.
protocol StoreReading {
    func read<Value>(_ query: StoreQuery<Value>) throws(StoreError) -> Value
    func fold<Row, Value>(
        _ stream: StoreStream<Row>, into value: Value, _ body: (inout Value, Row) throws -> Void
    ) throws -> Value
}

extension StoreReader: StoreReading {}
extension StoreSnapshot: StoreReading {}
