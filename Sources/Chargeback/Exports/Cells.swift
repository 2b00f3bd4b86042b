import Units

/// Lays down rows of RFC 4180: cells, each with a comma behind it, whose last one the row's end takes the place of.
extension [UInt8] {
    /// A text, quoted where its characters need it.
    mutating func cell(_ text: String) {
        var text = text
        text.withUTF8 { appendCell($0) }
        append(comma)
    }

    /// A text that a spreadsheet must not take for a formula: it gets an apostrophe in front where it could.
    mutating func textCell(_ text: String) {
        if let first = text.utf8.first, dangerous.contains(first) { cell("'" + text) } else { cell(text) }
    }

    mutating func cell(_ number: Int64) {
        appendDecimal(Int128(number), places: 0)
        append(comma)
    }

    /// A number of `10^-places` as a decimal.
    /// - Parameter shortest: So many places stay although they are zero; nil for all.
    mutating func cell(decimal number: Int128, places: Int, shortest: Int? = nil) {
        appendDecimal(number, places: places)
        if let shortest { trimZeros(count: places - shortest) }
        append(comma)
    }

    mutating func cell(_ time: Timestamp) {
        RFC3339.append(time, to: &self)
        append(comma)
    }

    mutating func cell(_ day: CivilDate) {
        appendDay(day)
        append(comma)
    }

    mutating func emptyCells(_ count: Int = 1) {
        for _ in 0..<count { append(comma) }
    }

    mutating func endRow() {
        if last == comma { removeLast() }
        append(carriageReturn)
        append(lineFeed)
    }

    /// `2026-11-02`.
    mutating func appendDay(_ day: CivilDate) {
        for (number, digits) in [(day.year, 4), (day.month, 2), (day.day, 2)] {
            if digits == 2 { append(UInt8(ascii: "-")) }
            let text = String(number)
            append(contentsOf: String(repeating: "0", count: Swift.max(digits - text.utf8.count, 0)).utf8)
            append(contentsOf: text.utf8)
        }
    }

    /// What `ExactAmount.decimal` gives, without a text on the way.
    mutating func appendDecimal(_ number: Int128, places: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        // From the last digit on; 39 digits are the most, and the point.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { digits in
            var (start, count) = (64, 0)
            while rest > 0 || count <= places {
                if count == places, places > 0 {
                    start -= 1
                    digits[start] = UInt8(ascii: ".")
                }
                start -= 1
                digits[start] = UInt8(ascii: "0") + rest.takeDigit()
                count += 1
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    /// Takes so many zeros at most from the end of a decimal, and the point where nothing stays behind it.
    private mutating func trimZeros(count: Int) {
        var left = count
        while left > 0, last == UInt8(ascii: "0") {
            removeLast()
            left -= 1
        }
        if last == UInt8(ascii: ".") { removeLast() }
    }

    private mutating func appendCell(_ text: UnsafeBufferPointer<UInt8>) {
        let isPlain = text.allSatisfy { $0 != comma && $0 != quote && $0 != carriageReturn && $0 != lineFeed }
        guard !isPlain else { return append(contentsOf: text) }
        append(quote)
        for byte in text {
            if byte == quote { append(quote) }
            append(byte)
        }
        append(quote)
    }

    /// A text as JSON has it, with its quotation marks (RFC 8259).
    mutating func appendJSON(_ text: String) {
        append(quote)
        for byte in text.utf8 {
            switch byte {
            case quote, UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                append(contentsOf: "\\u00".utf8)
                append(hexadecimal[Int(byte >> 4)])
                append(hexadecimal[Int(byte & 15)])
            default: append(byte)
            }
        }
        append(quote)
    }
}

/// What spreadsheets begin a formula with, or what they leave out before one (OWASP, "CSV Injection").
private let dangerous: [UInt8] = Array("=+-@\t\r\n".utf8)
private let comma = UInt8(ascii: ",")
private let quote = UInt8(ascii: "\"")
private let carriageReturn = UInt8(ascii: "\r")
private let lineFeed = UInt8(ascii: "\n")
private let hexadecimal = Array("0123456789abcdef".utf8)

extension UInt128 {
    /// Takes the last decimal digit away and gives it.
    fileprivate mutating func takeDigit() -> UInt8 {
        guard let word = UInt64(exactly: self) else {
            let (rest, digit) = quotientAndRemainder(dividingBy: 10)
            self = rest
            return UInt8(truncatingIfNeeded: digit)
        }
        self = UInt128(word / 10)
        return UInt8(truncatingIfNeeded: word % 10)
    }
}
