import AllotAPI
import Units

/// The text of a cell that is being written, as UTF-8.
typealias CellText = [UInt8]

extension CellText {
    mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }
}

/// The cells of some rows of a table: made page by page, while the next page is on its way.
struct Cells: Sendable {
    /// All cells behind each other, row by row.
    private(set) var text: CellText = []
    /// Where each cell ends in `text`.
    private(set) var ends: [Int] = []
    /// The columns that each cell takes on the terminal.
    private(set) var widths: [Int] = []
    /// The widest cell's of each column.
    private(set) var columnWidths: [Int]
    /// Each cell's tint; empty where nothing is coloured.
    private(set) var tints: [Tint?] = []
    let rows: Int

    init<Row: ListDisplayable>(_ rows: [Row], style: Style) {
        let columns = Row.columns.filter { $0.table != nil }
        let writers = columns.compactMap(\.table)
        columnWidths = Array(repeating: 0, count: columns.count)
        self.rows = rows.count
        text.reserveCapacity(12 * columns.count * rows.count)
        ends.reserveCapacity(columns.count * rows.count)
        widths.reserveCapacity(columns.count * rows.count)
        for row in rows {
            for (column, write) in writers.enumerated() {
                let start = text.count
                write(row, style, &text)
                end(cellFrom: start, column: column)
            }
        }
        if style.isColoured { tints = rows.flatMap { row in columns.map { $0.tint?(row) } } }
    }

    /// Measures the cell that has been written, and takes out of it what must not reach a terminal.
    private mutating func end(cellFrom start: Int, column: Int) {
        let isPlain = text.withUnsafeBufferPointer { $0[start...].allSatisfy(DisplayText.isPlain) }
        var width = text.count - start
        if !isPlain {
            let printable = DisplayText.printable(String(decoding: text[start...], as: UTF8.self))
            text.removeSubrange(start...)
            text.append(printable)
            width = DisplayText.width(printable)
        }
        ends.append(text.count)
        widths.append(width)
        columnWidths[column] = max(columnWidths[column], width)
    }
}
