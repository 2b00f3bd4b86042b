/// A YAML text with a fixed set of fields: the one way in which Allot reads its files.
///
/// Aliases, anchors, tags, keys that stand twice and more than one document are refused; size and depth are limited.
/// Everything that is wrong is reported at once, each fault with its line, column and field.
public enum YAMLDocument {
    /// Reads the text's topmost mapping with `body`. A text with nothing in it is a mapping with no keys.
    /// - Parameters:
    ///   - name: what messages call the text, mostly its path.
    ///   - body: asks for the fields and gives the value; what it gives is dropped when there was a fault, so it puts
    ///     any value in the place of one that could not be read.
    public static func read<Value>(
        text: String, name: String, _ body: (FieldReader) -> Value
    ) throws(DocumentFaults) -> Value {
        let faults = FaultCollector()
        guard text.utf8.count <= Limits.bytes else {
            faults.add(.start, "", "\(text.utf8.count) bytes; at most \(Limits.bytes) are read")
            throw faults.faults(of: name, "")
        }
        let root = YAMLComposer.compose(text, faults)
        // The tree of a text that could not be read to its end would only give faults that are not there.
        if root == nil, !faults.isEmpty { throw faults.faults(of: name, text) }
        let value = FieldValue(node: mapping(root), path: FieldPath.root, faults: faults).mapping(body)
        guard faults.isEmpty, let value else { throw faults.faults(of: name, text) }
        return value
    }

    /// Reads bytes, which must be UTF-8.
    public static func read<Value>(
        bytes: [UInt8], name: String, _ body: (FieldReader) -> Value
    ) throws(DocumentFaults) -> Value {
        guard bytes.count <= Limits.bytes, let text = String(validating: bytes, as: UTF8.self) else {
            let faults = FaultCollector()
            guard bytes.count <= Limits.bytes else {
                faults.add(.start, "", "\(bytes.count) bytes; at most \(Limits.bytes) are read")
                throw faults.faults(of: name, "")
            }
            let readable = String(decoding: bytes.prefix(lengthOfUTF8(bytes)), as: UTF8.self)
            faults.add(TextPosition(endOf: readable), "", "not UTF-8 from here on")
            throw faults.faults(of: name, readable)
        }
        return try read(text: text, name: name, body)
    }

    /// What stands in the text, or the empty mapping that an empty text stands for.
    private static func mapping(_ root: YAMLNode?) -> YAMLNode {
        let nothing = YAMLNode(position: root?.position ?? .start, content: .mapping([]))
        guard let root else { return nothing }
        guard case .scalar(let text, isPlain: true) = root.content, case .nothing = PlainScalar(text) else {
            return root
        }
        return nothing
    }

    /// How many bytes at the beginning are UTF-8.
    private static func lengthOfUTF8(_ bytes: [UInt8]) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { length += scalar.count }
        return length
    }
}
