extension OpenAPI.Operation {
    /// Writes it as an OpenAPI 3.1 operation object.
    func write(to writer: inout JSONWriter) {
        writer.openObject()
        writer.field("operationId", id)
        writer.field("tags", [group.rawValue])
        writer.field("summary", summary)
        writer.field("description", description)
        if !parameters.isEmpty {
            writer.name("parameters" as StaticString)
            writer.openArray()
            for parameter in parameters { parameter.write(to: &writer) }
            writer.closeArray()
        }
        if let body { write(body, to: &writer) }
        writer.name("responses" as StaticString)
        writer.openObject()
        success.write(to: &writer)
        for (status, types) in replies { write(types, status: status, to: &writer) }
        writer.name("default" as StaticString)
        OpenAPI.Reply.other.writeReference(to: &writer)
        writer.closeObject()
        writer.closeObject()
    }

    /// The problems that it may reply with, by status.
    private var replies: [(status: Int, types: [ProblemType])] {
        var types: [Int: [ProblemType]] = [:]
        for kind in OpenAPI.problems where problems.contains(kind.type) {
            for status in kind.statuses { types[status, default: []].append(kind.type) }
        }
        return types.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func write(_ body: OpenAPI.Body, to writer: inout JSONWriter) {
        writer.name("requestBody" as StaticString)
        writer.openObject()
        writer.name("required" as StaticString)
        writer.bool(body.isRequired)
        writer.name("content" as StaticString)
        writer.content(
            body.schema == nil ? "application/octet-stream" : "application/json",
            body.schema.map { .reference($0) })
        writer.closeObject()
    }

    private func write(_ types: [ProblemType], status: Int, to writer: inout JSONWriter) {
        writer.name(String(status))
        let reply = OpenAPI.Reply(status: status, types: types)
        if OpenAPI.Reply.common.contains(reply) {
            reply.writeReference(to: &writer)
        } else {
            reply.write(to: &writer)
        }
    }
}

extension OpenAPI.Parameter {
    func write(to writer: inout JSONWriter) {
        writer.openObject()
        writer.field("name", name)
        writer.field("in", place.rawValue)
        if isRequired {
            writer.name("required" as StaticString)
            writer.bool(true)
        }
        writer.field("description", description)
        writer.name("schema" as StaticString)
        schema.write(to: &writer)
        writer.closeObject()
    }
}

extension OpenAPI.Success {
    func write(to writer: inout JSONWriter) {
        writer.name(String(status))
        writer.openObject()
        writer.field("description", description)
        writer.name("content" as StaticString)
        writer.content(mediaType, schema, eventSchema: eventSchema)
        writer.closeObject()
    }
}

extension JSONWriter {
    /// A media type and its schema.
    mutating func content(_ mediaType: String, _ schema: OpenAPI.Schema?, eventSchema: String? = nil) {
        openObject()
        name(mediaType)
        openObject()
        if let schema {
            name("schema" as StaticString)
            schema.write(to: &self)
        }
        if let eventSchema {
            // OpenAPI 3.1 has no word for the items of a stream.
            name("x-event-data" as StaticString)
            OpenAPI.Schema.reference(eventSchema).write(to: &self)
        }
        closeObject()
        closeObject()
    }
}
