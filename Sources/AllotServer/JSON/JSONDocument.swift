/// One JSON text, scanned: its bytes and a flat list of its values in the order in which they stand.
///
/// A container comes before what it holds; an object's members are a key and a value each. A value's `next` leads past
/// it and all that it holds. Not `Sendable`: it lives within the one call that reads a body.
final class JSONDocument {
    /// The text, then one 0 that no JSON text can hold, so that a scan needs no check for the end.
    let bytes: [UInt8]
    var nodes: [Node]
    /// The object whose asked-for keys are being written down, to name them in an error.
    var recordedObject: Int?
    var recordedKeys: [String] = []

    struct Node {
        enum Kind: UInt8 {
            case object, array, string, number, boolean, null
        }

        var kind: Kind
        /// Of text: nothing is escaped. Of a number: neither fraction nor exponent. Of a boolean: its value.
        var isPlain: Bool
        /// Whether a decoder has asked for it.
        var isUsed = false
        /// Where it starts in `bytes`; for text, past the quotation mark.
        var start: Int32
        /// Bytes of text or number; members or elements of a container.
        var count: Int32
        /// The node past it.
        var next: Int32
    }

    init(bytes: [UInt8], nodes: [Node]) {
        self.bytes = bytes
        self.nodes = nodes
    }

    /// The text of a string node.
    func text(_ index: Int) -> String {
        let node = nodes[index]
        let slice = bytes[Int(node.start)..<Int(node.start + node.count)]
        return node.isPlain ? String(decoding: slice, as: UTF8.self) : JSONDocument.unescaped(slice)
    }

    /// Whether a string node's text is `name`.
    func isText(_ index: Int, equalTo name: String) -> Bool {
        let node = nodes[index]
        guard node.isPlain else { return text(index) == name }
        let utf8 = name.utf8
        guard utf8.count == Int(node.count) else { return false }
        var position = Int(node.start)
        for byte in utf8 {
            if bytes[position] != byte { return false }
            position += 1
        }
        return true
    }

    /// The value of an object's member, or nil.
    func member(_ name: String, of object: Int) -> Int? {
        var key = object + 1
        for _ in 0..<nodes[object].count {
            if isText(key, equalTo: name) { return key + 1 }
            key = Int(nodes[key + 1].next)
        }
        return nil
    }

    /// Where a value stands, from the root down: keys and indices.
    func path(to target: Int) -> [JSONPathKey] {
        var path: [JSONPathKey] = []
        var index = 0
        while index < target {
            let isObject = nodes[index].kind == .object
            var child = index + 1
            var position = 0
            while true {
                let value = isObject ? child + 1 : child
                if target < Int(nodes[value].next) {
                    path.append(isObject ? JSONPathKey(text(child)) : JSONPathKey(position))
                    index = value
                    break
                }
                child = Int(nodes[value].next)
                position += 1
            }
        }
        return path
    }

    /// Text with its escapes replaced. The scanner has checked them.
    private static func unescaped(_ slice: ArraySlice<UInt8>) -> String {
        var scalars = String.UnicodeScalarView()
        var rest = slice
        var plain = rest.startIndex
        while let backslash = rest.firstIndex(of: UInt8(ascii: "\\")) {
            scalars.append(contentsOf: String(decoding: rest[plain..<backslash], as: UTF8.self).unicodeScalars)
            rest = rest[(backslash + 1)...]
            scalars.append(JSONEscape.scalar(&rest))
            plain = rest.startIndex
        }
        scalars.append(contentsOf: String(decoding: rest, as: UTF8.self).unicodeScalars)
        return String(scalars)
    }
}

/// A step of the way to a value: a member's name or an element's index.
struct JSONPathKey: CodingKey, Sendable, Hashable {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init(_ index: Int) {
        stringValue = String(index)
        intValue = index
    }

    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}

extension [any CodingKey] {
    /// `command.arguments[2]`; empty for the root.
    var fieldPath: String {
        var path = ""
        for key in self {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return path
    }
}
