import AllotAPI
import Chargeback
import Logging
import Policy
import Storage
import Units

/// Money is decided on the writer, as everything is: an event, what it makes, and what is sealed are one commit.
extension Broker {
    /// What was decided about money, and what it came to.
    struct BooksDecision {
        var event: BooksEvent
        var books: Books
    }

    /// Why it was not.
    enum FinanceFailure: Error {
        case refused(BooksRefusal)
        case invoicing(InvoicingRefusal)
        /// So many records at most.
        case tooManyRecords(limit: Int)
        case notStored(Problem)
    }

    /// What invoices are made of, as it is now.
    var invoices: PeriodInvoices { PeriodInvoices(snapshot()) }

    /// Decides about a proposal and makes it durable, with the entries that a correction makes.
    func decideBooks(
        by user: UserID, caller: CallerReference?, reason: String?,
        _ decide: @Sendable (PeriodInvoices, Books.Moment) throws(BooksRefusal) -> BooksEvent
    ) throws(FinanceFailure) -> BooksDecision {
        guard !isClosed else { throw .notStored(Problems.shuttingDown()) }
        let invoices = invoices
        var round = Round(time: now())
        let moment = invoices.moment(at: round.time)
        let event: BooksEvent
        do throws(BooksRefusal) {
            event = try decide(invoices, moment)
        } catch {
            throw .refused(error)
        }
        // What runs has to be written down before it can be corrected.
        let attended = attendance
        if case .approved(let number, _, _) = event, books.isCorrection(number), meter.hasStints {
            settleUse(of: nil, in: &round)
            _ = meter(.cut(until: round.time), in: &round)
        }
        do throws(FinanceFailure) {
            try enter(event, by: user, caller: caller, reason: reason, at: moment, in: &round)
        } catch {
            attendance = attended
            throw error
        }
        return BooksDecision(event: event, books: books)
    }

    /// Closes a period: seals the invoices of all departments.
    func closePeriod(
        _ period: Period, by user: UserID, caller: CallerReference?
    ) throws(FinanceFailure) -> BooksDecision {
        guard !isClosed else { throw .notStored(Problems.shuttingDown()) }
        let invoices = invoices
        var round = Round(time: now())
        let moment = invoices.moment(closing: period, at: round.time)
        let totals: [PeriodTotal]
        do {
            totals = try tariffs.totals(of: period, store.reader)
        } catch {
            throw .notStored(Problems.notStored(error as? StoreError))
        }
        let statement: PeriodStatement
        do throws(InvoicingRefusal) {
            statement = try invoices.statement(of: period, totals: totals)
        } catch {
            throw .invoicing(error)
        }
        var seals: [ClosedPeriod.Seal] = []
        for invoice in statement.invoices {
            let bytes = BooksRecord.bytes(invoice)
            round.invoices.append(
                InvoiceRow(
                    number: invoice.number, month: period.first, department: invoice.department, body: bytes))
            seals.append(
                ClosedPeriod.Seal(
                    department: invoice.department, number: invoice.number, total: invoice.total,
                    sha256: BooksRecord.digest(bytes)))
        }
        let event: BooksEvent
        do throws(BooksRefusal) {
            event = try books.close(
                period, with: seals,
                versions: Invoice.Versions(policy: invoices.policyVersion, rating: Invoicing.rating), by: user,
                standing: invoices.standing(of: period, unrated: statement.unrated), at: moment)
        } catch {
            throw .refused(error)
        }
        try enter(event, by: user, caller: caller, reason: nil, at: moment, in: &round)
        return BooksDecision(event: event, books: books)
    }

    /// Journals that somebody took an export.
    func noteExport(
        by user: UserID, caller: CallerReference?, _ note: @Sendable (Int64, Timestamp) -> ExportNote
    ) throws(FinanceFailure) {
        guard !isClosed else { throw .notStored(Problems.shuttingDown()) }
        var round = Round(time: now())
        let event = BooksEvent.exported(note(books.nextExport, round.time))
        try enter(event, by: user, caller: caller, reason: nil, at: invoices.moment(at: round.time), in: &round)
    }

    /// Takes an event into the books, and makes it durable with the round.
    private func enter(
        _ event: BooksEvent, by user: UserID, caller: CallerReference?, reason: String?, at moment: Books.Moment,
        in round: inout Round
    ) throws(FinanceFailure) {
        let before = books
        do {
            let held = try books.apply(event)
            let row = row(of: caller, in: &round)
            let fields = reason.map { [PersonalField(name: .reason, value: Array($0.utf8))] } ?? []
            round.append(
                JournalEvent(
                    at: round.time, actor: user, kind: event.kind, payload: BooksRecord.payload(event),
                    personal: fields, caller: row))
            if let held, case .correction(let correction) = held.what {
                let standing = try Correctable(sku: correction.sku, interval: correction.from..<correction.to)
                    .standing(later: round.records, store.reader, tariffs)
                let entries = correction.entries(for: standing, proposal: held.number, before, at: moment)
                take(meter.number(entries), into: &round)
            }
            round.documents[BooksRecord.name] = BooksRecord.bytes(books)
        } catch {
            logger.warning("a decision about money was not taken", metadata: ["error": "\(error)"])
            settleAudit(round, isDurable: false)
            reload(at: round.time)
            if case StoreError.limitExceeded(_, let limit) = error { throw .tooManyRecords(limit: limit) }
            throw .notStored(Problems.notStored(error as? StoreError))
        }
        guard commit(&round) else { throw .notStored(Problems.notStored(failure)) }
        follow(round)
        arrangeNext()
    }
}

extension Books {
    /// Whether a correction of that number waits for somebody's word.
    fileprivate func isCorrection(_ number: Int64) -> Bool {
        pending.contains { proposal in
            if case .correction = proposal.what { proposal.number == number } else { false }
        }
    }
}
