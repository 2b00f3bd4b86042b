/// What JSON a type takes, or a schema allows: names, kinds, and what has to be there.
indirect enum OpenAPIShape: Equatable {
    /// The only texts that it may be; nil for any.
    case text(choices: Set<String>?)
    case time
    /// By its format.
    case integer(String)
    case boolean
    case list(OpenAPIShape)
    case map(OpenAPIShape)
    case object([String: Field])

    struct Field: Equatable {
        var shape: OpenAPIShape
        var isRequired: Bool
    }

    /// The shape that a schema of a document describes; nil where it is of a kind that no type has.
    init?(schema: OpenAPIValue, in document: OpenAPIValue) {
        guard let schema = document.resolved(schema), let type = schema["type"]?.text else { return nil }
        switch type {
        case "string" where schema["format"]?.text == "date-time": self = .time
        case "string":
            let choices = schema["enum"]?.texts ?? schema["const"].flatMap { $0.text.map { [$0] } }
            self = .text(choices: choices.map { Set($0) })
        case "integer": self = .integer(schema["format"]?.text ?? "none")
        case "boolean": self = .boolean
        case "array":
            guard let items = schema["items"], let item = OpenAPIShape(schema: items, in: document) else { return nil }
            self = .list(item)
        case "object":
            if let value = schema["additionalProperties"], value.bool == nil {
                guard let shape = OpenAPIShape(schema: value, in: document) else { return nil }
                self = .map(shape)
                return
            }
            let required = Set(schema["required"]?.texts ?? [])
            var fields: [String: Field] = [:]
            for (name, property) in schema["properties"]?.members ?? [:] {
                guard let shape = OpenAPIShape(schema: property, in: document) else { return nil }
                fields[name] = Field(shape: shape, isRequired: required.contains(name))
            }
            self = .object(fields)
        default: return nil
        }
    }

    /// Where a schema differs from the type that has this shape; empty where it does not.
    func differences(from schema: OpenAPIShape, at place: String = "") -> [String] {
        switch (self, schema) {
        case (.object(let own), .object(let described)):
            let names = Set(own.keys).union(described.keys).sorted()
            return names.flatMap { name -> [String] in
                let path = place.isEmpty ? name : "\(place).\(name)"
                guard let field = own[name] else { return ["\(path) is in the schema only"] }
                guard let other = described[name] else { return ["\(path) is in the type only"] }
                let kinds = field.shape.differences(from: other.shape, at: path)
                if field.isRequired == other.isRequired { return kinds }
                return kinds + ["\(path) is required by the \(field.isRequired ? "type" : "schema") only"]
            }
        case (.list(let own), .list(let described)): return own.differences(from: described, at: "\(place)[]")
        case (.map(let own), .map(let described)): return own.differences(from: described, at: "\(place){}")
        // A text whose choices are another room's words is any text to its type.
        case (.text(nil), .text): return []
        default: return self == schema ? [] : ["\(place) is \(self) in the type and \(schema) in the schema"]
        }
    }
}
