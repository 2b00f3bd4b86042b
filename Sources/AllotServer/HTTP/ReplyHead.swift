import Glibc
import HTTPTypes
import NIOCore

/// Writes HTTP/1.1 replies (RFC 9112) into bytes.
enum ReplyHead {
    /// How a reply's body is delimited.
    enum Framing: Equatable {
        /// There is none, and the status forbids to say so: 1xx, 204, 304.
        case none
        case length(Int)
        case chunked
    }

    /// The status line and the header fields. Framing and connection are this function's to say; fields of these
    /// names are left out.
    static func write(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, framing: Framing, closes: Bool, date: String,
        to buffer: inout ByteBuffer
    ) {
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status.code))
        buffer.writeStaticString(" ")
        buffer.writeString(status.reasonPhrase)
        buffer.writeStaticString("\r\ndate: ")
        buffer.writeString(date)
        for field in fields where !isOwn(field.name) {
            buffer.writeStaticString("\r\n")
            buffer.writeString(field.name.canonicalName)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
        }
        switch framing {
        case .none: break
        case .length(let count):
            buffer.writeStaticString("\r\ncontent-length: ")
            buffer.writeString(String(count))
        case .chunked: buffer.writeStaticString("\r\ntransfer-encoding: chunked")
        }
        if closes { buffer.writeStaticString("\r\nconnection: close") }
        buffer.writeStaticString("\r\n\r\n")
    }

    /// One chunk of a chunked body; an empty one would end it, and is left out.
    static func writeChunk(_ chunk: ByteBuffer, to buffer: inout ByteBuffer) {
        guard chunk.readableBytes > 0 else { return }
        buffer.writeString(String(chunk.readableBytes, radix: 16))
        buffer.writeStaticString("\r\n")
        buffer.writeImmutableBuffer(chunk)
        buffer.writeStaticString("\r\n")
    }

    /// The last chunk, with the fields behind the body (RFC 9112, section 7.1.2).
    static func writeEnd(_ trailer: HTTPFields, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("0\r\n")
        for field in trailer where !isOwn(field.name) {
            buffer.writeString(field.name.canonicalName)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    static func date(_ seconds: Int) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = "\(weekday), \(twoDigits(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        return "\(day) \(twoDigits(parts.tm_hour)):\(twoDigits(parts.tm_min)):\(twoDigits(parts.tm_sec)) GMT"
    }

    private static func twoDigits(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static func isOwn(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .transferEncoding || name == .connection || name == .date
    }
}

/// The `Date` field's text, made once a second. Belongs to one event loop.
final class DateCache {
    private var second = 0
    private var text = ""

    func now() -> String {
        let current = time(nil)
        if current != second {
            second = current
            text = ReplyHead.date(current)
        }
        return text
    }
}
