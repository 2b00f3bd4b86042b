/// Encodes any `Encodable` as JSON text: members in the order of their names, no spaces, slashes as they are, so that
/// equal values give equal bytes. Several times quicker than Foundation's encoder, and every reply passes through it.
enum JSONText {
    /// The UTF-8 text. Throws `EncodingError` for a number that JSON cannot hold, or what `encode(to:)` throws.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        try JSONTreeEncoder.piece(of: value).write(to: &bytes)
        return bytes
    }
}

/// A value on its way into text.
enum JSONPiece {
    case null
    case boolean(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    /// A number's digits, as they are.
    case digits(String)
    case text(String)
    case object(JSONMembers)
    case array(JSONElements)

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .boolean(let isTrue): bytes.append(contentsOf: isTrue ? "true".utf8 : "false".utf8)
        case .signed(let number):
            if number < 0 { bytes.append(UInt8(ascii: "-")) }
            JSONPiece.write(number.magnitude, to: &bytes)
        case .unsigned(let number): JSONPiece.write(number, to: &bytes)
        case .digits(let digits): bytes.append(contentsOf: digits.utf8)
        case .text(let text): JSONPiece.write(text, to: &bytes)
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for (name, piece) in members.sorted() {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONPiece.write(name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                piece.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, piece) in elements.pieces.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                piece.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }

    private static func write(_ number: UInt64, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        }
        if isPlain {
            bytes.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 { escape(byte, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
        case 0..<0x20:
            bytes.append(contentsOf: byte < 0x10 ? #"\u000"#.utf8 : #"\u001"#.utf8)
            bytes.append(contentsOf: String(byte & 0xF, radix: 16).utf8)
        default: bytes.append(byte)
        }
    }
}

/// An object's members, as they are encoded.
final class JSONMembers {
    private var members: [(name: String, piece: JSONPiece)] = []

    init() {
        members.reserveCapacity(16)
    }

    func append(_ name: String, _ piece: JSONPiece) {
        members.append((name, piece))
    }

    /// By the bytes of their names. Of a name that was encoded twice, the last one counts.
    func sorted() -> [(name: String, piece: JSONPiece)] {
        members.sort { $0.name < $1.name }
        guard zip(members, members.dropFirst()).contains(where: { $0.name == $1.name }) else { return members }
        return members.indices.filter { $0 + 1 == members.count || members[$0].name != members[$0 + 1].name }
            .map { members[$0] }
    }
}

/// A list's elements, as they are encoded.
final class JSONElements {
    var pieces: [JSONPiece] = []
}
