import AllotAPI

/// The items of a page, indented as they stand in a page.
struct JSONItems: Sendable {
    private var items: [UInt8] = []
    /// The page's other fields, without its cursor.
    private var others: [UInt8] = []
    private var count = 0

    /// - Throws: `JSONFault` for what is no JSON object with items.
    init(page: [UInt8]) throws(JSONFault) {
        let document = try JSONDocument(page)
        guard case .object(let fields) = document.root else {
            throw JSONFault(offset: 0, expected: "a page with items")
        }
        var hasItems = false
        for field in fields {
            switch String(decoding: page[field.name], as: UTF8.self) {
            case "\"items\"":
                guard case .array(let nodes) = field.value else {
                    throw JSONFault(offset: 0, expected: "a page with items")
                }
                items.reserveCapacity(page.count * 2)
                for (index, node) in nodes.enumerated() {
                    document.startItem(index, indent: 4, in: &items)
                    document.append(node, indent: 4, to: &items)
                }
                count = nodes.count
                hasItems = true
            case "\"nextCursor\"": break
            default:
                document.startItem(1, indent: 2, in: &others)
                document.append(field, indent: 2, to: &others)
            }
        }
        guard hasItems else { throw JSONFault(offset: 0, expected: "a page with items") }
    }

    /// One page out of many: the items of all, the last one's other fields, and no cursor.
    static func page(_ parts: [JSONItems]) -> [UInt8] {
        var text = Array("{\n  \"items\": [".utf8)
        text.reserveCapacity(parts.reduce(64) { $0 + $1.items.count })
        var isFirst = true
        for part in parts where part.count > 0 {
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            text += part.items
        }
        text += Array((isFirst ? "]" : "\n  ]").utf8)
        return text + (parts.last?.others ?? []) + Array("\n}\n".utf8)
    }
}
