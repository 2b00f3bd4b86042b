/// Tells code from strings and comments, byte by byte. Interpolated code in a string is code; the quotes are code too.
struct SwiftParts {
    enum Kind {
        case code, string, comment
    }

    private enum Mode {
        /// Inside an interpolation: how many parentheses are open in it.
        case code(open: Int)
        case string(hashes: Int, isMultiline: Bool)
    }

    private let bytes: [UInt8]
    private var kinds: [Kind]
    private var position = 0
    private var modes: [Mode] = []

    init(_ text: String) {
        bytes = Array(text.utf8)
        kinds = Array(repeating: .code, count: bytes.count)
        while position < bytes.count {
            if case .string(let hashes, let isMultiline) = modes.last {
                stepInString(hashes: hashes, isMultiline: isMultiline)
            } else {
                stepInCode()
            }
        }
    }

    /// The text with everything blank that `isKept` refuses; lines stay lines.
    func text(where isKept: (Kind) -> Bool) -> String {
        var kept = bytes
        for index in kept.indices where !isKept(kinds[index]) && kept[index] != UInt8(ascii: "\n") {
            kept[index] = UInt8(ascii: " ")
        }
        return String(decoding: kept, as: UTF8.self)
    }

    private mutating func stepInCode() {
        if isNext("//") {
            take(.comment, while: { $0 != UInt8(ascii: "\n") })
        } else if isNext("/*") {
            takeBlockComment()
        } else if let (hashes, isMultiline) = nextQuote() {
            take(.code, count: hashes + (isMultiline ? 3 : 1))
            modes.append(.string(hashes: hashes, isMultiline: isMultiline))
        } else if isNext("`") {
            take(.code, count: 1)
            take(.string, while: { $0 != UInt8(ascii: "`") && $0 != UInt8(ascii: "\n") })
            take(.code, count: 1)
        } else if let length = regexLength() {
            take(.string, count: length)
        } else {
            countParentheses()
        }
    }

    private mutating func countParentheses() {
        let byte = bytes[position]
        guard case .code(let open) = modes.last else {
            take(.code, count: 1)
            return
        }
        if byte == UInt8(ascii: ")"), open == 0 {
            modes.removeLast()
            take(.string, count: 1)
            return
        }
        let change = byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
        modes[modes.count - 1] = .code(open: open + change)
        take(.code, count: 1)
    }

    private mutating func stepInString(hashes: Int, isMultiline: Bool) {
        let fence = String(repeating: "#", count: hashes)
        if isNext("\\" + fence + "(") {
            take(.string, count: 2 + hashes)
            modes.append(.code(open: 0))
        } else if isNext("\\" + fence) {
            take(.string, count: 2 + hashes)
        } else if isNext((isMultiline ? "\"\"\"" : "\"") + fence) {
            take(.code, count: (isMultiline ? 3 : 1) + hashes)
            modes.removeLast()
        } else if isNext("\n"), !isMultiline {
            modes.removeLast()
        } else {
            take(.string, count: 1)
        }
    }

    private mutating func takeBlockComment() {
        var depth = 0
        repeat {
            let change = isNext("/*") ? 1 : isNext("*/") ? -1 : 0
            depth += change
            take(.comment, count: change == 0 ? 1 : 2)
        } while depth > 0 && position < bytes.count
    }

    private func nextQuote() -> (hashes: Int, isMultiline: Bool)? {
        guard isNext("#") || isNext("\"") else { return nil }
        var end = position
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        let isMultiline = bytes[end...].starts(with: "\"\"\"".utf8)
        return (end - position, isMultiline)
    }

    /// The length of a regex literal that begins here: `#/…/#`, or `/…/` where an operand is expected.
    private func regexLength() -> Int? {
        let isExtended = isNext("#/")
        guard isExtended || isNext("/") else { return nil }
        if !isExtended {
            guard let before = bytes[..<position].last(where: { $0 != UInt8(ascii: " ") }),
                "(,=:[{".utf8.contains(before), position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: " ")
            else { return nil }
        }
        var end = position + (isExtended ? 2 : 1)
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
            if bytes[end] == UInt8(ascii: "\\") {
                end += 2
            } else if bytes[end...].starts(with: (isExtended ? "/#" : "/").utf8) {
                return end + (isExtended ? 2 : 1) - position
            } else {
                end += 1
            }
        }
        return nil
    }

    private func isNext(_ text: String) -> Bool {
        guard position < bytes.count, bytes[position] == text.utf8.first else { return false }
        return bytes[position...].starts(with: text.utf8)
    }

    private mutating func take(_ kind: Kind, count: Int) {
        let end = min(position + count, bytes.count)
        for index in position..<end { kinds[index] = kind }
        position = end
    }

    private mutating func take(_ kind: Kind, while isTaken: (UInt8) -> Bool) {
        while position < bytes.count, isTaken(bytes[position]) { take(kind, count: 1) }
    }
}
