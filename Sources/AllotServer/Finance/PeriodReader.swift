import AllotAPI
import Chargeback
import Policy
import Storage
import Units

/// Reads what is known of periods: sealed documents of closed ones, drafts of the others.
struct PeriodReader: Sendable {
    let invoices: PeriodInvoices
    let tariffs: TariffTable
    let reader: StoreReader
    let now: Timestamp

    var moment: Books.Moment { invoices.moment(at: now) }

    /// All that there are, the oldest first.
    var periods: [Period] { invoices.books.closed.map(\.period) + invoices.books.openPeriods(at: moment) }

    /// Sees to it that a period is one of them.
    func check(_ period: Period) throws(Problem) {
        let all = periods
        guard let first = all.first, let last = all.last, first <= period, period <= last else {
            let current = moment.current
            throw Problems.unknownPeriod(period, first: all.first ?? current, last: all.last ?? current)
        }
    }

    func totals(of period: Period) throws -> [PeriodTotal] {
        try reader.snapshot { try tariffs.covering($0).totals(of: period, $0) }
    }

    /// What invoices a period has as it is, with all departments.
    func statement(of period: Period, _ totals: [PeriodTotal]) throws -> PeriodStatement {
        do throws(InvoicingRefusal) {
            return try invoices.statement(of: period, totals: totals, now: now)
        } catch {
            throw error.problem
        }
    }

    /// The invoices, by department.
    func documents(of period: Period) throws -> [Invoice] {
        guard invoices.books.isClosed(period) else {
            return try statement(of: period, try totals(of: period)).invoices
        }
        return try reader.read(.invoices(of: period.first)).map { try BooksRecord.invoice($0.body) }
    }
}

extension API {
    /// What is known of periods now.
    func periodReader() async -> PeriodReader {
        let snapshot = await broker.snapshot()
        return PeriodReader(
            invoices: PeriodInvoices(snapshot), tariffs: snapshot.tariffs, reader: store.reader, now: snapshot.time)
    }
}
