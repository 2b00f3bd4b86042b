import AllotAPI

/// What is wrong with a JSON body, and where.
struct JSONFault: Error, Equatable {
    enum Kind: Equatable {
        /// Not JSON, or JSON that readers would understand differently.
        case malformed
        /// Deeper or larger than is read.
        case limit
        /// A field that the type does not have.
        case unknownField
        /// A field that the type needs.
        case missingField
        /// A field with a value of the wrong type or range.
        case invalidField
    }

    let kind: Kind
    let what: String
    /// The field, from the root down; empty for the whole body.
    var path: [JSONPathKey]

    init(_ kind: Kind, _ what: String, path: [JSONPathKey] = []) {
        self.kind = kind
        self.what = what
        self.path = path
    }

    /// `400` for what is no clear JSON, `422` for JSON that does not fit.
    var problem: Problem {
        let field = (path as [any CodingKey]).fieldPath
        let detail = field.isEmpty ? what : "\(field): \(what)"
        let (type, title, status) =
            switch kind {
            case .malformed: ("malformed-json", "The body is not the JSON that is expected", 400)
            case .limit: ("json-limit", "The body is more than is read", 400)
            case .unknownField: ("unknown-field", "The body has a field that does not exist", 422)
            case .missingField: ("missing-field", "The body lacks a field", 422)
            case .invalidField: ("invalid-field", "A field is not valid", 422)
            }
        return Problem(
            type: "/problems/\(type)", title: title, status: status, detail: detail, field: field.isEmpty ? nil : field)
    }
}

/// How much of a JSON body is read.
struct JSONLimits: Sendable {
    /// Levels of objects and arrays.
    var depth = 16
    /// Values and names, in all.
    var values = 20_000
}
