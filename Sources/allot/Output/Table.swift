/// Rows in aligned columns, as wide as the terminal allows.
struct Table<Row: ListDisplayable> {
    private let columns: [Column<Row>]
    private let style: Style
    private let gap = 2

    init(style: Style) {
        columns = Row.columns.filter { $0.table != nil }
        self.style = style
    }

    /// The table with its head, each line ended.
    func render(_ parts: [Cells]) -> [UInt8] {
        let natural = columns.indices.map { index in
            max(columns[index].title.utf8.count, parts.map { $0.columns[index].width }.max() ?? 0)
        }
        let widths = fit(natural)
        let shown = columns.indices.filter { widths[$0] > 0 }
        var text: [UInt8] = []
        let rows = parts.reduce(1) { $0 + $1.rows }
        text.reserveCapacity(rows * (widths.reduce(0, +) + gap * shown.count) + 64)
        for index in shown {
            let title = Array(columns[index].title.utf8)
            append(
                title[...], width: title.count, tint: .strong, column: index, of: widths, isLast: index == shown.last,
                to: &text)
        }
        for cells in parts {
            for row in 0..<cells.rows {
                for index in shown {
                    append(
                        cells.columns[index][row], width: cells.columns[index].widths[row],
                        tint: cells.tints[index]?[row], column: index, of: widths, isLast: index == shown.last,
                        to: &text)
                }
            }
        }
        return text
    }

    private func append(
        _ cell: ArraySlice<UInt8>, width: Int, tint: Tint?, column: Int, of widths: [Int], isLast: Bool,
        to text: inout [UInt8]
    ) {
        let limit = widths[column]
        guard width <= limit else {
            let cut = DisplayText.cut(String(decoding: cell, as: UTF8.self), to: limit, isUnicode: style.isUnicode)
            return append(
                Array(cut.utf8)[...], width: DisplayText.width(cut), tint: tint, column: column, of: widths,
                isLast: isLast, to: &text)
        }
        let padding = repeatElement(UInt8(ascii: " "), count: limit - width)
        if columns[column].isRightAligned { text.append(contentsOf: padding) }
        if let tint, style.isColoured {
            text.append(style.tinted(String(decoding: cell, as: UTF8.self), tint))
        } else {
            text.append(contentsOf: cell)
        }
        if isLast { return text.append(UInt8(ascii: "\n")) }
        if !columns[column].isRightAligned { text.append(contentsOf: padding) }
        for _ in 0..<gap { text.append(UInt8(ascii: " ")) }
    }

    /// The columns' widths, 0 for one that is dropped: first the widest of those that may shrink shrink, then the
    /// least important ones go.
    private func fit(_ natural: [Int]) -> [Int] {
        guard let limit = style.width else { return natural }
        var widths = natural
        func excess() -> Int {
            let shown = widths.filter { $0 > 0 }
            return shown.reduce(0, +) + gap * max(shown.count - 1, 0) - limit
        }
        func shrink() {
            while excess() > 0 {
                let shrinkable = columns.indices.filter { widths[$0] > (columns[$0].shrinksTo ?? .max) }
                guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { return }
                widths[widest] -= 1
            }
        }
        shrink()
        while excess() > 0 {
            let droppable = columns.indices.filter { widths[$0] > 0 && columns[$0].importance != nil }
            guard
                let least = droppable.min(by: { columns[$0].importance ?? 0 < columns[$1].importance ?? 0 })
            else { return widths }
            // The others get their room back before they shrink again.
            for index in columns.indices where widths[index] > 0 { widths[index] = natural[index] }
            widths[least] = 0
            shrink()
        }
        return widths
    }
}
