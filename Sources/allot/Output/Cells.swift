import AllotAPI
import Units

/// The text of a cell that is being written, as UTF-8.
typealias CellText = [UInt8]

extension CellText {
    mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }
}

/// The cells of some rows of a table, column by column: made page by page, while the next page is on its way.
struct Cells: Sendable {
    /// One column's cells, behind each other.
    struct Column: Sendable {
        private(set) var text: CellText = []
        /// Where each cell ends in `text`.
        private(set) var ends: [Int] = []
        /// The columns that each cell takes on the terminal.
        private(set) var widths: [Int] = []
        /// The widest cell's.
        private(set) var width = 0

        /// Writes one more cell.
        mutating func append(_ write: (inout CellText) -> Void) {
            let start = text.count
            write(&text)
            let cell = text[start...]
            var width = cell.count
            if !cell.allSatisfy(DisplayText.isPlain) {
                let printable = DisplayText.printable(String(decoding: cell, as: UTF8.self))
                text.removeSubrange(start...)
                text.append(printable)
                width = DisplayText.width(printable)
            }
            ends.append(text.count)
            widths.append(width)
            self.width = Swift.max(self.width, width)
        }

        mutating func reserve(rows: Int) {
            text.reserveCapacity(16 * rows)
            ends.reserveCapacity(rows)
            widths.reserveCapacity(rows)
        }

        subscript(row: Int) -> ArraySlice<UInt8> {
            text[(row == 0 ? 0 : ends[row - 1])..<ends[row]]
        }
    }

    let columns: [Column]
    /// The tints of the columns that have them.
    let tints: [[Tint?]?]
    let rows: Int

    init<Row: ListDisplayable>(_ rows: [Row], style: Style) {
        let shown = Row.columns.filter { $0.table != nil }
        var columns = [Column](repeating: Column(), count: shown.count)
        for index in columns.indices { columns[index].reserve(rows: rows.count) }
        for row in rows {
            for (index, column) in shown.enumerated() {
                columns[index].append { column.table?(row, style, &$0) }
            }
        }
        self.columns = columns
        tints = shown.map { column in
            guard style.isColoured, let tint = column.tint else { return nil }
            return rows.map(tint)
        }
        self.rows = rows.count
    }
}
