/// A reservation's id, `r-1042`: monotonic, never reused, never all digits.
public struct ReservationID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    public let number: Int64

    public init(_ number: Int64) {
        self.number = number
    }

    /// Reads `r-1042`; nil for anything else, a leading zero and zero itself included.
    public init?(_ text: String) {
        guard text.hasPrefix("r-") else { return nil }
        let digits = text.dropFirst(2)
        guard digits.first != "0", digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(digits) else {
            return nil
        }
        self.number = number
    }

    public var description: String { "r-\(number)" }

    public static func < (left: ReservationID, right: ReservationID) -> Bool { left.number < right.number }

    public init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// A user of the machine, by the kernel's uid.
public struct UserID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    public let uid: UInt32

    public init(_ uid: UInt32) {
        self.uid = uid
    }

    /// uid 0: always admin.
    public static let root = UserID(0)

    public var description: String { String(uid) }

    public static func < (left: UserID, right: UserID) -> Bool { left.uid < right.uid }

    public init(from decoder: any Decoder) throws {
        uid = try decoder.singleValueContainer().decode(UInt32.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(uid)
    }
}

/// An id that is a text: one type per kind of thing, so that none is taken for another.
public protocol TextIdentifier: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    var text: String { get }
    init(_ text: String)
}

extension TextIdentifier {
    public var description: String { text }

    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A schedulable device's stable id: its UUID, else its PCI address (with the partition's number behind it).
public struct DeviceID: TextIdentifier {
    public let text: String
    public init(_ text: String) { self.text = text }
}

/// A department's immutable id.
public struct DepartmentID: TextIdentifier {
    public let text: String
    public init(_ text: String) { self.text = text }
}

/// A team's immutable id, unique within its department.
public struct TeamID: TextIdentifier {
    public let text: String
    public init(_ text: String) { self.text = text }
}

/// A priority class's immutable id: `production`, `standard`, `best-effort` by default.
public struct ClassID: TextIdentifier {
    public let text: String
    public init(_ text: String) { self.text = text }
}
