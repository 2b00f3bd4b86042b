import AllotAPI
import AllotClient

extension Session {
    func show(simulation reply: Reply) throws(ClientError) {
        do {
            try StandardOutput.write(output.render(simulation: reply))
        } catch let error as ClientError {
            throw error
        } catch {
            throw .unreadable("\(error)")
        }
    }
}

extension Output {
    fileprivate func render(simulation reply: Reply) throws -> [UInt8] {
        switch format {
        case .json: return try JSONDocument(reply.body).pretty()
        case .csv:
            let rows = try reply.decode(SimulationView.self).reports.flatMap(SimulationRow.rows)
            return CSV.header(SimulationRow.columns) + CSV.render(rows, columns: SimulationRow.columns)
        case .table: return Array(try reply.decode(SimulationView.self).drawing(style).utf8)
        }
    }
}

/// One figure of one scheduler.
private struct SimulationRow: ListDisplayable {
    let report: SimulationView.Report
    let figure: SimulationView.Figure

    static func rows(_ report: SimulationView.Report) -> [SimulationRow] {
        report.figures.map { SimulationRow(report: report, figure: $0) }
    }

    static let columns: [Column<SimulationRow>] = [
        .exact("scheduler") { $0.report.scheduler },
        .exact("role") { $0.report.role.rawValue },
        .exact("figure") { $0.figure.name },
        .exact("value") { $0.figure.value },
        .exact("unit") { $0.figure.unit.rawValue },
        .exact("change") { $0.figure.change ?? "" },
    ]
}

extension SimulationView {
    /// Figures in lines, schedulers in columns; as many tables below each other as the terminal is too narrow for one.
    func drawing(_ style: Style) -> String {
        let memory = machine.nodes == machine.hosts ? "" : ", \(machine.nodes) NUMA nodes"
        let place = machine.hosts == 1 ? "" : "\(Grid.grouped("\(machine.hosts)")) machines, "
        var lines = [
            "Replayed on \(place)\(Grid.grouped("\(machine.cpus)")) cores, "
                + "\(Grid.grouped("\(machine.gpus)")) devices\(memory)."
        ]
        lines += notes.map { DisplayText.printable($0) }
        lines += [""] + Grid(figures: self).lines(style)
        if let departments = Grid(departments: self) { lines += [""] + departments.lines(style) }
        return lines.map { $0 + "\n" }.joined()
    }
}

/// Labels, and values in columns beside them.
struct Grid {
    private var title: String
    private var labels: [String] = []
    private var columns: [(title: String, cells: [String])] = []

    /// One line for each figure that any of the schedulers has.
    init(figures view: SimulationView) {
        title = ""
        var names: [String] = []
        for figure in view.reports.flatMap(\.figures) where !names.contains(figure.name) {
            names.append(figure.name)
            labels.append(figure.label)
        }
        for report in view.reports {
            let figures = Dictionary(report.figures.map { ($0.name, $0) }) { first, _ in first }
            columns.append((report.scheduler, names.map { figures[$0].map(Grid.value) ?? Style.none }))
            guard report.role == .candidate else { continue }
            columns.append(("change", names.map { figures[$0].flatMap(Grid.change) ?? Style.none }))
        }
    }

    /// What departments were entitled to, and received; nil where nothing was shared.
    init?(departments view: SimulationView) {
        let present = view.reports.first?.departments ?? []
        guard !present.isEmpty else { return nil }
        title = "department"
        let largest = present.sorted { (Double($0.entitledShare) ?? 0) > (Double($1.entitledShare) ?? 0) }
        let shown = largest.prefix(Grid.departments)
        labels = shown.map(\.department)
        if present.count > shown.count { labels.append("… and \(present.count - shown.count) more") }
        for report in view.reports {
            let all = Dictionary((report.departments ?? []).map { ($0.department, $0) }) { first, _ in first }
            if report.role != .reference {
                columns.append((report.role == .present ? "entitled" : "entitled", cells(all) { $0.entitledShare }))
            }
            columns.append((report.scheduler, cells(all) { $0.receivedShare }))
        }
    }

    private func cells(
        _ all: [String: SimulationView.Department], _ value: (SimulationView.Department) -> String
    ) -> [String] {
        labels.map { all[$0].map { Grid.percent(value($0)) } ?? ($0.hasPrefix("…") ? "" : Style.none) }
    }

    /// As many lines of departments are shown.
    private static let departments = 20

    func lines(_ style: Style) -> [String] {
        let first = ([title] + labels).map(DisplayText.width).max() ?? 0
        let widths = columns.map { ([$0.title] + $0.cells).map(DisplayText.width).max() ?? 0 }
        var blocks: [[String]] = []
        var start = 0
        while start < columns.count {
            var end = start
            var width = first
            while end < columns.count, end == start || width + 2 + widths[end] <= style.width ?? .max {
                width += 2 + widths[end]
                end += 1
            }
            blocks.append(block(start..<end, first: first, widths: widths, style))
            start = end
        }
        return Array(blocks.joined(separator: [""]))
    }

    private func block(_ range: Range<Int>, first: Int, widths: [Int], _ style: Style) -> [String] {
        func line(_ label: String, _ cell: (Int) -> String) -> String {
            let label = DisplayText.printable(label)
            return label + Grid.blanks(first - DisplayText.width(label))
                + range.map { column in
                    let text = DisplayText.printable(cell(column))
                    return Grid.blanks(2 + widths[column] - DisplayText.width(text)) + text
                }.joined()
        }
        let head = style.tinted(line(title) { columns[$0].title }, .strong)
        return [head] + labels.indices.map { row in line(labels[row]) { columns[$0].cells[row] } }
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }

    private static func value(_ figure: SimulationView.Figure) -> String {
        switch figure.unit {
        case .count, .ratio: grouped(figure.value)
        case .seconds: grouped(figure.value) + " s"
        case .hours: grouped(figure.value) + " h"
        case .share: percent(figure.value)
        }
    }

    private static func change(_ figure: SimulationView.Figure) -> String? {
        guard let change = figure.change else { return nil }
        let sign = change.hasPrefix("-") || !change.contains { ("1"..."9").contains($0) } ? "" : "+"
        let text =
            switch figure.unit {
            case .count, .ratio, .seconds, .hours: grouped(change)
            case .share: hundredths(change)
            }
        return sign + text
    }

    /// `0.466312` as `46.63 %`.
    private static func percent(_ share: String) -> String { hundredths(share) + " %" }

    private static func hundredths(_ share: String) -> String {
        guard let value = Double(share) else { return share }
        let hundredths = Int((abs(value) * 10_000).rounded())
        let fraction = hundredths % 100 < 10 ? "0\(hundredths % 100)" : "\(hundredths % 100)"
        return (value < 0 && hundredths > 0 ? "-" : "") + "\(hundredths / 100).\(fraction)"
    }

    /// `107100.25` as `107,100.25`.
    static func grouped(_ decimal: String) -> String {
        let isNegative = decimal.hasPrefix("-")
        let parts = (isNegative ? decimal.dropFirst() : decimal[...]).split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return decimal }
        var digits = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { digits.append(",") }
            digits.append(digit)
        }
        return (isNegative ? "-" : "") + digits + parts.dropFirst().map { "." + $0 }.joined()
    }
}
