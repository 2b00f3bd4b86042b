/// What is wrong with a document as OpenAPI 3.1, as far as it can be told without the specification's own schema.
struct OpenAPIStructure {
    let document: OpenAPIValue
    private(set) var faults: [String] = []

    init(_ document: OpenAPIValue) {
        self.document = document
        if document["openapi"]?.text?.hasPrefix("3.1.") != true { faults.append("openapi is not 3.1") }
        if document["info"]?["title"]?.text == nil { faults.append("info has no title") }
        if document["info"]?["version"]?.text == nil { faults.append("info has no version") }
        checkReferences()
        checkOperations()
        checkSchemas()
    }

    /// Every operation, by method and path.
    var operations: [(method: String, path: String, operation: OpenAPIValue)] {
        (document["paths"]?.members ?? [:]).sorted { $0.key < $1.key }.flatMap { path, item in
            item.members.sorted { $0.key < $1.key }.map { ($0.key, path, $0.value) }
        }
    }

    private mutating func checkReferences() {
        var missing: [String] = []
        document.visit { place, value in
            if value["$ref"]?.text != nil, document.resolved(value) == nil { missing.append("\(place): $ref") }
            for (name, target) in value["discriminator"]?["mapping"]?.members ?? [:]
            where document.resolved(.object(["$ref": target])) == nil {
                missing.append("\(place): mapping of \(name)")
            }
        }
        faults += missing.map { "\($0) leads nowhere" }
    }

    private mutating func checkOperations() {
        let tags = Set((document["tags"]?.list ?? []).compactMap { $0["name"]?.text })
        var ids: Set<String> = []
        for (method, path, operation) in operations {
            let name = "\(method) \(path)"
            if !["get", "post", "put", "patch", "delete"].contains(method) { faults.append("\(name): no method") }
            if let id = operation["operationId"]?.text {
                if !ids.insert(id).inserted { faults.append("\(name): operationId \(id) stands twice") }
            } else {
                faults.append("\(name): no operationId")
            }
            for tag in operation["tags"]?.texts ?? [] where !tags.contains(tag) { faults.append("\(name): tag \(tag)") }
            checkParameters(of: operation, path, name)
            checkResponses(of: operation, name)
        }
    }

    private mutating func checkParameters(of operation: OpenAPIValue, _ path: String, _ name: String) {
        var inTemplate: Set<String> = []
        for part in path.split(separator: "/") where part.hasPrefix("{") && part.hasSuffix("}") {
            inTemplate.insert(String(part.dropFirst().dropLast()))
        }
        var inPath: Set<String> = []
        var seen: Set<String> = []
        for parameter in operation["parameters"]?.list ?? [] {
            let (title, place) = (parameter["name"]?.text ?? "?", parameter["in"]?.text ?? "?")
            if !seen.insert("\(place) \(title)").inserted { faults.append("\(name): \(place) \(title) stands twice") }
            if parameter["schema"] == nil { faults.append("\(name): \(title) has no schema") }
            guard place == "path" else { continue }
            inPath.insert(title)
            if parameter["required"]?.bool != true { faults.append("\(name): \(title) is in the path, and optional") }
        }
        for title in inTemplate.subtracting(inPath).sorted() { faults.append("\(name): {\(title)} is not declared") }
        for title in inPath.subtracting(inTemplate).sorted() { faults.append("\(name): \(title) is not in the path") }
    }

    private mutating func checkResponses(of operation: OpenAPIValue, _ name: String) {
        let responses = operation["responses"]?.members ?? [:]
        if !responses.keys.contains(where: { $0.hasPrefix("2") }) { faults.append("\(name): no success") }
        for (status, response) in responses.sorted(by: { $0.key < $1.key }) {
            let isStatus = Int(status).map { (100...599).contains($0) } ?? (status == "default")
            if !isStatus { faults.append("\(name): \(status) is no status") }
            if document.resolved(response)?["description"]?.text == nil {
                faults.append("\(name): \(status) has no description")
            }
        }
    }

    private mutating func checkSchemas() {
        var found: [String] = []
        document.visit { place, value in
            guard let type = value["type"]?.text else { return }
            switch type {
            case "object":
                let properties = value["properties"]?.members ?? [:]
                let unknown = Set(value["required"]?.texts ?? []).subtracting(properties.keys)
                found += unknown.sorted().map { "\(place): requires \($0), which it does not have" }
            case "array":
                if value["items"] == nil { found.append("\(place): an array of what?") }
            case "string", "integer", "boolean": break
            default: found.append("\(place): type \(type)")
            }
            for (least, most) in [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")] {
                if let low = value[least]?.integer, let high = value[most]?.integer, low > high {
                    found.append("\(place): \(least) is over \(most)")
                }
            }
            if let pattern = value["pattern"]?.text, (try? Regex(pattern)) == nil {
                found.append("\(place): pattern")
            }
            if let choices = value["enum"]?.list, choices.isEmpty || Set(choices).count < choices.count {
                found.append("\(place): enum")
            }
        }
        faults += found
    }
}
