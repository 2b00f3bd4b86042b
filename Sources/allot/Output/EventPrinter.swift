import AllotAPI
import AllotClient

/// Prints events as they come.
struct EventPrinter: Sendable {
    let session: Session
    let follow: Bool
    let since: Int64?
    /// How long to wait before a broken stream is taken up again.
    var patience: Duration = .seconds(2)

    func run() async throws {
        try StandardOutput.write(head())
        let cursor = Cursor(since)
        while true {
            do {
                try await session.client.events(after: await cursor.sequence, follow: follow) { event, json in
                    try StandardOutput.write(try line(event, json: json))
                    await cursor.move(to: event.sequence)
                    return true
                }
                guard follow else { return }
            } catch let error as ClientError where follow && error.isPassing {
                guard await cursor.hasMoved || since != nil else { throw error }
                StandardError.say("\(error); trying again")
            }
            try await Task.sleep(for: patience)
        }
    }

    /// The last event that was printed.
    private actor Cursor {
        private(set) var sequence: Int64?
        private(set) var hasMoved = false

        init(_ sequence: Int64?) {
            self.sequence = sequence
        }

        func move(to sequence: Int64) {
            self.sequence = sequence
            hasMoved = true
        }
    }

    /// What stands above the first event.
    private func head() -> [UInt8] {
        switch session.output.format {
        case .json: []
        case .csv: CSV.header(EventView.columns)
        case .table: Array((EventPrinter.words.joined() + "\n").utf8)
        }
    }

    /// The heads of the columns. A stream cannot wait for its widest value: the widths are fixed.
    private static let words = [
        padded("TIME", 17), padded("SEQUENCE", 9), padded("TYPE", 23), padded("RESERVATION", 12), "WHAT",
    ]

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - DisplayText.width(text), 0) + 1)
    }

    private func line(_ event: EventView, json: [UInt8]) throws -> [UInt8] {
        switch session.output.format {
        case .json: return try JSONDocument(json).line()
        case .csv:
            var text: [UInt8] = []
            CSV.append(EventView.columns.map { $0.csv(event) }, to: &text)
            return text
        case .table:
            let style = session.output.style
            let text =
                EventPrinter.padded(style.time(event.time), 17) + EventPrinter.padded("\(event.sequence)", 9)
                + EventPrinter.padded(event.type, 23) + EventPrinter.padded(event.reservation ?? Style.none, 12)
                + event.account(style)
            return Array((DisplayText.printable(text) + "\n").utf8)
        }
    }
}

extension EventView {
    /// Who, when and why, as far as the event tells.
    fileprivate func account(_ style: Style) -> String {
        var parts: [String] = []
        if let user {
            parts.append(department.map { "\(user) (\($0))" } ?? user)
        } else if let department {
            parts.append(department)
        }
        if let start { parts.append("from \(style.time(start))") }
        if let end { parts.append("until \(style.time(end))") }
        if let devices, !devices.isEmpty { parts.append("\(devices.count) device\(devices.count == 1 ? "" : "s")") }
        if let cause { parts.append(cause) }
        if let percent { parts.append("\(percent) % of the budget") }
        return parts.joined(separator: ", ")
    }
}

extension ClientError {
    /// Whether another try may work, as after the daemon's restart.
    var isPassing: Bool {
        switch self {
        case .disconnected, .timedOut, .connectionRefused, .socketMissing: true
        default: false
        }
    }
}
