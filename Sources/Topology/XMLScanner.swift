/// Reads XML mark-up byte by byte: only as much of the grammar as a topology export uses.
struct XMLScanner {
    enum Markup {
        /// A declaration, comment or document type.
        case aside
        case start(
            name: ArraySlice<UInt8>, attributes: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)], isEmpty: Bool)
        case end(name: ArraySlice<UInt8>)
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// The line of the current position, from 1.
    var line: Int { line(of: position) }

    func line(of place: Int) -> Int { bytes[..<place].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 } }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    mutating func skipByteOrderMark() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The text up to the next `<` or the end.
    mutating func text() -> ArraySlice<UInt8> {
        take { $0 != UInt8(ascii: "<") }
    }

    /// The mark-up that starts at the current `<`.
    mutating func markup() throws(TopologyError.Reason) -> Markup {
        position += 1
        if skip("?") { return try aside(until: "?>") }
        if skip("!--") { return try aside(until: "-->") }
        if skip("!DOCTYPE") { return try documentType() }
        if skip("/") {
            let name = try self.name()
            skipSpaces()
            try expect(">")
            return .end(name: name)
        }
        return try start()
    }

    private mutating func start() throws(TopologyError.Reason) -> Markup {
        let name = try self.name()
        var attributes: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        while true {
            let gap = skipSpaces()
            if skip(">") { return .start(name: name, attributes: attributes, isEmpty: false) }
            if skip("/") {
                try expect(">")
                return .start(name: name, attributes: attributes, isEmpty: true)
            }
            guard gap || isAtEnd else { throw .notXML(line: line) }
            let attribute = try self.name()
            skipSpaces()
            try expect("=")
            skipSpaces()
            attributes.append((attribute, try quoted()))
        }
    }

    private mutating func quoted() throws(TopologyError.Reason) -> ArraySlice<UInt8> {
        if isAtEnd { throw .truncated(line: line) }
        let quote = bytes[position]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw .notXML(line: line) }
        position += 1
        let value = take { $0 != quote && $0 != UInt8(ascii: "<") && $0 != 0 }
        if isAtEnd { throw .truncated(line: line) }
        guard bytes[position] == quote else { throw .notXML(line: line) }
        position += 1
        return value
    }

    /// Entities could be declared in an internal subset; a topology has none, so none is let through.
    private mutating func documentType() throws(TopologyError.Reason) -> Markup {
        _ = take { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "<") && $0 != 0 }
        try expect(">")
        return .aside
    }

    private mutating func aside(until end: StaticString) throws(TopologyError.Reason) -> Markup {
        while !isAtEnd {
            if skip(end) { return .aside }
            position += 1
        }
        throw .truncated(line: line)
    }

    private mutating func name() throws(TopologyError.Reason) -> ArraySlice<UInt8> {
        let name = take { byte in
            let letter = byte | 0x20
            return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter) || byte >= 0x80
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_-.:".utf8.contains(byte)
        }
        if isAtEnd { throw .truncated(line: line) }
        guard let first = name.first, first | 0x20 >= UInt8(ascii: "_") else { throw .notXML(line: line) }
        return name
    }

    private mutating func expect(_ mark: StaticString) throws(TopologyError.Reason) {
        if skip(mark) { return }
        if isAtEnd { throw .truncated(line: line) }
        throw .notXML(line: line)
    }

    @discardableResult
    private mutating func skipSpaces() -> Bool { !take(XMLScanner.isSpace).isEmpty }

    private mutating func skip(_ mark: StaticString) -> Bool {
        let found = mark.withUTF8Buffer { bytes[position...].starts(with: $0) }
        if found { position += mark.utf8CodeUnitCount }
        return found
    }

    private mutating func take(_ isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count, isWanted(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }
}
