/// The fields of one mapping. Ask for each that may be there; any other key in the text is a fault.
public final class FieldReader {
    /// Where the mapping stands, `departments[1]`; empty for the document.
    public let path: String
    private let position: TextPosition
    private let pairs: [YAMLPair]
    private let values: [String: YAMLNode]
    private let faults: FaultCollector
    private var known: [String] = []

    init(pairs: [YAMLPair], position: TextPosition, path: String, faults: FaultCollector) {
        self.pairs = pairs
        self.values = Dictionary(pairs.map { ($0.key, $0.value) }) { first, _ in first }
        self.position = position
        self.path = path
        self.faults = faults
    }

    /// The field's value; nil where the text does not have the key.
    public func optional(_ key: String) -> FieldValue? {
        known.append(key)
        return values[key].map { FieldValue(node: $0, path: FieldPath.key(key, of: path), faults: faults) }
    }

    /// The field's value; nil, with a fault, where the text does not have the key.
    public func required(_ key: String) -> FieldValue? {
        if let value = optional(key) { return value }
        faults.add(position, FieldPath.key(key, of: path), "missing")
        return nil
    }

    /// Notes a fault of the mapping as a whole.
    public func fault(_ message: String) {
        faults.add(position, path, message)
    }

    /// Notes the keys that were never asked for.
    func refuseUnknownKeys() {
        for pair in pairs where !known.contains(pair.key) {
            faults.add(pair.position, FieldPath.key(pair.key, of: path), "unknown key; \(advice(for: pair.key))")
        }
    }

    private func advice(for key: String) -> String {
        if let near = key.nearest(in: known) { return "did you mean `\(near)`?" }
        return "known here: " + known.map { "`\($0)`" }.joined(separator: ", ")
    }
}
