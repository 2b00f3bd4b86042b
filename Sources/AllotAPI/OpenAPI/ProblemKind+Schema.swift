extension OpenAPI.ProblemKind {
    /// Of `exceeds-host`: `ExceedsHostProblem`.
    var schemaName: String {
        type.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() + "Problem"
    }

    /// A problem with this `type`, one of these statuses, and these members.
    var schema: OpenAPI.NamedSchema {
        var status = OpenAPI.Schema.integer("The HTTP status.")
        status.numbers = statuses.map { Int64($0) }
        var properties: [OpenAPI.Property] = [
            .required("type", .text("The kind of problem.", choices: [type.uri])),
            .required("title", .text("Its name for people.", examples: [title])),
            .required("status", status),
        ]
        if field != .never {
            properties.append(
                OpenAPI.Property(
                    name: "field", schema: .text("The request's field that is to blame."),
                    isRequired: field == .always))
        }
        properties += members.map { member in
            OpenAPI.Property(name: member.name, schema: member.schema, isRequired: member.presence == .always)
        }
        let own = OpenAPI.Schema(.object(properties, isClosed: false))
        return OpenAPI.NamedSchema(
            name: schemaName, schema: OpenAPI.Schema(.all([.reference("Problem"), own]), description))
    }
}

extension OpenAPI.ProblemKind.Member {
    var schema: OpenAPI.Schema {
        switch kind {
        case .number: .integer(description)
        case .text: .text(description)
        case .time: .time(description)
        case .texts: .array(description, of: OpenAPI.Schema(.string))
        case .times: .array(description, of: .time("A time."))
        }
    }
}
