/// Reads RFC 4180 as its rules say, to see that what was written can be read: rows of cells by the header's names.
struct SheetReader {
    let header: [String]
    let rows: [[String: String]]

    /// nil for what is not RFC 4180, or has rows unlike the header.
    init?(_ text: String) {
        var lines: [[String]] = [[]]
        var cell: [UInt8] = []
        var isQuoted = false
        let bytes = Array(text.utf8)
        var index = 0
        func byte(_ place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }
        while index < bytes.count {
            let next = bytes[index]
            if isQuoted {
                if next == UInt8(ascii: "\""), byte(index + 1) == next {
                    cell.append(next)
                    index += 1
                } else if next == UInt8(ascii: "\"") {
                    isQuoted = false
                    let end = byte(index + 1)
                    guard end == UInt8(ascii: ",") || end == UInt8(ascii: "\r") else { return nil }
                } else {
                    cell.append(next)
                }
            } else if next == UInt8(ascii: "\"") {
                guard cell.isEmpty else { return nil }
                isQuoted = true
            } else if next == UInt8(ascii: ",") {
                lines[lines.count - 1].append(String(decoding: cell, as: UTF8.self))
                cell = []
            } else if next == UInt8(ascii: "\r") {
                guard byte(index + 1) == UInt8(ascii: "\n") else { return nil }
                lines[lines.count - 1].append(String(decoding: cell, as: UTF8.self))
                (cell, index) = ([], index + 1)
                lines.append([])
            } else {
                cell.append(next)
            }
            index += 1
        }
        guard !isQuoted, let header = lines.first, lines.last == [] else { return nil }
        self.header = header
        let rows = lines.dropFirst().dropLast()
        guard rows.allSatisfy({ $0.count == header.count }), Set(header).count == header.count else { return nil }
        self.rows = rows.map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    /// The column's sum, of decimals with so many places at most; nil where there is anything else.
    static func sum(_ rows: [[String: String]], _ column: String, places: Int = 12) -> Int128? {
        var sum: Int128 = 0
        for row in rows {
            guard let number = row[column].flatMap({ number($0, places: places) }) else { return nil }
            sum += number
        }
        return sum
    }

    static func number(_ text: String, places: Int) -> Int128? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        let decimals = parts.count == 2 ? String(parts[1]) : ""
        guard decimals.utf8.count <= places else { return nil }
        return Int128(parts[0] + decimals + String(repeating: "0", count: places - decimals.utf8.count))
    }
}
