import Chargeback
import Policy
import Scheduling
import Storage
import Units

/// Meters the journal once more, beside its proof, and compares what comes out with what is stored.
struct MeteringCheck {
    typealias Fault = JournalCheck.Fault

    private var meter = Meter(live: [])
    private var policy = Policy.unconfigured
    private var policyVersion: Int64 = 0
    private var books = Books()
    /// What the records of open periods come to.
    private var totals: [TotalKey: Int64] = [:]
    private var tariffs: TariffTable
    private var stored: [UsageRecord] = []
    /// How many of the stored ones have been compared.
    private var compared = 0
    /// Invoices that have been made once more, and are what was sealed.
    private(set) var sealed = 0

    private struct TotalKey: Hashable {
        var period: Period
        var department: DepartmentID
        var team: TeamID?
        var tariff: Tariff
    }

    /// How many records the journal makes.
    var records: Int64 { meter.nextNumber - 1 }

    init(tariffs: TariffTable) {
        self.tariffs = tariffs
    }

    /// Goes on under another version of the policy.
    mutating func hold(_ digest: PolicyDigest, version: Int, _ store: StoreSnapshot) throws {
        policyVersion = Int64(version)
        guard let bytes = try store.read(.document(PolicyRecord.textName(digest))) else {
            throw Fault.policy("text \(digest) is missing")
        }
        do {
            policy = try PolicyText(yaml: bytes, name: "policy").policy
        } catch {
            throw Fault.policy("text \(digest): \(error)")
        }
    }

    /// Folds a decision of the engine in, and compares the records that it makes.
    mutating func fold(_ event: Event, _ reservation: Reservation?, _ store: StoreSnapshot) throws {
        let (tariffs, number) = (tariffs, meter.nextNumber)
        let records = try meter.fold(event, reservation, policy: policy) { id in
            try tariffs.records(of: id, before: number, store)
        }
        try compare(records, store)
    }

    /// Folds a row of metering's own in.
    /// - Returns: whether it is one.
    mutating func fold(_ entry: JournalEntry, _ store: StoreSnapshot) throws -> Bool {
        let event: MeteringEvent?
        do {
            event = try MeteringRecord.event(kind: entry.kind, payload: entry.payload)
        } catch {
            throw Fault.unreadable(sequence: entry.sequence, "\(error)")
        }
        guard let event else { return false }
        let records: [UsageRecord]
        do throws(Meter.Misfit) {
            records = try meter.fold(event, at: entry.at, policy: policy)
        } catch {
            throw Fault.impossible(sequence: entry.sequence, kind: entry.kind)
        }
        try compare(records, store)
        return true
    }

    /// Folds a decision about money in: compares what a correction makes, and the invoices that a close has sealed.
    /// - Returns: whether the row is one.
    mutating func fold(money entry: JournalEntry, _ store: StoreSnapshot) throws -> Bool {
        let event: BooksEvent?
        do {
            event = try BooksRecord.event(kind: entry.kind, payload: entry.payload)
        } catch {
            throw Fault.unreadable(sequence: entry.sequence, "\(error)")
        }
        guard let event else { return false }
        if case .closed(let period) = event { try check(period, store) }
        let before = books
        let held: FinanceProposal?
        do throws(Books.Misfit) {
            held = try books.apply(event)
        } catch {
            throw Fault.impossible(sequence: entry.sequence, kind: entry.kind)
        }
        guard let held, case .correction(let correction) = held.what else { return true }
        let standing = try Correctable(sku: correction.sku, interval: correction.from..<correction.to)
            .standing(before: meter.nextNumber, store, tariffs)
        let entries = correction.entries(
            for: standing, proposal: held.number, before, at: invoices.moment(at: entry.at))
        try compare(meter.number(entries), store)
        return true
    }

    private var invoices: PeriodInvoices {
        PeriodInvoices(books: books, meter: meter, policy: policy, policyVersion: policyVersion)
    }

    /// Makes the invoices of a period once more, and compares them with what was sealed.
    private mutating func check(_ closed: ClosedPeriod, _ store: StoreSnapshot) throws {
        let period = closed.period
        let totals = totals.filter { $0.key.period == period }.map { key, quantity in
            PeriodTotal(
                period: period, department: key.department, team: key.team, tariff: key.tariff, quantity: quantity)
        }
        let made: [Invoice]
        do throws(InvoicingRefusal) {
            made = try invoices.statement(of: period, totals: totals).invoices
        } catch {
            throw Fault.metering("the invoices of \(period) can not be made: \(error)")
        }
        guard made.map(\.number) == closed.invoices.map(\.number) else {
            throw Fault.metering("\(period) was closed with other invoices than the journal makes")
        }
        for (invoice, seal) in zip(made, closed.invoices) {
            let bytes = BooksRecord.bytes(invoice)
            guard BooksRecord.digest(bytes) == seal.sha256 else {
                throw Fault.metering("invoice \(seal.number) was sealed as something else than the journal makes")
            }
            guard try store.read(.invoice(seal.number))?.body == bytes else {
                throw Fault.metering("invoice \(seal.number) differs from what was sealed")
            }
            sealed += 1
        }
        self.totals = self.totals.filter { $0.key.period > period }
    }

    /// Compares records with those that are stored under their numbers.
    private mutating func compare(_ records: [UsageRecord], _ store: StoreSnapshot) throws {
        for record in records {
            let key = TotalKey(
                period: record.period, department: record.department, team: record.team, tariff: record.tariff)
            totals[key, default: 0] &+= record.quantity
            if compared == stored.count { try readOn(from: record.number, store) }
            guard compared < stored.count else {
                throw Fault.metering("record \(record.number) of \(record.reservation) is missing")
            }
            guard stored[compared] == record else {
                throw Fault.metering("record \(record.number) of \(record.reservation) differs from the journal")
            }
            compared += 1
        }
    }

    private mutating func readOn(from number: Int64, _ store: StoreSnapshot) throws {
        // What is there by now may have tariffs that were not there at the beginning.
        tariffs = try TariffTable(try store.read(.tariffs))
        stored = try store.read(.records(after: number - 1, limit: Limits.recordsOfReservation)).map {
            try tariffs.record($0)
        }
        compared = 0
    }

    /// Compares what is left, in the state right after the last event.
    func finish(_ snapshot: StoreSnapshot) throws {
        let last = try snapshot.read(.lastRecord)
        guard last == meter.nextNumber - 1 else {
            throw Fault.metering("there are \(last) records, and the journal makes \(meter.nextNumber - 1)")
        }
        if let difference = try snapshot.usageDifference() { throw Fault.metering("\(difference)") }
        guard try snapshot.read(.document(BooksRecord.name)) ?? BooksRecord.bytes(Books()) == BooksRecord.bytes(books)
        else { throw Fault.metering("what is decided about money differs from the journal") }
        let known = try snapshot.read(.document(MeteringRecord.name))
        guard known ?? MeteringRecord.bytes(Meter(live: [])) == MeteringRecord.bytes(meter) else {
            throw Fault.metering("what is known of the machine and of what runs differs from the journal")
        }
    }
}
