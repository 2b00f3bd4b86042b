/// Reads a JSON text (RFC 8259) into a `JSONDocument` and refuses whatever two readers could understand differently:
/// a member given twice, bad UTF-8, half a surrogate pair, anything after the value, a byte order mark. Text may not
/// hold the character NUL, since it ends in names and commands that the system reads up to it.
struct JSONScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private let limits: JSONLimits
    private var nodes: [JSONDocument.Node] = []

    /// Scans `text`. Throws a `JSONFault` of kind `.malformed` or `.limit` that says where.
    static func scan(_ text: some Sequence<UInt8>, limits: JSONLimits) throws(JSONFault) -> JSONDocument {
        var bytes = [UInt8](text)
        bytes.append(0)
        var scanner = JSONScanner(bytes: bytes, limits: limits)
        return try scanner.document()
    }

    private init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        nodes.reserveCapacity(min(64, bytes.count / 4 + 1))
    }

    private mutating func document() throws(JSONFault) -> JSONDocument {
        skipSpace()
        if position == bytes.count - 1 { throw JSONFault(.malformed, "the body is empty; a JSON object is expected") }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw malformed("a byte order mark stands before the JSON text") }
        try value()
        skipSpace()
        if position != bytes.count - 1 { throw malformed("something stands after the end of the JSON text") }
        return JSONDocument(bytes: bytes, nodes: nodes)
    }

    private mutating func value() throws(JSONFault) {
        if nodes.count >= limits.values { throw limit("more than \(limits.values) values") }
        switch bytes[position] {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try word("true", .boolean, isTrue: true)
        case UInt8(ascii: "f"): try word("false", .boolean)
        case UInt8(ascii: "n"): try word("null", .null)
        default: throw malformed("a value is expected")
        }
    }

    private mutating func object() throws(JSONFault) {
        let index = try open(.object)
        var count: Int32 = 0
        if bytes[position] == UInt8(ascii: "}") {
            position += 1
        } else {
            while true {
                guard bytes[position] == UInt8(ascii: "\"") else { throw malformed("a member's name is expected") }
                try string()
                skipSpace()
                guard bytes[position] == UInt8(ascii: ":") else { throw malformed("a colon is expected") }
                position += 1
                skipSpace()
                try value()
                count += 1
                if try closes(with: UInt8(ascii: "}")) { break }
            }
        }
        close(index, count: count)
        try JSONDuplicates.check(object: index, count: Int(count), nodes: nodes, bytes: bytes)
    }

    private mutating func array() throws(JSONFault) {
        let index = try open(.array)
        var count: Int32 = 0
        if bytes[position] == UInt8(ascii: "]") {
            position += 1
        } else {
            while true {
                try value()
                count += 1
                if try closes(with: UInt8(ascii: "]")) { break }
            }
        }
        close(index, count: count)
    }

    private mutating func open(_ kind: JSONDocument.Node.Kind) throws(JSONFault) -> Int {
        depth += 1
        if depth > limits.depth { throw limit("nested more than \(limits.depth) levels deep") }
        let index = nodes.count
        append(kind, start: position, count: 0)
        position += 1
        skipSpace()
        return index
    }

    private mutating func close(_ index: Int, count: Int32) {
        nodes[index].count = count
        nodes[index].next = Int32(nodes.count)
        depth -= 1
    }

    /// After an element: whether the container ends here; otherwise a comma and the next element follow.
    private mutating func closes(with mark: UInt8) throws(JSONFault) -> Bool {
        skipSpace()
        let byte = bytes[position]
        guard byte == mark || byte == UInt8(ascii: ",") else {
            throw malformed("a comma or '\(Unicode.Scalar(mark))' is expected")
        }
        position += 1
        if byte == mark { return true }
        skipSpace()
        return false
    }

    private mutating func word(
        _ word: StaticString, _ kind: JSONDocument.Node.Kind, isTrue: Bool = false
    ) throws(JSONFault) {
        let start = position
        for offset in 0..<word.utf8CodeUnitCount {
            guard bytes[position] == word.utf8Start[offset] else {
                position = start
                throw malformed("a value is expected")
            }
            position += 1
        }
        append(kind, isPlain: isTrue, start: start, count: position - start)
    }

    private mutating func number() throws(JSONFault) {
        let start = position
        var isWhole = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = bytes[position]
        try digits()
        if first == UInt8(ascii: "0"), isDigit(bytes[start + (bytes[start] == first ? 1 : 2)]) {
            throw malformed("a number starts with a needless 0")
        }
        if bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        append(.number, isPlain: isWhole, start: start, count: position - start)
    }

    private mutating func digits() throws(JSONFault) {
        guard isDigit(bytes[position]) else { throw malformed("a digit is expected") }
        while isDigit(bytes[position]) { position += 1 }
    }

    private mutating func string() throws(JSONFault) {
        position += 1
        let start = position
        var isPlain = true
        while true {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                try escape()
            } else if byte >= 0x80 {
                try multibyte()
            } else if byte < 0x20 {
                let isEnd = position == bytes.count - 1
                throw malformed(isEnd ? "text is not closed" : "a control character stands unescaped in text")
            } else {
                position += 1
            }
        }
        append(.string, isPlain: isPlain, start: start, count: position - start)
        position += 1
    }

    private mutating func escape() throws(JSONFault) {
        position += 1
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            let unit = try fourDigits()
            if unit == 0 { throw malformed("text holds the character NUL, which is not accepted") }
            if JSONEscape.isLowSurrogate(unit) { throw malformed("half a surrogate pair") }
            guard JSONEscape.isHighSurrogate(unit) else { return }
            guard bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u") else {
                throw malformed("half a surrogate pair")
            }
            position += 2
            guard JSONEscape.isLowSurrogate(try fourDigits()) else { throw malformed("half a surrogate pair") }
        default: throw malformed("an unknown escape")
        }
    }

    private mutating func fourDigits() throws(JSONFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = JSONEscape.digit(bytes[position]) else {
                throw malformed("a hexadecimal digit is expected")
            }
            unit = unit << 4 | digit
            position += 1
        }
        return unit
    }

    /// One character of two to four bytes, as table 3-7 of the Unicode standard has them.
    private mutating func multibyte() throws(JSONFault) {
        let lead = bytes[position]
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: throw malformed("text is not valid UTF-8")
        }
        // The 0 at the end of `bytes` fails each check, so that no check reads past it.
        guard second.contains(bytes[position + 1]) else { throw malformed("text is not valid UTF-8") }
        for offset in 2..<max(2, length) where bytes[position + offset] & 0xC0 != 0x80 {
            throw malformed("text is not valid UTF-8")
        }
        position += length
    }

    private mutating func skipSpace() {
        while true {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private mutating func append(_ kind: JSONDocument.Node.Kind, isPlain: Bool = true, start: Int, count: Int) {
        nodes.append(
            JSONDocument.Node(
                kind: kind, isPlain: isPlain, start: Int32(start), count: Int32(count), next: Int32(nodes.count + 1)))
    }

    private func malformed(_ what: String) -> JSONFault {
        JSONFault(.malformed, "\(what), at \(place)")
    }

    private func limit(_ what: String) -> JSONFault {
        JSONFault(.limit, "\(what), at \(place)")
    }

    private var place: String {
        let before = bytes[..<position]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return "line \(line), byte \(position - lineStart + 1)"
    }
}
