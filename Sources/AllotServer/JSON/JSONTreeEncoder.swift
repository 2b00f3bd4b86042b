/// Collects what an `Encodable` encodes into a `JSONPiece`. It keeps no coding path: the one error that it can throw is
/// for a number that is not finite, and a path would cost more than all the rest.
final class JSONTreeEncoder: Encoder, SingleValueEncodingContainer {
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    private var piece: JSONPiece?

    /// What `value` encodes; an empty object where it encodes nothing.
    static func piece<Value: Encodable>(of value: Value) throws -> JSONPiece {
        if Value.self == String.self, let text = value as? String { return .text(text) }
        let encoder = JSONTreeEncoder()
        try value.encode(to: encoder)
        return encoder.piece ?? .object(JSONMembers())
    }

    /// A number, or an error for one that JSON cannot hold.
    static func number(
        _ number: some BinaryFloatingPoint & LosslessStringConvertible
    ) throws -> JSONPiece {
        guard number.isFinite else {
            let context = EncodingError.Context(codingPath: [], debugDescription: "JSON has no \(number)")
            throw EncodingError.invalidValue(number, context)
        }
        return .digits(String(number))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        // A type may ask for its container more than once, such as one that encodes what it inherits.
        if case .object(let members) = piece {
            return KeyedEncodingContainer(JSONMembersContainer<Key>(members: members))
        }
        let members = JSONMembers()
        piece = .object(members)
        return KeyedEncodingContainer(JSONMembersContainer<Key>(members: members))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let elements = JSONElements()
        piece = .array(elements)
        return JSONElementsContainer(elements: elements)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { piece = .null }
    func encode(_ value: Bool) { piece = .boolean(value) }
    func encode(_ value: String) { piece = .text(value) }
    func encode(_ value: Double) throws { piece = try JSONTreeEncoder.number(value) }
    func encode(_ value: Float) throws { piece = try JSONTreeEncoder.number(value) }
    func encode(_ value: Int) { piece = .signed(Int64(value)) }
    func encode(_ value: Int8) { piece = .signed(Int64(value)) }
    func encode(_ value: Int16) { piece = .signed(Int64(value)) }
    func encode(_ value: Int32) { piece = .signed(Int64(value)) }
    func encode(_ value: Int64) { piece = .signed(value) }
    func encode(_ value: UInt) { piece = .unsigned(UInt64(value)) }
    func encode(_ value: UInt8) { piece = .unsigned(UInt64(value)) }
    func encode(_ value: UInt16) { piece = .unsigned(UInt64(value)) }
    func encode(_ value: UInt32) { piece = .unsigned(UInt64(value)) }
    func encode(_ value: UInt64) { piece = .unsigned(value) }

    func encode<Value: Encodable>(_ value: Value) throws {
        piece = try JSONTreeEncoder.piece(of: value)
    }
}

/// An object that is being encoded.
struct JSONMembersContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let members: JSONMembers
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil(forKey key: Key) { add(key, .null) }
    mutating func encode(_ value: Bool, forKey key: Key) { add(key, .boolean(value)) }
    mutating func encode(_ value: String, forKey key: Key) { add(key, .text(value)) }
    mutating func encode(_ value: Int, forKey key: Key) { add(key, .signed(Int64(value))) }
    mutating func encode(_ value: Int8, forKey key: Key) { add(key, .signed(Int64(value))) }
    mutating func encode(_ value: Int16, forKey key: Key) { add(key, .signed(Int64(value))) }
    mutating func encode(_ value: Int32, forKey key: Key) { add(key, .signed(Int64(value))) }
    mutating func encode(_ value: Int64, forKey key: Key) { add(key, .signed(value)) }
    mutating func encode(_ value: UInt, forKey key: Key) { add(key, .unsigned(UInt64(value))) }
    mutating func encode(_ value: UInt8, forKey key: Key) { add(key, .unsigned(UInt64(value))) }
    mutating func encode(_ value: UInt16, forKey key: Key) { add(key, .unsigned(UInt64(value))) }
    mutating func encode(_ value: UInt32, forKey key: Key) { add(key, .unsigned(UInt64(value))) }
    mutating func encode(_ value: UInt64, forKey key: Key) { add(key, .unsigned(value)) }

    mutating func encode(_ value: Double, forKey key: Key) throws {
        add(key, try JSONTreeEncoder.number(value))
    }

    mutating func encode(_ value: Float, forKey key: Key) throws {
        add(key, try JSONTreeEncoder.number(value))
    }

    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        add(key, try JSONTreeEncoder.piece(of: value))
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let nested = JSONMembers()
        add(key, .object(nested))
        return KeyedEncodingContainer(JSONMembersContainer<Nested>(members: nested))
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let nested = JSONElements()
        add(key, .array(nested))
        return JSONElementsContainer(elements: nested)
    }

    mutating func superEncoder() -> any Encoder { JSONSuperEncoder(members: members) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { superEncoder() }

    private func add(_ key: Key, _ piece: JSONPiece) {
        members.append(key.stringValue, piece)
    }
}

/// A list that is being encoded.
struct JSONElementsContainer: UnkeyedEncodingContainer {
    let elements: JSONElements
    var codingPath: [any CodingKey] { [] }
    var count: Int { elements.pieces.count }

    mutating func encodeNil() { elements.pieces.append(.null) }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        elements.pieces.append(try JSONTreeEncoder.piece(of: value))
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let nested = JSONMembers()
        elements.pieces.append(.object(nested))
        return KeyedEncodingContainer(JSONMembersContainer<Nested>(members: nested))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let nested = JSONElements()
        elements.pieces.append(.array(nested))
        return JSONElementsContainer(elements: nested)
    }

    mutating func superEncoder() -> any Encoder {
        let nested = JSONMembers()
        elements.pieces.append(.object(nested))
        return JSONSuperEncoder(members: nested)
    }
}

/// Lets a class encode what it inherits into the same object.
struct JSONSuperEncoder: Encoder {
    let members: JSONMembers
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(JSONMembersContainer<Key>(members: members))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONElementsContainer(elements: JSONElements())
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONTreeEncoder() }
}
