/// An object of a `JSONDocument`, by the keys of a type.
struct JSONObjectContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let document: JSONDocument
    let object: Int

    var codingPath: [any CodingKey] { document.path(to: object) }

    var allKeys: [Key] {
        var keys: [Key] = []
        var key = object + 1
        for _ in 0..<document.nodes[object].count {
            if let name = Key(stringValue: document.text(key)) { keys.append(name) }
            key = Int(document.nodes[key + 1].next)
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try need(key).isNull }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try need(key).boolean() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try need(key).text() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try need(key).float(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try need(key).float(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try need(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try need(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try need(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try need(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try need(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try need(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try need(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try need(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try need(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try need(key).integer(type) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try need(key).value(type)
    }

    // The optional ones are spelled out, since the library's own look each key up three times.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try present(key)?.boolean() }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try present(key)?.text() }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.integer(type) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try present(key)?.integer(type) }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try present(key)?.value(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try need(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try need(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { JSONTreeDecoder(document: document, index: object) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try need(key) }

    private func find(_ key: Key) -> Int? {
        if document.recordedObject == object { document.recordedKeys.append(key.stringValue) }
        guard let value = document.member(key.stringValue, of: object) else { return nil }
        document.nodes[value].isUsed = true
        return value
    }

    private func present(_ key: Key) -> JSONTreeDecoder? {
        guard let value = find(key), document.nodes[value].kind != .null else { return nil }
        return JSONTreeDecoder(document: document, index: value)
    }

    private func need(_ key: Key) throws(JSONFault) -> JSONTreeDecoder {
        guard let value = find(key) else {
            let place = document.path(to: object) + [JSONPathKey(key.stringValue)]
            throw JSONFault(.missingField, "the field is needed", path: place)
        }
        return JSONTreeDecoder(document: document, index: value)
    }
}

/// A list of a `JSONDocument`, read from front to back.
struct JSONArrayContainer: UnkeyedDecodingContainer {
    let document: JSONDocument
    let array: Int
    private(set) var currentIndex = 0
    private var position: Int

    init(document: JSONDocument, array: Int) {
        self.document = document
        self.array = array
        position = array + 1
    }

    var codingPath: [any CodingKey] { document.path(to: array) }
    var count: Int? { Int(document.nodes[array].count) }
    var isAtEnd: Bool { currentIndex == Int(document.nodes[array].count) }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, document.nodes[position].kind == .null else { return false }
        _ = try next()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().value(type) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }

    private mutating func next() throws(JSONFault) -> JSONTreeDecoder {
        guard !isAtEnd else {
            throw JSONFault(.invalidField, "the list has too few elements", path: document.path(to: array))
        }
        let element = JSONTreeDecoder(document: document, index: position)
        position = Int(document.nodes[position].next)
        currentIndex += 1
        return element
    }
}

extension JSONTreeDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try boolean() }
    func decode(_ type: String.Type) throws -> String { try text() }
    func decode(_ type: Double.Type) throws -> Double { try float(type) }
    func decode(_ type: Float.Type) throws -> Float { try float(type) }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value(type) }
}
