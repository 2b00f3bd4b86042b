extension OpenAPI.Schema {
    /// Writes it as JSON Schema 2020-12.
    func write(to writer: inout JSONWriter) {
        writer.openObject()
        writeFields(to: &writer)
        writer.closeObject()
    }

    private func writeFields(to writer: inout JSONWriter) {
        writeKind(to: &writer)
        writer.field("description", description)
        writer.field("format", format)
        writer.field("pattern", pattern)
        writeValues(to: &writer)
        writer.field("minimum", minimum)
        writer.field("maximum", maximum)
        writeCount(to: &writer)
        writeStandard(to: &writer)
        if !examples.isEmpty { writer.field("examples", examples) }
    }

    private func writeKind(to writer: inout JSONWriter) {
        switch kind {
        case .string: writer.field("type", "string")
        case .integer: writer.field("type", "integer")
        case .boolean: writer.field("type", "boolean")
        case .array(let item):
            writer.field("type", "array")
            writer.name("items" as StaticString)
            item.write(to: &writer)
        case .map(let value):
            writer.field("type", "object")
            writer.name("additionalProperties" as StaticString)
            value.write(to: &writer)
        case .object(let properties, let isClosed): write(properties, isClosed, to: &writer)
        case .reference(let name): writer.field("$ref", OpenAPI.Schema.path(name))
        case .all(let parts):
            writer.name("allOf" as StaticString)
            writer.openArray()
            for part in parts { part.write(to: &writer) }
            writer.closeArray()
        case .one(let field, let names): writeChoice(by: field, names, to: &writer)
        }
    }

    private func write(_ properties: [OpenAPI.Property], _ isClosed: Bool, to writer: inout JSONWriter) {
        writer.field("type", "object")
        let required = properties.filter(\.isRequired).map(\.name)
        if !required.isEmpty { writer.field("required", required) }
        writer.name("properties" as StaticString)
        writer.openObject()
        for property in properties {
            writer.name(property.name)
            property.schema.write(to: &writer)
        }
        writer.closeObject()
        if isClosed {
            writer.name("additionalProperties" as StaticString)
            writer.bool(false)
        }
    }

    private func writeChoice(by field: String, _ names: [String: String], to writer: inout JSONWriter) {
        let names = names.sorted { $0.key < $1.key }
        writer.name("oneOf" as StaticString)
        writer.openArray()
        for (_, name) in names { OpenAPI.Schema.reference(name).write(to: &writer) }
        writer.closeArray()
        writer.name("discriminator" as StaticString)
        writer.openObject()
        writer.field("propertyName", field)
        writer.name("mapping" as StaticString)
        writer.openObject()
        for (text, name) in names {
            writer.name(text)
            writer.string(OpenAPI.Schema.path(name))
        }
        writer.closeObject()
        writer.closeObject()
    }

    private func writeValues(to writer: inout JSONWriter) {
        switch (choices.count, numbers.count) {
        case (0, 0): break
        case (1, _): writer.field("const", choices.first)
        case (0, 1): writer.field("const", numbers.first)
        case (0, _):
            writer.name("enum" as StaticString)
            writer.openArray()
            for number in numbers { writer.integer(number) }
            writer.closeArray()
        default: writer.field("enum", choices)
        }
    }

    private func writeCount(to writer: inout JSONWriter) {
        if let names {
            writer.name("propertyNames" as StaticString)
            writer.openObject()
            writer.field("minLength", names.lowerBound)
            writer.field("maxLength", names.upperBound)
            writer.closeObject()
        }
        guard let count else { return }
        let least = count.lowerBound > 0 ? count.lowerBound : nil
        switch kind {
        case .array:
            writer.field("minItems", least)
            writer.field("maxItems", count.upperBound)
        case .map, .object:
            writer.field("minProperties", least)
            writer.field("maxProperties", count.upperBound)
        case .string:
            writer.field("minLength", least)
            writer.field("maxLength", count.upperBound)
        case .integer, .boolean, .reference, .all, .one: break
        }
    }

    private func writeStandard(to writer: inout JSONWriter) {
        guard let standard else { return }
        writer.name("default" as StaticString)
        switch standard {
        case .text(let text): writer.string(text)
        case .number(let number): writer.integer(number)
        case .flag(let flag): writer.bool(flag)
        }
    }

    private static func path(_ name: String) -> String { "#/components/schemas/\(name)" }
}
