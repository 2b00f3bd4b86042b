import AllotAPI
import AllotClient
import ArgumentParser

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a month's charges as a file: FOCUS, CSV, general ledger, hledger.",
        discussion: """
            focus is FOCUS 1.4, in three data sets; csv is for spreadsheets; gl is a balanced journal of a general \
            ledger; hledger is a journal that 'hledger check' proves. The month may be open: the file is of what is \
            known. The journal keeps the SHA-256 of what was exported and by whom; it is printed on standard error. \
            For finance, auditors and admins.

            Examples:
              allot export csv --period 2026-11 november.csv
              allot export focus --period 2026-11 --dataset invoice-detail details.csv
              allot export focus --period 2026-11 --by-hour --department vision | gzip > vision.csv.gz
              allot export hledger --period 2026-11 november.journal && hledger -f november.journal check
            """)

    @Argument(help: "focus, csv, gl or hledger.")
    var format: Format

    @Argument(
        help: ArgumentHelp("The file to write; - or none: standard output.", valueName: "file"), completion: .file())
    var file: String?

    @Option(help: ArgumentHelp("The month.", valueName: "month"))
    var period: String

    @Option(help: ArgumentHelp("Only of this department.", valueName: "id"))
    var department: String?

    @Option(help: "Of focus: which data set.")
    var dataset: Dataset?

    @Flag(help: "Split each row of usage at full hours.")
    var byHour = false

    @Flag(help: "Write over a file that is there.")
    var force = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case focus, csv, gl, hledger
    }

    enum Dataset: String, ExpressibleByArgument, CaseIterable {
        case costAndUsage = "cost-and-usage"
        case billingPeriod = "billing-period"
        case invoiceDetail = "invoice-detail"
    }

    func validate() throws {
        if dataset != nil, format != .focus { throw ValidationError("--dataset is for focus.") }
        if byHour, !apiFormat.isOfUsage {
            throw ValidationError("--by-hour is for rows of usage: csv, and focus' cost-and-usage.")
        }
    }

    func run() async throws {
        let query = ExportQuery(format: apiFormat, period: period, department: department, byHour: byHour)
        let client = options.session().client
        let digest: String
        if let file, file != "-" {
            digest = try await NewFile(path: file, mayReplace: force).write { sink in
                try await ExportCommand.copy(query, from: client, to: sink)
            }
        } else {
            digest = try await ExportCommand.copy(query, from: client) { try StandardOutput.write($0) }
        }
        StandardError.say("sha256 \(digest)")
    }

    /// Hands on what comes.
    /// - Returns: SHA-256 of it as the journal has it.
    private static func copy(
        _ query: ExportQuery, from client: AllotClient, to sink: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws -> String {
        try await untilInterrupted {
            try await client.stream(.get(Route.export(query))) { body in
                for try await bytes in body { try sink(bytes) }
                guard let digest = body.trailers[ExportQuery.digestField] else {
                    throw Failure(.failed, "the daemon did not say what the journal has of the export")
                }
                return digest
            }
        }
    }

    private var apiFormat: ExportQuery.Format {
        switch (format, dataset ?? .costAndUsage) {
        case (.csv, _): .csv
        case (.gl, _): .gl
        case (.hledger, _): .hledger
        case (.focus, .costAndUsage): .focusCostAndUsage
        case (.focus, .billingPeriod): .focusBillingPeriod
        case (.focus, .invoiceDetail): .focusInvoiceDetail
        }
    }
}
