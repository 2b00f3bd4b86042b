/// Lines of comma-separated fields under a line of names. The traces quote nothing.
struct TraceTable {
    private var lines: TraceLines
    private let fieldCount: Int
    /// Where in a line the wanted columns stand.
    private let places: [Int]
    private let columns: [String]

    struct Row {
        let line: TraceLine
        fileprivate let fields: [ArraySlice<UInt8>]
        fileprivate let columns: [String]

        /// The text of the wanted column of this place.
        func text(_ column: Int) -> String { String(decoding: fields[column], as: UTF8.self) }

        /// A whole number from 0 to `limit`.
        func number(_ column: Int, limit: Int) throws(TraceError) -> Int {
            guard let value = TraceLine.number(fields[column]), value >= 0 else {
                throw line.error(.notANumber(TraceLine.shown(fields[column]), field: columns[column]))
            }
            guard value <= limit else {
                throw line.error(.beyondLimit(columns[column], found: value, limit: Int64(limit)))
            }
            return Int(value)
        }
    }

    init(_ bytes: [UInt8], columns: [String]) throws(TraceError) {
        lines = TraceLines(bytes)
        self.columns = columns
        let head = try lines.next()
        let names = (head?.text ?? "").split(separator: ",", omittingEmptySubsequences: false)
        fieldCount = names.count
        var places: [Int] = []
        for column in columns {
            guard let place = names.firstIndex(where: { $0 == column }) else {
                throw TraceError(line: 1, reason: .noColumn(column))
            }
            places.append(place)
        }
        self.places = places
    }

    /// The next row; nil after the last. Empty lines are passed over.
    mutating func next() throws(TraceError) -> Row? {
        while let line = try lines.next() {
            if line.bytes.isEmpty { continue }
            let fields = line.bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard fields.count == fieldCount else { throw line.error(.fields(fields.count, expected: fieldCount)) }
            return Row(line: line, fields: places.map { fields[$0] }, columns: columns)
        }
        return nil
    }
}
