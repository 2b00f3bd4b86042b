import AllotAPI

/// JSON as it came, to be written again with sorted names and indented: fields that this program does not know stay,
/// and so do the digits of numbers.
struct JSONDocument: Sendable {
    indirect enum Node: Sendable {
        case scalar(Range<Int>)
        case array([Node])
        /// Names with their quotes, sorted.
        case object([(name: Range<Int>, value: Node)])
    }

    let bytes: [UInt8]
    let root: Node

    /// - Throws: `JSONFault` for what is not one JSON value.
    init(_ bytes: [UInt8]) throws(JSONFault) {
        var reader = JSONReader(bytes)
        root = try JSONDocument.read(&reader, bytes)
        try reader.end()
        self.bytes = bytes
    }

    /// Indented by two blanks, with an end of line.
    func pretty() -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        append(root, indent: 0, to: &text)
        text.append(0x0A)
        return text
    }

    /// On one line, with an end of line.
    func line() -> [UInt8] {
        var text: [UInt8] = []
        append(root, indent: nil, to: &text)
        text.append(0x0A)
        return text
    }

    /// - Parameter indent: Blanks before the line; nil for all on one line.
    func append(_ node: Node, indent: Int?, to text: inout [UInt8]) {
        let inner = indent.map { $0 + 2 }
        switch node {
        case .scalar(let range): text.append(contentsOf: bytes[range])
        case .array(let items):
            text.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                startItem(index, indent: inner, in: &text)
                append(item, indent: inner, to: &text)
            }
            if !items.isEmpty { startLine(indent, in: &text) }
            text.append(UInt8(ascii: "]"))
        case .object(let fields):
            text.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                startItem(index, indent: inner, in: &text)
                append(field, indent: inner, to: &text)
            }
            if !fields.isEmpty { startLine(indent, in: &text) }
            text.append(UInt8(ascii: "}"))
        }
    }

    func append(_ field: (name: Range<Int>, value: Node), indent: Int?, to text: inout [UInt8]) {
        text.append(contentsOf: bytes[field.name])
        text.append(UInt8(ascii: ":"))
        if indent != nil { text.append(UInt8(ascii: " ")) }
        append(field.value, indent: indent, to: &text)
    }

    func startItem(_ index: Int, indent: Int?, in text: inout [UInt8]) {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        startLine(indent, in: &text)
    }

    private func startLine(_ indent: Int?, in text: inout [UInt8]) {
        guard let indent else { return }
        text.append(0x0A)
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
    }

    private static func read(_ reader: inout JSONReader, _ bytes: [UInt8]) throws(JSONFault) -> Node {
        switch reader.next {
        case .object:
            var fields: [(name: Range<Int>, value: Node)] = []
            try reader.members { name, reader throws(JSONFault) in
                fields.append((name, try read(&reader, bytes)))
            }
            fields.sort { bytes[$0.name].lexicographicallyPrecedes(bytes[$1.name]) }
            return .object(fields)
        case .array:
            var items: [Node] = []
            try reader.array { reader throws(JSONFault) in items.append(try read(&reader, bytes)) }
            return .array(items)
        case .other: return .scalar(try reader.skip())
        }
    }
}
