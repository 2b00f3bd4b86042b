/// Comma-separated values as RFC 4180 has them: CR LF behind each record, a field in quotes where it holds a comma, a
/// quote or the end of a line.
enum CSV {
    /// The rows' records, without the header.
    static func render<Row: Sendable>(_ rows: [Row], columns: [Column<Row>]) -> [UInt8] {
        var text: [UInt8] = []
        for row in rows { append(columns.map { $0.csv(row) }, to: &text) }
        return text
    }

    static func header<Row: Sendable>(_ columns: [Column<Row>]) -> [UInt8] {
        var text: [UInt8] = []
        append(columns.map(\.field), to: &text)
        return text
    }

    static func append(_ fields: [String], to text: inout [UInt8]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            append(field, to: &text)
        }
        text.append(0x0D)
        text.append(0x0A)
    }

    private static func append(_ field: String, to text: inout [UInt8]) {
        let needsQuotes = field.utf8.contains {
            [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0D, 0x0A].contains($0)
        }
        guard needsQuotes else { return text.append(contentsOf: field.utf8) }
        text.append(UInt8(ascii: "\""))
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { text.append(byte) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
    }
}
