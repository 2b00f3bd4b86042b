/// The first lines of an answer (RFC 9112), as far as a client of this daemon has to know them.
struct AnswerHead: Sendable, Hashable {
    /// How the body ends.
    enum Framing: Sendable, Hashable {
        case length(Int)
        case chunked
        /// With the connection.
        case close
    }

    let status: Int
    private let isHTTP10: Bool
    private var length: Int?
    private var isChunked = false
    private var closes = false
    private var keeps = false
    private(set) var contentType: String?

    /// - Parameter line: The first one, without its end.
    init(statusLine line: ArraySlice<UInt8>) throws(ClientError) {
        let text = String(decoding: line, as: UTF8.self)
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, ["HTTP/1.1", "HTTP/1.0"].contains(parts[0]), parts[1].utf8.count == 3,
            let status = Int(parts[1]), (100..<1000).contains(status)
        else {
            throw .notHTTP("no status line")
        }
        self.status = status
        isHTTP10 = parts[0] == "HTTP/1.0"
    }

    /// Whether bytes can be the start of an answer.
    static func mayBegin(with bytes: ArraySlice<UInt8>) -> Bool {
        zip(bytes, "HTTP/1.".utf8).allSatisfy { $0 == $1 }
    }

    /// Takes a header field.
    mutating func add(fieldLine line: ArraySlice<UInt8>) throws(ClientError) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(AnswerHead.isToken)
        else {
            throw .notHTTP("a bad header field")
        }
        let value = AnswerHead.trimmed(line[(colon + 1)...])
        switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
        case "content-length":
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x30..<0x3A).contains($0) }), let read = Int(value),
                length == nil || length == read
            else {
                throw .notHTTP("a bad Content-Length")
            }
            length = read
        case "transfer-encoding":
            guard value.lowercased() == "chunked", !isChunked else { throw .notHTTP("an unknown Transfer-Encoding") }
            isChunked = true
        case "connection":
            let options = value.lowercased().split(separator: ",").map { AnswerHead.trimmed(Array($0.utf8)[...]) }
            closes = closes || options.contains("close")
            keeps = keeps || options.contains("keep-alive")
        case "content-type": contentType = value
        default: break
        }
    }

    /// How the body ends. An answer with a length and chunks could be read in two ways, and is refused.
    func framing() throws(ClientError) -> Framing {
        if isChunked, length != nil { throw .notHTTP("a Content-Length beside chunks") }
        if status == 204 || status == 304 || isInterim { return .length(0) }
        return isChunked ? .chunked : length.map { .length($0) } ?? .close
    }

    /// Whether the answer proper is still to come.
    var isInterim: Bool { status < 200 }

    /// Whether the connection may be used again.
    var keepsAlive: Bool { !closes && (!isHTTP10 || keeps) }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let isText = { (byte: UInt8) in byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") }
        guard let first = bytes.firstIndex(where: isText), let last = bytes.lastIndex(where: isText) else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
