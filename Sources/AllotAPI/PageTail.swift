/// The end of a page's JSON, behind its items.
public enum PageTail {
    /// The page's `nextCursor`, found without reading the items where it stands behind them.
    /// - Throws: `JSONFault` for what is no page.
    public static func nextCursor(_ page: [UInt8]) throws(JSONFault) -> String? {
        // Behind the items there is no other bracket, so the tail reads as the rest of an object.
        if page.starts(with: "{\"items\":[".utf8), let bracket = page.lastIndex(of: UInt8(ascii: "]")),
            page.count - bracket < longestTail
        {
            let tail = Result { () throws(JSONFault) in
                try cursor(Array("{\"items\":0".utf8) + page[(bracket + 1)...])
            }
            if case .success(let found?) = tail { return found }
            if case .success(nil) = tail, !mentionsCursor(page) { return nil }
        }
        return try cursor(page)
    }

    private static func mentionsCursor(_ page: [UInt8]) -> Bool {
        let name = Array("nextCursor".utf8)
        return page.indices.contains { page[$0] == name[0] && page[$0...].starts(with: name) }
    }

    private static let longestTail = 4096

    private static func cursor(_ object: [UInt8]) throws(JSONFault) -> String? {
        var reader = JSONReader(object)
        var cursor: String?
        try reader.object { name, reader throws(JSONFault) in
            switch name {
            case "nextCursor": cursor = try reader.null() ? nil : reader.string()
            default: try reader.skip()
            }
        }
        try reader.end()
        return cursor
    }
}
