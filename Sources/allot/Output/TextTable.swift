import AllotAPI

/// A small table whose columns are known only when it is made: what stands in a drawing, or is grouped as somebody
/// asked for.
struct TextTable {
    private let columns: [Heading]
    private var rows: [[String]] = []

    /// The head of a column.
    struct Heading {
        let title: String
        var isRightAligned = false

        static func left(_ title: String) -> Heading { Heading(title: title) }
        static func right(_ title: String) -> Heading { Heading(title: title, isRightAligned: true) }
    }

    init(_ columns: [Heading]) {
        self.columns = columns
    }

    /// - Parameter row: one cell for each column.
    mutating func append(_ row: [String]) {
        precondition(row.count == columns.count, "a row has a cell for each column")
        rows.append(row.map { DisplayText.printable($0) })
    }

    /// The lines, with the head where any column has a title.
    func lines(_ style: Style) -> [String] {
        let heads = columns.map(\.title)
        let widths = columns.indices.map { column in
            ([heads] + rows).map { DisplayText.width($0[column]) }.max() ?? 0
        }
        let head = heads.allSatisfy(\.isEmpty) ? [] : [style.tinted(line(heads, widths), .strong)]
        return head + rows.map { line($0, widths) }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[column] - DisplayText.width(cell))
            text += (column == 0 ? "" : "  ") + (columns[column].isRightAligned ? padding + cell : cell + padding)
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Decimals of the API as people read them.
enum Decimals {
    /// Rounded to hundredths, of two that are as near to the even one, with commas between thousands; what is no
    /// decimal stays as it is.
    static func rounded(_ text: String) -> String {
        guard let units = units(text) else { return text }
        let divisor: Int128 = 10_000_000_000
        var (hundredths, rest) = units.magnitude.quotientAndRemainder(dividingBy: UInt128(divisor))
        rest *= 2
        if rest > UInt128(divisor) || (rest == UInt128(divisor) && hundredths % 2 == 1) { hundredths += 1 }
        let cents = String(hundredths % 100)
        let sign = units < 0 && hundredths > 0 ? "-" : ""
        return sign + Grid.grouped("\(hundredths / 100).\(cents.count == 1 ? "0" : "")\(cents)")
    }

    /// Without the zeros at its end, but for two decimals.
    static func short(_ text: String) -> String {
        guard let point = text.firstIndex(of: "."), units(text) != nil else { return text }
        var decimals = text[text.index(after: point)...]
        while decimals.count > 2, decimals.last == "0" { decimals.removeLast() }
        return String(text[...point] + decimals)
    }

    static func isZero(_ text: String) -> Bool { units(text) == 0 }

    /// In parts of 10⁻¹²; nil for what is no decimal, or has more places.
    private static func units(_ text: String) -> Int128? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? parts[1] : ""
        guard digits.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), decimals.count <= 12,
            let whole = Int128(parts[0]),
            let rest = Int128(decimals + String(repeating: "0", count: 12 - decimals.count))
        else { return nil }
        let (scaled, isOver) = whole.multipliedReportingOverflow(by: 1_000_000_000_000)
        guard !isOver else { return nil }
        return text.hasPrefix("-") ? -(scaled + rest) : scaled + rest
    }
}
