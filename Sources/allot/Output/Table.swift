/// Rows in aligned columns, as wide as the terminal allows.
struct Table<Row: ListDisplayable> {
    private let columns: [Column<Row>]
    private let style: Style
    private let gap = 2

    init(style: Style) {
        columns = Row.columns.filter { $0.table != nil }
        self.style = style
    }

    /// Where a column's cells stand in a line.
    private struct Place {
        let column: Int
        let width: Int
        let isRightAligned: Bool
        let isLast: Bool
    }

    /// The table with its head, each line ended.
    func render(_ parts: [Cells]) -> [UInt8] {
        let widths = fit(
            columns.indices.map { index in
                max(columns[index].title.utf8.count, parts.map { $0.columnWidths[index] }.max() ?? 0)
            })
        let shown = columns.indices.filter { widths[$0] > 0 }
        let places = shown.map { column in
            Place(
                column: column, width: widths[column], isRightAligned: columns[column].isRightAligned,
                isLast: column == shown.last)
        }
        let blanks = [UInt8](repeating: UInt8(ascii: " "), count: (widths.max() ?? 0) + gap)
        var text: [UInt8] = []
        let rows = parts.reduce(1) { $0 + $1.rows }
        text.reserveCapacity(rows * (widths.reduce(0, +) + gap * shown.count) + 64)
        blanks.withUnsafeBufferPointer { blanks in
            for place in places {
                var title = columns[place.column].title
                title.withUTF8 { append($0, width: $0.count, tint: .strong, at: place, blanks, to: &text) }
            }
            for cells in parts { append(cells, at: places, blanks, to: &text) }
        }
        return text
    }

    private func append(
        _ cells: Cells, at places: [Place], _ blanks: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]
    ) {
        cells.text.withUnsafeBufferPointer { bytes in
            for row in 0..<cells.rows {
                for place in places {
                    let index = row * columns.count + place.column
                    let start = index == 0 ? 0 : cells.ends[index - 1]
                    append(
                        UnsafeBufferPointer(rebasing: bytes[start..<cells.ends[index]]), width: cells.widths[index],
                        tint: cells.tints.isEmpty ? nil : cells.tints[index], at: place, blanks, to: &text)
                }
            }
        }
    }

    private func append(
        _ cell: UnsafeBufferPointer<UInt8>, width: Int, tint: Tint?, at place: Place,
        _ blanks: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]
    ) {
        guard width <= place.width else {
            let whole = String(decoding: cell, as: UTF8.self)
            var cut = DisplayText.cut(whole, to: place.width, isUnicode: style.isUnicode)
            let cutWidth = DisplayText.width(cut)
            return cut.withUTF8 { append($0, width: cutWidth, tint: tint, at: place, blanks, to: &text) }
        }
        let padding = place.width - width
        if place.isRightAligned { text.append(contentsOf: UnsafeBufferPointer(rebasing: blanks[..<padding])) }
        if let tint, style.isColoured {
            text.append(style.tinted(String(decoding: cell, as: UTF8.self), tint))
        } else {
            text.append(contentsOf: cell)
        }
        if place.isLast { return text.append(UInt8(ascii: "\n")) }
        let behind = gap + (place.isRightAligned ? 0 : padding)
        text.append(contentsOf: UnsafeBufferPointer(rebasing: blanks[..<behind]))
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
