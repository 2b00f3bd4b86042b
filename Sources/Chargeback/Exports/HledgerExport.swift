import Policy
import Units

/// A journal that hledger reads (https://hledger.org/hledger.html): a transaction for each department's charges of a
/// day, one for what its invoice adds to them, and balance assertions that say what must have come of them.
///
/// The transactions are made of the records, the assertions of the invoices: hledger adds up the ones and compares
/// with the others, to the last of 12 decimals. Accounts end in the period, so that many months can be in one ledger.
public struct HledgerExport: ExportWriter {
    public private(set) var rows: Int64 = 0
    private let context: ExportContext
    private var sums: LineSums
    private var day: CivilDate?
    /// What came to each line since the day's beginning; by the line's place.
    private var pending: [Int: Int128] = [:]

    public init(_ context: ExportContext) {
        self.context = context
        sums = LineSums(context)
    }

    public mutating func begin(to bytes: inout [UInt8]) {
        let state = context.closedAt == nil ? "draft" : "closed"
        bytes.add("; Chargeback of \(context.period), \(state); \(context.zone)\n")
        bytes.add("decimal-mark .\ncommodity 1000.00 \(context.currency)\n")
        for account in balances().map(\.account) {
            bytes.add("account \(account)\n")
        }
    }

    public mutating func append(
        _ record: UsageRecord, tags: [String: String], to bytes: inout [UInt8]
    ) throws(ExportFault) {
        guard try sums.takes(record), let place = try sums.place(of: record), let amount = record.amount else { return }
        if day != record.day { flush(to: &bytes) }
        day = record.day
        pending[place, default: 0] += try sums.share(amount, of: record.number, at: place)
    }

    public mutating func finish(to bytes: inout [UInt8]) throws(ExportFault) {
        flush(to: &bytes)
        try sums.check(context)
        for (number, invoice) in context.invoices.enumerated() {
            var postings: [Posting] = []
            for open in sums.lines where open.invoice == number {
                let revenue = open.line.kind.rawValue
                if !open.line.kind.hasRecords { postings.append((open.line, revenue, open.shown)) }
                postings.append((open.line, HledgerExport.rounding, open.rounding))
            }
            lay(postings, of: invoice, "invoice \(invoice.number)", on: context.lastDay, to: &bytes)
        }
        let asserted = balances()
        if asserted.isEmpty { return }
        rows += 1
        bytes.add("\n")
        bytes.appendDay(context.lastDay)
        bytes.add(" * what the invoices say\n")
        for (account, balance) in asserted {
            bytes.add("    \(account)  0 \(context.currency) == ")
            bytes.appendDecimal(balance, places: 12)
            bytes.add(" \(context.currency)\n")
        }
    }

    /// What rounding is earned as; everything else by its line's kind.
    private static let rounding = "rounding"

    /// A line, what it is earned as, and how much.
    private typealias Posting = (line: Invoice.Line, revenue: String, amount: Int128)

    /// Writes the day's transactions.
    private mutating func flush(to bytes: inout [UInt8]) {
        guard let day else { return }
        var postings: [Int: [Posting]] = [:]
        for place in pending.keys.sorted() {
            let open = sums.lines[place]
            postings[open.invoice, default: []].append(
                (open.line, open.line.kind.rawValue, pending[place] ?? 0))
        }
        for number in postings.keys.sorted() {
            let invoice = context.invoices[number]
            lay(postings[number] ?? [], of: invoice, "charges", on: day, to: &bytes)
        }
        pending = [:]
    }

    /// One transaction; none where nothing is posted.
    private mutating func lay(
        _ postings: [Posting], of invoice: Invoice, _ what: String, on day: CivilDate, to bytes: inout [UInt8]
    ) {
        let postings = postings.filter { $0.amount != 0 }
        if postings.isEmpty { return }
        rows += 1
        bytes.add("\n")
        bytes.appendDay(day)
        bytes.add(" * \(invoice.department): \(what)\n")
        for (line, revenue, amount) in postings {
            lay(expense(of: invoice.department), amount, to: &bytes)
            bytes.add("  ; line \(line.id): \(line.title.oneLine)\n")
            lay(self.revenue(revenue), -amount, to: &bytes)
            bytes.add("\n")
        }
    }

    private func lay(_ account: String, _ amount: Int128, to bytes: inout [UInt8]) {
        bytes.add("    \(account)  ")
        bytes.appendDecimal(amount, places: 12)
        bytes.add(" \(context.currency)")
    }

    private func expense(of department: DepartmentID) -> String {
        account(context.accounts.departments[department] ?? "\(context.accounts.expense):\(department)")
    }

    private func revenue(_ what: String) -> String { account("\(context.accounts.revenue):\(what)") }

    private func account(_ name: String) -> String { "\(name):\(context.period)" }

    /// What the invoices say that each account comes to, in millionths of a millionth, by the accounts' names.
    private func balances() -> [(account: String, balance: Int128)] {
        var balances: [String: Int128] = [:]
        for invoice in context.invoices {
            balances[expense(of: invoice.department), default: 0] += invoice.total.picounits
            for line in invoice.lines {
                let exact = line.exactPicounits ?? line.amount.picounits
                balances[self.revenue(line.kind.rawValue), default: 0] -= exact
                balances[self.revenue(HledgerExport.rounding), default: 0] -= line.amount.picounits - exact
            }
        }
        return balances.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension [UInt8] {
    fileprivate mutating func add(_ text: String) { append(contentsOf: text.utf8) }
}

extension String {
    /// Without what would end a line.
    fileprivate var oneLine: String {
        String(decoding: utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
}
