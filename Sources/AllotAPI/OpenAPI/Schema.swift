extension OpenAPI {
    /// What a JSON value may be: the part of JSON Schema 2020-12 that the API needs.
    public struct Schema: Sendable, Hashable {
        public var kind: Kind
        public var description: String?
        /// `date-time` of a text; `int32`, `int64`, `uint32` of a number.
        public var format: String?
        /// A regular expression (ECMA 262) that a text matches.
        public var pattern: String?
        /// The only texts that it may be; empty for any.
        public var choices: [String] = []
        /// The only numbers that it may be; empty for any.
        public var numbers: [Int64] = []
        /// Of a number.
        public var minimum: Int64?
        /// Of a number.
        public var maximum: Int64?
        /// A text's characters, an array's items, or a map's members.
        public var count: ClosedRange<Int>?
        /// What is taken where it is absent.
        public var standard: Standard?
        /// Texts to show.
        public var examples: [String] = []
        /// What a map's names are.
        public var names: ClosedRange<Int>?

        public init(_ kind: Kind, _ description: String? = nil) {
            self.kind = kind
            self.description = description
        }

        /// The kind of value, and what it is made of.
        public indirect enum Kind: Sendable, Hashable {
            /// Named fields. Of a closed object any other is refused.
            case object([Property], isClosed: Bool)
            /// An object with names of one's own.
            case map(of: Schema)
            case array(of: Schema)
            case string, integer, boolean
            /// A schema of `OpenAPI.schemas`, by name.
            case reference(String)
            /// All of these at once.
            case all([Schema])
            /// Exactly one of these, told apart by the text of a field, which names a schema for each.
            case one(by: String, [String: String])
        }

        /// A value that is taken where none is given.
        public enum Standard: Sendable, Hashable {
            case text(String)
            case number(Int64)
            case flag(Bool)
        }
    }

    /// A field of an object.
    public struct Property: Sendable, Hashable {
        public var name: String
        public var schema: Schema
        public var isRequired: Bool

        static func required(_ name: String, _ schema: Schema) -> Property {
            Property(name: name, schema: schema, isRequired: true)
        }

        static func optional(_ name: String, _ schema: Schema) -> Property {
            Property(name: name, schema: schema, isRequired: false)
        }
    }

    /// A schema that others refer to.
    public struct NamedSchema: Sendable, Hashable {
        public var name: String
        public var schema: Schema

        /// What a client sends: a field that it does not have is refused.
        static func request(_ name: String, _ description: String, _ properties: [Property]) -> NamedSchema {
            NamedSchema(name: name, schema: Schema(.object(properties, isClosed: true), description))
        }

        /// What the daemon sends: a later release may add fields.
        static func view(_ name: String, _ description: String, _ properties: [Property]) -> NamedSchema {
            NamedSchema(name: name, schema: Schema(.object(properties, isClosed: false), description))
        }
    }
}

extension OpenAPI.Schema {
    static func text(
        _ description: String, count: ClosedRange<Int>? = nil, pattern: String? = nil, choices: [String] = [],
        examples: [String] = []
    ) -> Self {
        var schema = Self(.string, description)
        schema.count = count
        schema.pattern = pattern
        schema.choices = choices
        schema.examples = examples
        return schema
    }

    /// One of an enumeration's texts.
    static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ type: Choice.Type, _ description: String, standard: Choice? = nil
    ) -> Self {
        var schema = text(description, choices: type.allCases.map(\.rawValue))
        schema.standard = standard.map { .text($0.rawValue) }
        return schema
    }

    static func time(_ description: String) -> Self {
        var schema = text(description, examples: ["2026-11-02T09:30:00Z"])
        schema.format = "date-time"
        return schema
    }

    static func integer(
        _ description: String, _ limits: ClosedRange<Int64>? = nil, format: String = "int64", standard: Int64? = nil
    ) -> Self {
        var schema = Self(.integer, description)
        schema.format = format
        schema.minimum = limits?.lowerBound
        schema.maximum = limits?.upperBound
        schema.standard = standard.map { .number($0) }
        return schema
    }

    /// A number of things that are there.
    static func quantity(_ description: String, from least: Int64 = 0) -> Self {
        var schema = integer(description)
        schema.minimum = least
        return schema
    }

    static func flag(_ description: String, standard: Bool? = nil) -> Self {
        var schema = Self(.boolean, description)
        schema.standard = standard.map { .flag($0) }
        return schema
    }

    static func array(_ description: String, of item: Self, count: ClosedRange<Int>? = nil) -> Self {
        var schema = Self(.array(of: item), description)
        schema.count = count
        return schema
    }

    static func map(
        _ description: String, of value: Self, count: ClosedRange<Int>? = nil, names: ClosedRange<Int>? = nil
    ) -> Self {
        var schema = Self(.map(of: value), description)
        schema.count = count
        schema.names = names
        return schema
    }

    static func reference(_ name: String, _ description: String? = nil) -> Self {
        Self(.reference(name), description)
    }

    /// Numbers as Linux lists them (cpuset(7)).
    static func numbers(_ description: String) -> Self {
        text(description, pattern: "^([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?$", examples: ["0-7,16"])
    }

    static func reservationID(_ description: String) -> Self {
        text(description, pattern: "^r-[1-9][0-9]*$", examples: ["r-1042"])
    }
}
