/// Looks for words in a line.
enum Words {
    /// Whether `needle` stands in `line` and no letter, digit or underscore touches an end of it that is a word's end.
    static func contains(_ needle: String, in line: Substring) -> Bool {
        let line = Array(line.utf8)
        let needle = Array(needle.utf8)
        guard let first = needle.first, let last = needle.last, line.count >= needle.count else { return false }
        for start in 0...(line.count - needle.count) where line[start] == first {
            let end = start + needle.count
            guard line[start..<end].elementsEqual(needle) else { continue }
            let isOpenBefore = start == 0 || !isWord(line[start - 1]) || !isWord(first)
            let isOpenAfter = end == line.count || !isWord(line[end]) || !isWord(last)
            if isOpenBefore && isOpenAfter { return true }
        }
        return false
    }

    static func isWord(_ text: Substring) -> Bool { text.utf8.allSatisfy { isWord($0) } }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }
}
