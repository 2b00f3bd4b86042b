import Foundation

@testable import AllotAPI

/// A JSON value, to look around in.
indirect enum OpenAPIValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case text(String)
    case list([OpenAPIValue])
    case object([String: OpenAPIValue])

    /// A name that stands twice in an object.
    struct Twice: Error {
        let name: String
    }

    /// Parses JSON without fractions. A name that stands twice in an object is an error.
    init(json: [UInt8]) throws {
        var reader = JSONReader(json)
        var twice: [String] = []
        self = try OpenAPIValue(&reader, &twice)
        try reader.end()
        if let name = twice.first { throw Twice(name: name) }
    }

    private init(_ reader: inout JSONReader, _ twice: inout [String]) throws(JSONFault) {
        switch reader.peek() {
        case UInt8(ascii: "{"):
            var members: [String: OpenAPIValue] = [:]
            try reader.object { name, reader throws(JSONFault) in
                let value = try OpenAPIValue(&reader, &twice)
                if members.updateValue(value, forKey: name.text) != nil { twice.append(name.text) }
            }
            self = .object(members)
        case UInt8(ascii: "["):
            var items: [OpenAPIValue] = []
            try reader.array { reader throws(JSONFault) in items.append(try OpenAPIValue(&reader, &twice)) }
            self = .list(items)
        case UInt8(ascii: "\""): self = .text(try reader.string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .bool(try reader.bool())
        default: self = try reader.null() ? .null : .integer(try reader.integer())
        }
    }

    /// What a value looks like as JSON.
    init(encoding value: some Encodable) throws {
        try self.init(json: Array(JSONEncoder().encode(value)))
    }

    /// The description of the API, as a client reads it.
    static func document() throws -> OpenAPIValue { try parsed.get() }

    private static let parsed = Result { try OpenAPIValue(json: OpenAPI.document) }

    subscript(name: String) -> OpenAPIValue? {
        get { if case .object(let members) = self { members[name] } else { nil } }
        set {
            guard case .object(var members) = self else { return }
            members[name] = newValue
            self = .object(members)
        }
    }

    /// What a path of names leads to, written or removed where it is set.
    subscript(path: [String]) -> OpenAPIValue? {
        get { path.reduce(self) { $0?[$1] } }
        set {
            guard let first = path.first else { return }
            if path.count == 1 {
                self[first] = newValue
            } else if var inner = self[first] {
                inner[Array(path.dropFirst())] = newValue
                self[first] = inner
            }
        }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var list: [OpenAPIValue] { if case .list(let items) = self { items } else { [] } }
    var members: [String: OpenAPIValue] { if case .object(let members) = self { members } else { [:] } }
    var texts: [String] { list.compactMap(\.text) }

    /// What a `$ref` into this document leads to; a value without one is its own.
    func resolved(_ value: OpenAPIValue) -> OpenAPIValue? {
        guard let reference = value["$ref"]?.text else { return value }
        guard reference.hasPrefix("#/") else { return nil }
        return self[reference.dropFirst(2).split(separator: "/").map(String.init)]
    }

    /// Calls `body` with each value in it and where it stands, itself first.
    func visit(_ place: String = "", _ body: (String, OpenAPIValue) -> Void) {
        body(place, self)
        for (index, item) in list.enumerated() { item.visit("\(place)/\(index)", body) }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) { member.visit("\(place)/\(name)", body) }
    }
}
