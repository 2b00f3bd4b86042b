import Units

@testable import AllotAPI

/// A decoder that has no input: it notes what a type asks for, and hands it something of the kind.
struct OpenAPIRecorder: Decoder {
    private let notes: Notes
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    struct Unanswered: Error {
        let type: String
    }

    /// The shape of a type's JSON. A field is required where the type decodes it without asking whether it is there.
    static func shape<Value: Decodable>(of type: Value.Type) throws -> OpenAPIShape {
        try record(type).shape
    }

    private static func record<Value: Decodable>(_ type: Value.Type) throws -> (value: Value, shape: OpenAPIShape) {
        if let time = DateTime(Timestamp(milliseconds: 0)) as? Value { return (time, .time) }
        if let cases = type as? any CaseIterable.Type {
            let all = texts(of: cases)
            guard let value = all.first?.value as? Value else { throw Unanswered(type: "\(type)") }
            return (value, .text(choices: Set(all.map(\.text))))
        }
        let notes = Notes()
        let value = try Value(from: OpenAPIRecorder(notes: notes))
        return (value, notes.shape)
    }

    private static func texts<Cases: CaseIterable>(of type: Cases.Type) -> [(value: Any, text: String)] {
        type.allCases.compactMap { value in
            ((value as? any RawRepresentable)?.rawValue as? String).map { (value, $0) }
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed<Key>(notes: notes))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { Unkeyed(notes: notes) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(notes: notes) }

    /// What has been asked for so far.
    private final class Notes {
        var single: OpenAPIShape?
        var fields: [String: OpenAPIShape.Field] = [:]
        var optional: Set<String> = []
        /// Of the name that a type finds when it takes any name.
        var anyName: OpenAPIShape?

        var shape: OpenAPIShape {
            if let single { return single }
            if fields.isEmpty, let anyName { return .map(anyName) }
            return .object(fields)
        }
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let notes: Notes
        var codingPath: [any CodingKey] { [] }
        private static var anyName: String { "any name" }
        var allKeys: [Key] { Key(stringValue: Self.anyName).map { [$0] } ?? [] }

        // `decodeIfPresent` asks this first, `decode` does not.
        func contains(_ key: Key) -> Bool {
            notes.optional.insert(key.stringValue)
            return true
        }

        func decodeNil(forKey key: Key) throws -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let (value, shape) = try record(type)
            if key.stringValue == Self.anyName {
                notes.anyName = shape
            } else {
                let isRequired = !notes.optional.contains(key.stringValue)
                notes.fields[key.stringValue] = OpenAPIShape.Field(shape: shape, isRequired: isRequired)
            }
            return value
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw Unanswered(type: "\(type)") }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw Unanswered(type: key.stringValue)
        }
        func superDecoder() throws -> any Decoder { throw Unanswered(type: "super") }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw Unanswered(type: key.stringValue) }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        let notes: Notes
        var codingPath: [any CodingKey] { [] }
        var count: Int? { 1 }
        var currentIndex = 0
        var isAtEnd: Bool { currentIndex == 1 }

        mutating func decodeNil() throws -> Bool { false }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let (value, shape) = try record(type)
            notes.single = .list(shape)
            currentIndex = 1
            return value
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { throw Unanswered(type: "\(type)") }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unanswered(type: "list") }
        mutating func superDecoder() throws -> any Decoder { throw Unanswered(type: "super") }
    }

    private struct Single: SingleValueDecodingContainer {
        let notes: Notes
        var codingPath: [any CodingKey] { [] }

        func decodeNil() -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let known: [(value: Any, shape: OpenAPIShape)] = [
                ("", .text(choices: nil)), (false, .boolean), (0 as Int, .integer("int64")),
                (0 as Int64, .integer("int64")), (0 as Int32, .integer("int32")), (0 as UInt32, .integer("uint32")),
            ]
            for (value, shape) in known {
                guard let value = value as? Value else { continue }
                notes.single = shape
                return value
            }
            // Any other would ask for itself again, and again.
            if type is any (BinaryFloatingPoint).Type || type is any BinaryInteger.Type {
                throw Unanswered(type: "\(type)")
            }
            let (value, shape) = try record(type)
            notes.single = shape
            return value
        }
    }
}
