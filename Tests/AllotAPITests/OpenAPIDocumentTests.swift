import Foundation
import Testing

@testable import AllotAPI

/// The document is OpenAPI, and says the same as what it is made of.
struct OpenAPIDocumentTests {
    @Test func `the document is JSON and well formed`() throws {
        #expect(try JSONSerialization.jsonObject(with: Data(OpenAPI.document)) is [String: Any])
        let document = try OpenAPIValue.document()
        #expect(OpenAPIStructure(document).faults.isEmpty)
        #expect(document[["info", "version"]]?.text == AllotVersion.current)
    }

    /// A change that breaks the document, and what is said of it.
    struct Break: Sendable, CustomTestStringConvertible {
        let path: [String]
        let value: OpenAPIValue?
        let fault: String
        var testDescription: String { fault }

        init(_ path: String..., to value: OpenAPIValue?, fault: String) {
            self.path = path
            self.value = value
            self.fault = fault
        }
    }

    @Test(arguments: [
        Break("openapi", to: .text("3.0.3"), fault: "openapi is not 3.1"),
        Break("info", "version", to: nil, fault: "info has no version"),
        Break("components", "schemas", "DeviceLink", to: nil, fault: "leads nowhere"),
        Break("components", "schemas", "NotAMemberProblem", to: nil, fault: "mapping of /problems/not-a-member"),
        Break("components", "responses", "Problem408", to: nil, fault: "leads nowhere"),
        Break("paths", "/v1/reservations/{id}", "get", "parameters", to: .list([]), fault: "{id} is not declared"),
        Break("paths", "/v1/host", "get", "operationId", to: .text("listDevices"), fault: "stands twice"),
        Break("paths", "/v1/host", "get", "operationId", to: nil, fault: "no operationId"),
        Break("paths", "/v1/host", "get", "responses", "200", to: nil, fault: "no success"),
        Break("paths", "/v1/host", "get", "tags", to: .list([.text("other")]), fault: "tag other"),
        Break("components", "schemas", "EndRequest", "required", to: .list([.text("x")]), fault: "requires x"),
        Break("components", "schemas", "HostView", "properties", "devices", "items", to: nil, fault: "array of what"),
        Break("components", "schemas", "HealthView", "type", to: .text("number"), fault: "type number"),
    ])
    func `a document that is not well formed is told of`(broken: Break) throws {
        var document = try OpenAPIValue.document()
        document[broken.path] = broken.value
        let faults = OpenAPIStructure(document).faults
        #expect(faults.contains { $0.contains(broken.fault) }, "\(faults)")
    }

    @Test func `a name that stands twice is told of`() {
        #expect(throws: OpenAPIValue.Twice.self) { try OpenAPIValue(json: Array(#"{"a":{"b":1,"b":2}}"#.utf8)) }
    }

    @Test func `every operation is in the document, and nothing else`() throws {
        let described = OpenAPIStructure(try .document()).operations.map { "\($0.method) \($0.path)" }
        let operations = OpenAPI.operations.map { "\($0.method.rawValue.lowercased()) \($0.path)" }
        #expect(described.sorted() == operations.sorted())
        #expect(Set(operations).count == operations.count)
    }

    @Test func `every path that a client knows is described`() {
        let paths = Set(OpenAPI.operations.map(\.path))
        let known = [
            Route.host, Route.health, Route.quotes, Route.backup, Route.clockConfirm, Route.openAPI, Route.reservations,
        ]
        #expect(paths.isSuperset(of: known))
    }

    @Test func `each schema is used`() throws {
        let document = try OpenAPIValue.document()
        var reached: Set<String> = []
        func follow(_ value: OpenAPIValue) {
            value.visit { _, value in
                guard let reference = value["$ref"]?.text, reached.insert(reference).inserted else { return }
                if let target = document.resolved(value) { follow(target) }
            }
        }
        if let paths = document["paths"] { follow(paths) }
        let names = Set(try #require(document[["components", "schemas"]]).members.keys)
        let unused = names.filter { !reached.contains("#/components/schemas/\($0)") }
        // What is said of paths and methods that are not there can stand at no operation.
        #expect(unused == ["NotFoundProblem", "MethodNotAllowedProblem"])
    }

    @Test func `names are not used twice`() {
        let names = OpenAPI.schemas.map(\.name) + OpenAPI.problems.map(\.schemaName)
        #expect(Set(names).count == names.count)
        for named in OpenAPI.schemas + OpenAPI.problems.map(\.schema) {
            for properties in named.schema.propertyLists {
                let names = properties.map(\.name)
                #expect(Set(names).count == names.count, "\(named.name)")
            }
        }
    }

    @Test func `every field, parameter and reply is explained`() throws {
        var silent: [String] = []
        try OpenAPIValue.document().visit { place, value in
            let isField = place.split(separator: "/").dropLast().last == "properties"
            let isParameter = value["in"]?.text != nil && value["schema"] != nil
            guard isField || isParameter, value["$ref"] == nil else { return }
            if (value["description"]?.text ?? "").isEmpty { silent.append(place) }
        }
        #expect(silent.isEmpty)
    }
}

extension OpenAPI.Schema {
    /// The fields of the objects that it is made of.
    fileprivate var propertyLists: [[OpenAPI.Property]] {
        switch kind {
        case .object(let properties, _): [properties]
        case .all(let parts): parts.flatMap(\.propertyLists)
        case .array(let item): item.propertyLists
        case .map(let value): value.propertyLists
        case .string, .integer, .boolean, .reference, .one: []
        }
    }
}
