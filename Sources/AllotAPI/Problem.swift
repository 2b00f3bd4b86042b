/// An error as RFC 9457 has it, `application/problem+json`; the rejection's numbers stand beside, as members.
public struct Problem: Error, Sendable, Hashable, Codable {
    /// A URI reference that names the kind: `/problems/exceeds-host`.
    public var type: String
    public var title: String
    /// The HTTP status.
    public var status: Int
    /// What was wrong this time, with the field and the limit.
    public var detail: String
    /// The request's field, where one is to blame.
    public var field: String?
    /// The rejection's numbers.
    public var members: [String: Member]

    public init(
        type: String, title: String, status: Int, detail: String, field: String? = nil, members: [String: Member] = [:]
    ) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.field = field
        self.members = members
    }

    /// A member's value.
    public enum Member: Sendable, Hashable {
        case number(Int64)
        case text(String)
        case texts([String])
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        type = try container.decodeIfPresent(String.self, forKey: Key("type")) ?? "about:blank"
        title = try container.decodeIfPresent(String.self, forKey: Key("title")) ?? ""
        status = try container.decodeIfPresent(Int.self, forKey: Key("status")) ?? 0
        detail = try container.decodeIfPresent(String.self, forKey: Key("detail")) ?? ""
        field = try container.decodeIfPresent(String.self, forKey: Key("field"))
        members = [:]
        for key in container.allKeys where !Problem.ownKeys.contains(key.stringValue) {
            if let number = try? container.decode(Int64.self, forKey: key) {
                members[key.stringValue] = .number(number)
            } else if let text = try? container.decode(String.self, forKey: key) {
                members[key.stringValue] = .text(text)
            } else if let texts = try? container.decode([String].self, forKey: key) {
                members[key.stringValue] = .texts(texts)
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(type, forKey: Key("type"))
        try container.encode(title, forKey: Key("title"))
        try container.encode(status, forKey: Key("status"))
        try container.encode(detail, forKey: Key("detail"))
        try container.encodeIfPresent(field, forKey: Key("field"))
        for (name, member) in members {
            switch member {
            case .number(let number): try container.encode(number, forKey: Key(name))
            case .text(let text): try container.encode(text, forKey: Key(name))
            case .texts(let texts): try container.encode(texts, forKey: Key(name))
            }
        }
    }

    private static let ownKeys: Set<String> = ["type", "title", "status", "detail", "field"]

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
