import Units

/// Holds values to the document's schemas: the part of JSON Schema 2020-12 that the document uses.
struct OpenAPICheck {
    let document: OpenAPIValue

    init() throws {
        document = try .document()
    }

    /// What is wrong with a value, by a schema of the document's components; empty where nothing is.
    func faults(of value: OpenAPIValue, by name: String) -> [String] {
        faults(of: value, .object(["$ref": .text("#/components/schemas/\(name)")]), at: name)
    }

    private func faults(of value: OpenAPIValue, _ schema: OpenAPIValue, at place: String) -> [String] {
        guard let schema = document.resolved(schema) else { return ["\(place): no schema"] }
        var faults = schema["allOf"]?.list.flatMap { self.faults(of: value, $0, at: place) } ?? []
        if let kinds = schema["oneOf"]?.list {
            let fitting = kinds.count { self.faults(of: value, $0, at: place).isEmpty }
            if fitting != 1 { faults.append("\(place): fits \(fitting) of its kinds") }
        }
        if let constant = schema["const"], constant != value { faults.append("\(place): is not \(constant)") }
        if let choices = schema["enum"]?.list, !choices.contains(value) {
            faults.append("\(place): is none of \(choices)")
        }
        guard let type = schema["type"]?.text else { return faults }
        switch (type, value) {
        case ("object", .object(let members)): faults += self.faults(of: members, schema, at: place)
        case ("array", .list(let items)):
            faults += count(items.count, schema, "Items", at: place)
            for (index, item) in items.enumerated() {
                faults += self.faults(of: item, schema["items"] ?? .null, at: "\(place)[\(index)]")
            }
        case ("string", .text(let text)): faults += self.faults(of: text, schema, at: place)
        case ("integer", .integer(let number)):
            if let least = schema["minimum"]?.integer, number < least { faults.append("\(place): under \(least)") }
            if let most = schema["maximum"]?.integer, number > most { faults.append("\(place): over \(most)") }
        case ("boolean", .bool): break
        default: faults.append("\(place): is no \(type)")
        }
        return faults
    }

    private func faults(
        of members: [String: OpenAPIValue], _ schema: OpenAPIValue, at place: String
    ) -> [String] {
        let properties = schema["properties"]?.members ?? [:]
        var faults = count(members.count, schema, "Properties", at: place)
        for name in schema["required"]?.texts ?? [] where members[name] == nil { faults.append("\(place): no \(name)") }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            if let property = properties[name] {
                faults += self.faults(of: member, property, at: "\(place).\(name)")
            } else if let other = schema["additionalProperties"] {
                if other == .bool(false) { faults.append("\(place): has \(name)") }
                if other.bool == nil { faults += self.faults(of: member, other, at: "\(place).\(name)") }
            }
            if let names = schema["propertyNames"] { faults += self.faults(of: name, names, at: "\(place): the name") }
        }
        return faults
    }

    private func faults(of text: String, _ schema: OpenAPIValue, at place: String) -> [String] {
        var faults = count(text.unicodeScalars.count, schema, "Length", at: place)
        if let pattern = schema["pattern"]?.text, let regex = try? Regex(pattern), text.firstMatch(of: regex) == nil {
            faults.append("\(place): does not match \(pattern)")
        }
        let isTime = schema["format"]?.text == "date-time"
        if isTime, RFC3339.timestamp(text) == nil { faults.append("\(place): is no time") }
        return faults
    }

    private func count(_ count: Int, _ schema: OpenAPIValue, _ what: String, at place: String) -> [String] {
        if let least = schema["min\(what)"]?.integer, count < least { return ["\(place): fewer than \(least)"] }
        if let most = schema["max\(what)"]?.integer, count > most { return ["\(place): more than \(most)"] }
        return []
    }
}
