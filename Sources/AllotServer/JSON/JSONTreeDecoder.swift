/// Decodes any `Decodable` from a `JSONDocument`, strictly: an object's member that the type never asks for is an
/// error that names it, a whole number is a whole number within its type, and nothing is converted.
struct JSONTreeDecoder: Decoder {
    let document: JSONDocument
    let index: Int

    /// Decodes the whole document. Throws `JSONFault`, or what the type's own initializer throws.
    static func decode<Value: Decodable>(_ type: Value.Type, from document: JSONDocument) throws -> Value {
        try JSONTreeDecoder(document: document, index: 0).value(type)
    }

    var codingPath: [any CodingKey] { document.path(to: index) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard document.nodes[index].kind == .object else { throw mismatch("an object") }
        return KeyedDecodingContainer(JSONObjectContainer<Key>(document: document, object: index))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard document.nodes[index].kind == .array else { throw mismatch("a list") }
        return JSONArrayContainer(document: document, array: index)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    /// The value here as `Value`.
    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // The types that nearly every field has, without the detour over their own initializers.
        if type == String.self, let text = try text() as? Value { return text }
        if type == Int64.self, let number = try integer(Int64.self) as? Value { return number }
        if type == Int.self, let number = try integer(Int.self) as? Value { return number }
        let value: Value
        do {
            value = try Value(from: self)
        } catch let error as DecodingError {
            throw fault(error, type)
        }
        try refuseUnknownFields(type)
        return value
    }

    func text() throws(JSONFault) -> String {
        guard document.nodes[index].kind == .string else { throw mismatch("text") }
        return document.text(index)
    }

    func boolean() throws(JSONFault) -> Bool {
        guard document.nodes[index].kind == .boolean else { throw mismatch("true or false") }
        return document.nodes[index].isPlain
    }

    func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws(JSONFault) -> Number {
        let node = document.nodes[index]
        guard node.kind == .number, node.isPlain else { throw mismatch("a whole number") }
        let isNegative = document.bytes[Int(node.start)] == UInt8(ascii: "-")
        var number: Number = 0
        for position in Int(node.start) + (isNegative ? 1 : 0)..<Int(node.start + node.count) {
            let digit = Number(truncatingIfNeeded: document.bytes[position] - UInt8(ascii: "0"))
            let (product, hasOverflown) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooLarge) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if hasOverflown || isTooLarge {
                throw invalid("a whole number from \(Number.min) to \(Number.max) is expected")
            }
            number = sum
        }
        return number
    }

    func float<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ type: Number.Type
    ) throws(JSONFault) -> Number {
        guard document.nodes[index].kind == .number else { throw mismatch("a number") }
        guard let number = Number(document.text(index)), number.isFinite else {
            throw invalid("the number is out of range")
        }
        return number
    }

    var isNull: Bool { document.nodes[index].kind == .null }

    func invalid(_ what: String) -> JSONFault {
        JSONFault(.invalidField, what, path: document.path(to: index))
    }

    func mismatch(_ expected: String) -> JSONFault {
        let found =
            switch document.nodes[index].kind {
            case .object: "an object"
            case .array: "a list"
            case .string: "text"
            case .number: document.nodes[index].isPlain ? "a number" : "a number with a fraction or exponent"
            case .boolean: "true or false"
            case .null: "null"
            }
        return invalid("\(expected) is expected, and there is \(found)")
    }

    private func refuseUnknownFields<Value: Decodable>(_ type: Value.Type) throws {
        let object = document.nodes[index]
        guard object.kind == .object else { return }
        var key = index + 1
        for _ in 0..<object.count {
            if !document.nodes[key + 1].isUsed {
                let known = knownFields(type)
                let place = document.path(to: index) + [JSONPathKey(document.text(key))]
                throw JSONFault(
                    .unknownField,
                    known.isEmpty ? "there is no such field" : "there is no such field; there are \(known)", path: place
                )
            }
            key = Int(document.nodes[key + 1].next)
        }
    }

    /// The names that the type asks for, found by decoding once more: errors may be slow.
    private func knownFields<Value: Decodable>(_ type: Value.Type) -> String {
        document.recordedObject = index
        document.recordedKeys = []
        defer { document.recordedObject = nil }
        _ = try? Value(from: self)
        return Set(document.recordedKeys).sorted().joined(separator: ", ")
    }

    private func fault<Value: Decodable>(_ error: DecodingError, _ type: Value.Type) -> JSONFault {
        switch error {
        case .dataCorrupted(let context):
            if let names = JSONCases.names(type) { return invalid("one of \(names) is expected") }
            return JSONFault(.invalidField, context.debugDescription, path: steps(context.codingPath))
        case .keyNotFound(let key, let context):
            return JSONFault(.missingField, "the field is needed", path: steps(context.codingPath + [key]))
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return JSONFault(.invalidField, context.debugDescription, path: steps(context.codingPath))
        @unknown default:
            return invalid("the value is not what is expected")
        }
    }

    private func steps(_ path: [any CodingKey]) -> [JSONPathKey] {
        path.map { key in key.intValue.map { JSONPathKey($0) } ?? JSONPathKey(key.stringValue) }
    }
}

/// The names that an enumeration of texts accepts.
enum JSONCases {
    static func names<Value>(_ type: Value.Type) -> String? {
        guard let cases = type as? any CaseIterable.Type else { return nil }
        return list(cases)
    }

    private static func list<Cases: CaseIterable>(_ type: Cases.Type) -> String? {
        let names = type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}
