/// Finds a member that an object has twice.
enum JSONDuplicates {
    /// Throws a `JSONFault` that names it.
    static func check(
        object: Int, count: Int, nodes: [JSONDocument.Node], bytes: [UInt8]
    ) throws(JSONFault) {
        guard count > 1 else { return }
        // Small objects of plain names, which is nearly all, are compared byte by byte without making a text.
        if count <= 16, let isUnique = plainNamesDiffer(object: object, count: count, nodes: nodes, bytes: bytes) {
            if isUnique { return }
        }
        let document = JSONDocument(bytes: bytes, nodes: nodes)
        var names: Set<String> = []
        var key = object + 1
        for _ in 0..<count {
            let name = document.text(key)
            // Swift compares text by canonical equivalence; a name that differs in bytes alone is refused as well,
            // since which one is meant would depend on the reader.
            if !names.insert(name).inserted {
                let place = document.path(to: object) + [JSONPathKey(name)]
                throw JSONFault(.malformed, "the field stands there twice", path: place)
            }
            key = Int(nodes[key + 1].next)
        }
    }

    /// Nil where a name is escaped or not ASCII in part, so that its bytes alone do not tell.
    private static func plainNamesDiffer(
        object: Int, count: Int, nodes: [JSONDocument.Node], bytes: [UInt8]
    ) -> Bool? {
        var key = object + 1
        for _ in 0..<count {
            let node = nodes[key]
            guard node.isPlain, isASCII(node, bytes) else { return nil }
            var other = object + 1
            while other < key {
                let candidate = nodes[other]
                if candidate.count == node.count, equal(candidate.start, node.start, node.count, bytes) { return false }
                other = Int(nodes[other + 1].next)
            }
            key = Int(nodes[key + 1].next)
        }
        return true
    }

    private static func isASCII(_ node: JSONDocument.Node, _ bytes: [UInt8]) -> Bool {
        bytes[Int(node.start)..<Int(node.start + node.count)].allSatisfy { $0 < 0x80 }
    }

    private static func equal(_ left: Int32, _ right: Int32, _ count: Int32, _ bytes: [UInt8]) -> Bool {
        for offset in 0..<Int(count) where bytes[Int(left) + offset] != bytes[Int(right) + offset] {
            return false
        }
        return true
    }
}
